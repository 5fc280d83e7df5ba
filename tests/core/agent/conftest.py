"""What the agent's tests share: virtual printers, a hub in memory, a folder that is enrolled with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest
from tests.chaos import ChaoticHub
from tests.core.agent.memory_hub import MemoryHub, memory_hub
from tests.core.agent.starter import KILL_9, Starter

from frisket.agent.errors import HubError
from frisket.agent.folder import AgentFolder
from frisket.agent.hub_client import HubClient
from frisket.agent.identity import load_identity
from frisket.agent.numbers import begin_numbers
from frisket.agent.service import Agent, Settings, opened
from frisket.agent.state import AgentState, StateFile
from frisket.agent.trust import Trust
from frisket.cli.bundled import bundled_recordings
from frisket.lab import VirtualPrinter, load_recording, running_fleet
from frisket.plugins import Registry, load_plugins
from frisket.profile.database import ProfileFile, read_folder
from frisket.releases.bundle import Bundle, pack
from frisket.wire.documents import Enrolment

RECORDINGS = ("laserjet-m604", "laserjet-mfp-m527", "mp-c3004")
# Back-offs of a hundredth of a second: a test waits for no hour
QUICK = Settings(check_in_every=0.05, scan_every=0.2, first_back_off=0.01)


def network(which: int) -> str:
    """Where a fleet's addresses begin: this process's own, for the tests of several may run side by side."""
    number = os.getpid() * 2 + which
    return f"127.{number // 250 % 200 + 50}.{number % 250}.0"


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_plugins()


@pytest.fixture(scope="session")
def printers(registry: Registry) -> Iterator[list[str]]:
    """Three virtual printers, as targets."""
    recordings = [load_recording(path) for path in bundled_recordings(registry) if path.name in RECORDINGS]
    assert len(recordings) == len(RECORDINGS)
    virtual = [VirtualPrinter(recording) for recording in recordings]
    with running_fleet(virtual, base=network(0), port_offset=11_000) as fleet:
        yield [f"{printer.address}:{printer.snmp_port}" for printer in fleet.printers]


@pytest.fixture(scope="session")
def profiles(registry: Registry) -> list[ProfileFile]:
    """As much of the profile database as the printers need."""
    wanted = ("std/", "hp/", "ricoh/")
    return [file for path in registry.profile_folders for file in read_folder(path) if file.name.startswith(wanted)]


Contents = dict[str, bytes]
Cases = Mapping[str, Mapping[str, bytes]]


@pytest.fixture(scope="session")
def release(profiles: list[ProfileFile]) -> Contents:
    return contents_of(profiles)


def contents_of(profiles: Iterable[ProfileFile], cases: Cases | None = None) -> Contents:
    """The bundles of a release, by namespace; `cases` as a bundle has them."""
    found: dict[str, list[ProfileFile]] = {}
    for file in profiles:
        found.setdefault(file.name.partition("/")[0], []).append(file)
    return {
        namespace: pack(
            Bundle(
                namespace=namespace,
                profiles=tuple(files),
                cases={name: case for name, case in (cases or {}).items() if name.startswith(f"{namespace}/")},
            )
        )
        for namespace, files in found.items()
    }


def other_release(profiles: list[ProfileFile], mark: int) -> Contents:
    """The same profiles, in other octets."""
    return contents_of(attrs.evolve(file, text=f"{file.text}\n# {mark}\n") for file in profiles)


def changed(profiles: Iterable[ProfileFile], name: str, before: str, after: str) -> list[ProfileFile]:
    """With other words in one file."""
    files = {file.name: file for file in profiles}
    assert before in files[name].text
    files[name] = attrs.evolve(files[name], text=files[name].text.replace(before, after))
    return list(files.values())


# A disk that others use makes each sync as slow as they please; what is synced when is no matter of these tests
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # folders with names of their own are made there
MEMORY = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None


@pytest.fixture
def folder() -> Iterator[AgentFolder]:
    with TemporaryDirectory(dir=MEMORY, prefix="frisket-agent-") as directory:
        found = AgentFolder(Path(directory))
        begin_numbers(found)
        yield found


@pytest.fixture
def bad_day() -> Iterator[tuple[MemoryHub, ChaoticHub]]:
    with memory_hub(seed=7) as both:
        yield both


@pytest.fixture
def hub(bad_day: tuple[MemoryHub, ChaoticHub]) -> MemoryHub:
    return bad_day[0]


async def enroll(folder: AgentFolder, hub: MemoryHub) -> StateFile:
    """As often as it takes."""
    identity = load_identity(folder)
    enrolment = Enrolment(token=hub.token, public_key=identity.public_key, name="cellar", site="Main street")
    async with HubClient(hub.url, identity) as client:
        while True:
            try:
                enrolled = await client.enroll(enrolment)
            except HubError:
                continue
            if enrolled.root is not None:
                Trust(folder).begin(enrolled.root.encode())
            return StateFile.create(
                folder, AgentState(hub=hub.url, name="cellar", site="Main street", agent=enrolled.agent)
            )


@asynccontextmanager
async def at_work(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, settings: Settings = QUICK
) -> AsyncIterator[tuple[Agent, list[str]]]:
    """An enrolled agent, and what it says."""
    said: list[str] = []
    if not folder.state.exists():
        await enroll(folder, hub)
    async with opened(folder, registry, settings, said.append) as agent:
        yield agent, said


async def until(condition: Callable[[], bool], agent: Agent, *, scan_now: bool | None = False) -> None:
    """One round after another until it holds."""
    for _ in range(60):
        await agent.once(scan_now=scan_now)
        if condition():
            return
    pytest.fail("it never came to that")


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(Path(__file__).with_name("fork_server.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        yield server
        assert server.stdin is not None
        server.stdin.close()


@pytest.fixture
def starter(server: subprocess.Popen[str], tmp_path: Path) -> Iterator[Starter]:
    found = Starter(server, tmp_path / "agent.log")
    yield found
    if found.pid and found.alive():
        found.end(KILL_9)
