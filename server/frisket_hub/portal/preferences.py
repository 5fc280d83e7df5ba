"""A person's own name, time zone, theme and password."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from frisket_hub.members import passwords, people
from frisket_hub.members.sessions import cookie_of, hash_of
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, route
from frisket_hub.store import members as stored
from frisket_hub.store import pages
from frisket_hub.store.scope import Scope

_SAVED = {"settings": "Your preferences are saved.", "password": "Your password is changed; other sessions have ended."}


@route("GET", "/preferences", audience=Audience.USER, scope="none", summary="A person's own settings")
async def preferences(request: HubRequest) -> Response:
    return await _page(request, saved=_SAVED.get(request.query.get("saved", ""), ""))


@route("POST", "/preferences", audience=Audience.USER, scope="none", summary="Change one's own settings")
async def change(request: HubRequest) -> Response:
    """Two forms come here; the one of the password says so."""
    what = "password" if request.form.get("form") == "password" else "settings"
    errors = await (_change_password(request) if what == "password" else _change_settings(request))
    if errors:
        return await _page(request, errors=errors)
    return RedirectResponse(f"/preferences?saved={what}", status_code=303)


async def _change_settings(request: HubRequest) -> dict[str, str]:
    form = request.form
    name, time_zone, theme = (form.get(key, "") for key in ("name", "time_zone", "theme"))
    try:
        await request.store.write(
            lambda connection: people.change_preferences(
                connection, request.actor, name=name, time_zone=time_zone, theme=theme
            )
        )
    except people.PersonError as error:
        field = next((key for key, word in _FIELD_WORDS.items() if word in str(error)), "name")
        return {field: _sentence(error)}
    return {}


_FIELD_WORDS = {"time_zone": "time zone", "theme": "theme"}


async def _change_password(request: HubRequest) -> dict[str, str]:
    actor, form = request.actor, request.form
    async with request.store.reading() as connection:
        user = await stored.find_user(connection, Scope.of([actor.member_id]), actor.id)
    kept = user.password_hash if user else None
    if not await passwords.matches(kept, form.get("current", "")):
        return {"current": "This is not your password now."}
    try:
        accepted = passwords.accept(form.get("new", ""), actor.email)
    except passwords.PasswordError as error:
        return {"new": _sentence(error)}
    hashed = await passwords.hashed(accepted)
    session = hash_of(cookie_of(request.http))
    await request.store.write(
        lambda connection: people.change_password(connection, actor, hashed, keep=session, now=request.now)
    )
    return {}


async def _page(request: HubRequest, *, errors: Mapping[str, str] | None = None, saved: str = "") -> Response:
    """What was typed comes back, but for passwords."""
    actor = request.actor
    async with request.store.reading() as connection:
        member = await pages.member_name(connection, actor.scope, actor.member_id)
    now = {"name": actor.name, "time_zone": actor.time_zone, "theme": actor.theme}
    return render(
        request,
        "preferences.html",
        status=422 if errors else 200,
        member=member,
        typed={key: request.form.get(key, value) for key, value in now.items()},
        zones=sorted(zoneinfo.available_timezones() | {"UTC"}),
        themes=people.THEMES,
        shortest=passwords.SHORTEST,
        errors=errors or {},
        saved=saved,
    )


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


ROUTES = (preferences, change)
