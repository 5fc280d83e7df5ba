"""kill -9 of the agent and of the real hub at random moments, on bad days: nothing lost, nothing doubled."""

from __future__ import annotations

import contextlib
import os
import random
import re
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import attrs
import pytest

from frisket.lab import Recording, VirtualPrinter
from tests.e2e.conftest import ROOT, fleet_of, frisket, targets_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

KILLS = int(os.environ.get("FRISKET_KILLS", "50"))
TRIAL = ("--check-in-every", "0.2", "--scan-every", "0.3", "--first-back-off", "0.05")


@attrs.define
class Loop:
    """A hub and an agent as processes, each started again when it was killed."""

    folder: Path
    port: int
    hub: subprocess.Popen[bytes] | None = None
    agent: subprocess.Popen[bytes] | None = None
    starts: int = 0

    @property
    def log(self) -> Path:
        return self.folder / "agent.log"

    def start_hub(self) -> None:
        self.starts += 1
        script = Path(__file__).parent / "chaotic_hub.py"
        command = [sys.executable, str(script), str(self.folder / "hub"), str(self.port), str(self.starts)]
        with (self.folder / "hub.log").open("ab") as log:
            self.hub = subprocess.Popen(command, stderr=log, stdout=log, env={**os.environ, "PYTHONPATH": str(ROOT)})

    def start_agent(self) -> None:
        command = [sys.executable, "-m", "frisket", "agent", "run", "--data", str(self.folder / "agent"), *TRIAL]
        with self.log.open("ab") as log:
            self.agent = subprocess.Popen(command, stderr=log, stdout=log)

    def kill_hub(self) -> None:
        kill(self.hub)
        self.start_hub()

    def kill_agent(self) -> None:
        kill(self.agent)
        self.start_agent()

    def taken(self) -> set[int]:
        """The numbers of readings that the agent said it had taken: committed in its spool."""
        said = re.findall(r"numbers (\d+) to (\d+)", self.log.read_text(encoding="utf-8", errors="replace"))
        return {number for first, last in said for number in range(int(first), int(last) + 1)}

    def stored(self) -> list[int]:
        with contextlib.closing(sqlite3.connect(self.folder / "hub" / "hub.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return [number for (number,) in connection.execute("SELECT number FROM readings")]


def kill(process: subprocess.Popen[bytes] | None) -> None:
    assert process is not None
    process.kill()
    process.wait(10)


@pytest.fixture
def loop(tmp_path: Path, recordings: dict[str, Recording]) -> Loop:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        loop = Loop(tmp_path, sock.getsockname()[1])
    password = tmp_path / "password"
    password.write_text("not a secret at all\n", encoding="utf-8")
    hub = ("--data", tmp_path / "hub")
    made = frisket("hub", "init", *hub, "--email", "a@demo.example", "--password-file", password)
    assert made.code == 0, made.err
    return loop


@pytest.mark.timeout(600)
def test_kill_9_of_either_loses_and_doubles_nothing(loop: Loop, recordings: dict[str, Recording]) -> None:
    generator = random.Random(KILLS)
    hub, agent = ("--data", loop.folder / "hub"), ("--data", loop.folder / "agent")
    (loop.folder / "agent").mkdir()
    ceiling = "smallest_interval = 1\n"
    (loop.folder / "agent" / "ceiling.toml").write_text(ceiling, encoding="utf-8")
    with fleet_of([VirtualPrinter(recordings[name]) for name in ("mp-c3004", "laserjet-m604")]) as fleet:
        token = frisket("hub", "token", *hub).out.split()[-1]
        loop.start_hub()
        enrol = ("agent", "enroll", f"http://127.0.0.1:{loop.port}", "--token", token, "--name", "a", "--site", "s")
        until = time.monotonic() + 60
        while frisket(*enrol, *agent).code:
            assert time.monotonic() < until, (loop.folder / "hub.log").read_text()
        assert frisket("hub", "agent", "accept", "a", *hub).code == 0
        targets = [word for target in targets_of(fleet) for word in ("--target", target)]
        assert frisket("hub", "agent", "change", "a", *hub, *targets).code == 0
        loop.start_agent()
        for _ in range(KILLS):
            # a hub needs a while to be worth killing
            time.sleep(generator.uniform(0, 2.0))
            generator.choice((loop.kill_hub, loop.kill_agent))()
        kill(loop.agent)
        for _ in range(30):
            done = frisket("agent", "once", *agent)
            if done.code == 0 and "0 waiting" in frisket("agent", "status", *agent).out:
                break
            time.sleep(0.3)
        assert "0 waiting" in frisket("agent", "status", *agent).out
        kill(loop.hub)
    stored = loop.stored()
    assert len(stored) == len(set(stored)), "doubled"
    assert loop.taken() <= set(stored), "lost"
    assert len(stored) > KILLS / 2, "the kills met a loop at work"
