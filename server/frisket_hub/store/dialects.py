"""What SQLite and PostgreSQL say differently, so that no other module has to know which of them it talks to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_once(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Inserts a row unless its key is taken; False when it is. Two at the same time: one of them gets True."""
    if connection.dialect.name == "postgresql":
        inserted = await connection.execute(postgresql.insert(table).values(dict(row)).on_conflict_do_nothing())
    else:
        inserted = await connection.execute(sqlite.insert(table).values(dict(row)).on_conflict_do_nothing())
    return inserted.rowcount == 1


def in_parts(values: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """Lists for `IN`, none of them longer than a statement may be."""
    return [values[start : start + size] for start in range(0, len(values), size)]
