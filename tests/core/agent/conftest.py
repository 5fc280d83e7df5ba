"""What the agent's tests share: virtual printers, a hub in memory, a folder that is enrolled with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest
from tests.chaos import ChaoticHub
from tests.core.agent.memory_hub import MemoryHub, memory_hub

from frisket.agent.errors import HubError
from frisket.agent.folder import AgentFolder
from frisket.agent.hub_client import HubClient
from frisket.agent.identity import load_identity
from frisket.agent.numbers import begin_numbers
from frisket.agent.service import Settings
from frisket.agent.state import AgentState, StateFile
from frisket.cli.bundled import bundled_recordings
from frisket.lab import VirtualPrinter, load_recording, running_fleet
from frisket.plugins import Registry, load_plugins
from frisket.profile.database import ProfileFile, read_folder
from frisket.profile.release import pack
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


@pytest.fixture(scope="session")
def release(profiles: list[ProfileFile]) -> bytes:
    return pack(profiles)


def other_release(profiles: list[ProfileFile], mark: int) -> bytes:
    """The same profiles, in other octets."""
    return pack([attrs.evolve(file, text=f"{file.text}\n# {mark}\n") for file in profiles])


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
            return StateFile.create(
                folder, AgentState(hub=hub.url, name="cellar", site="Main street", agent=enrolled.agent)
            )
