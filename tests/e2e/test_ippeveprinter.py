"""A real IPP Everywhere printer, CUPS' ippeveprinter, read in the clear and over TLS."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from frisket.formats.ipp import IppResponse, decode_response, parse_supply
from frisket.model.request import IppRequest
from frisket.protocols.contact import DeviceMemory
from tests.core.protocols.made_up import ADDRESS, ask, contact, run, web_ports

PATHS = "/usr/sbin:/usr/local/sbin:/usr/bin"
PRINTER = shutil.which("ippeveprinter", path=PATHS)
BUS = shutil.which("dbus-daemon", path=PATHS)
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        PRINTER is None or BUS is None,
        reason="ippeveprinter or dbus-daemon is not installed (Debian packages cups-ipp-utils, dbus)",
    ),
]

# ippeveprinter gives up where there is no system bus, though it needs nobody on it
BUS_CONFIGURATION = """\
<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/>
  </policy>
</busconfig>
"""
ATTRIBUTES = (
    "printer-name", "printer-make-and-model", "printer-state", "printer-supply", "printer-uuid", "marker-levels",
    "printer-current-time", "copies-supported", "printer-resolution-default", "media-col-default",
)  # fmt: skip


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[None]:
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus", "HOME": str(folder)}
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=folder)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the printer listens."""
    folder = tmp_path_factory.mktemp("printer")
    (folder / "bus.conf").write_text(BUS_CONFIGURATION.format(folder=folder), encoding="utf-8")
    (folder / "spool").mkdir()
    with socket.socket() as sock:
        sock.bind((ADDRESS, 0))
        port = sock.getsockname()[1]
    assert PRINTER is not None
    assert BUS is not None
    bus = [BUS, f"--config-file={folder}/bus.conf", "--nofork", "--nopidfile"]
    options = [
        "-r",
        "off",
        "-n",
        "localhost",
        "-p",
        str(port),
        "-d",
        "spool",
        "-K",
        str(folder),
        "-m",
        "Press",
        "-M",
        "Test",
    ]
    with started(bus, folder):
        wait_until((folder / "bus").exists)
        with started([PRINTER, *options, "Virtual press"], folder):
            wait_until(lambda: is_open(port))
            yield port


def wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 15
    while not happened():
        assert time.monotonic() < until, "it does not start"
        time.sleep(0.05)


def is_open(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((ADDRESS, port)) == 0


def read(port: int, memory: DeviceMemory | None = None, *, attributes: tuple[str, ...] = ATTRIBUTES) -> IppResponse:
    device = contact(web_ports(ipp=port), memory=memory)
    found = run(ask(device, IppRequest(paths=("/ipp/none", "/ipp/print"), attributes=attributes)))
    (reply,) = found.replies
    assert reply.name == "/ipp/print"
    assert found.notes == ()
    return decode_response(reply.octets)


def test_a_real_printer_is_read(port: int) -> None:
    found = read(port)
    assert found.attributes["printer-name"] == ("Virtual press",)
    assert found.attributes["printer-make-and-model"] == ("Test Press",)
    supplies = [parse_supply(value) for value in found.attributes["printer-supply"] if isinstance(value, bytes)]
    assert {supply["type"] for supply in supplies} == {"wasteToner", "toner"}
    assert all(0 <= int(supply["level"]) <= 100 for supply in supplies)
    assert set(found.attributes) <= set(ATTRIBUTES)


def test_a_real_printer_is_read_over_tls(port: int) -> None:
    memory = DeviceMemory(schemes={"ipp": "ipps"})
    assert read(port, memory).attributes["printer-name"] == ("Virtual press",)
    assert memory.schemes == {"ipp": "ipps"}


def test_all_attributes_of_a_real_printer_are_read(port: int) -> None:
    found = read(port, attributes=("all", "media-col-database"))
    assert len(found.attributes) > 50
    assert isinstance(found.attributes["media-col-default"][0], dict)
