"""Rollouts: one row with its counts, a row for each agent that was offered the release, and one for each profile.

Whoever changes any of them holds the rollout's row (`lock`), so that the counts are always those of the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import CursorResult, and_, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.dialects import insert_once
from frisket_hub.store.schema import (
    agents,
    members,
    pins,
    releases,
    rollout_agents,
    rollout_profiles,
    rollouts,
)
from frisket_hub.store.scope import Scope, within

UNDER_WAY = ("running", "paused")
FAILURES = ("failed", "reverted")


@attrs.frozen(kw_only=True)
class Rollout:
    """A row of `rollouts`."""

    member_id: str
    id: str
    release_number: int
    state: str
    rings: list[float]
    ring: int
    ring_at: dt.datetime
    soak: int
    minimum: int
    failure_limit: float
    volunteers: list[str]
    offered: int
    applied: int
    healthy: int
    failed: int
    heard_at: dt.datetime | None
    reason: str
    incident: dict[str, Any] | None
    started_by: str | None
    started_at: dt.datetime
    ended_at: dt.datetime | None

    @property
    def reported(self) -> int:
        return self.healthy + self.failed

    @property
    def in_flight(self) -> int:
        """Agents that have the offer and have not said what came of it."""
        return self.offered - self.reported

    @property
    def is_last_ring(self) -> bool:
        return self.ring == len(self.rings)


@attrs.frozen(kw_only=True)
class Offered:
    """A row of `rollout_agents`."""

    member_id: str
    rollout_id: str
    agent_id: str
    release_number: int
    ring: int
    state: str
    offered_at: dt.datetime
    applied_at: dt.datetime | None
    reported_at: dt.datetime | None
    code: str
    detail: str
    profiles: dict[str, dict[str, int]]


async def add(connection: AsyncConnection, row: Mapping[str, Any]) -> None:
    await connection.execute(insert(rollouts).values(**row))


async def under_way(connection: AsyncConnection, provider: str, *, lock: bool = False) -> Rollout | None:
    """The one that is running or paused."""
    statement = select(rollouts).where(rollouts.c.member_id == provider, rollouts.c.state.in_(UNDER_WAY))
    return await _one(connection, statement.with_for_update() if lock else statement)


async def find(connection: AsyncConnection, provider: str, rollout_id: str, *, lock: bool = False) -> Rollout | None:
    statement = select(rollouts).where(rollouts.c.member_id == provider, rollouts.c.id == rollout_id)
    return await _one(connection, statement.with_for_update() if lock else statement)


async def newest(connection: AsyncConnection, provider: str, *, limit: int = 20) -> list[Rollout]:
    """The one that was started last comes first."""
    ordered = select(rollouts).where(rollouts.c.member_id == provider).order_by(rollouts.c.started_at.desc())
    rows = (await connection.execute(ordered.limit(limit))).mappings()
    return [Rollout(**row) for row in rows]


async def state_of_release(connection: AsyncConnection, provider: str, number: int) -> str | None:
    """None where there is none of this number."""
    statement = select(releases.c.state).where(releases.c.member_id == provider, releases.c.number == number)
    return (await connection.execute(statement)).scalar_one_or_none()


async def profiles_of_release(connection: AsyncConnection, provider: str, number: int) -> dict[str, int]:
    """`{"hp/laserjet": 13, …}`"""
    statement = select(releases.c.profiles).where(releases.c.member_id == provider, releases.c.number == number)
    return (await connection.execute(statement)).scalar_one_or_none() or {}


async def known_agents(connection: AsyncConnection, scope: Scope, ids: Sequence[str]) -> set[str]:
    """Those of these ids that are agents of the scope."""
    return set(await connection.scalars(within(select(agents.c.id), agents, scope).where(agents.c.id.in_(ids))))


async def _one(connection: AsyncConnection, statement: Any) -> Rollout | None:
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else Rollout(**row)


async def change(connection: AsyncConnection, rollout: Rollout, **values: Any) -> Rollout:
    """The rollout with these columns set; its row is locked."""
    statement = update(rollouts).where(rollouts.c.member_id == rollout.member_id, rollouts.c.id == rollout.id)
    await connection.execute(statement.values(**values))
    return attrs.evolve(rollout, **values)


# --- What each agent was offered -----------------------------------------------------------------


async def offer(connection: AsyncConnection, row: Mapping[str, Any]) -> bool:
    """False when the agent has the offer of this rollout already."""
    return await insert_once(connection, rollout_agents, {**row, "state": "offered", "profiles": {}})


async def offered_to(
    connection: AsyncConnection, member_id: str, agent_id: str, *, number: int, rollout_id: str | None = None
) -> Offered | None:
    """What came of the last offer of this release to an agent, or of the offer of this rollout."""
    statement = select(rollout_agents).where(
        rollout_agents.c.member_id == member_id,
        rollout_agents.c.agent_id == agent_id,
        rollout_agents.c.release_number == number,
    )
    if rollout_id is not None:
        statement = statement.where(rollout_agents.c.rollout_id == rollout_id)
    ordered = statement.order_by(rollout_agents.c.offered_at.desc()).limit(1)
    row = (await connection.execute(ordered)).mappings().first()
    return None if row is None else Offered(**row)


async def change_offered(connection: AsyncConnection, row: Offered, **values: Any) -> None:
    await connection.execute(
        update(rollout_agents)
        .where(
            rollout_agents.c.member_id == row.member_id,
            rollout_agents.c.rollout_id == row.rollout_id,
            rollout_agents.c.agent_id == row.agent_id,
        )
        .values(**values)
    )


async def withdraw(connection: AsyncConnection, rollout: Rollout) -> int:
    """From those that have not applied it; how many they are."""
    result: CursorResult[Any] = await connection.execute(
        update(rollout_agents)
        .where(rollout_agents.c.rollout_id == rollout.id, rollout_agents.c.state == "offered")
        .values(state="withdrawn")
    )
    return result.rowcount


async def ring_was_heard(connection: AsyncConnection, rollout: Rollout) -> tuple[dt.datetime | None, int]:
    """When the first agent of the ring that is open was offered the release, and how many of them said anything."""
    statement = select(
        func.min(rollout_agents.c.offered_at),
        func.count(func.coalesce(rollout_agents.c.applied_at, rollout_agents.c.reported_at)),
    ).where(rollout_agents.c.rollout_id == rollout.id, rollout_agents.c.ring == rollout.ring)
    first, heard = (await connection.execute(statement)).one()
    return first, heard


async def waited_for(connection: AsyncConnection, rollout: Rollout, since: dt.datetime) -> int:
    """Agents that were offered it after `since` and have not reported."""
    statement = select(func.count()).where(
        rollout_agents.c.rollout_id == rollout.id,
        rollout_agents.c.state.in_(("offered", "applied")),
        rollout_agents.c.offered_at > since,
    )
    return int((await connection.execute(statement)).scalar_one())


async def codes(connection: AsyncConnection, rollout: Rollout) -> dict[str, int]:
    """How often agents gave each reason for a failure."""
    statement = (
        select(rollout_agents.c.code, func.count())
        .where(rollout_agents.c.rollout_id == rollout.id, rollout_agents.c.state.in_(FAILURES))
        .group_by(rollout_agents.c.code)
    )
    return {code or "unsaid": count for code, count in await connection.execute(statement)}


async def not_offered(connection: AsyncConnection, rollout: Rollout, since: dt.datetime, *, now: dt.datetime) -> bool:
    """Whether an active agent that came after `since` has neither the offer, nor the release, nor a pin above it."""
    has_offer = exists().where(rollout_agents.c.rollout_id == rollout.id, rollout_agents.c.agent_id == agents.c.id)
    above = members.alias()
    pinned = (
        exists()
        .where(above.c.member_id == pins.c.member_id, pins.c.expires_at > now)
        .where(func.substr(members.c.path, 1, func.length(above.c.path)) == above.c.path)
    )
    running = agents.c.observed["observed"]["release"]["number"].as_integer()
    statement = (
        select(agents.c.id)
        .join(members, members.c.member_id == agents.c.member_id)
        .where(
            members.c.path.startswith(f"/{rollout.member_id}/", autoescape=True),
            agents.c.state == "active",
            agents.c.last_check_in_at > since,
            func.coalesce(running, 0) < rollout.release_number,
            ~has_offer,
            ~pinned,
        )
    )
    return (await connection.execute(statement.limit(1))).first() is not None


# --- What each profile did -----------------------------------------------------------------------


async def count_profile(
    connection: AsyncConnection, rollout: Rollout, profile: str, *, reported: int, failed: int, devices: int
) -> None:
    """Adds to the counts of a `profile@version`."""
    key = {"member_id": rollout.member_id, "rollout_id": rollout.id, "profile": profile}
    counts = {"reported": reported, "failed": failed, "devices": devices}
    if await insert_once(connection, rollout_profiles, {**key, **counts}):
        return
    table = rollout_profiles.c
    await connection.execute(
        update(rollout_profiles)
        .where(and_(*(table[name] == value for name, value in key.items())))
        .values({name: table[name] + value for name, value in counts.items()})
    )


async def profiles(
    connection: AsyncConnection, rollout: Rollout, *, failing_only: bool = False
) -> dict[str, dict[str, int]]:
    """`{"hp/laserjet@13": {"reported": 40, "failed": 3, "devices": 61}}`, the most failures first."""
    table = rollout_profiles.c
    statement = select(table.profile, table.reported, table.failed, table.devices).where(
        table.member_id == rollout.member_id,
        table.rollout_id == rollout.id,
        table.failed >= int(failing_only),
    )
    rows = await connection.execute(statement.order_by(table.failed.desc(), table.profile))
    return {row.profile: {"reported": row.reported, "failed": row.failed, "devices": row.devices} for row in rows}
