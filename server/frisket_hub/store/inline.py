"""SQLite without a thread between: each statement runs at once, in the loop, behind SQLAlchemy's asynchronous door.

A statement of the hub takes microseconds. Handing each to a thread and waking up again, four times a statement, took
ten times as long and was most of what a check-in cost. The price: while a commit waits for the disk, and while a long
query of a page runs, the loop waits too. Who has thousands of agents runs PostgreSQL, where nothing of this holds.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.util import await_only

DRIVER = "sqlite+inline"


class _Cursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """What SQLAlchemy awaits when the rows are read; they are in memory."""


class Connection(sqlite3.Connection):
    """The standard library's, with cursors that SQLAlchemy's asynchronous results can close."""

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class Inline(SQLiteDialect_pysqlite):
    """The standard library's driver, called from coroutines."""

    driver = "inline"
    supports_statement_cache = True
    is_async = True

    @classmethod
    def get_pool_class(cls, url: Any) -> type[AsyncAdaptedQueuePool]:  # noqa: ARG003  # SQLAlchemy's signature
        return AsyncAdaptedQueuePool

    def do_execute(self, cursor: Any, statement: Any, parameters: Any, context: Any = None) -> None:
        _step_out()
        cursor.execute(statement, parameters)

    def do_execute_no_params(self, cursor: Any, statement: Any, context: Any = None) -> None:
        _step_out()
        cursor.execute(statement)

    def do_executemany(self, cursor: Any, statement: Any, parameters: Any, context: Any = None) -> None:
        _step_out()
        cursor.executemany(statement, parameters)


def _step_out() -> None:
    """SQLAlchemy takes a statement that awaited nothing for one of a driver that blocks by mistake."""
    await_only(_nothing())


async def _nothing() -> None:
    return


registry.register("sqlite.inline", __name__, Inline.__name__)
