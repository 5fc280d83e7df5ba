"""`frisket hub rollout …` and `frisket hub release pin`, as whoever runs a hub uses them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.cli.main import run
from frisket_hub.store import members, schema
from frisket_hub.store.address import database_url
from frisket_hub.store.engine import Store
from tests.server.sample import published

from .crowd import START


@pytest.fixture
def data(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a hub with two published releases."""
    monkeypatch.setenv("FRISKET_DATABASE_URL", sqlite_url)
    assert database_url(tmp_path) == sqlite_url

    async def fill(connection: AsyncConnection) -> None:
        provider = await members.add(connection, "Provider", parent=None, now=START)
        for number in (1, 2):
            row = {"member_id": provider.member_id, **published(number, START)}
            await connection.execute(insert(schema.releases).values(row))

    async def begin() -> None:
        store = await Store.open(sqlite_url)
        await store.write(fill)
        await store.close()

    asyncio.run(begin())
    return tmp_path


def _says(capsys: pytest.CaptureFixture[str], data: Path, *arguments: str, code: int = 0) -> str:
    assert run(["hub", *arguments, "--data", str(data)]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_a_rollout_is_started_watched_paused_resumed_and_halted(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    assert "nothing was rolled out yet" in _says(capsys, data, "rollout", "show", code=1)
    assert "no rollout is under way" in _says(capsys, data, "rollout", "halt", "--reason", "x", code=1)
    assert "there is no release 3" in _says(capsys, data, "rollout", "start", "3", code=1)
    started = _says(capsys, data, "rollout", "start", "2", "--ring", "5", "--ring", "100", "--soak", "30")
    assert started.splitlines()[0] == "release 2: running, ring 1 of 2 (5 % of agents)"
    assert _says(capsys, data, "rollout", "show") == started
    paused = _says(capsys, data, "rollout", "pause", "--reason", "the weekend")
    assert "paused" in paused
    assert "the weekend" in paused
    assert "running" in _says(capsys, data, "rollout", "resume")
    assert "release 2: halted" in _says(capsys, data, "rollout", "halt", "--reason", "a lost counter")


def test_a_member_is_pinned_and_unpinned(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    pinned = _says(capsys, data, "release", "pin", "1", "--reason", "an audit", "--days", "14")
    assert pinned.startswith("Provider stays at release 1 until ")
    assert "no published release 9" in _says(capsys, data, "release", "pin", "9", "--reason", "x", code=1)
    assert _says(capsys, data, "release", "unpin") == "Provider is pinned to nothing any more\n"
    assert "Provider is pinned to nothing" in _says(capsys, data, "release", "unpin", code=1)
