"""What the end-to-end tests share: the command as a process, a virtual fleet, the recordings beside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from frisket.cli.bundled import bundled_recordings
from frisket.lab import Fleet, Recording, VirtualPrinter, load_recording, running_fleet

ROOT = Path(__file__).parents[2]
# Real recordings with the truth about each, which are no part of the project
CORPUS = Path(os.environ.get("FRISKET_CORPUS", ROOT.parent / "shared" / "corpus"))

# Every test that runs a fleet of its own gets ports of its own, so that tests may run side by side
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_OFFSETS = iter(range(20_000 + 8 * _WORKER, 60_000, 16))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@attrs.frozen
class Ran:
    """A finished process."""

    code: int
    out: str
    err: str


def frisket(*arguments: str | Path, timeout: float = 60) -> Ran:
    """`frisket …`, as a process of its own."""
    command = [sys.executable, "-m", "frisket", *map(str, arguments)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=timeout, check=False, env=environment
    )
    return Ran(done.returncode, done.stdout, done.stderr)


# Tells what was measured at the end of the run: a name, and a figure with its unit
Figure = Callable[[str, object], None]

StartFleet = Callable[[Sequence[VirtualPrinter]], Fleet]


@contextmanager
def fleet_of(printers: Sequence[VirtualPrinter], *, base: str = "127.0.66.0") -> Iterator[Fleet]:
    with running_fleet(printers, base=base, port_offset=next(_OFFSETS)) as fleet:
        yield fleet


def targets_of(fleet: Fleet) -> list[str]:
    return [f"{printer.address}:{printer.snmp_port}" for printer in fleet.printers]


@pytest.fixture(scope="session")
def recordings() -> dict[str, Recording]:
    """The project's own recordings of printers by name, those of no printer left out."""
    loaded = [load_recording(path) for path in bundled_recordings() if "identity.cases" not in path.parts]
    return {recording.name: recording for recording in loaded}


@pytest.fixture(scope="session")
def corpus() -> Path:
    if not (CORPUS / "SPLIT.tsv").is_file():
        pytest.skip("no corpus of real recordings beside the checkout; set FRISKET_CORPUS to one")
    return CORPUS


@pytest.fixture
def figure(record_property: Figure) -> Figure:
    return record_property
