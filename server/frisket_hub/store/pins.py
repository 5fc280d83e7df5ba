"""Pins: the release that a member, and all below it that have no pin of their own, stay at."""

from __future__ import annotations

import datetime as dt

import attrs
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import agents, members, pins
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class Pin:
    """A row of `pins`."""

    member_id: str
    release_number: int
    reason: str
    pinned_by: str
    pinned_at: dt.datetime
    expires_at: dt.datetime


async def put(connection: AsyncConnection, pin: Pin) -> None:
    """Instead of the one that the member has."""
    await remove(connection, pin.member_id)
    await connection.execute(insert(pins).values(**attrs.asdict(pin)))


async def remove(connection: AsyncConnection, member_id: str) -> int | None:
    """The number that it was pinned to; None where it was not."""
    statement = delete(pins).where(pins.c.member_id == member_id).returning(pins.c.release_number)
    number: int | None = (await connection.execute(statement)).scalar_one_or_none()
    return number


async def every(connection: AsyncConnection, scope: Scope) -> list[Pin]:
    """Expired ones too: whoever looks sees why an agent moved on."""
    rows = await connection.execute(within(select(pins), pins, scope).order_by(pins.c.expires_at))
    return [Pin(**row) for row in rows.mappings()]


async def above(connection: AsyncConnection, path: str, *, now: dt.datetime) -> int | None:
    """The number that the nearest member at or above this path is pinned to."""
    statement = (
        select(pins.c.release_number)
        .join(members, members.c.member_id == pins.c.member_id)
        .where(pins.c.member_id.in_(path.strip("/").split("/")), pins.c.expires_at > now)
        .order_by(func.length(members.c.path).desc())
        .limit(1)
    )
    number: int | None = (await connection.execute(statement)).scalar_one_or_none()
    return number


async def beyond(connection: AsyncConnection, member_id: str, number: int) -> list[tuple[str, int]]:
    """Ids of the agents of the member and below that run a newer release than this, and which."""
    own, below = members.alias(), members.alias()
    running = agents.c.observed["observed"]["release"]["number"].as_integer()
    statement = (
        select(agents.c.id, running)
        .join(below, below.c.member_id == agents.c.member_id)
        .join(own, func.substr(below.c.path, 1, func.length(own.c.path)) == own.c.path)
        .where(own.c.member_id == member_id, running > number)
        .order_by(running.desc(), agents.c.id)
    )
    return [(agent_id, found) for agent_id, found in await connection.execute(statement)]
