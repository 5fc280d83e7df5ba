"""kill -9 of the agent at random moments, on a bad day of the hub: nothing lost, nothing doubled, always whole.

This proves what the process does, not what the disk does: the page cache survives a kill.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import sqlite3
import sys
import time
from pathlib import Path

import pytest
from tests.core.agent.conftest import other_release
from tests.core.agent.memory_hub import MemoryHub, memory_hub
from tests.core.agent.starter import KILL_9, TRIAL, Starter, enrolled

from frisket.agent.folder import AgentFolder
from frisket.agent.release_files import ReleaseFiles
from frisket.agent.spool import Spool
from frisket.agent.state import StateFile
from frisket.agent.upload import next_batch
from frisket.profile.database import ProfileFile
from frisket.wire.documents import Release

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(sys.platform == "win32", reason="the quick start of processes forks"),
]

SILENT = "127.0.77.200-127.0.77.250"

KILLS = int(os.environ.get("FRISKET_KILLS", "50"))
_NUMBERS = re.compile(r"numbers (\d+) to (\d+)")


def spooled(folder: AgentFolder) -> set[int]:
    """The numbers that a killed agent left, after its spool's integrity was checked."""
    if not folder.spool.exists():
        return set()
    with contextlib.closing(sqlite3.connect(folder.spool)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return set()
        return {number for (number,) in connection.execute("SELECT number FROM readings")}


def check_release(folder: AgentFolder, hub: MemoryHub) -> Release | None:
    """The release in use is none or a whole one, and so is the one to go back to."""
    files = ReleaseFiles(folder)
    pointer = files.pointer()
    for release in (pointer.release, pointer.before):
        assert release is None or (release in hub.released and list(files.contents(release)))
    return pointer.release


@pytest.mark.timeout(300)
def test_kill_9_at_random_moments(
    starter: Starter, folder: AgentFolder, printers: list[str], profiles: list[ProfileFile]
) -> None:
    generator = random.Random(50)
    with memory_hub(seed=50) as (hub, day):
        enrolled(starter, folder, hub)
        hub.want(*printers)
        seen: set[int] = set()
        before: set[int] = set()
        releases: set[Release | None] = set()
        for kill in range(KILLS):
            newer = kill % 3 == 0
            if newer:
                hub.publish(other_release(profiles, kill))
            starter.start("run", "--data", str(folder.path), *TRIAL)
            if kill % 5:  # the others meet it while it starts
                starter.await_life()
            time.sleep(generator.uniform(0, 1.5 if newer else 0.3))
            starter.end(KILL_9)
            now = spooled(folder)
            # what is gone from the spool the hub has, and what was said to be taken is here or there
            assert before - now <= set(hub.readings)
            said = _NUMBERS.findall(starter.log.read_text(encoding="utf-8"))
            taken = {number for first, last in said for number in range(int(first), int(last) + 1)}
            assert taken <= now | set(hub.readings)
            assert StateFile.load(folder) is not None
            releases.add(check_release(folder, hub))
            seen |= now | taken
            before = now
        for _ in range(30):
            starter.start("once", "--scan", "--data", str(folder.path))
            starter.wait()
            if not spooled(folder):
                break
        assert not spooled(folder)
        assert seen <= set(hub.readings)
        # the number stands for one reading, whatever was sent how often: the hub looked at that
        assert hub.breaches == []
        assert hub.agent.state == "active"
        assert not list(folder.path.rglob("*.new"))
        assert not list(folder.path.glob("spool.damaged-*"))
        # the kills met an agent at work
        assert len(hub.readings) > KILLS
        assert len(releases - {None}) >= KILLS / 10
        assert sum(count for fate, count in day.happened.items() if fate != "fine") >= KILLS / 10


def test_a_signal_ends_it_within_three_seconds_with_the_spool_closed(
    starter: Starter, folder: AgentFolder, printers: list[str]
) -> None:
    with memory_hub(seed=4, delay=0.3) as (hub, _):
        enrolled(starter, folder, hub)
        hub.want(*printers, SILENT)
        for number in (signal.SIGINT, signal.SIGTERM):
            for pause in (0.05, 0.6, 1.2):
                starter.start("run", "--data", str(folder.path), *TRIAL)
                starter.await_life()
                time.sleep(pause)
                took = starter.end(number)
                assert took < 3
                spooled(folder)
                assert not folder.spool.with_name("spool.sqlite-journal").exists()
        assert spooled(folder) or hub.readings
        assert "Traceback" not in starter.log.read_text(encoding="utf-8")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="/proc shows the sockets")
def test_it_listens_nowhere(starter: Starter, folder: AgentFolder, printers: list[str]) -> None:
    with memory_hub(seed=4) as (hub, _):
        enrolled(starter, folder, hub)
        hub.want(*printers, SILENT)
        starter.start("run", "--data", str(folder.path), *TRIAL)
        seen = 0
        began = time.monotonic()
        while time.monotonic() < began + 2.5 or (not hub.readings and time.monotonic() < began + 20):
            sockets = sockets_of(starter.pid)
            seen += len(sockets)
            listening = [line for line in sockets if line[3] == "0A"]
            assert not listening
            time.sleep(0.02)
        assert seen, "it had sockets, to the hub and to printers"
        assert hub.readings
        starter.end(signal.SIGTERM)


def sockets_of(pid: int) -> list[list[str]]:
    """The lines of /proc/net/tcp and tcp6 that belong to a process."""
    inodes = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            inodes.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
    lines = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{name}").read_text("ascii").splitlines()
    ]
    return [line for line in lines if line[9] in inodes]


def test_what_is_said_of_the_outbox_is_what_is_sent(starter: Starter, folder: AgentFolder, printers: list[str]) -> None:
    with memory_hub(seed=1, cut=0, broken=0, duplicate=0, garbage=0, delay=0) as (hub, _):
        enrolled(starter, folder, hub)
        hub.want(*printers)
        starter.start("once", "--no-scan", "--data", str(folder.path))
        starter.wait()
        hub.agent.state = "pending"
        starter.start("once", "--scan", "--data", str(folder.path))
        starter.wait()
        starter.log.unlink()
        starter.start("outbox", "--data", str(folder.path))
        starter.wait()
        shown = starter.log.read_bytes()
        spool = Spool.look(folder)
        assert spool is not None
        batch = next_batch(spool)
        spool.close()
        assert batch is not None
        assert shown == batch.body + b"\n"
        hub.agent.state = "active"
        starter.start("once", "--no-scan", "--data", str(folder.path))
        starter.wait()
        assert batch.body in hub.bodies
