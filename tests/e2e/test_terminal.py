"""What a person at a terminal sees: a pseudo-terminal stands in for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from frisket.lab import Recording, VirtualPrinter
from tests.e2e.conftest import fleet_of, targets_of

if sys.platform != "win32":
    from pty import openpty
else:

    def openpty() -> tuple[int, int]:
        raise OSError("Windows has none")


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")


def on_a_terminal(*arguments: str) -> str:
    """Everything that the command writes to its terminal."""
    ours, theirs = openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "50", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "frisket", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 65536):
                shown += chunk
        except OSError:
            pass  # how Linux says that the last process has closed its end
        finally:
            os.close(ours)
    assert process.returncode == 0, shown.decode()
    return shown.decode()


def test_a_scan_shows_its_progress_and_coloured_levels(recordings: dict[str, Recording]) -> None:
    slow = [VirtualPrinter(recording, delay=0.05) for recording in recordings.values()]
    with fleet_of(slow) as fleet:
        shown = on_a_terminal("scan", *targets_of(fleet))
    assert re.search(r"\d+ of \d+ addresses", re.sub(r"\x1b\[[0-9;]*m", "", shown))
    assert re.search(r"\x1b\[36m█+", shown), "cyan is shown in cyan"
    assert re.search(r"\x1b\[1;31m[█░]+", shown), "what is low is red and bold"


def test_a_long_sweep_moves_while_it_lasts() -> None:
    shown = re.sub(r"\x1b\[[0-9;]*m", "", on_a_terminal("scan", "127.5.0.0/17", "--snmp-port", "9", "--timeout", "0.3"))
    done = [int(number.replace(",", "")) for number in re.findall(r"([\d,]+) of 32,766 addresses", shown)]
    assert len(set(done)) > 3
    assert done == sorted(done)
