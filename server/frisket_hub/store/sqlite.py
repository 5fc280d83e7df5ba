"""What SQLite needs to be told, and the turns in which processes write to it."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.engine import Dialect
from sqlalchemy.types import DateTime

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
_TURN_POLL = 0.005


def prepare(connection: Any, _: object) -> None:
    """Settings of every new connection; transactions are begun by us, not guessed by the driver."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


class UtcDateTime(DATETIME):
    """Aware in, aware out, UTC in the file; a time without a zone is a mistake."""

    COLSPECS: ClassVar[dict[type, type]] = {}

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        def process(value: dt.datetime | None) -> Any:
            if value is None:
                return None
            if value.tzinfo is None:
                raise ValueError(f"{value} has no time zone")
            # as DATETIME itself writes it, and quicker
            return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")

        return process

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        inner = super().result_processor(dialect, coltype)
        assert inner is not None

        def process(value: Any) -> dt.datetime | None:
            found = inner(value)
            return None if found is None else found.replace(tzinfo=dt.UTC)

        return process


UtcDateTime.COLSPECS[DateTime] = UtcDateTime


class WriteTurns:
    """A lock on a file beside the database, held while one process writes: `frisket hub token` beside a running hub."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    async def __aenter__(self) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not _try_lock(descriptor):  # noqa: ASYNC110  # nothing tells when another process is done
                await asyncio.sleep(_TURN_POLL)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    async def __aexit__(self, *_: object) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        # closing gives the lock back, on every system
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
