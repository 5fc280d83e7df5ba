"""kill -9, and a disk that refuses, at any moment of updating: a whole release, old or new, and the hub hears which."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.core.agent.conftest import Contents, at_work, other_release
from tests.core.agent.memory_hub import MemoryHub, memory_hub
from tests.core.agent.starter import KILL_9, TRIAL, Starter, enrolled

from frisket.agent.errors import FolderError
from frisket.agent.folder import AgentFolder
from frisket.agent.release_files import Pointer, ReleaseFiles
from frisket.agent.trial import MOST_DEATHS, TrialFile
from frisket.plugins import Registry
from frisket.profile.database import ProfileFile
from frisket.wire.documents import Release

QUIET = {"cut": 0, "broken": 0, "duplicate": 0, "garbage": 0, "delay": 0}


def whole(folder: AgentFolder) -> Pointer:
    """What is in use, after it and the one to go back to were read and compared with their hashes."""
    files = ReleaseFiles(folder)
    pointer = files.pointer()
    for release in (pointer.release, pointer.before):
        assert release is None or len(list(files.contents(release))) == 3
    return pointer


def next_in_use(folder: AgentFolder, pointer: Pointer) -> Release | None:
    """What the next process must use: it goes back where a verdict says so, or where it is the second to be killed."""
    trial = TrialFile.load(folder).trial
    if trial is None or trial.release != pointer.release:
        return pointer.release
    if trial.verdict is None:
        return trial.before if trial.deaths + trial.running >= MOST_DEATHS else pointer.release
    return trial.before if trial.verdict.state == "reverted" else pointer.release


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform == "win32", reason="the quick start of processes forks")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kills", [30, pytest.param(300, marks=pytest.mark.long)])
def test_kill_9_while_updating(starter: Starter, folder: AgentFolder, profiles: list[ProfileFile], kills: int) -> None:
    generator = random.Random(kills)
    with memory_hub(**QUIET) as (hub, _):
        enrolled(starter, folder, hub)
        hub.want()
        window = seconds_of_an_update(starter, folder, hub, other_release(profiles, -1))
        found: Counter[str] = Counter()
        after = whole(folder)
        for kill in range(kills):
            before, expected = after, next_in_use(folder, after)
            newest = hub.publish(other_release(profiles, kill))
            reported = len(hub.agent.reported)
            starter.start("run", "--data", str(folder.path), *TRIAL)
            starter.await_life()
            time.sleep(generator.uniform(0, 1.3 * window))
            starter.end(KILL_9)
            after = whole(folder)
            assert after.release in (newest, before.release, expected)
            updated = after.release == newest
            found["new" if updated else "old"] += 1
            # a machine that became busy since the window was measured, or idle, is followed
            window *= 1 / 1.15 if updated else 1.15
            found["on trial"] += TrialFile.load(folder).trial is not None
            if hub.agent.reported[reported:]:
                found["reported"] += 1
                assert hub.agent.reported[reported].release == expected
        # the kills met an agent that was updating, before and after the swap
        assert min(found["new"], found["old"], found["on trial"], found["reported"]) >= kills / 10, found
        for _ in range(3):
            starter.start("once", "--data", str(folder.path))
            starter.wait()
        assert hub.agent.reported[-1].release == whole(folder).release
        assert hub.agent.state == "active"
        assert not hub.breaches
        assert not list(folder.path.rglob("*.new"))
        assert not list(folder.trust.glob("tmp*"))


def seconds_of_an_update(starter: Starter, folder: AgentFolder, hub: MemoryHub, contents: Contents) -> float:
    newest = hub.publish(contents)
    starter.start("run", "--data", str(folder.path), *TRIAL)
    starter.await_life()
    began = time.monotonic()
    while ReleaseFiles(folder).pointer().release != newest:
        assert time.monotonic() - began < 30, starter.log.read_text(encoding="utf-8")
        time.sleep(0.005)
    took = time.monotonic() - began
    starter.end(KILL_9)
    return took


def test_every_write_of_an_update_that_fails(
    folder: AgentFolder, registry: Registry, profiles: list[ProfileFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The n-th write, for every n: a release is whole, the next start completes it."""
    written: list[Path] = []
    fail_at = -1

    def write(self: AgentFolder, file: Path, content: bytes, *, mode: int = 0o600) -> None:
        written.append(file)
        if len(written) == fail_at:
            raise FolderError(file, f"cannot be written: {os.strerror(28)}")
        _WRITE(self, file, content, mode=mode)

    async def once() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await agent.once(scan_now=True)

    with memory_hub(**QUIET) as (hub, _):
        hub.want()
        hub.publish(other_release(profiles, 0))
        asyncio.run(once())
        pointer = whole(folder)
        monkeypatch.setattr(AgentFolder, "write", write)
        for number in itertools.count(1):
            before, newest = pointer, hub.publish(other_release(profiles, number))
            written.clear()
            fail_at = number
            with contextlib.suppress(FolderError):
                asyncio.run(once())
            pointer = whole(folder)
            assert pointer.release in (before.release, newest)
            if len(written) < number:
                break
            fail_at = -1
            for _ in range(2):
                asyncio.run(once())
            pointer = whole(folder)
            assert pointer.release == newest
            assert not folder.trial.exists()
            assert [one.state for one in hub.confirmations if one.tried == newest][-1] == "healthy"
        assert number > 15


_WRITE = AgentFolder.write
