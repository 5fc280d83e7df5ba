"""One rollout, which moves by itself: rings, confirmations, failures by profile, and what stops it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from frisket_hub.portal.progress_chart import ProgressChart, grown, progress_chart
from frisket_hub.portal.rendering import render
from frisket_hub.portal.rollout_view import ProfileFailures, RolloutView, failures_of, rollout_view
from frisket_hub.profile_db import rollout as engine
from frisket_hub.profile_db.releases import ReleaseError
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


@route("POST", "/rollouts/{id}/pause", audience=Audience.PROVIDER, scope="provider", summary="Pause a rollout")
async def pause(request: HubRequest) -> Response:
    return await _change(request, engine.pause, "Why is it paused? Say so in a few words.")


@route("POST", "/rollouts/{id}/resume", audience=Audience.PROVIDER, scope="provider", summary="Go on with a rollout")
async def resume(request: HubRequest) -> Response:
    return await _change(request, engine.resume)


@route("POST", "/rollouts/{id}/halt", audience=Audience.PROVIDER, scope="provider", summary="Halt a rollout for good")
async def halt(request: HubRequest) -> Response:
    return await _change(request, engine.halt, "Why is it halted? Say so in a few words.")


async def _change(request: HubRequest, step: Callable[..., Awaitable[None]], question: str = "") -> Response:
    """`question`: what is asked of a person who gave no reason."""
    reason, actor = request.form.get("reason", "").strip(), request.actor
    if question and not reason:
        return await _page(request, "rollout.html", error=question, status=422)

    async def work(connection: AsyncConnection) -> None:
        provider = await pages.provider_above(connection, actor.member_id)
        await step(connection, provider, request.path["id"], reason=reason, actor=actor, now=request.now)

    try:
        await request.store.write(work)
    except ReleaseError as error:
        return await _page(request, "rollout.html", error=f"{error}.", typed=reason, status=422)
    return RedirectResponse(f"/rollouts/{request.path['id']}", status_code=303)


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
        reach = await pages.reach(connection, scope, row, now=request.now)
        reports = await pages.report_rows(connection, scope, row.id)
        profiles = await pages.reported_profiles(connection, provider, row.id) if actor.provider else []
        releases = await pages.release_rows(connection, provider, prepared=False)
        names = await pages.names_of(connection, provider, [row.started_by] if actor.provider else [])
    view = rollout_view(row, reach)
    chart = progress_chart(
        grown(reach.offered, ("healthy",)),
        grown(reach.offered, pages.FAILED),
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


ROUTES = (rollout, state, pause, resume, halt)
