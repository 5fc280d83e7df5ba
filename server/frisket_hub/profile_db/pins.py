"""Keeping a member at a release for a while: somebody's word, with a reason and an end."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.profile_db.releases import ReleaseError, note_deed
from frisket_hub.routing import Actor, NotFound
from frisket_hub.store import members, pins, rollouts
from frisket_hub.store.pins import Pin

LONGEST = dt.timedelta(days=90)
_SHOWN = 5
_LONGEST_REASON = 400


async def pin(
    connection: AsyncConnection,
    provider: str,
    member_id: str,
    number: int,
    *,
    reason: str,
    expires_at: dt.datetime,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Instead of a pin that the member has. ReleaseError with everything that cannot be so."""
    await _check_member(connection, provider, member_id)
    problems = []
    if not reason.strip():
        problems.append("a pin takes a reason")
    if not now < expires_at <= now + LONGEST:
        problems.append(f"a pin ends within {LONGEST.days} days, so that nobody is forgotten on an old release")
    if await rollouts.state_of_release(connection, provider, number) != "published":
        problems.append(f"there is no published release {number}")
    beyond = await pins.beyond(connection, member_id, number)
    if beyond:
        shown = ", ".join(f"{agent} runs {newer}" for agent, newer in beyond[:_SHOWN])
        more = f" and {len(beyond) - _SHOWN} more" if len(beyond) > _SHOWN else ""
        problems.append(f"no agent goes back below what it runs, and {shown}{more}; pin a release that is not older")
    if problems:
        raise ReleaseError(tuple(problems))
    row = Pin(
        member_id=member_id,
        release_number=number,
        reason=reason.strip()[:_LONGEST_REASON],
        pinned_by=actor.id or actor.kind,
        pinned_at=now,
        expires_at=expires_at,
    )
    await pins.put(connection, row)
    detail = f"until {expires_at:%Y-%m-%d}: {reason.strip()}"
    await note_deed(connection, provider, f"release.pin {number}", member_id, actor=actor, now=now, detail=detail)


async def unpin(connection: AsyncConnection, provider: str, member_id: str, *, actor: Actor, now: dt.datetime) -> None:
    """NotFound for a member without a pin."""
    await _check_member(connection, provider, member_id)
    number = await pins.remove(connection, member_id)
    if number is None:
        raise NotFound(member_id)
    await note_deed(connection, provider, f"release.unpin {number}", member_id, actor=actor, now=now, detail="")


async def _check_member(connection: AsyncConnection, provider: str, member_id: str) -> None:
    if member_id not in await members.under(connection, [f"/{provider}/"]):
        raise NotFound(member_id)
