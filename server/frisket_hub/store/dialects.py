"""What SQLite and PostgreSQL say differently, so that no other module has to know which of them it talks to."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_once(connection: AsyncConnection, table: Table, row: Mapping[str, Any]) -> bool:
    """Inserts a row unless its key is taken; False when it is. Two at the same time: one of them gets True."""
    inserted = await connection.execute(_insert_once(connection.dialect.name, table), dict(row))
    return inserted.rowcount == 1


@functools.cache
def _insert_once(dialect: str, table: Table) -> Insert:
    """One statement for all rows of a table: to build it costs more than to run it."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


def in_parts(values: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    """Lists for `IN`, none of them longer than a statement may be."""
    return [values[start : start + size] for start in range(0, len(values), size)]
