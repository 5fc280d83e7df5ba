"""Looks at every statement on its way to the database and notes those that no member narrows, with who sent them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, ClauseElement

from frisket_hub.store.schema import metadata

KEYED = frozenset(table for table in metadata.tables.values() if "member_id" in table.c)
_SENDING = ("execute", "scalar", "scalars")


@contextmanager
def unscoped_statements() -> Iterator[set[str]]:
    """`store.agents.of_credential: select agents`, for each statement without a member while this is open."""
    found: set[str] = set()
    before = {name: getattr(AsyncConnection, name) for name in _SENDING}

    def watching(name: str) -> Any:
        async def send(connection: AsyncConnection, statement: ClauseElement, *args: Any, **kwargs: Any) -> Any:
            who = _sender(sys._getframe().f_back)
            found.update(f"{who}: {offence}" for offence in offences(statement))
            return await before[name](connection, statement, *args, **kwargs)

        return send

    for name in _SENDING:
        setattr(AsyncConnection, name, watching(name))
    try:
        yield found
    finally:
        for name, method in before.items():
            setattr(AsyncConnection, name, method)


def offences(statement: ClauseElement) -> set[str]:
    """`select agents` where nothing but the rows themselves says whose they are."""
    kind = type(statement).__name__.lower()
    if kind not in ("select", "update", "delete"):
        return set()
    parts = list(visitors.iterate(statement))
    tables = {part for part in parts if isinstance(part, Table) and part in KEYED}
    compared = [_sides(part) for part in parts if isinstance(part, BinaryExpression)]
    scoped = {tables[0] for tables in compared if len(tables) == 1}
    for _ in tables:
        scoped.update(table for pair in compared if scoped.intersection(pair) for table in pair)
    return {f"{kind} {table.name}" for table in tables - scoped}


def _sides(comparison: BinaryExpression[Any]) -> tuple[object, ...]:
    """The tables whose member this compares: one with a value from outside, or two with each other."""
    sides = (comparison.left, comparison.right)
    return tuple(_table(side) for side in sides if isinstance(side, Column) and side.name == "member_id")


def _table(column: Column[Any]) -> object:
    """The table itself, under whatever name the statement calls it."""
    return getattr(column.table, "element", column.table)


def _sender(frame: FrameType | None) -> str:
    """The public function of the store that this came from."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("frisket_hub.") and not frame.f_code.co_name.startswith(("_", "<")):
            return f"{module.removeprefix('frisket_hub.')}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "a test"
