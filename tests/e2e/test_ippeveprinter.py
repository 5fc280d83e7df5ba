"""A real IPP Everywhere printer, CUPS' ippeveprinter, read in the clear and over TLS."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator

import pytest

from frisket.formats.ipp import IppResponse, decode_response, parse_supply
from frisket.model.request import IppRequest
from frisket.protocols.contact import DeviceMemory
from tests.core.protocols.made_up import ADDRESS, ask, contact, run, web_ports
from tests.e2e.conftest import Figure, frisket
from tests.e2e.real_peers import PATHS, free_port, is_open, started, wait_until

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
CLASSES = {"receptacleThatIsFilled": "receptacle", "supplyThatIsConsumed": "consumed"}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the printer listens."""
    folder = tmp_path_factory.mktemp("printer")
    (folder / "bus.conf").write_text(BUS_CONFIGURATION.format(folder=folder), encoding="utf-8")
    (folder / "spool").mkdir()
    port = free_port(ADDRESS)
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
        "MS812dn",
        "-M",
        "Lexmark",
    ]
    with started(bus, folder):
        wait_until((folder / "bus").exists)
        with started([PRINTER, *options, "Virtual press"], folder):
            wait_until(lambda: is_open(ADDRESS, port))
            yield port


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
    assert found.attributes["printer-make-and-model"] == ("Lexmark MS812dn",)
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


def test_the_command_reads_a_real_printer_that_has_no_snmp(port: int, figure: Figure) -> None:
    """Model, supplies with their levels, and what stands on the console."""
    peer = read(port, attributes=("printer-supply",))
    peers = [parse_supply(value) for value in peer.attributes["printer-supply"] if isinstance(value, bytes)]
    silent = ("--snmp-port", str(free_port(ADDRESS)), "--timeout", "0.3")
    ran = frisket("scan", ADDRESS, *silent, "--ipp-port", str(port), "--format", "json")
    assert ran.code == 0, ran.err
    (line,) = ran.out.splitlines()
    document = json.loads(line)
    assert (document["manufacturer"], document["model"]) == ("Lexmark", "MS812dn")
    assert document["ip_address"] == ADDRESS
    told = [(one["type"], one["class"], one["colorant"], one["level"]["percent"]) for one in document["supplies"]]
    assert told == [
        (supply["type"], CLASSES[supply["class"]], None if supply["colorantname"] == "unknown" else "black",
         float(supply["level"]))
        for supply in peers
    ]  # fmt: skip
    assert {name for name, *_ in told} == {"wasteToner", "toner"}
    assert document["console_messages"] == ["Idle."]
    figure("ippeveprinter", ", ".join(f"{name} {percent} %" for name, _, _, percent in told))
