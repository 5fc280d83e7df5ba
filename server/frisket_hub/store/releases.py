"""Releases of the profile database: numbered without gaps, never changed, known by the hash of their octets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import Release
from frisket_hub.store.schema import members, releases


async def last_number(connection: AsyncConnection, provider_member_id: str) -> int:
    """0 before the first; the provider's row is locked, so that no other release takes the next number."""
    await connection.execute(
        select(members.c.member_id).where(members.c.member_id == provider_member_id).with_for_update(key_share=True)
    )
    statement = select(func.max(releases.c.number)).where(releases.c.member_id == provider_member_id)
    return (await connection.execute(statement)).scalar_one() or 0


async def number_of(connection: AsyncConnection, provider_member_id: str, sha256: str) -> int | None:
    statement = select(releases.c.number).where(releases.c.member_id == provider_member_id, releases.c.sha256 == sha256)
    return (await connection.execute(statement.order_by(releases.c.number.desc()))).scalars().first()


async def add(connection: AsyncConnection, **row: Any) -> None:
    await connection.execute(insert(releases).values(**row))


async def latest_for(connection: AsyncConnection, member_id: str) -> Release | None:
    """What a member's agents should run: the last release of the nearest provider at or above it."""
    publisher, own = members.alias("publisher"), members.alias("own")
    statement = (
        select(releases.c.number, releases.c.sha256)
        .join(publisher, publisher.c.member_id == releases.c.member_id)
        .join(own, _is_above(publisher.c.path, own.c.path))
        .where(own.c.member_id == member_id)
        .order_by(func.length(publisher.c.path).desc(), releases.c.number.desc())
        .limit(1)
    )
    row = (await connection.execute(statement)).first()
    return None if row is None else Release(number=row.number, sha256=row.sha256)


def _is_above(above: ColumnElement[str], below: ColumnElement[str]) -> ColumnElement[bool]:
    """`/m_1/` stands at or above `/m_1/m_2/`; not by LIKE, to which `_` is any character."""
    return func.substr(below, 1, func.length(above)) == above
