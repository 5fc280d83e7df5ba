"""`frisket agent` as a person meets it: what it says, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.core.agent.memory_hub import MemoryHub, memory_hub

from frisket.agent.folder import AgentFolder
from frisket.cli.main import run


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    """On a good day: these tests are about words."""
    with memory_hub(cut=0, broken=0, duplicate=0, garbage=0, delay=0) as (hub, _):
        yield hub


def agent(folder: AgentFolder, *arguments: str) -> int:
    return run(["agent", *arguments, "--data", str(folder.path)])


def enroll(folder: AgentFolder, hub: MemoryHub, token: str = "") -> int:
    return agent(folder, "enroll", hub.url, "--token", token or hub.token, "--name", "cellar", "--site", "Main street")


def test_a_day_in_the_life(
    folder: AgentFolder,
    hub: MemoryHub,
    printers: list[str],
    release: dict[str, bytes],
    capfd: pytest.CaptureFixture[str],
) -> None:
    hub.want(*printers)
    hub.publish(release)
    assert enroll(folder, hub) == 0
    assert "enrolled as a_" in capfd.readouterr().out
    assert agent(folder, "once") == 0
    said = capfd.readouterr().out
    assert "release 1 applied" in said
    assert "3 addresses, 3 printers" in said
    assert "upload: 3 readings" in said
    assert agent(folder, "once") == 0
    assert "scan: not due" in capfd.readouterr().out
    assert agent(folder, "status") == 0
    said = capfd.readouterr().out
    assert "release 1" in said
    assert "0 waiting" in said
    assert len(hub.readings) == 3
    assert [confirmation.state for confirmation in hub.confirmations] == ["applied", "healthy"]


def test_a_token_that_is_not_taken_leaves_nothing_but_the_key(
    folder: AgentFolder, hub: MemoryHub, capfd: pytest.CaptureFixture[str]
) -> None:
    assert enroll(folder, hub, "wrong") == 1
    assert "token" in capfd.readouterr().err
    assert not folder.state.exists()
    assert enroll(folder, hub) == 0
    assert enroll(folder, hub) == 1
    assert "enrolled with" in capfd.readouterr().err


def test_waiting_for_a_person(folder: AgentFolder, hub: MemoryHub, capfd: pytest.CaptureFixture[str]) -> None:
    hub.accept_at_once = False
    assert enroll(folder, hub) == 0
    assert "accept" in capfd.readouterr().out
    assert agent(folder, "once") == 1
    assert "pending" in capfd.readouterr().out


@pytest.mark.parametrize("what", ["run", "once", "status", "outbox"])
def test_before_enrolment(tmp_path: Path, what: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["agent", what, "--data", str(tmp_path / "none")]) == 1
    assert "frisket agent enroll" in capfd.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("url", ["http://hub.example", "hub.example", "https://"])
def test_an_address_that_is_none(folder: AgentFolder, url: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert agent(folder, "enroll", url, "--token", "t", "--name", "n", "--site", "s") == 2
    assert "https" in capfd.readouterr().err


def test_a_hub_that_is_not_there(folder: AgentFolder, capfd: pytest.CaptureFixture[str]) -> None:
    assert agent(folder, "enroll", "http://127.0.0.1:1", "--token", "t", "--name", "n", "--site", "s") == 1
    assert "not reachable" in capfd.readouterr().err


def test_a_folder_that_is_a_file(tmp_path: Path, hub: MemoryHub, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert enroll(AgentFolder(tmp_path / "file" / "agent"), hub) == 1
    assert "FRISKET_AGENT_DATA" in capfd.readouterr().err


def test_a_second_agent_in_the_folder(folder: AgentFolder, hub: MemoryHub, capfd: pytest.CaptureFixture[str]) -> None:
    assert enroll(folder, hub) == 0
    with folder.held():
        assert agent(folder, "once") == 1
        assert "at work" in capfd.readouterr().err
        assert agent(folder, "status") == 0
        assert agent(folder, "outbox") == 0


def test_a_damaged_spool_is_said_with_its_place(
    folder: AgentFolder, hub: MemoryHub, printers: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    hub.want(*printers)
    assert enroll(folder, hub) == 0
    folder.spool.write_bytes(b"no spool at all" * 1_000)
    assert agent(folder, "outbox") == 1
    assert "when it starts" in capfd.readouterr().err
    assert agent(folder, "once") == 0
    assert "spool.damaged-" in capfd.readouterr().out
    assert agent(folder, "status") == 0
    assert "spool.damaged-" in capfd.readouterr().out
    assert len(hub.readings) == 3


def test_the_outbox_shows_the_octets_and_pretty_ones(
    folder: AgentFolder, hub: MemoryHub, printers: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    hub.want(*printers)
    assert enroll(folder, hub) == 0
    assert agent(folder, "once", "--no-scan") == 0
    hub.reject = {2}
    hub.agent.state = "pending"
    assert agent(folder, "once", "--scan") == 1
    capfd.readouterr()
    assert agent(folder, "outbox") == 0
    plain = capfd.readouterr().out
    assert agent(folder, "outbox", "--pretty") == 0
    assert json.loads(capfd.readouterr().out) == json.loads(plain)
    assert len(json.loads(plain)["readings"]) == 3
    hub.agent.state = "active"
    assert agent(folder, "once", "--no-scan") == 0
    assert plain.rstrip("\n").encode() in hub.bodies
    capfd.readouterr()
    assert agent(folder, "outbox", "--rejected") == 0
    said = capfd.readouterr()
    assert "2: not in this test" in said.err
    assert json.loads(said.out)["number"] == 2
