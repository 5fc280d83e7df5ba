"""`frisket demo`, which is the first thing that anybody runs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Ran, frisket


@pytest.fixture(scope="module")
def demo() -> Ran:
    started = time.monotonic()
    ran = frisket("demo", "--once", timeout=120)
    assert ran.code == 0, ran.err
    assert time.monotonic() - started < 90
    return ran


def test_it_scans_a_dozen_devices_and_shows_where_their_values_came_from(demo: Ran) -> None:
    devices = re.findall(r"│127\.0\.77\.\d+ ", demo.out)
    assert len(devices) >= 12
    assert len(re.findall(r"█", demo.out)) > 50, "levels are bars"
    assert re.search(r"\d+,\d{3} color", demo.out), "counters stand there"
    assert "Read as hp/laserjet@" in demo.out
    assert "1.3.6.1.2.1.43." in demo.out, "each value with its object"


def test_the_hub_stores_what_the_agent_read(demo: Ran) -> None:
    stored = re.findall(r"^Provider / Demo office  .*total \d", demo.out, re.MULTILINE)
    assert len(stored) >= 12
    printers = re.findall(r"^scan: \d+ addresses, (\d+) printers", demo.out, re.MULTILINE)
    assert f"upload: {printers[0]} readings" in demo.out


def test_a_newer_release_is_picked_up_confirmed_and_reads_new_counters(demo: Ran) -> None:
    before, after = re.findall(r"Example.*Copier 700 .*", demo.out)[-2:]
    assert "total" in before
    assert "copy" not in before
    assert re.search(r"total mono [\d,]+, total color [\d,]+, copy [\d,]+, scan [\d,]+", after)
    assert re.search(r"release 2 applied.*\n(?:.*\n)+release 2 healthy", demo.out)


def test_it_tells_how_to_sign_in(demo: Ran) -> None:
    assert re.search(r"http://127\.0\.0\.1:\d+\n  sign in as \S+ with the password \S+", demo.out)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_either_signal_ends_it_within_three_seconds_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    # into a file: a pipe that nobody reads is full before the whole fleet is told
    with told.open("w", encoding="utf-8") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "frisket", "demo"],
            stdout=stdout,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
    assert process.stderr is not None
    assert any("stays up until Ctrl-C" in line for line in process.stderr), "it comes to its end"
    started = time.monotonic()
    process.send_signal(number)
    process.communicate(timeout=10)
    assert time.monotonic() - started < 3
    assert process.returncode in (0, 1)
    hub = re.search(r"http://127\.0\.0\.1:(\d+)", told.read_text(encoding="utf-8"))
    assert hub is not None
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", int(hub[1]))) != 0, "the hub is gone"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.77.1", 10161))
    assert not list(tmp_path.glob("frisket-demo-*")), "its folder is gone"
