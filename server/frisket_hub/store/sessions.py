"""Sessions by the hash of what the cookie holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import sessions
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class Session:
    """A row of `sessions`; `member_id` is the user's."""

    member_id: str
    id_hash: str = attrs.field(repr=False)
    user_id: str
    csrf_hash: str = attrs.field(repr=False)
    created_at: dt.datetime
    last_seen_at: dt.datetime
    expires_at: dt.datetime


async def begin(connection: AsyncConnection, session: Session) -> None:
    await connection.execute(insert(sessions).values(**attrs.asdict(session)))


async def of_credential(connection: AsyncConnection, id_hash: str) -> Session | None:
    """The look-up that finds the member, so there is no scope yet."""
    row = (await connection.execute(select(sessions).where(sessions.c.id_hash == id_hash))).mappings().first()
    return None if row is None else Session(**row)


async def touch(connection: AsyncConnection, scope: Scope, id_hash: str, now: dt.datetime) -> None:
    statement = within(update(sessions), sessions, scope).where(sessions.c.id_hash == id_hash)
    await connection.execute(statement.values(last_seen_at=now))


async def end(connection: AsyncConnection, id_hash: str) -> None:
    """Whoever holds the cookie may end what it opens."""
    await connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))


async def end_all(connection: AsyncConnection, user_id: str, *, but: str | None = None) -> None:
    """Every session of a person, whose role or password changed; `but` is the hash of one that stays."""
    conditions: list[Any] = [sessions.c.user_id == user_id]
    if but is not None:
        conditions.append(sessions.c.id_hash != but)
    await connection.execute(delete(sessions).where(*conditions))


async def forget_old(connection: AsyncConnection, now: dt.datetime, idle: dt.timedelta) -> None:
    """Rows that open nothing any more."""
    old = or_(sessions.c.expires_at <= now, sessions.c.last_seen_at <= now - idle)
    await connection.execute(delete(sessions).where(old))
