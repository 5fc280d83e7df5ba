"""Readings: append-only, unique by (agent, number)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import readings
from frisket_hub.store.scope import Scope, within


async def known_numbers(
    connection: AsyncConnection, scope: Scope, agent_id: str, numbers: Collection[int]
) -> frozenset[int]:
    """Those of the numbers that this agent delivered before."""
    statement = within(select(readings.c.number), readings, scope)
    statement = statement.where(readings.c.agent_id == agent_id, readings.c.number.in_(sorted(numbers)))
    return frozenset((await connection.execute(statement)).scalars())


async def add(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await connection.execute(insert(readings), [dict(row) for row in rows])


async def move(connection: AsyncConnection, scope: Scope, *, loser: str, winner: str) -> None:
    """The readings of a device that was merged are the other one's."""
    await connection.execute(
        within(update(readings), readings, scope).where(readings.c.device_id == loser).values(device_id=winner)
    )
