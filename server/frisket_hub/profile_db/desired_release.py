"""Which release an agent should run, decided at its check-in.

A pin counts before a rollout, a rollout before the newest release whose rollout is done; what is below the release
that the agent runs already counts never.
"""

from __future__ import annotations

import datetime as dt

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import Release
from frisket_hub.profile_db import rollout as engine
from frisket_hub.profile_db.outcomes import NOT_ITS_FAULT
from frisket_hub.store import pins, rollouts
from frisket_hub.store.agents import Speaker
from frisket_hub.store.rollouts import FAILURES
from frisket_hub.store.standing import Standing


@attrs.frozen
class Wanted:
    """`number` is 0 for what the agent came with. `soon`: it is to come again before its hour, for places are few."""

    number: int
    soon: bool = False


async def wanted(
    connection: AsyncConnection, agent: Speaker, standing: Standing, observed: Release | None, *, now: dt.datetime
) -> Wanted:
    """Offers the running release, where this agent's turn has come."""
    floor = observed.number if observed else 0
    pinned = await pins.above(connection, standing.path, now=now) if standing.pinned else None
    if pinned is not None and pinned >= floor:
        return Wanted(pinned)
    soon = False
    if standing.under_way is not None and standing.under_way_number > floor:
        offer = await _offer(connection, agent, standing, now=now)
        if offer.number:
            return offer
        soon = offer.soon
    done = standing.done_number
    if done > floor and await _may_have(connection, agent, done):
        return Wanted(done, soon)
    return Wanted(floor, soon)


async def _offer(connection: AsyncConnection, agent: Speaker, standing: Standing, *, now: dt.datetime) -> Wanted:
    """The release that is under way, if this agent has it offered or is offered it now; else number 0."""
    assert standing.under_way is not None
    rollout = await rollouts.find(connection, standing.provider, standing.under_way)
    if rollout is None:
        return Wanted(0)
    told = agent.release_number == rollout.release_number
    is_in = rollout.state == "running" and engine.is_in(agent.id, rollout)
    if not told and not is_in:
        return Wanted(0)
    number = rollout.release_number
    row = await rollouts.offered_to(connection, agent.member_id, agent.id, number=number, rollout_id=rollout.id)
    if row is not None:
        return Wanted(0 if _ended_badly(row.state, row.code) else number)
    if is_in and await engine.admit(connection, rollout, agent.member_id, agent.id, now=now):
        return Wanted(number)
    return Wanted(0, soon=is_in)


async def _may_have(connection: AsyncConnection, agent: Speaker, number: int) -> bool:
    """Not what failed here before: it would fail again."""
    row = await rollouts.offered_to(connection, agent.member_id, agent.id, number=number)
    return row is None or not _ended_badly(row.state, row.code)


def _ended_badly(state: str, code: str) -> bool:
    return state in FAILURES and code != NOT_ITS_FAULT
