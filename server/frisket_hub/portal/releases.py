"""The profile database: its releases, and which agents run which."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.responses import Response

from frisket_hub.portal.agent_view import AgentView, agent_view
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, route
from frisket_hub.store import pages


@route("GET", "/releases", audience=Audience.USER, scope="members in sight", summary="The profile database")
async def releases(request: HubRequest) -> Response:
    scope = request.actor.scope
    async with request.store.reading() as connection:
        rows = await pages.release_rows(connection, scope)
        agents = [row for row in await pages.agent_rows(connection, scope) if row.state == "active"]
        member = await pages.member_name(connection, scope, request.actor.member_id)
    views = [agent_view(row, now=request.now, releases=rows) for row in agents]
    return render(request, "releases.html", member=member, releases=rows, runs=_runs(views), agents=len(views))


def _runs(views: list[AgentView]) -> list[dict[str, Any]]:
    """Each release that an agent runs, the newest first; None is what the agents came with."""
    counted = Counter(view.release for view in views if view.observed_generation is not None)
    unheard = sum(view.observed_generation is None for view in views)
    rows = [
        {"number": number, "agents": count, "percent": round(100 * count / len(views), 1), "heard": True}
        for number, count in sorted(counted.items(), key=lambda item: -(item[0] or 0))
    ]
    if unheard:
        share = round(100 * unheard / len(views), 1)
        rows.append({"number": None, "agents": unheard, "percent": share, "heard": False})
    return rows


ROUTES = (releases,)
