"""The database as one object: consistent reads, and writes that are committed when they return.

SQLite has one writer: a task through which every write goes, in turn with other processes by `WriteTurns`. On
PostgreSQL a write is a transaction on a pooled connection, and any number of hubs may share the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from frisket_hub.errors import StoreError
from frisket_hub.store import inline, migrations
from frisket_hub.store.sqlite import UtcDateTime, WriteTurns, prepare

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

# Two connections that write or checkpoint at one instant can damage a WAL database of these versions
DAMAGING_SQLITE = ((3, 7, 0), (3, 51, 2))
_MIGRATION_LOCK = 8631
_QUEUED_WRITES = 1_000

Work = Callable[[AsyncConnection], Awaitable[Any]]


class Store:
    """Opened by `Store.open`, closed by `close`."""

    def __init__(self, engine: AsyncEngine, place: str, turns: WriteTurns | None) -> None:
        self.engine = engine
        self.place = place
        self._turns = turns
        # the writer's own: to take one from the pool and give it back costs as much as a small write
        self._writing: AsyncConnection | None = None
        self._queue: asyncio.Queue[tuple[Work, asyncio.Future[Any]] | None] = asyncio.Queue(_QUEUED_WRITES)
        self._writer = asyncio.create_task(self._write_all(), name="store writer") if turns else None

    @classmethod
    async def open(cls, url: str) -> Store:
        """The database at head; StoreError with its place and a way out when that cannot be."""
        parsed = make_url(url)
        place = parsed.database or "" if _is_sqlite(parsed) else parsed.render_as_string()
        if _is_sqlite(parsed):
            _make_private(Path(place))
            _check_version()
        engine = _make_engine(parsed)
        turns = WriteTurns(Path(f"{place}.lock")) if _is_sqlite(parsed) else None
        try:
            async with turns or contextlib.nullcontext(), engine.begin() as connection:
                if turns is None:
                    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
                await connection.run_sync(migrations.upgrade)
        except (DBAPIError, sqlite3.Error, OSError, migrations.UnknownRevisionError) as error:
            await engine.dispose()
            raise StoreError(place, _words(error)) from None
        return cls(engine, place, turns)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one state of the database and changes nothing."""
        async with self.engine.connect() as connection:
            if self._turns is None:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            else:
                await connection.execution_options(frisket_reading=True)
            yield connection

    async def write(self, work: Callable[[AsyncConnection], Awaitable[_T]]) -> _T:
        """What `work` returned, after the commit; what it raised, after the rollback."""
        if self._turns is None:
            async with self.engine.begin() as connection:
                return await work(connection)
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        await self._queue.put((work, done))
        return cast(_T, await done)

    async def is_well(self) -> bool:
        """Whether the database answers."""
        try:
            async with self.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except (DBAPIError, sqlite3.Error, OSError):
            return False
        return True

    async def close(self) -> None:
        """After the writes that were asked for."""
        if self._writer is not None and self._turns is not None:
            await self._queue.put(None)
            await self._writer
            async with self._turns:
                if self._writing is not None:
                    await self._writing.close()
                await self.engine.dispose()
        else:
            await self.engine.dispose()

    async def _write_all(self) -> None:
        while (item := await self._queue.get()) is not None:
            work, done = item
            if not done.cancelled():
                await self._write_one(work, done)

    async def _write_one(self, work: Work, done: asyncio.Future[Any]) -> None:
        assert self._turns is not None
        try:
            if self._writing is None:
                self._writing = await self.engine.connect()
            async with self._turns, self._writing.begin():
                result = await work(self._writing)
        except Exception as error:  # noqa: BLE001  # handed to whoever asked for the write; the writer lives on
            if not done.cancelled():
                done.set_exception(error)
        else:
            if not done.cancelled():
                done.set_result(result)


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _make_engine(url: URL) -> AsyncEngine:
    if not _is_sqlite(url):
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_async_engine(
        url.set(drivername=inline.DRIVER),
        hide_parameters=True,
        connect_args={"factory": inline.Connection},
    )
    # SQLite keeps no time zones: what goes in is UTC, what comes out says so
    engine.dialect.colspecs = {**engine.dialect.colspecs, **UtcDateTime.COLSPECS}
    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: Any) -> None:
    """The driver begins nothing by itself: a read sees one state from here on, a write is the only one."""
    reading = connection.get_execution_options().get("frisket_reading", False)
    # straight to the driver: as a statement of SQLAlchemy's it would take as long as any other
    connection.connection.driver_connection.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


def _make_private(file: Path) -> None:
    """The file, if there is none, for nobody but its owner; StoreError where that cannot be."""
    folder = file.parent
    if not folder.is_dir():
        raise StoreError(str(folder), "no such folder; `frisket hub init --data FOLDER` makes one")
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        os.close(os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            str(file),
            f"cannot be written ({error.strerror}); give whoever runs the hub the right to, or another --data",
        ) from None


def _check_version() -> None:
    low, high = DAMAGING_SQLITE
    if low <= sqlite3.sqlite_version_info <= high:
        _log.warning(
            "SQLite %s can damage a database that two connections write at one instant; Frisket's take turns,"
            " and no other program may write to the database. 3.51.3 is free of this.",
            sqlite3.sqlite_version,
        )


def _words(error: BaseException) -> str:
    if isinstance(error, migrations.UnknownRevisionError):
        return f"was made by a newer Frisket (revision {error}); run that one, or restore an older copy"
    cause = str(getattr(error, "orig", None) or error)
    if "not a database" in cause or "malformed" in cause:
        return f"is damaged ({cause}); restore a copy of it, or move it away and run `frisket hub init` again"
    if "readonly" in cause or "unable to open" in cause:
        return f"cannot be written ({cause}); is the folder writable, and is there room on the disk?"
    return f"cannot be opened: {cause}; is the database running, and may this user use it?"
