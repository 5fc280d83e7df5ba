"""`frisket demo --once`, which is the first thing that anybody runs."""

from __future__ import annotations

import re
import socket
import time

from tests.e2e.conftest import frisket


def test_the_demo_shows_a_dozen_devices_and_where_their_values_came_from() -> None:
    started = time.monotonic()
    ran = frisket("demo", "--once")
    assert ran.code == 0, ran.err
    assert time.monotonic() - started < 60
    devices = re.findall(r"│127\.0\.77\.\d+ ", ran.out)
    assert len(devices) >= 12
    assert len(re.findall(r"█", ran.out)) > 50, "levels are bars"
    assert re.search(r"\d+,\d{3} color", ran.out), "counters stand there"
    assert "Read as hp/laserjet@" in ran.out
    assert "1.3.6.1.2.1.43.11.1.1.9.1.1" in ran.out, "each value with its object"


def test_the_demo_leaves_no_printer_behind() -> None:
    assert frisket("demo", "--once").code == 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.77.1", 10161))
