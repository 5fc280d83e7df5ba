"""One rollout, which moves by itself: rings, confirmations, failures by profile, and what stops it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence

import attrs
from starlette.responses import Response

from frisket_hub.portal.progress_chart import ProgressChart, progress_chart
from frisket_hub.portal.rendering import render
from frisket_hub.portal.rollout_view import ProfileFailures, RolloutView, failures_of, rollout_view
from frisket_hub.routing import Audience, HubRequest, NotFound, route
from frisket_hub.store import pages
from frisket_hub.store.pages import ReleaseRow, ReportRow


@attrs.frozen(kw_only=True)
class Seen:
    """What the page shows; `profiles` and who did what are the provider's."""

    rollout: RolloutView
    chart: ProgressChart | None
    reports: list[ReportRow]
    profiles: list[ProfileFailures]
    release: ReleaseRow | None
    before: ReleaseRow | None
    started_by: str


@route("GET", "/rollouts/{id}", audience=Audience.USER, scope="members in sight", summary="A rollout")
async def rollout(request: HubRequest) -> Response:
    return await _page(request, "rollout.html")


@route("GET", "/rollouts/{id}/state", audience=Audience.USER, scope="members in sight", summary="What moves of it")
async def state(request: HubRequest) -> Response:
    """The part of the page that a script asks for again while the rollout runs."""
    return await _page(request, "rollout_state.html")


async def _page(request: HubRequest, template: str, *, typed: str = "", error: str = "", status: int = 200) -> Response:
    seen = await _seen(request)
    async with request.store.reading() as connection:
        member = await pages.member_name(connection, request.actor.scope, request.actor.member_id)
    return render(
        request,
        template,
        status=status,
        member=member,
        several_members=len(request.actor.scope.members) > 1,
        may_change=request.actor.provider,
        typed=typed,
        error=error,
        **attrs.asdict(seen, recurse=False),
    )


async def _seen(request: HubRequest) -> Seen:
    actor, scope = request.actor, request.actor.scope
    async with request.store.reading() as connection:
        provider = await pages.provider_above(connection, actor.member_id)
        row = await pages.rollout_row(connection, provider, request.path["id"])
        if row is None:
            raise NotFound(request.path["id"])
        counted = await pages.ring_counts(connection, scope, row.id)
        agents = await pages.active_agents(connection, scope)
        healthy = await pages.reports_over_time(connection, scope, row.id, failed=False)
        failed = await pages.reports_over_time(connection, scope, row.id, failed=True)
        reports = await pages.report_rows(connection, scope, row.id)
        profiles = await pages.reported_profiles(connection, provider, row.id) if actor.provider else []
        releases = await pages.release_rows(connection, provider, prepared=False)
        names = await pages.names_of(connection, provider, [row.started_by] if actor.provider else [])
    view = rollout_view(row, counted, agents=ring_members(row.id, row.rings, volunteers=row.volunteers, agents=agents))
    chart = progress_chart(
        healthy,
        failed,
        first=row.started_at,
        last=row.ended_at or request.now,
        rings=[(ring.opened_at, ring.name) for ring in view.rings if ring.opened_at is not None],
        time_zone=actor.time_zone,
    )
    return Seen(
        rollout=view,
        chart=chart,
        reports=reports,
        profiles=failures_of(profiles),
        release=next((each for each in releases if each.number == row.release_number), None),
        before=next((each for each in releases if each.number < row.release_number), None),
        started_by=names.get(row.started_by or "", ""),
    )


def ring_members(
    rollout_id: str, rings: Sequence[float], *, volunteers: Collection[str], agents: Iterable[str]
) -> dict[int, list[str]]:
    """The agents by the ring in which this rollout holds them."""
    held: dict[int, list[str]] = {}
    for agent in agents:
        bucket = int.from_bytes(hashlib.sha256(f"{rollout_id}{agent}".encode()).digest()[:8]) / 2**64
        number = next((ring for ring, share in enumerate(rings, start=1) if bucket < share), len(rings))
        held.setdefault(0 if agent in volunteers else number, []).append(agent)
    return held


ROUTES = (rollout, state)
