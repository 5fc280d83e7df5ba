"""Agents as processes, started in a moment and killed at any."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from pathlib import Path

import attrs
import pytest
from tests.core.agent.memory_hub import MemoryHub

from frisket.agent.folder import AgentFolder

KILL_9 = 9
# Seconds of a trial: a test waits for no hour
TRIAL = ("--check-in-every", "0.1", "--scan-every", "0.15", "--first-back-off", "0.02")


@attrs.define
class Starter:
    """Agents as processes, each in a few hundredths of a second."""

    server: subprocess.Popen[str]
    log: Path
    pid: int = 0

    def start(self, *arguments: str) -> None:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        order = {"arguments": ["agent", *arguments], "log": str(self.log)}
        self.server.stdin.write(f"{json.dumps(order)}\n")
        self.server.stdin.flush()
        self.pid = int(self.server.stdout.readline())

    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def end(self, number: int, *, within: float = 5) -> float:
        """Seconds until it was gone."""
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        while self.alive():
            assert time.monotonic() - began < within, self.log.read_text(encoding="utf-8")[-2000:]
            time.sleep(0.002)
        return time.monotonic() - began

    def await_life(self) -> None:
        """Until it has said something, however busy the machine is."""
        before, until = self.log.stat().st_size, time.monotonic() + 10
        while self.log.stat().st_size == before:
            assert time.monotonic() < until
            time.sleep(0.005)

    def wait(self, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while self.alive():
            assert time.monotonic() < until
            time.sleep(0.01)


def enrolled(starter: Starter, folder: AgentFolder, hub: MemoryHub) -> None:
    """Through the command, as often as it takes."""
    for _ in range(20):
        options = ("--token", hub.token, "--name", "cellar", "--site", "Main street", "--data", str(folder.path))
        starter.start("enroll", hub.url, *options)
        starter.wait()
        if folder.state.exists():
            return
    pytest.fail(starter.log.read_text(encoding="utf-8"))
