"""The spool: readings that are taken and not yet acknowledged. SQLite, and the only SQL of the agent.

Exactly one connection writes, with a rollback journal and synchronous=EXTRA (FULL, and the journal's removal is synced,
too): a reading is taken when `add` returns. SQLite up to 3.51.2 can damage a write-ahead log that two connections use;
with a rollback journal `frisket agent outbox` may look on.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import attrs

from frisket.agent.errors import FolderError, SpoolDamagedError, SpoolError, SpoolFullError
from frisket.agent.folder import AgentFolder, sync_directory
from frisket.agent.numbers import Numbers
from frisket.agent.spool_dictionary import DICTIONARY
from frisket.wire.documents import SpooledReading, to_data
from frisket.wire.json_text import dump

_VERSION = 1
# its only variables are constants of ours
_SCHEMA = f"""
BEGIN;
CREATE TABLE readings (number INTEGER PRIMARY KEY, device BLOB NOT NULL, day TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE rejected (number INTEGER PRIMARY KEY, body BLOB NOT NULL, reason TEXT NOT NULL);
CREATE TABLE counts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE dictionary (octets BLOB NOT NULL);
INSERT INTO dictionary VALUES (x'{DICTIONARY.hex()}');
PRAGMA user_version = {_VERSION};
COMMIT;
"""  # noqa: S608
_HIGHEST = ("SELECT max(number) FROM readings", "SELECT max(number) FROM rejected")
_THIN = "DELETE FROM readings WHERE number NOT IN (SELECT max(number) FROM readings GROUP BY device, day)"
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@attrs.frozen(kw_only=True)
class SpoolLimits:
    """30 days of 500 devices that are read each hour, in at most so many octets."""

    readings: int = 360_000
    octets: int = 300_000_000


@attrs.frozen
class Stored:
    """A reading's number, and the octets of JSON in which it will be sent."""

    number: int
    body: bytes


@attrs.frozen(kw_only=True)
class SpoolCounts:
    """`thinned` and `rejected` since the spool was begun."""

    waiting: int
    thinned: int
    rejected: int


@attrs.define(eq=False)
class Spool:
    """One connection, which one thread uses at a time."""

    folder: AgentFolder
    limits: SpoolLimits
    _connection: sqlite3.Connection
    _numbers: Numbers | None
    _waiting: int
    _dictionary: bytes
    set_aside: Path | None = None
    _thinned_on: str | None = None

    @classmethod
    def open(cls, folder: AgentFolder, limits: SpoolLimits | None = None) -> Self:
        """A damaged spool is moved to where `set_aside` says, and a new one begun."""
        aside: Path | None = None
        try:
            connection = _connect(folder)
        except _Damaged:
            aside = _move_aside(folder)
            connection = _connect(folder)
        highest = max(_one(connection, query) for query in _HIGHEST)
        waiting = _one(connection, "SELECT count(*) FROM readings")
        numbers = Numbers.load(folder, above=highest)
        return cls(folder, limits or SpoolLimits(), connection, numbers, waiting, _dictionary(connection), aside)

    @classmethod
    def look(cls, folder: AgentFolder) -> Self | None:
        """For looking only, beside an agent at work; None where there is no spool."""
        if not folder.spool.exists():
            return None
        way_out = "the agent looks after it when it starts"
        try:
            uri = f"{folder.spool.resolve().as_uri()}?mode=ro"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)
        except sqlite3.Error as error:
            raise SpoolError(f"{folder.spool}: cannot be read: {error}; {way_out}") from None
        try:
            waiting, dictionary = _one(connection, "SELECT count(*) FROM readings"), _dictionary(connection)
        except (sqlite3.Error, _Damaged) as error:
            connection.close()
            raise SpoolError(f"{folder.spool}: cannot be read: {error}; {way_out}") from None
        return cls(folder, SpoolLimits(), connection, None, waiting, dictionary)

    def close(self) -> None:
        self._connection.close()
        if self._numbers is not None:
            self._numbers.close()

    # --- in ------------------------------------------------------------------------------------

    def add(self, reading: SpooledReading) -> int:
        """Taken when this returns: the number it got. SpoolError when it was not taken."""
        assert self._numbers is not None
        day = str(reading.device["read_at"])[:10]
        number = self._numbers.take()
        body = _pack(dump(to_data(attrs.evolve(reading, number=number))), self._dictionary)
        with self._working():
            self._make_room(day)
            insert = "INSERT INTO readings (number, device, day, body) VALUES (?, ?, ?, ?)"
            self._connection.execute(insert, (number, _device_key(reading), day, body))
        self._waiting += 1
        return number

    def _make_room(self, day: str) -> None:
        """Once a day at most: the last reading of each device and day (UTC) stays."""
        if self._waiting < self.limits.readings and self._octets() < self.limits.octets:
            return
        if self._thinned_on != day:
            self._thinned_on = day
            gone = self._connection.execute(_THIN).rowcount
            count = "INSERT INTO counts VALUES ('thinned', ?) ON CONFLICT (name) DO UPDATE SET value = value + ?"
            self._connection.execute(count, (gone, gone))
            self._waiting -= gone
        if self._waiting >= self.limits.readings or self._octets() >= self.limits.octets:
            raise SpoolFullError(
                f"{self.folder.spool}: full with {self._waiting:,} readings, of each device the last of a day; "
                "nothing more is taken until the hub takes some"
            )

    def _octets(self) -> int:
        pages = _one(self._connection, "PRAGMA page_count") - _one(self._connection, "PRAGMA freelist_count")
        return pages * _one(self._connection, "PRAGMA page_size")

    # --- out -----------------------------------------------------------------------------------

    def oldest(self, count: int, *, above: int = 0) -> list[Stored]:
        """In the order of their numbers."""
        query = "SELECT number, body FROM readings WHERE number > ? ORDER BY number LIMIT ?"
        with self._working():
            return [
                Stored(number, _unpack(body, self._dictionary))
                for number, body in self._connection.execute(query, (above, count))
            ]

    def delete(self, numbers: Sequence[int]) -> None:
        """What the hub has acknowledged."""
        with self._working():
            gone = self._connection.executemany("DELETE FROM readings WHERE number = ?", [(n,) for n in numbers])
            self._waiting -= gone.rowcount

    def reject(self, number: int, reason: str) -> None:
        """What the hub will never take: kept for people, sent no more."""
        with self._working():
            move = "INSERT OR IGNORE INTO rejected SELECT number, body, ? FROM readings WHERE number = ?"
            self._connection.execute(move, (reason, number))
            self._waiting -= self._connection.execute("DELETE FROM readings WHERE number = ?", (number,)).rowcount

    def rejected(self) -> list[tuple[Stored, str]]:
        query = "SELECT number, body, reason FROM rejected ORDER BY number"
        with self._working():
            return [
                (Stored(number, _unpack(body, self._dictionary)), reason)
                for number, body, reason in self._connection.execute(query)
            ]

    def counts(self) -> SpoolCounts:
        with self._working():
            thinned = _one(self._connection, "SELECT max(value) FROM counts WHERE name = 'thinned'")
            rejected = _one(self._connection, "SELECT count(*) FROM rejected")
        return SpoolCounts(waiting=self._waiting, thinned=thinned, rejected=rejected)

    # --- what can go wrong ---------------------------------------------------------------------

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """One transaction; a spool that turns out to be damaged is set aside before the error goes on."""
        waiting = self._waiting
        try:
            with self._transaction():
                yield
        except (sqlite3.Error, zlib.error) as error:
            self._waiting = waiting
            if isinstance(error, zlib.error) or _code(error) in _DAMAGED:
                raise self._begin_anew(str(error)) from None
            raise _explained(self.folder.spool, error) from None
        except SpoolFullError:
            self._waiting = _one(self._connection, "SELECT count(*) FROM readings")
            raise

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN" if self._numbers is None else "BEGIN IMMEDIATE")
        try:
            yield
        except SpoolFullError:
            self._connection.execute("COMMIT")  # thinning stays done
            raise
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _begin_anew(self, reason: str) -> SpoolError:
        if self._numbers is None:
            return SpoolError(f"{self.folder.spool}: damaged ({reason}); the agent sets it aside when it next uses it")
        self._connection.close()
        aside = _move_aside(self.folder)
        self._connection = _connect(self.folder)
        self._dictionary = _dictionary(self._connection)
        self._waiting = 0
        return SpoolDamagedError(aside, reason)


