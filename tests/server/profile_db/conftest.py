"""A hub's folder, made once and copied for each test; keys that are made once, as making one says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from frisket.cli.main import run
from tests.server.profile_db.desk import Desk

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
