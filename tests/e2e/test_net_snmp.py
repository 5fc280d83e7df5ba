"""A real agent, net-snmp's snmpd, serving a recording: read to the same document as the lab's printer."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from frisket.cli.bundled import bundled_recordings
from frisket.formats.snmprec import parse_snmprec
from frisket.lab import Recording, VirtualPrinter
from tests.e2e.conftest import fleet_of, frisket, targets_of

SNMPD = shutil.which("snmpd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
pytestmark = pytest.mark.skipif(SNMPD is None, reason="net-snmp's snmpd is not installed (Debian package snmpd)")

CONFIGURATION = """\
agentaddress udp:127.0.0.1:{port}
rocommunity public 127.0.0.1
pass_persist .1.3.6.1 {python} {script} {recording}
"""
# pass_persist and what access control needs; every other module would answer with this machine's own facts
MODULES = "pass_persist,pass,vacm_conf,vacm_vars,usmConf,snmpEngine"


@contextmanager
def snmpd(recording: Path, folder: Path) -> Iterator[int]:
    """A running agent; gives its port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    script = Path(__file__).parent / "pass_persist.py"
    configuration = folder / "snmpd.conf"
    values = {"port": port, "python": sys.executable, "script": script, "recording": recording / "device.snmprec"}
    configuration.write_text(CONFIGURATION.format(**values), encoding="utf-8")
    assert SNMPD is not None
    command = [SNMPD, "-f", "-Lf", str(folder / "log"), "-C", "-c", str(configuration), "-I", MODULES]
    process = subprocess.Popen([*command, "-p", str(folder / "pid")], env={"SNMP_PERSISTENT_DIR": str(folder)})
    try:
        wait_until_it_answers(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def wait_until_it_answers(port: int) -> None:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        if frisket("scan", f"127.0.0.1:{port}", "--format", "json", "--timeout", "0.5").out:
            return
    raise AssertionError("snmpd does not answer")


@pytest.mark.parametrize("name", ["color-laserjet-m553", "mp-c3004", "kyocera-ecosys-m5526", "sharp-japanese"])
def test_a_real_agent_and_a_virtual_printer_read_alike(
    name: str, recordings: dict[str, Recording], tmp_path: Path
) -> None:
    folder = next(path for path in bundled_recordings() if path.name == name)
    assert parse_snmprec((folder / "device.snmprec").read_bytes(), name)
    with snmpd(folder, tmp_path) as port:
        real = read(f"127.0.0.1:{port}")
    with fleet_of([VirtualPrinter(recordings[name])]) as fleet:
        virtual = read(*targets_of(fleet))
    assert real["supplies"]
    assert real == virtual


def read(target: str) -> dict[str, object]:
    ran = frisket("scan", target, "--format", "json")
    assert ran.code == 0, ran.err
    document: dict[str, object] = json.loads(ran.out)
    # where and when it was read are the only differences there may be
    return {key: value for key, value in document.items() if key not in ("read_at", "ip_address")}
