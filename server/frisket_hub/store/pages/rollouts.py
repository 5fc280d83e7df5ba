"""What the pages of rollouts read.

The rollout itself is the provider's. What came of it is asked of the agents in the reader's sight: a member sees its
own progress and never how many others there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, extract, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import agents, members, rollout_agents, rollout_profiles, rollouts
from frisket_hub.store.scope import Scope, within

FAILED = ("failed", "reverted")
# In a larger fleet an agent's ring is not looked up for each: so many hashes would be most of the page's time
READ_ONE_BY_ONE = 2_000
# What came of a rollout over time is told in so many parts of its time
_STRETCHES = 120


@attrs.frozen(kw_only=True)
class RolloutRow:
    """`ring` 0 are the volunteers, ring n is `rings[n - 1]` of all agents.

    Without the counts of the whole fleet that `store.rollouts.Rollout` has: what no page is given, no member can see.
    """

    id: str
    release_number: int
    state: str
    rings: Sequence[float]
    ring: int
    ring_at: dt.datetime
    soak: int
    minimum: int
    failure_limit: float
    volunteers: Sequence[str]
    heard_at: dt.datetime | None
    reason: str
    incident: Mapping[str, Any] | None
    started_by: str | None
    started_at: dt.datetime
    ended_at: dt.datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in ("running", "paused")


@attrs.frozen(kw_only=True)
class OfferedCount:
    """Agents that were offered the release while `ring` was open, are in one state and reported at about one time.

    `first_offered_at` is the earliest of them, `reported_at` the last; None where they have not reported.
    """

    ring: int
    state: str
    count: int
    first_offered_at: dt.datetime
    reported_at: dt.datetime | None


@attrs.frozen(kw_only=True)
class Reach:
    """How far a rollout came among the agents in sight, of which `active` can be reached at all.

    `waiting` are the ids of those that were not offered it; where they are too many to be read at each look, only the
    volunteers of them, and `all_read` is False.
    """

    offered: Sequence[OfferedCount]
    active: int
    waiting: Sequence[str]
    all_read: bool


@attrs.frozen(kw_only=True)
class ReportRow:
    """What an agent said of a release, or that it was offered one."""

    agent_id: str
    agent: str
    member: str
    ring: int
    state: str
    at: dt.datetime
    code: str
    detail: str


@attrs.frozen(kw_only=True)
class ReportedProfile:
    profile: str
    reported: int
    failed: int
    devices: int


@attrs.frozen(kw_only=True)
class AgentRollout:
    """One release that an agent was offered, and what came of it there."""

    rollout_id: str
    release_number: int
    ring: int
    state: str
    offered_at: dt.datetime
    applied_at: dt.datetime | None
    reported_at: dt.datetime | None
    code: str
    detail: str
    profiles: Mapping[str, Mapping[str, int]]


async def rollout_rows(connection: AsyncConnection, provider: str, *, limit: int = 20) -> list[RolloutRow]:
    """Newest first."""
    statement = select(*_columns()).where(rollouts.c.member_id == provider)
    rows = (await connection.execute(statement.order_by(rollouts.c.started_at.desc()).limit(limit))).mappings()
    return [RolloutRow(**row) for row in rows]


async def rollout_row(connection: AsyncConnection, provider: str, rollout_id: str) -> RolloutRow | None:
    statement = select(*_columns()).where(rollouts.c.member_id == provider, rollouts.c.id == rollout_id)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else RolloutRow(**row)


async def reach(connection: AsyncConnection, scope: Scope, row: RolloutRow, *, now: dt.datetime) -> Reach:
    """Costs the database one pass over the rollout's agents, and the page the same whatever the fleet's size."""
    count = select(func.count()).select_from(agents).where(agents.c.state == "active")
    active = (await connection.scalars(within(count, agents, scope))).one()
    all_read = active <= READ_ONE_BY_ONE
    return Reach(
        offered=await _offered_counts(connection, scope, row, now),
        active=active,
        waiting=await _waiting(connection, scope, row.id, None if all_read else row.volunteers),
        all_read=all_read,
    )


async def _offered_counts(
    connection: AsyncConnection, scope: Scope, row: RolloutRow, now: dt.datetime
) -> list[OfferedCount]:
    """In one pass, since the rows are long and a second one by the times would cost three of these."""
    offered = rollout_agents.c
    seconds = max(1, int(((row.ended_at or now) - row.started_at).total_seconds()) // _STRETCHES)
    # PostgreSQL rounds here and SQLite cuts off: both keep what is near together
    stretch = cast(extract("epoch", offered.reported_at) // seconds, Integer).label("stretch")
    statement = (
        select(
            offered.ring, offered.state, stretch, func.count().label("count"),
            func.min(offered.offered_at).label("first_offered_at"), func.max(offered.reported_at).label("reported_at"),
        )
        .where(offered.rollout_id == row.id)
        .group_by(offered.ring, offered.state, "stretch")
    )  # fmt: skip
    rows = (await connection.execute(within(statement, rollout_agents, scope))).mappings()
    return [OfferedCount(**{field.name: each[field.name] for field in attrs.fields(OfferedCount)}) for each in rows]


async def _waiting(connection: AsyncConnection, scope: Scope, rollout_id: str, only: Sequence[str] | None) -> list[str]:
    """Of the agents that it can reach, or of `only` some, those that were not offered it."""
    offered = rollout_agents.c
    it = (offered.member_id == agents.c.member_id, offered.rollout_id == rollout_id, offered.agent_id == agents.c.id)
    statement = select(agents.c.id).where(agents.c.state == "active", ~exists().where(*it))
    if only is not None:
        statement = statement.where(agents.c.id.in_(only))
    return list((await connection.scalars(within(statement, agents, scope))).all())


async def report_rows(
    connection: AsyncConnection, scope: Scope, rollout_id: str, *, limit: int = 12
) -> list[ReportRow]:
    """The last ones, newest first; trouble is kept in sight before what went well at the same time."""
    at = _last_word()
    here = and_(agents.c.member_id == rollout_agents.c.member_id, agents.c.id == rollout_agents.c.agent_id)
    tables = rollout_agents.join(agents, here).join(members, members.c.member_id == rollout_agents.c.member_id)
    statement = (
        select(
            rollout_agents.c.agent_id, agents.c.name.label("agent"), members.c.name.label("member"),
            rollout_agents.c.ring, rollout_agents.c.state, at.label("at"), rollout_agents.c.code,
            rollout_agents.c.detail,
        )
        .select_from(tables)
        .where(rollout_agents.c.rollout_id == rollout_id)
    )  # fmt: skip
    ordered = within(statement, rollout_agents, scope).order_by(at.desc(), rollout_agents.c.agent_id).limit(limit)
    return [ReportRow(**row) for row in (await connection.execute(ordered)).mappings()]


async def reported_profiles(
    connection: AsyncConnection, provider: str, rollout_id: str, *, limit: int = 20
) -> list[ReportedProfile]:
    """The worst first."""
    columns = [rollout_profiles.c[field.name] for field in attrs.fields(ReportedProfile)]
    statement = select(*columns).where(
        rollout_profiles.c.member_id == provider, rollout_profiles.c.rollout_id == rollout_id
    )
    order = (rollout_profiles.c.failed.desc(), rollout_profiles.c.reported.desc(), rollout_profiles.c.profile)
    rows = (await connection.execute(statement.order_by(*order).limit(limit))).mappings()
    return [ReportedProfile(**row) for row in rows]


async def agent_rollouts(
    connection: AsyncConnection, scope: Scope, agent_id: str, *, limit: int = 20
) -> list[AgentRollout]:
    """Which releases an agent was offered, the newest first."""
    statement: Select[Any] = select(*(rollout_agents.c[field.name] for field in attrs.fields(AgentRollout)))
    ordered = statement.where(rollout_agents.c.agent_id == agent_id).order_by(rollout_agents.c.offered_at.desc())
    rows = (await connection.execute(within(ordered, rollout_agents, scope).limit(limit))).mappings()
    return [AgentRollout(**row) for row in rows]


def _columns() -> list[Any]:
    return [rollouts.c[field.name] for field in attrs.fields(RolloutRow)]


def _last_word() -> ColumnElement[Any]:
    return func.coalesce(rollout_agents.c.reported_at, rollout_agents.c.applied_at, rollout_agents.c.offered_at)
