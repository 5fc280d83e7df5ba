"""A hub's folder, made once and copied for each test; keys that are made once, as making one says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from frisket.cli.main import run
from tests.server.profile_db.desk import Desk
from tests.server.profile_db.provider import Provider, open_provider

Scenario = Callable[[Provider], Awaitable[None]]
WithProvider = Callable[[Scenario], None]
_PASSWORD = "correct horse battery"  # noqa: S105  # of a hub that lives as long as a test


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub that was set up, to be copied."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "password").write_text(f"{_PASSWORD}\n", encoding="utf-8")
    arguments = ["--data", str(folder / "hub"), "--email", "ann@provider.example"]
    assert run(["hub", "init", *arguments, "--password-file", str(folder / "password")]) == 0
    return folder / "hub"


@pytest.fixture
def desk(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Of whoever runs a new hub, who has a folder of keys beside it."""
    monkeypatch.delenv("FRISKET_DATABASE_URL", raising=False)
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "hub.sqlite").write_bytes((made / "hub.sqlite").read_bytes())
    return Desk(tmp_path, capsys)


@pytest.fixture
def with_provider(sqlite_url: str) -> WithProvider:
    """A scenario on SQLite, of a provider that has its root and targets."""
    return _on(sqlite_url)


@pytest.fixture
def with_every_provider(database_url: str) -> WithProvider:
    return _on(database_url)


def _on(url: str) -> WithProvider:
    def run(scenario: Scenario) -> None:
        async def play() -> None:
            async with open_provider(url) as provider:
                await provider.begin()
                await scenario(provider)

        asyncio.run(play())

    return run
