"""The agent's own store: in its folder, or where it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from frisket.agent.folder import AgentFolder
from frisket.cli.agent import _Options
from frisket.cli.main import run
from frisket.errors import CredentialsError

ENTRY = """
[[snmp]]
networks = ["192.0.2.0/24"]
user = "{user}"
"""


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


def users(folder: AgentFolder, credentials: Path | None = None) -> list[str]:
    settings = _Options(snmp_port=161, communities=(), credentials=credentials).settings(folder)
    return [user.user for user in settings.vault.users]


def test_without_a_file_the_vault_is_empty(folder: AgentFolder) -> None:
    assert users(folder) == []


def test_the_file_in_the_folder_is_taken_and_another_instead_when_it_is_named(
    folder: AgentFolder, tmp_path: Path
) -> None:
    written(folder.credentials, ENTRY.format(user="here"))
    assert users(folder) == ["here"]
    assert users(folder, written(tmp_path / "other.toml", ENTRY.format(user="there"))) == ["there"]


def test_a_mistake_stops_the_agent(folder: AgentFolder, capfd: pytest.CaptureFixture[str]) -> None:
    written(folder.credentials, ENTRY.format(user="here") + 'auth_key = "canary-canary"')
    with pytest.raises(CredentialsError):
        users(folder)
    assert run(["agent", "once", "--data", str(folder.path)]) == 1
    said = capfd.readouterr().err
    assert f"{folder.credentials}: [[snmp]] 1: auth_key needs auth" in said
    assert "canary" not in said


def test_a_scan_takes_no_file_that_others_may_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "credentials.toml", ENTRY.format(user="here"))
    file.chmod(0o644)
    assert run(["scan", "192.0.2.1", "--credentials", str(file)]) == 1
    assert f"chmod 600 {file}" in capfd.readouterr().err
