"""The agents: how each is doing, tokens for new ones."""

from __future__ import annotations

from starlette.responses import Response

from frisket_hub.fleet import enrolment
from frisket_hub.portal.agent_view import agent_view
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, NotFound, route
from frisket_hub.store import pages


@route("GET", "/agents", audience=Audience.USER, scope="members in sight", summary="The agents")
async def agents(request: HubRequest) -> Response:
    return await _page(request)


@route("POST", "/agents/tokens", audience=Audience.ADMIN, scope="members administered", summary="A token for an agent")
async def make_token(request: HubRequest) -> Response:
    """The token stands on the page that answers, and nowhere else ever again."""
    actor, member_id = request.actor, request.form.get("member", "")
    if member_id not in actor.admin:
        raise NotFound(member_id)
    token = await request.store.write(
        lambda connection: enrolment.make_token(connection, actor.admin, member_id, actor, request.now)
    )
    return await _page(request, token=token)


async def _page(request: HubRequest, *, token: str = "") -> Response:
    scope = request.actor.scope
    async with request.store.reading() as connection:
        rows = await pages.agent_rows(connection, scope)
        members = await pages.member_rows(connection, scope)
        member = await pages.member_name(connection, scope, request.actor.member_id)
    return render(
        request,
        "agents.html",
        member=member,
        several_members=len(scope.members) > 1,
        agents=[agent_view(row, now=request.now) for row in rows],
        may_change=request.actor.admin,
        choices=[each for each in members if each.member_id in request.actor.admin],
        hub_url=str(request.http.base_url).rstrip("/"),
        token=token,
    )


ROUTES = (agents, make_token)
