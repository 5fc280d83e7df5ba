"""What the provider's people do with a release: prepare it, answer for it, have it signed, roll it out, pin to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from urllib.parse import parse_qsl

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from frisket_hub.portal import release as release_page
from frisket_hub.portal import releases as releases_page
from frisket_hub.portal.release import number_in
from frisket_hub.profile_db import pins, preparing, publishing, rollout
from frisket_hub.profile_db.candidate import CandidateError
from frisket_hub.profile_db.online import OnlineKeys, OnlineKeysError
from frisket_hub.profile_db.releases import ReleaseError
from frisket_hub.routing import Audience, HubRequest, NotFound, route
from frisket_hub.store import pages

_DAY = dt.timedelta(days=1)
_T = TypeVar("_T")
_REFUSALS = (ReleaseError, CandidateError, OnlineKeysError)


@route("POST", "/releases", audience=Audience.PROVIDER, scope="provider", summary="Prepare a release")
async def prepare(request: HubRequest) -> Response:
    typed = {name: request.form.get(name, "").strip() for name in ("notes", "content_of")}
    older = typed["content_of"]
    if older and not _is_number(older):
        return await releases_page.page(request, typed=typed, errors={"content_of": "There is no such release."})

    async def step(connection: AsyncConnection, provider: str) -> int:
        return await preparing.prepare(
            connection,
            provider,
            notes=typed["notes"],
            actor=request.actor,
            now=request.now,
            content_of=int(older) if older else None,
        )

    try:
        number = await _done(request, step)
    except ReleaseError as error:
        return await releases_page.page(request, typed=typed, errors={"prepare": _lines(error)})
    return RedirectResponse(f"/releases/{number}", status_code=303)


@route("POST", "/releases/{number}/accept", audience=Audience.PROVIDER, scope="provider", summary="Accept a finding")
async def accept(request: HubRequest) -> Response:
    number, finding = number_in(request), request.form.get("finding", "")
    reason = request.form.get("reason", "")
    return await _next(
        request,
        lambda connection, provider: preparing.accept(
            connection, provider, number, finding=finding, reason=reason, actor=request.actor, now=request.now
        ),
        anchor="differences",
    )


@route("POST", "/releases/{number}/approve", audience=Audience.PROVIDER, scope="provider", summary="Approve a release")
async def approve(request: HubRequest) -> Response:
    number = number_in(request)
    return await _next(
        request,
        lambda connection, provider: preparing.approve(
            connection, provider, number, actor=request.actor, now=request.now
        ),
    )


@route(
    "GET",
    "/releases/{number}/signing-request",
    audience=Audience.PROVIDER,
    scope="provider",
    summary="What is to be signed elsewhere",
)
async def signing_request(request: HubRequest) -> Response:
    number = number_in(request)
    try:
        octets = await _done(
            request, lambda connection, provider: publishing.signing_request(connection, provider, number)
        )
    except ReleaseError as error:
        return await release_page.page(request, errors={"next": _lines(error)})
    name = f"release-{number}.request.json"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(octets, media_type="application/json", headers=headers)


@route("POST", "/releases/{number}/publish", audience=Audience.PROVIDER, scope="provider", summary="Publish a release")
async def publish(request: HubRequest) -> Response:
    """What was signed elsewhere comes back as text: chosen as a file by a script, or pasted."""
    number, signed = number_in(request), request.form.get("signed", "").strip()

    async def step(connection: AsyncConnection, provider: str) -> None:
        if await pages.release_row(connection, provider, number, prepared=True) is None:
            raise NotFound(str(number))
        if request.settings.online_keys is None:
            raise ReleaseError(("this hub signs nothing by itself: start it with its folder of online keys",))
        keys = OnlineKeys.load(request.settings.online_keys)
        await publishing.publish(connection, provider, signed.encode(), keys=keys, actor=request.actor, now=request.now)

    return await _next(request, step, typed={"signed": signed})


@route("POST", "/releases/{number}/rollout", audience=Audience.PROVIDER, scope="provider", summary="Start a rollout")
async def start_rollout(request: HubRequest) -> Response:
    number, typed = number_in(request), {name: request.form.get(name, "") for name in ("rings", "soak", "minimum")}
    rings, errors = _rings(typed)
    if errors:
        return await release_page.page(request, typed=typed, errors=errors)

    async def step(connection: AsyncConnection, provider: str) -> str:
        if await pages.release_row(connection, provider, number, prepared=True) is None:
            raise NotFound(str(number))
        return await rollout.start(
            connection,
            provider,
            number,
            volunteers=_every(request, "volunteers"),
            rings=rings,
            soak=round(float(typed["soak"]) * 60),
            minimum=int(typed["minimum"]),
            actor=request.actor,
            now=request.now,
        )

    try:
        id_ = await _done(request, step)
    except ReleaseError as error:
        return await release_page.page(request, typed=typed, errors={"next": _lines(error)})
    return RedirectResponse(f"/rollouts/{id_}", status_code=303)


@route("POST", "/releases/{number}/pins", audience=Audience.PROVIDER, scope="provider", summary="Pin a member")
async def pin(request: HubRequest) -> Response:
    number, typed = number_in(request), {name: request.form.get(name, "") for name in ("member", "reason", "days")}
    days = int(typed["days"]) if _is_number(typed["days"]) else 0

    async def step(connection: AsyncConnection, provider: str) -> None:
        if await pages.release_row(connection, provider, number, prepared=True) is None:
            raise NotFound(str(number))
        expires = request.now + min(days, 1000) * _DAY
        await pins.pin(
            connection,
            provider,
            typed["member"],
            number,
            reason=typed["reason"],
            expires_at=expires,
            actor=request.actor,
            now=request.now,
        )

    return await _next(request, step, typed=typed, field="pin")


@route("POST", "/releases/pins/{id}/remove", audience=Audience.PROVIDER, scope="provider", summary="Unpin a member")
async def unpin(request: HubRequest) -> Response:
    member = request.path["id"]
    await _done(
        request,
        lambda connection, provider: pins.unpin(connection, provider, member, actor=request.actor, now=request.now),
    )
    return RedirectResponse("/releases", status_code=303)


async def _next(
    request: HubRequest,
    step: Callable[[AsyncConnection, str], Awaitable[object]],
    *,
    typed: Mapping[str, str] | None = None,
    field: str = "next",
    anchor: str = "next",
) -> Response:
    """The release's page again: after the step, or with what kept it from being done."""
    try:
        await _done(request, step)
    except _REFUSALS as error:
        return await release_page.page(request, typed=typed or {}, errors={field: _lines(error)})
    return RedirectResponse(f"/releases/{request.path['number']}#{anchor}", status_code=303)


