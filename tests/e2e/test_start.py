"""What starting the command costs, told by what it imports, which no busy machine can change; how long one waits."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from frisket.lab import Recording, VirtualPrinter
from tests.e2e.conftest import Figure, fleet_of, frisket, targets_of

# Prints which of the modules named behind `--` were imported when the command was done
PROGRAM = """
import sys
from frisket.cli.main import run
end = sys.argv.index("--")
code = run(sys.argv[1:end])
print(*(name for name in sys.argv[end + 1:] if name in sys.modules), file=sys.stderr)
sys.exit(code)
"""
# Only what one protocol or the hub needs
FOR_SOME = (
    "cryptography", "h11", "httpx2", "lxml", "pyasn1", "pysnmp", "sqlalchemy", "starlette", "uvicorn", "tuf",
    "frisket.protocols.pjl", "frisket.protocols.web", "frisket_hub.app",
)  # fmt: skip
# What reads profiles and scans
FOR_SCANS = ("cattrs", "yaml", "frisket.profile.database", "frisket.scan.fleet")


def imported_by(arguments: list[str], modules: tuple[str, ...]) -> list[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments, "--", *modules]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stderr.splitlines()[-1].split()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["plugins"], ["plugins", "--json"]])
def test_telling_what_there_is_imports_no_engine(arguments: list[str]) -> None:
    assert imported_by(arguments, (*FOR_SOME, *FOR_SCANS)) == []


def test_help_imports_no_terminal_library() -> None:
    assert imported_by(["--help"], ("rich",)) == []


def test_a_scan_of_snmp_alone_imports_what_snmp_needs(recordings: dict[str, Recording]) -> None:
    with fleet_of([VirtualPrinter(recordings["mfc-l8900cdw"])]) as fleet:
        imported = imported_by(["scan", *targets_of(fleet), "--format", "json"], (*FOR_SOME, *FOR_SCANS))
    assert imported == [*FOR_SCANS]


def test_the_imports_would_be_seen() -> None:
    assert imported_by(["plugins"], ("rich", "click")) == ["rich", "click"]


def seconds_of(*arguments: str) -> float:
    started = time.perf_counter()
    ran = frisket(*arguments)
    assert ran.code == 0, ran.err
    return time.perf_counter() - started


@pytest.mark.parametrize("arguments", ["--help", "plugins"])
def test_the_command_starts_in_a_moment(arguments: str, figure: Figure) -> None:
    """0.4 s on a machine that does nothing else; the gate's machine does."""
    seconds = min(seconds_of(arguments) for _ in range(5))
    figure("the quickest of five", f"{seconds:.2f} s")
    assert seconds < 2


def test_every_case_of_the_database_is_tested_while_one_waits(figure: Figure) -> None:
    """5 s on a machine that does nothing else."""
    started = time.perf_counter()
    ran = frisket("profile", "test")
    figure("frisket profile test", f"{ran.err.splitlines()[-1]}, {time.perf_counter() - started:.2f} s with its start")
    assert ran.code == 0, ran.err
    assert time.perf_counter() - started < 15
