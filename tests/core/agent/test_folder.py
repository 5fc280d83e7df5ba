from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from frisket.agent.errors import FolderError
from frisket.agent.folder import AgentFolder
from frisket.agent.identity import load_identity
from frisket.agent.state import AgentState, StateFile


def test_a_key_is_made_once_and_is_nobody_elses(folder: AgentFolder) -> None:
    first = load_identity(folder).public_key
    assert load_identity(folder).public_key == first
    assert len(bytes.fromhex(first)) == 32
    if sys.platform != "win32":
        assert folder.key.stat().st_mode & 0o777 == 0o600
        folder.key.chmod(0o644)
        load_identity(folder)
        assert folder.key.stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_none_and_one_that_is_gone_are_told(folder: AgentFolder) -> None:
    folder.key.write_bytes(b"-----BEGIN PRIVATE KEY-----\nnonsense\n")
    with pytest.raises(FolderError, match="backup"):
        load_identity(folder)
    folder.key.unlink()
    StateFile.create(folder, AgentState(hub="https://hub.example", name="n", site="s", agent="a_1"))
    with pytest.raises(FolderError, match="gone"):
        load_identity(folder)


def test_one_agent_at_a_time(folder: AgentFolder) -> None:
    with folder.held(), pytest.raises(FolderError, match="at work"), folder.held():
        pass
    with folder.held():
        pass


def test_what_a_killed_agent_left_half_written_is_removed(folder: AgentFolder) -> None:
    leftover = folder.releases / "abc" / "bundle.tar.gz-1234.new"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(b"half")
    with folder.held():
        assert not leftover.exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FolderError, match="--data"):
        AgentFolder(tmp_path / "agent").prepare()


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "agent").write_text("a file", encoding="utf-8")
    with pytest.raises(FolderError, match="--data"):
        AgentFolder(tmp_path / "agent").prepare()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"hub":"x"}', '{"hub":1,"name":"n","site":"s"}', "\x00"])
def test_a_state_that_cannot_be_read_is_told(folder: AgentFolder, text: str) -> None:
    folder.state.write_text(text, encoding="utf-8")
    with pytest.raises(FolderError, match=r"agent\.json"):
        StateFile.load(folder)


def test_a_state_comes_back_as_it_was(folder: AgentFolder) -> None:
    file = StateFile.create(folder, AgentState(hub="https://hub.example", name="n", site="s"))
    file.change(lease="l", generation=3)
    loaded = StateFile.load(folder)
    assert loaded is not None
    assert loaded.state == file.state
