"""Templates to pages: escaped always, and an error where a template names what nobody gave it."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from frisket_hub.portal import words
from frisket_hub.portal.assets import asset
from frisket_hub.routing import HubRequest

_FILTERS = (
    words.ago, words.code_words, words.duration, words.exact, words.local, words.local_day, words.machine, words.note,
    words.number, words.phrase, words.plain, words.worse,
)  # fmt: skip


def render(request: HubRequest, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page. Every template may use `actor`, `csrf`, `theme`, `now`, and `member` where the page gives it."""
    actor = request.actor
    given = {"actor": actor, "csrf": actor.csrf or "", "theme": actor.theme, "now": request.now, **context}
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(given), status_code=status)


def _build() -> Environment:
    environment = Environment(
        loader=PackageLoader("frisket_hub.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({function.__name__: function for function in _FILTERS})
    environment.globals["asset"] = asset
    return environment


_ENVIRONMENT = _build()
