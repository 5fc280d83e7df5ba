"""What the pages of rollouts read.

The rollout itself is the provider's. What came of it is asked of the agents in the reader's sight: a member sees its
own progress and never how many others there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import agents, members, rollout_agents, rollout_profiles, rollouts
from frisket_hub.store.scope import Scope, within

FAILED = ("failed", "reverted")
_POINTS = 120


@attrs.frozen(kw_only=True)
class RolloutRow:
    """`ring` 0 are the volunteers, ring n is `rings[n - 1]` of all agents."""

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
class OfferedRow:
    """An agent that was offered the release."""

    agent_id: str
    state: str
    offered_at: dt.datetime


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


@attrs.frozen
class CountAt:
    """How many agents had reported this by then."""

    at: dt.datetime
    count: int


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


async def offered_rows(connection: AsyncConnection, scope: Scope, rollout_id: str) -> list[OfferedRow]:
    """Every agent in sight that was offered it."""
    columns = [rollout_agents.c[field.name] for field in attrs.fields(OfferedRow)]
    statement = select(*columns).where(rollout_agents.c.rollout_id == rollout_id)
    rows = (await connection.execute(within(statement, rollout_agents, scope))).mappings()
    return [OfferedRow(**row) for row in rows]


async def active_agents(connection: AsyncConnection, scope: Scope) -> list[str]:
    """The ids of those in sight that a rollout can reach."""
    statement = select(agents.c.id).where(agents.c.state == "active")
    return list((await connection.scalars(within(statement, agents, scope))).all())


async def reports_over_time(
    connection: AsyncConnection, scope: Scope, rollout_id: str, *, failed: bool
) -> list[CountAt]:
    """How the number of agents that are healthy (or failed) grew: at most about 120 points, the last always there."""
    of_kind = rollout_agents.c.state.in_(FAILED) if failed else rollout_agents.c.state == "healthy"
    wanted = and_(rollout_agents.c.rollout_id == rollout_id, rollout_agents.c.reported_at.is_not(None), of_kind)
    nth = func.row_number().over(order_by=(rollout_agents.c.reported_at, rollout_agents.c.agent_id))
    total = func.count().over()
    ordered = select(rollout_agents.c.reported_at, nth.label("nth"), total.label("total")).where(wanted)
    numbered = within(ordered, rollout_agents, scope).subquery()
    # the n-th of m is kept where n·120/m passes a whole number: in whole numbers, which both databases divide alike
    passed = numbered.c.nth * _POINTS // numbered.c.total
    before = (numbered.c.nth - 1) * _POINTS // numbered.c.total
    kept = or_(numbered.c.total <= _POINTS, passed > before)
    rows = await connection.execute(select(numbered.c.reported_at, numbered.c.nth).where(kept).order_by("nth"))
    return [CountAt(at, count) for at, count in rows]


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
