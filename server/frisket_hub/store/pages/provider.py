"""Whose profile database it is that a person sees, and the names of those who work on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import members, users


async def provider_above(connection: AsyncConnection, member_id: str) -> str:
    """The member at the root of the tree that this one stands in."""
    path: str | None = await connection.scalar(select(members.c.path).where(members.c.member_id == member_id))
    return path.strip("/").partition("/")[0] if path else member_id


async def names_of(connection: AsyncConnection, provider: str, ids: Iterable[str | None]) -> Mapping[str, str]:
    """By id, the people of the provider among these; who has left since has none."""
    wanted = sorted({id_ for id_ in ids if id_})
    if not wanted:
        return {}
    statement = select(users.c.id, users.c.name).where(users.c.member_id == provider, users.c.id.in_(wanted))
    return {row.id: row.name for row in await connection.execute(statement)}
