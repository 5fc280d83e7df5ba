"""The profile database: its releases, what is being rolled out, and which agents run which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from frisket_hub.portal.agent_view import AgentView, agent_view
from frisket_hub.portal.release_view import roles_health, taken_back_by
from frisket_hub.portal.rendering import render
from frisket_hub.portal.rollout_view import rollout_view
from frisket_hub.routing import Audience, HubRequest, route
from frisket_hub.store import pages

_FEW = 5


@route("GET", "/releases", audience=Audience.USER, scope="members in sight", summary="The profile database")
async def releases(request: HubRequest) -> Response:
    return await page(request, typed={"notes": "", "content_of": request.query.get("content_of", "")})


async def page(request: HubRequest, *, typed: Mapping[str, str], errors: Mapping[str, str] | None = None) -> Response:
    """Members see what is published; what is being prepared, and by whom, is the provider's."""
    actor, scope = request.actor, request.actor.scope
    async with request.store.reading() as connection:
        provider = await pages.provider_above(connection, actor.member_id)
        rows = await pages.release_rows(connection, provider, prepared=actor.provider)
        rollouts = await pages.rollout_rows(connection, provider)
        current = next((each for each in rollouts if each.is_open), None)
        reach = await pages.reach(connection, scope, current, now=request.now) if current else None
        agents = [row for row in await pages.agent_rows(connection, scope) if row.state == "active"]
        member = await pages.member_name(connection, scope, actor.member_id)
        pins = await pages.pin_rows(connection, scope)
        roles = await pages.role_rows(connection, provider) if actor.provider else []
        handed_in = await pages.contribution_rows(connection, provider, None, limit=_FEW) if actor.provider else []
    views = [agent_view(row, now=request.now) for row in agents]
    published = [row for row in rows if row.is_published]
    return render(
        request,
        "releases.html",
        status=422 if errors else 200,
        member=member,
        may_change=actor.provider,
        releases=rows,
        newest=published[0] if published else None,
        taken_back={row.number: taken_back_by(row, rows) for row in rows},
        rollouts={each.release_number: each for each in reversed(rollouts)},
        current=rollout_view(current, reach) if current and reach else None,
        runs=_runs(views),
        agents=len(views),
        pins=pins,
        roles=roles_health(roles, request.now),
        contributions=handed_in,
        typed=typed,
        errors=errors or {},
    )


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
