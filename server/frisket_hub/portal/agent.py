"""One agent: what it should have and what it confirmed; accept it, revoke it, change its ranges and its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from frisket_hub.fleet import desired, enrolment, targets
from frisket_hub.portal.agent_view import AgentView, agent_view
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, NotFound, route
from frisket_hub.store import pages
from frisket_hub.store.pages import AgentRow, ConfirmationRow

# As wire.documents.Desired: a minute to a week
SHORTEST, LONGEST = 1, 10_080


@route("GET", "/agents/{id}", audience=Audience.USER, scope="members in sight", summary="One agent")
async def agent(request: HubRequest) -> Response:
    view, _ = await _seen(request)
    return await _page(request, typed=_typed_of(view.row), errors={})


@route("GET", "/agents/{id}/state", audience=Audience.USER, scope="members in sight", summary="An agent's state alone")
async def state(request: HubRequest) -> Response:
    """The part of the page that a script asks for again until the agent has what it should have."""
    view, confirmations = await _seen(request)
    return render(request, "agent_state.html", agent=view, confirmations=confirmations)


@route("POST", "/agents/{id}", audience=Audience.ADMIN, scope="members administered", summary="Change an agent")
async def change(request: HubRequest) -> Response:
    row = await _administered(request)
    typed = {name: request.form.get(name, "") for name in ("interval", "targets", "exclude")}
    errors = _problems(typed)
    if not errors:
        try:
            await request.store.write(
                lambda connection: desired.change(
                    connection,
                    request.actor.admin,
                    row.id,
                    scan_interval=int(typed["interval"]) * 60,
                    targets=_lines(typed["targets"]),
                    exclude=_lines(typed["exclude"]),
                    actor=request.actor,
                    now=request.now,
                )
            )
        except ValueError as error:
            errors = {"targets": str(error)}
    if errors:
        return await _page(request, typed=typed, errors=errors)
    return RedirectResponse(f"/agents/{row.id}", status_code=303)


@route("POST", "/agents/{id}/accept", audience=Audience.ADMIN, scope="members administered", summary="Accept an agent")
async def accept(request: HubRequest) -> Response:
    row = await _administered(request)
    await request.store.write(
        lambda connection: enrolment.accept(connection, request.actor.admin, row.id, request.actor, request.now)
    )
    return RedirectResponse(f"/agents/{row.id}", status_code=303)


@route("POST", "/agents/{id}/revoke", audience=Audience.ADMIN, scope="members administered", summary="Revoke an agent")
async def revoke(request: HubRequest) -> Response:
    row = await _administered(request)
    await request.store.write(
        lambda connection: enrolment.revoke(connection, request.actor.admin, row.id, request.actor, request.now)
    )
    return RedirectResponse(f"/agents/{row.id}", status_code=303)


async def _administered(request: HubRequest) -> AgentRow:
    """The agent, if the actor may change it: one that it may only see is as good as absent."""
    async with request.store.reading() as connection:
        row = await pages.agent_row(connection, request.actor.admin, request.path["id"])
    if row is None:
        raise NotFound(request.path["id"])
    return row


async def _seen(request: HubRequest) -> tuple[AgentView, list[ConfirmationRow]]:
    scope = request.actor.scope
    async with request.store.reading() as connection:
        row = await pages.agent_row(connection, scope, request.path["id"])
        if row is None:
            raise NotFound(request.path["id"])
        confirmations = await pages.confirmation_rows(connection, scope, row.id)
    return agent_view(row, now=request.now, confirmations=confirmations), confirmations


async def _page(request: HubRequest, *, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    view, confirmations = await _seen(request)
    async with request.store.reading() as connection:
        member = await pages.member_name(connection, request.actor.scope, request.actor.member_id)
        history = await pages.agent_rollouts(connection, request.actor.scope, view.row.id)
    return render(
        request,
        "agent.html",
        status=422 if errors else 200,
        member=member,
        agent=view,
        confirmations=confirmations,
        history=history,
        may_change=view.row.member_id in request.actor.admin,
        typed=typed,
        errors=errors,
    )


def _typed_of(row: AgentRow) -> dict[str, str]:
    return {
        "interval": f"{row.scan_interval / 60:g}",
        "targets": "\n".join(row.targets),
        "exclude": "\n".join(row.exclude),
    }


def _problems(typed: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, by the field in which it stands."""
    errors = {}
    text = typed["interval"].strip()
    if not (text.isascii() and text.isdigit() and len(text) < 7 and SHORTEST <= int(text) <= LONGEST):
        errors["interval"] = f"Whole minutes from {SHORTEST} to {LONGEST:,} (a week)."
    for field in ("targets", "exclude"):
        try:
            targets.check_targets(_lines(typed[field]))
        except ValueError as error:
            errors[field] = str(error)
    return errors


def _lines(text: str) -> list[str]:
    """One target a line; blank lines are nothing."""
    return [line.strip() for line in text.splitlines() if line.strip()]


ROUTES = (agent, state, change, accept, revoke)