async def _done(request: HubRequest, step: Callable[[AsyncConnection, str], Awaitable[_T]]) -> _T:
    """A step in one transaction; it is given the provider's member_id."""

    async def work(connection: AsyncConnection) -> _T:
        return await step(connection, await pages.provider_above(connection, request.actor.member_id))

    return await request.store.write(work)


def _rings(typed: Mapping[str, str]) -> tuple[list[float], dict[str, str]]:
    """Shares of 1, and what is wrong by the field in which it stands."""
    errors = {}
    parts = typed["rings"].replace("%", " ").replace(",", " ").split()
    rings = [float(part) / 100 for part in parts if _is_decimal(part)]
    if len(rings) != len(parts) or not rings:
        errors["rings"] = "Percentages that rise to 100, as in 1, 10, 50, 100."
    if not _is_decimal(typed["soak"]):
        errors["soak"] = "Minutes, as in 120."
    if not _is_number(typed["minimum"]):
        errors["minimum"] = "A whole number of agents."
    return rings, errors


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _is_decimal(text: str) -> bool:
    whole, point, rest = text.strip().partition(".")
    return _is_number(whole) and (not point or _is_number(rest))


def _every(request: HubRequest, field: str) -> list[str]:
    """Every value of a field that a form holds more than once."""
    return [value for name, value in parse_qsl(request.body.decode("utf-8")) if name == field]


def _lines(error: Exception) -> str:
    """As sentences, one a line."""
    return "\n".join(f"{line[:1].upper()}{line[1:]}." for line in str(error).splitlines())


ROUTES = (prepare, accept, approve, signing_request, publish, start_rollout, pin, unpin)
