"""Looking into the arrays of a device document in SQL, in the words of either database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, Select, String, cast, column, exists, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TableValuedAlias

from frisket_hub.store.schema import devices

# As in the command's table: at or below this many percent a supply is due to be ordered
LOW_PERCENT = 15


def is_low(connection: AsyncConnection) -> ColumnElement[bool]:
    """At least one supply with a known level at or below LOW_PERCENT."""
    rows = _each(connection, "supplies")
    return exists(select(1).select_from(rows).where(_number(connection, rows, "level", "percent") <= LOW_PERCENT))


def has_alert(connection: AsyncConnection) -> ColumnElement[bool]:
    """At least one alert that is critical or a warning."""
    rows = _each(connection, "alerts")
    severity = _text(connection, rows, "severity")
    return exists(select(1).select_from(rows).where(severity.in_(("critical", "warning"))))


def lowest_level(connection: AsyncConnection) -> ColumnElement[Any]:
    """The smallest known percentage of a device's supplies; NULL where none is known."""
    rows = _each(connection, "supplies")
    return _scalar(select(func.min(_number(connection, rows, "level", "percent"))).select_from(rows))


def total_pages(connection: AsyncConnection) -> ColumnElement[Any]:
    """The life count of everything; NULL where the device did not say."""
    rows = _each(connection, "page_counts")
    only = [_text(connection, rows, key) == word for key, word in _TOTAL]
    return _scalar(select(func.max(_number(connection, rows, "value"))).select_from(rows).where(*only))


_TOTAL = (("function", "total"), ("color", "all"), ("sides", "all"), ("size", "all"))


def _scalar(statement: Select[Any]) -> ColumnElement[Any]:
    return statement.scalar_subquery()


def _each(connection: AsyncConnection, field: str) -> TableValuedAlias:
    if connection.dialect.name == "sqlite":
        return func.json_each(devices.c.latest, f"$.{field}").table_valued("value", name=f"each_{field}")
    array = func.json_array_elements(devices.c.latest[field])
    return array.table_valued(column("value", postgresql.JSON), name=f"each_{field}").render_derived()


def _text(connection: AsyncConnection, rows: TableValuedAlias, *path: str) -> ColumnElement[Any]:
    if connection.dialect.name == "sqlite":
        return func.json_extract(rows.c.value, "$." + ".".join(path), type_=String)
    return func.json_extract_path_text(rows.c.value, *path, type_=String)


def _number(connection: AsyncConnection, rows: TableValuedAlias, *path: str) -> ColumnElement[Any]:
    return cast(_text(connection, rows, *path), Float)
