"""The check-in: what the agent runs is written down, what it should run is answered, and when it comes again."""

from __future__ import annotations

import datetime as dt
import hashlib
import random

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import CheckIn, Confirmation, Desired, Release, to_data
from frisket_hub.fleet.confirm import confirmation_row
from frisket_hub.fleet.desired import desired_of
from frisket_hub.fleet.leases import Lease, Verdict
from frisket_hub.store import agents, audit, nonces, releases
from frisket_hub.store.agents import Agent
from frisket_hub.store.scope import Scope

INTERVAL = 3_600
_JITTER = 0.1


@attrs.frozen(kw_only=True)
class CheckedIn:
    """The answer. `desired` is None where the agent has all of it; `retry_after` is seconds."""

    lease: str
    retry_after: int
    desired: Desired | None


@attrs.frozen
class Unanswered:
    """No answer: the agent may not speak (any more), or what came is an old check-in, answered already."""

    state: str


LATE = Unanswered("late")


async def check_in(
    connection: AsyncConnection,
    scope: Scope,
    agent_id: str,
    document: CheckIn,
    *,
    now: dt.datetime,
    interval: int = INTERVAL,
) -> CheckedIn | Unanswered:
    """A fork is no exception, for that would undo that it is written down."""
    agent = await agents.find(connection, scope, agent_id, lock=True)
    if agent is None or agent.state != "active":
        return Unanswered("unknown" if agent is None else agent.state)
    lease = Lease(agent.lease, agent.previous_lease, agent.lease_request)
    verdict = lease.judge(document.lease, document.request)
    if verdict is Verdict.FORK:
        return await _fork(connection, agent, document, now)
    if verdict is Verdict.NEXT:
        lease = lease.renewed(document.lease, document.request)
        await nonces.remember_answered(connection, agent.member_id, agent.id, document.lease, document.request, now=now)
    assert lease.current is not None
    retry_after = seconds_to_next(agent_id, now, interval=interval)
    await _write(connection, agent, document, lease, now=now, next_at=now + dt.timedelta(seconds=retry_after))
    release = await releases.latest_for(connection, agent.member_id)
    desired = None if _has_all(document, agent, release) else desired_of(agent, release)
    return CheckedIn(lease=lease.current, retry_after=retry_after, desired=desired)


def seconds_to_next(agent_id: str, now: dt.datetime, *, interval: int = INTERVAL) -> int:
    """To this agent's own second of the interval, the one that lies nearest to a whole interval from now, ±10 %."""
    phase = int.from_bytes(hashlib.sha256(agent_id.encode()).digest()[:8]) % interval
    wait = (phase - now.timestamp()) % interval
    if wait < interval / 2:
        wait += interval
    return max(1, round(wait + random.uniform(-_JITTER, _JITTER) * interval))


def _has_all(document: CheckIn, agent: Agent, release: Release | None) -> bool:
    observed = document.observed
    newer = release is not None and (observed.release is None or release.number > observed.release.number)
    return observed.generation == agent.generation and not newer


async def _fork(connection: AsyncConnection, agent: Agent, document: CheckIn, now: dt.datetime) -> Unanswered:
    """Unless it is a request of before that was under way until now: that one has had its answer."""
    if await nonces.was_answered(connection, agent.member_id, agent.id, document.lease, document.request):
        return LATE
    await agents.change(connection, Scope.of([agent.member_id]), agent.id, state="quarantined")
    entry = audit.Entry(member_id=agent.member_id, at=now, actor=agent.id, action="agent.quarantine", subject=agent.id)
    await audit.note(connection, entry)
    return Unanswered("quarantined")


async def _write(
    connection: AsyncConnection,
    agent: Agent,
    document: CheckIn,
    lease: Lease,
    *,
    now: dt.datetime,
    next_at: dt.datetime,
) -> None:
    said = to_data(document)
    observed = {name: said[name] for name in ("observed", "versions", "plugins_failed", "health", "refused")}
    own = Scope.of([agent.member_id])
    await agents.change(
        connection,
        own,
        agent.id,
        lease=lease.current,
        previous_lease=lease.previous,
        lease_request=lease.request,
        last_check_in_at=now,
        next_check_in_at=next_at,
        observed=observed,
    )
    if document.observed.state != "initial" and (agent.observed or {}).get("observed") != observed["observed"]:
        confirmation = Confirmation(
            generation=document.observed.generation,
            release=document.observed.release,
            state=document.observed.state,
            refused=document.refused,
        )
        await agents.confirm(connection, confirmation_row(agent, confirmation, now))
