"""The database: reads that see one state, writes that are committed, times that know their zone, ways to fail."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.errors import HubError, StoreError
from frisket_hub.store import members, schema
from frisket_hub.store.address import database_url as address_of
from frisket_hub.store.engine import Store
from frisket_hub.store.members import Member
from frisket_hub.store.scope import Scope, within
from tests.server.postgres import Postgres

NOW = dt.datetime(2026, 11, 21, 19, 7, 0, 123456, tzinfo=dt.UTC)


async def add(store: Store, name: str, parent: Member | None = None) -> Member:
    return await store.write(lambda writing: members.add(writing, name, parent=parent, now=NOW))


async def count(connection: AsyncConnection) -> int:
    return (await connection.execute(select(func.count()).select_from(schema.members))).scalar_one()


def test_the_migrations_make_what_the_schema_says(database_url: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, schema.metadata))

    async def scenario() -> None:
        store = await Store.open(database_url)
        async with store.reading() as connection:
            assert await connection.run_sync(differences) == []
        await store.close()

    asyncio.run(scenario())


def test_an_empty_postgresql_is_migrated_once_by_several_hubs(postgres_server: Postgres) -> None:
    async def scenario(url: str) -> None:
        for store in await asyncio.gather(*(Store.open(url) for _ in range(3))):
            await store.close()

    url = postgres_server.empty()
    asyncio.run(scenario(url))
    postgres_server.drop(url)


def test_a_write_is_there_when_it_returns_and_its_time_knows_its_zone(database_url: str) -> None:
    async def scenario() -> None:
        store = await Store.open(database_url)
        member = await add(store, "Printers & Sons")
        async with store.reading() as connection:
            row = (await connection.execute(select(schema.members))).one()
        assert (row.member_id, row.name, row.created_at) == (member.member_id, "Printers & Sons", NOW)
        await store.close()

    asyncio.run(scenario())


def test_a_failed_write_leaves_nothing_and_stops_nobody(database_url: str) -> None:
    async def half(connection: AsyncConnection) -> None:
        await members.add(connection, "half", parent=None, now=NOW)
        raise ValueError("the second half fails")

    async def twice(connection: AsyncConnection) -> None:
        row = {"member_id": "m_1", "path": "/m_1/", "name": "twice", "created_at": NOW}
        await connection.execute(insert(schema.members).values(row))
        await connection.execute(insert(schema.members).values(row))

    async def scenario() -> None:
        store = await Store.open(database_url)
        with pytest.raises(ValueError, match="second half"):
            await store.write(half)
        with pytest.raises(IntegrityError):
            await store.write(twice)
        await add(store, "whole")
        async with store.reading() as connection:
            assert await count(connection) == 1
        await store.close()

    asyncio.run(scenario())


def test_a_reading_sees_one_state_whatever_is_written_meanwhile(database_url: str) -> None:
    async def scenario() -> None:
        store = await Store.open(database_url)
        await add(store, "first")
        async with store.reading() as connection:
            before = await count(connection)
            await add(store, "second")
            assert await count(connection) == before == 1
        await store.close()

    asyncio.run(scenario())


def test_writes_that_are_asked_for_at_once_all_happen(database_url: str) -> None:
    async def scenario() -> None:
        store = await Store.open(database_url)
        provider = await add(store, "provider")
        await asyncio.gather(*(add(store, f"member {number}", provider) for number in range(40)))
        async with store.reading() as connection:
            assert await count(connection) == 41
            assert len((await members.under(connection, [provider.path])).members) == 41
        await store.close()

    asyncio.run(scenario())


def test_a_second_process_writes_in_turn(sqlite_url: str) -> None:
    """Two stores on one file, as `frisket hub token` beside a running hub."""

    async def scenario() -> None:
        served, beside = await Store.open(sqlite_url), await Store.open(sqlite_url)
        await asyncio.gather(*(add(store, f"m{number}") for number in range(20) for store in (served, beside)))
        async with served.reading() as connection:
            assert await count(connection) == 40
        await beside.close()
        await served.close()

    asyncio.run(scenario())


def test_closing_waits_for_the_writes_that_were_asked_for(sqlite_url: str) -> None:
    async def scenario() -> None:
        store = await Store.open(sqlite_url)
        writing = [asyncio.create_task(add(store, f"m{number}")) for number in range(10)]
        await asyncio.sleep(0)
        await store.close()
        assert len({member.member_id for member in await asyncio.gather(*writing)}) == 10

    asyncio.run(scenario())


def test_scope_narrows_every_kind_of_statement(database_url: str) -> None:
    async def scenario() -> None:
        store = await Store.open(database_url)
        mine, theirs = await add(store, "mine"), await add(store, "theirs")
        scope = Scope.of([mine.member_id])

        async def rename(connection: AsyncConnection) -> int:
            changed = await connection.execute(within(update(schema.members).values(name="new"), schema.members, scope))
            nobody = await connection.execute(within(update(schema.members).values(name="x"), schema.members, Scope()))
            return changed.rowcount + nobody.rowcount

        assert await store.write(rename) == 1
        async with store.reading() as connection:
            assert (await members.find(connection, Scope.of([theirs.member_id]), theirs.member_id)) == theirs
            assert await members.find(connection, scope, theirs.member_id) is None
        await store.close()

    asyncio.run(scenario())


def test_sqlite_is_durable_and_private(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/hub.sqlite")
        async with store.reading() as connection:
            settings = [
                (await connection.execute(text(f"PRAGMA {name}"))).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        assert settings == ["wal", 2, 1]
        await store.close()

    asyncio.run(scenario())
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "hub.sqlite").stat().st_mode) == 0o600


def test_an_sqlite_that_can_be_damaged_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        await (await Store.open(f"sqlite+aiosqlite:///{tmp_path}/hub.sqlite")).close()

    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    asyncio.run(scenario())
    assert caplog.text == ""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    asyncio.run(scenario())
    assert "can damage a database" in caplog.text


def refused(url: str) -> str:
    async def scenario() -> None:
        await (await Store.open(url)).close()

    with pytest.raises(StoreError) as caught:
        asyncio.run(scenario())
    return str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    message = refused(f"sqlite+aiosqlite:///{tmp_path}/nowhere/hub.sqlite")
    assert str(tmp_path / "nowhere") in message
    assert "frisket hub init" in message


def test_a_file_that_is_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "hub.sqlite").mkdir()
    assert f"{tmp_path}/hub.sqlite: cannot be written" in refused(f"sqlite+aiosqlite:///{tmp_path}/hub.sqlite")


def test_a_damaged_database_is_said_and_left_alone(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite"
    path.write_bytes(b"this is no database, but somebody may still want it" * 100)
    before = path.read_bytes()
    assert "is damaged" in refused(f"sqlite+aiosqlite:///{path}")
    assert path.read_bytes() == before


def test_a_database_of_a_newer_frisket_is_not_touched(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "hub.sqlite"
    shutil.copyfile(sqlite_template, path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "newer Frisket (revision 9999)" in refused(f"sqlite+aiosqlite:///{path}")


def test_a_postgresql_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    message = refused(f"postgresql+asyncpg://frisket:secret@/frisket?host={tmp_path}")
    assert "is the database running" in message
    assert "secret" not in message


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ("postgresql://hub@db.example/frisket", "postgresql+asyncpg://hub@db.example/frisket"),
        ("postgres://hub:pw@db.example/frisket", "postgresql+asyncpg://hub:pw@db.example/frisket"),
        ("sqlite:////var/lib/hub.sqlite", "sqlite+aiosqlite:////var/lib/hub.sqlite"),
    ],
)
def test_the_environment_names_another_database(named: str, url: str) -> None:
    assert address_of(Path("data"), {"FRISKET_DATABASE_URL": named}) == url


@pytest.mark.parametrize("named", ["mysql://db.example/frisket", "db.example"])
def test_an_address_that_is_no_database_is_refused(named: str) -> None:
    with pytest.raises(HubError, match="FRISKET_DATABASE_URL"):
        address_of(Path("data"), {"FRISKET_DATABASE_URL": named})
