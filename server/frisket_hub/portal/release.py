"""One release: what it changes, what keeps it back, and the next step on its way to the agents."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from starlette.responses import Response

from frisket_hub.portal.release_view import (
    BundleChange,
    Differences,
    Step,
    bundle_changes,
    differences_view,
    steps_of,
    taken_back_by,
)
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, NotFound, route
from frisket_hub.store import pages
from frisket_hub.store.pages import MemberRow, PinRow, ReleaseRow, RolloutRow

_LARGEST = 10**9
_NOTHING: Mapping[str, str] = {}


@attrs.frozen(kw_only=True)
class Seen:
    """What the page shows; differences, pins and who did what are the provider's."""

    release: ReleaseRow
    before: ReleaseRow | None
    steps: list[Step]
    bundles: list[BundleChange]
    differences: Differences
    rollout: RolloutRow | None
    taken_back: int | None
    members: list[MemberRow]
    pins: list[PinRow]
    agents: list[tuple[str, str]]


@route("GET", "/releases/{number}", audience=Audience.USER, scope="members in sight", summary="A release")
async def release(request: HubRequest) -> Response:
    return await page(request)


async def page(
    request: HubRequest, *, typed: Mapping[str, str] = _NOTHING, errors: Mapping[str, str] | None = None
) -> Response:
    seen = await _seen(request, number_in(request))
    async with request.store.reading() as connection:
        member = await pages.member_name(connection, request.actor.scope, request.actor.member_id)
    return render(
        request,
        "release.html",
        status=422 if errors else 200,
        member=member,
        may_change=request.actor.provider,
        typed=typed,
        errors=errors or {},
        **attrs.asdict(seen, recurse=False),
    )


def number_in(request: HubRequest) -> int:
    """NotFound for what is no number of a release."""
    text = request.path["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) < _LARGEST):
        raise NotFound(text)
    return int(text)


async def _seen(request: HubRequest, number: int) -> Seen:
    actor = request.actor
    async with request.store.reading() as connection:
        provider = await pages.provider_above(connection, actor.member_id)
        row = await pages.release_row(connection, provider, number, prepared=actor.provider)
        if row is None:
            raise NotFound(str(number))
        rows = await pages.release_rows(connection, provider, prepared=False, limit=200)
        rollouts = await pages.rollout_rows(connection, provider)
        report = await pages.differences_of(connection, provider, number) if actor.provider else {}
        acceptances = await pages.acceptance_rows(connection, provider, number) if actor.provider else []
        who = [row.prepared_by, row.approved_by, row.published_by, *(each.accepted_by for each in acceptances)]
        names = await pages.names_of(connection, provider, who if actor.provider else [])
        members = await pages.member_rows(connection, actor.scope) if actor.provider else []
        agents = await pages.agent_rows(connection, actor.scope) if actor.provider and row.is_published else []
        pins = await pages.pin_rows(connection, actor.scope)
    rollout = next((each for each in rollouts if each.release_number == number), None)
    before = next((each for each in rows if each.number < number), None)
    return Seen(
        release=row,
        before=before,
        steps=steps_of(row, names=names, rollout_state=rollout.state if rollout else ""),
        bundles=bundle_changes(row, before),
        differences=differences_view(report, acceptances, names),
        rollout=rollout,
        taken_back=taken_back_by(row, rows),
        members=members,
        pins=[pin for pin in pins if pin.release_number == number],
        agents=[(each.id, each.name) for each in agents if each.state == "active" and each.member_id == provider],
    )


ROUTES = (release,)
