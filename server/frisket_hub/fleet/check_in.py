"""The check-in: what the agent runs is written down, what it should run is answered, and when it comes again.

Most say nothing new: those cost one look-up (`store.standing`) and one row changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Mapping
from typing import Any

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import CheckIn, Confirmation, Desired, to_data
from frisket_hub.fleet.confirm import confirmation_row
from frisket_hub.fleet.desired import desired_of
from frisket_hub.fleet.leases import Lease, Verdict
from frisket_hub.profile_db import desired_release, outcomes, repository
from frisket_hub.store import agents, audit, releases
from frisket_hub.store.agents import Speaker
from frisket_hub.store.scope import Scope
from frisket_hub.store.standing import Standing

INTERVAL = 3_600
_JITTER = 0.1
# When an agent comes again whose turn in a rollout it is, but for which there was no place
_SOON = 600
# What is kept of a check-in, as agents.observed
OBSERVED = ("observed", "versions", "plugins_failed", "health", "refused", "trusted", "held")
_WENT_BACK = ("failed", "reverted")


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
    agent: Speaker,
    standing: Standing,
    document: CheckIn,
    *,
    now: dt.datetime,
    interval: int = INTERVAL,
) -> CheckedIn | Unanswered:
    """Of an agent whose row is locked. A fork is no exception, for that would undo that it is written down."""
    if agent.state != "active":
        return Unanswered(agent.state)
    lease = Lease(agent.lease, agent.previous_lease, agent.lease_request, agent.answered or "")
    verdict = lease.judge(document.lease, document.request)
    if verdict is Verdict.FORK:
        return await _fork(connection, agent, lease, document, now)
    if verdict is Verdict.NEXT:
        lease = lease.renewed(document.lease, document.request)
    assert lease.current is not None
    said = _said(document)
    await _hear(connection, agent, standing, document, said, now=now)
    wanted = await desired_release.wanted(connection, agent, standing, document.observed.release, now=now)
    agent = _told(agent, document, wanted.number)
    retry_after = seconds_to_next(agent.id, now, interval=interval)
    if wanted.soon:
        retry_after = min(retry_after, round(_SOON * random.uniform(1 - _JITTER, 1 + _JITTER)))
    await agents.checked_in(
        connection,
        agent,
        lease=(lease.current, lease.previous, lease.request, lease.answered),
        observed=said,
        now=now,
        next_at=now + dt.timedelta(seconds=retry_after),
    )
    desired = await _desired(connection, agent, standing, document, wanted.number)
    return CheckedIn(lease=lease.current, retry_after=retry_after, desired=desired)


def seconds_to_next(agent_id: str, now: dt.datetime, *, interval: int = INTERVAL) -> int:
    """To this agent's own second of the interval, the one that lies nearest to a whole interval from now, ±10 %."""
    phase = int.from_bytes(hashlib.sha256(agent_id.encode()).digest()[:8]) % interval
    wait = (phase - now.timestamp()) % interval
    if wait < interval / 2:
        wait += interval
    return max(1, round(wait + random.uniform(-_JITTER, _JITTER) * interval))


def _told(agent: Speaker, document: CheckIn, number: int) -> Speaker:
    """With the release that it should have; a new generation where that is another than it was told, and runs."""
    if number == (agent.release_number or 0):
        return agent
    running = document.observed.release.number if document.observed.release else 0
    # to have by itself what it should have is no change for the agent
    generation = agent.generation if number == running and agent.release_number is None else agent.generation + 1
    return attrs.evolve(agent, release_number=number or None, generation=generation)


async def _desired(
    connection: AsyncConnection, agent: Speaker, standing: Standing, document: CheckIn, number: int
) -> Desired | None:
    """None where the agent has all of it, and trusts what is fresh."""
    observed = document.observed
    running = observed.release.number if observed.release else 0
    has_all = observed.generation == agent.generation and running == number
    if has_all and not document.trusted.renew:
        return None
    release = observed.release if running == number else await releases.named(connection, standing.provider, number)
    metadata = await repository.new_metadata(connection, standing.provider, since_root=document.trusted.root)
    if has_all and metadata is None:
        return None
    whole = await agents.find(connection, Scope.of([agent.member_id]), agent.id)
    assert whole is not None
    return desired_of(whole, release, metadata)


async def _fork(
    connection: AsyncConnection, agent: Speaker, lease: Lease, document: CheckIn, now: dt.datetime
) -> Unanswered:
    """Unless it is a request of before that was under way until now: that one has had its answer."""
    if lease.was_answered(document.lease, document.request):
        return LATE
    await agents.change(connection, Scope.of([agent.member_id]), agent.id, state="quarantined")
    entry = audit.Entry(member_id=agent.member_id, at=now, actor=agent.id, action="agent.quarantine", subject=agent.id)
    await audit.note(connection, entry)
    return Unanswered("quarantined")


def _said(document: CheckIn) -> dict[str, Any]:
    said = to_data(document)
    return {name: said[name] for name in OBSERVED}


async def _hear(
    connection: AsyncConnection,
    agent: Speaker,
    standing: Standing,
    document: CheckIn,
    said: Mapping[str, Any],
    *,
    now: dt.datetime,
) -> None:
    """What this check-in says of a release, for the case that its confirmation was lost."""
    observed = document.observed
    if observed.state != "initial" and (agent.observed or {}).get("observed") != said["observed"]:
        tried = observed.release
        if observed.state in _WENT_BACK:
            told = agent.release_number or 0
            behind = told > (observed.release.number if observed.release else 0)
            tried = await releases.named(connection, standing.provider, told) if behind else None
        confirmation = Confirmation(
            generation=observed.generation,
            release=observed.release,
            state=observed.state,
            refused=document.refused,
            tried=tried,
        )
        await agents.confirm(connection, confirmation_row(agent, confirmation, now))
        await outcomes.report(connection, standing.provider, agent, confirmation, now=now)
    worse = {name: one for name, one in document.health.by_profile.items() if outcomes.lasting(one)}
    if worse and observed.release is not None:
        number = observed.release.number
        await outcomes.report_scan(connection, standing.provider, agent, number=number, found=worse, now=now)
