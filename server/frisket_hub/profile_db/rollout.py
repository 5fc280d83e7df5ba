"""A release goes out in rings, as far as its evidence carries, and stops by itself (RELEASES 4).

`start`, `pause`, `resume` and `halt` are what people do; `admit`, `profile_db.outcomes` and `evaluate` are what
check-ins, confirmations and the clock do. All of them hold the rollout's row.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.profile_db import pace
from frisket_hub.profile_db.releases import ReleaseError, note_deed
from frisket_hub.routing import Actor, NotFound
from frisket_hub.store import members, releases, rollouts
from frisket_hub.store.rollouts import Rollout
from frisket_hub.store.schema import new_id

RINGS = (0.01, 0.1, 0.5, 1.0)
SOAK = 7_200
MINIMUM = 10
FAILURE_LIMIT = 0.03
# An agent that was offered a release and says nothing for so long is not waited for; a ring of them ends the rollout
PATIENCE = dt.timedelta(hours=3)
THE_HUB = Actor(kind="hub")
_LONGEST_REASON = 400


async def start(
    connection: AsyncConnection,
    provider: str,
    number: int,
    *,
    volunteers: Sequence[str] = (),
    rings: Sequence[float] = RINGS,
    soak: int = SOAK,
    minimum: int = MINIMUM,
    failure_limit: float = FAILURE_LIMIT,
    actor: Actor,
    now: dt.datetime,
) -> str:
    """Its id. `volunteers`, if any, are the first ring; `soak` is seconds. What is under way is replaced.

    ReleaseError with everything that cannot be so.
    """
    problems = [*_problems(rings, soak=soak, minimum=minimum, failure_limit=failure_limit)]
    problems += await _problems_of_release(connection, provider, number)
    problems += await _problems_of_volunteers(connection, provider, volunteers)
    if problems:
        raise ReleaseError(tuple(problems))
    await releases.last_number(connection, provider)  # locks the provider, so that no other rollout starts now
    before = await rollouts.under_way(connection, provider, lock=True)
    if before is not None:
        await rollouts.withdraw(connection, before)
        await rollouts.change(
            connection, before, state="replaced", reason=f"replaced by that of release {number}", ended_at=now
        )
    row = {
        "member_id": provider,
        "id": new_id("ro"),
        "release_number": number,
        "state": "running",
        "rings": list(rings),
        "ring": 0 if volunteers else 1,
        "ring_at": now,
        "soak": soak,
        "minimum": minimum,
        "failure_limit": failure_limit,
        "volunteers": list(volunteers),
        "started_by": actor.id or None,
        "started_at": now,
    }
    await rollouts.add(connection, row)
    await _note(connection, provider, "start", number, actor=actor, now=now, detail=f"rings {_percents(rings)}")
    return str(row["id"])


async def pause(
    connection: AsyncConnection, provider: str, rollout_id: str, *, reason: str, actor: Actor, now: dt.datetime
) -> None:
    """Nobody else is offered the release; who was, keeps the offer."""
    rollout = await _in(connection, provider, rollout_id, ("running",))
    await rollouts.change(connection, rollout, state="paused", reason=reason[:_LONGEST_REASON])
    await _note(connection, provider, "pause", rollout.release_number, actor=actor, now=now, detail=reason)


async def resume(
    connection: AsyncConnection, provider: str, rollout_id: str, *, reason: str = "", actor: Actor, now: dt.datetime
) -> None:
    """The ring that is open begins anew, so that the pause counts neither as soak nor as silence."""
    rollout = await _in(connection, provider, rollout_id, ("paused",))
    await rollouts.change(connection, rollout, state="running", reason="", ring_at=now)
    await _note(connection, provider, "resume", rollout.release_number, actor=actor, now=now, detail=reason)


async def halt(
    connection: AsyncConnection, provider: str, rollout_id: str, *, reason: str, actor: Actor, now: dt.datetime
) -> None:
    """For good: withdrawn from those that have not applied it; those that have keep it until a newer release."""
    rollout = await _in(connection, provider, rollout_id, rollouts.UNDER_WAY)
    await _halt(connection, rollout, reason=reason, profile=None, actor=actor, now=now)


def is_in(agent_id: str, rollout: Rollout) -> bool:
    """Whether the rings that are open reach this agent; the same agents for as long as the rollout lasts."""
    if agent_id in rollout.volunteers:
        return True
    return rollout.ring > 0 and bucket(rollout.id, agent_id) < rollout.rings[rollout.ring - 1]


def bucket(rollout_id: str, agent_id: str) -> float:
    """In [0, 1), evenly."""
    return int.from_bytes(hashlib.sha256(f"{rollout_id}{agent_id}".encode()).digest()[:6]) / (1 << 48)


async def admit(
    connection: AsyncConnection, rollout: Rollout, member_id: str, agent_id: str, *, now: dt.datetime
) -> bool:
    """Offers the release to an agent of an open ring; False where it has to wait until others have reported."""
    locked = await rollouts.find(connection, rollout.member_id, rollout.id, lock=True)
    if locked is None or locked.state != "running" or not is_in(agent_id, locked):
        return False
    if locked.in_flight >= pace.places(locked.healthy, locked.failed, locked.failure_limit):
        return False
    row = {
        "member_id": member_id,
        "rollout_id": locked.id,
        "agent_id": agent_id,
        "release_number": locked.release_number,
        "ring": locked.ring,
        "offered_at": now,
    }
    if await rollouts.offer(connection, row):
        await rollouts.change(connection, locked, offered=locked.offered + 1)
    return True


async def evaluate(connection: AsyncConnection, provider: str, *, now: dt.datetime) -> None:
    """Halts the rollout that is running, opens its next ring, or ends it; harmless however often it is called."""
    rollout = await rollouts.under_way(connection, provider, lock=True)
    if rollout is None or rollout.state != "running":
        return
    if await halt_if_proven(connection, rollout, now=now) or await _halt_if_silent(connection, rollout, now=now):
        return
    if now - rollout.ring_at < dt.timedelta(seconds=rollout.soak):
        return
    if not rollout.is_last_ring and await _is_confirmed(connection, rollout, now):
        await rollouts.change(connection, rollout, ring=rollout.ring + 1, ring_at=now)
    elif rollout.is_last_ring and await _is_everywhere(connection, rollout, now):
        await rollouts.change(connection, rollout, state="done", ended_at=now)
        await _note(connection, provider, "done", rollout.release_number, actor=THE_HUB, now=now, detail="")


async def halt_if_proven(connection: AsyncConnection, rollout: Rollout, *, now: dt.datetime) -> bool:
    """Whether failures ended it: overall, of one profile, or of so many that nobody more may be offered it."""
    limit = rollout.failure_limit
    share = f"more than {limit:.0%} of agents fail"
    if pace.is_proven(rollout.failed, rollout.reported, limit):
        reason = f"{rollout.failed} of {rollout.reported} agents failed: {share}"
        return await _halt(connection, rollout, reason=reason, profile=None, actor=THE_HUB, now=now)
    failing = await rollouts.profiles(connection, rollout, failing_only=True) if rollout.failed else {}
    for profile, counts in failing.items():
        if pace.is_proven(counts["failed"], counts["reported"], limit):
            reason = f"{profile}: {counts['failed']} of {counts['reported']} agents failed: {share}"
            return await _halt(connection, rollout, reason=reason, profile=profile, actor=THE_HUB, now=now)
    if not rollout.in_flight and not pace.places(rollout.healthy, rollout.failed, limit):
        reason = f"{rollout.failed} of {rollout.reported} agents failed: too many to offer it to others"
        return await _halt(connection, rollout, reason=reason, profile=None, actor=THE_HUB, now=now)
    return False


async def _halt_if_silent(connection: AsyncConnection, rollout: Rollout, *, now: dt.datetime) -> bool:
    """Nobody of the ring says anything, or those that say nothing take every place."""
    since = max(rollout.heard_at or rollout.ring_at, rollout.ring_at)
    if not rollout.in_flight or now - since < PATIENCE:
        return False
    first, heard = await rollouts.ring_was_heard(connection, rollout)
    alone = first is not None and not heard and now - first >= PATIENCE
    full = rollout.in_flight >= pace.places(rollout.healthy, rollout.failed, rollout.failure_limit)
    if not alone and not full:
        return False
    reason = f"{rollout.in_flight} agents were offered it and nobody has reported for {PATIENCE.seconds // 3600} hours"
    return await _halt(connection, rollout, reason=reason, profile=None, actor=THE_HUB, now=now)


async def _is_confirmed(connection: AsyncConnection, rollout: Rollout, now: dt.datetime) -> bool:
    """Enough are well; in a fleet that has not so many: all that were offered it and can be waited for have said so."""
    if rollout.healthy >= rollout.minimum:
        return True
    return not await rollouts.waited_for(connection, rollout, now - PATIENCE)


async def _is_everywhere(connection: AsyncConnection, rollout: Rollout, now: dt.datetime) -> bool:
    """Whether every agent that came lately was offered it, or has it, and has reported."""
    if await rollouts.waited_for(connection, rollout, now - PATIENCE):
        return False
    return not await rollouts.not_offered(connection, rollout, now - PATIENCE, now=now)


async def _halt(
    connection: AsyncConnection, rollout: Rollout, *, reason: str, profile: str | None, actor: Actor, now: dt.datetime
) -> bool:
    await rollouts.withdraw(connection, rollout)
    incident = {
        "at": now.isoformat(),
        "reason": reason,
        "profile": profile,
        "reported": rollout.reported,
        "failed": rollout.failed,
        "lower_bound": round(pace.lower_bound(rollout.failed, rollout.reported), 4),
        "profiles": await rollouts.profiles(connection, rollout, failing_only=True),
        "codes": await rollouts.codes(connection, rollout),
    }
    short = reason[:_LONGEST_REASON]
    await rollouts.change(connection, rollout, state="halted", reason=short, incident=incident, ended_at=now)
    await _note(connection, rollout.member_id, "halt", rollout.release_number, actor=actor, now=now, detail=reason)
    return True


async def _in(connection: AsyncConnection, provider: str, rollout_id: str, states: Sequence[str]) -> Rollout:
    rollout = await rollouts.find(connection, provider, rollout_id, lock=True)
    if rollout is None:
        raise NotFound(rollout_id)
    if rollout.state not in states:
        raise ReleaseError((f"the rollout of release {rollout.release_number} is {rollout.state} already",))
    return rollout


def _problems(rings: Sequence[float], *, soak: int, minimum: int, failure_limit: float) -> list[str]:
    found = []
    if not rings or list(rings) != sorted(set(rings)) or rings[0] <= 0 or rings[-1] != 1:
        found.append("rings are shares of all agents that rise to 1, as 0.01, 0.1, 0.5, 1")
    if soak < 0 or minimum < 0:
        found.append("soak and minimum are not below 0")
    if not 0 < failure_limit < 1:
        found.append("the limit of failures lies between 0 and 1")
    return found


async def _problems_of_release(connection: AsyncConnection, provider: str, number: int) -> list[str]:
    state = await rollouts.state_of_release(connection, provider, number)
    if state == "published":
        return []
    return [f"release {number} is {state}, not published" if state else f"there is no release {number}"]


async def _problems_of_volunteers(connection: AsyncConnection, provider: str, ids: Sequence[str]) -> list[str]:
    below = await members.under(connection, [f"/{provider}/"]) if ids else None
    known = await rollouts.known_agents(connection, below, ids) if below else set()
    return [f"{agent_id}: no such agent" for agent_id in ids if agent_id not in known]


def _percents(rings: Sequence[float]) -> str:
    return ", ".join(f"{ring:.4g}" for ring in (100 * ring for ring in rings)) + " %"


async def _note(
    connection: AsyncConnection, provider: str, verb: str, number: int, *, actor: Actor, now: dt.datetime, detail: str
) -> None:
    subject = f"release {number}"
    await note_deed(connection, provider, f"rollout.{verb} {number}", subject, actor=actor, now=now, detail=detail)