class _Damaged(Exception):  # noqa: N818  # never leaves this module
    """What lies there is no spool."""


def _connect(folder: AgentFolder) -> sqlite3.Connection:
    try:
        # the connection is passed between threads, but used by one at a time
        folder.spool.touch(mode=0o600)  # readings are for the agent's user alone, as its key is
        connection = sqlite3.connect(folder.spool, isolation_level=None, check_same_thread=False, timeout=5)
    except (OSError, sqlite3.Error) as error:
        raise FolderError(folder.spool, f"cannot be opened: {error}") from None
    try:
        _prepare(connection, folder.spool)
    except sqlite3.Error as error:
        connection.close()
        # SQLITE_ERROR: it lacks a table of ours
        if _code(error) in {*_DAMAGED, sqlite3.SQLITE_ERROR}:
            raise _Damaged(str(error)) from None
        raise _explained(folder.spool, error) from None
    except (FolderError, _Damaged):
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    for pragma in ("journal_mode = DELETE", "synchronous = EXTRA", "fullfsync = ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    checked = connection.execute("PRAGMA quick_check(1)").fetchone()
    if checked != ("ok",):
        raise _Damaged(str(checked))
    version = _one(connection, "PRAGMA user_version")
    if version > _VERSION:
        raise FolderError(path, "was written by a newer agent; install that one again")
    if version == 0 and path.stat().st_size:
        raise _Damaged("it is none of ours")
    if version == 0:
        connection.executescript(_SCHEMA)
    _dictionary(connection)


def _move_aside(folder: AgentFolder) -> Path:
    now = dt.datetime.now(dt.UTC)
    aside = folder.path / f"spool.damaged-{now:%Y%m%dT%H%M%S.%fZ}"
    try:
        aside.mkdir(mode=0o700)
        for suffix in ("-journal", "-wal", "-shm", ""):
            file = folder.spool.with_name(folder.spool.name + suffix)
            if file.exists():
                file.replace(aside / file.name)
        sync_directory(folder.path)
    except OSError as error:
        raise FolderError(aside, f"the damaged spool cannot be moved there: {error.strerror}") from None
    return aside


def _explained(path: Path, error: sqlite3.Error) -> SpoolError:
    if _code(error) == sqlite3.SQLITE_FULL:
        return SpoolFullError(f"{path}: the disk is full; make room, until then no reading is taken")
    return SpoolError(f"{path}: {error}; no reading is taken until it can be written again")


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _one(connection: sqlite3.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def _device_key(reading: SpooledReading) -> bytes:
    """By what the hub knows a device, too: serial number within its maker, else MAC, else address."""
    device = reading.device
    if device.get("serial_number"):
        known = f"s {device.get('manufacturer')} {device['serial_number']}"
    else:
        known = f"m {device['mac_address']}" if device.get("mac_address") else f"a {device.get('ip_address')}"
    return hashlib.sha256(known.encode("utf-8", "replace")).digest()[:12]


def _dictionary(connection: sqlite3.Connection) -> bytes:
    """The one that this spool was begun with."""
    row = connection.execute("SELECT octets FROM dictionary").fetchone()
    if row is None or not isinstance(row[0], bytes):
        raise _Damaged("it holds no dictionary")
    return row[0]


def _pack(body: bytes, dictionary: bytes) -> bytes:
    compressor = zlib.compressobj(level=9, zdict=dictionary)
    return compressor.compress(body) + compressor.flush()


def _unpack(packed: bytes, dictionary: bytes) -> bytes:
    return zlib.decompressobj(zdict=dictionary).decompress(packed)
