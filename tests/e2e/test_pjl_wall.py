"""No byte reaches the ports of print data unless SNMP proved PJL and the profile asks for it; no GET ever writes."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from frisket.cli.workbench import load_database
from frisket.formats import ber
from frisket.formats.pjl_proof import INTERPRETERS
from frisket.formats.snmp import Pdu, decode_message
from frisket.formats.snmprec import RecordedValue, recorded_answers
from frisket.lab import Facts, Recording, Traffic, VirtualPrinter
from frisket.model import is_under
from frisket.model.oid import Oid, parse_oid
from frisket.plugins import load_plugins
from frisket.profile.pipeline import replay
from frisket.protocols.never_asked import NEVER_ASKED
from frisket.scan.reader import utc_now
from tests.e2e.conftest import Figure, Ran, fleet_of, frisket

PRINT_PORTS = range(9100, 9108)
# Makers of whose devices some prove PJL and some do not
ASKING = (
    "brother/hl-mfc", "canon/ir-lbp", "epson/business", "hp/laserjet", "kyocera/ecosys", "ricoh/mp", "xerox/office",
)  # fmt: skip
# A provider's own words that ask everything of these profiles by PJL, and of all what a GET would write
OVERLAYS = {
    "pjl": f"""\
schema: 1
profile: own/pjl
version: 1
kind: overlay
title: PJL of everything
overlays: [{", ".join(ASKING)}]
requests: {{every: {{pjl: [INFO ID, INFO STATUS, INFO PAGECOUNT], timeout: 2}}}}
fields: {{page_counts.other: {{from: [{{req: every, pjl: PAGECOUNT, pipe: [text, int], prefer: 90}}]}}}}
""",
    "commands": """\
schema: 1
profile: own/commands
version: 1
kind: overlay
title: What a GET would write
overlays: [std/printer-mib]
fields:
  page_counts.scan:
    from:
      - {oid: 1.3.6.1.4.1.1248.1.2.2.44.1.1.2.1.124.124.7.0.66.189.33, pipe: [text, int], prefer: 90}
      - {oid: 1.3.6.1.4.1.1248.1.2.2.44.1.1.2.1.*, pipe: [text, int], prefer: 90}
      - {table: commands, column: one, prefer: 90}
tables:
  commands:
    private: true
    key: [n]
    rows:
      - {id: below, walk: 1.3.6.1.4.1.1248.1.2.2.44.1.1.2, index: [n], columns: {one: {col: 1, pipe: [text, int]}}}
      - {id: above, walk: 1.3.6.1.4.1.1248.1.2.2.44.1.1, index: [n], columns: {one: {col: 2, pipe: [text, int]}}}
      - {id: beside, walk: 1.3.6.1.4.1.1248.1.2.2.44.1, index: [n], columns: {one: {col: 1, pipe: [text, int]}}}
""",
}
# PWG 5107.1 ppmPortIEEE1284DeviceId
DEVICE_IDS = parse_oid("1.3.6.1.4.1.2699.1.2.1.2.1.1.3")
COMMAND: Oid = (*NEVER_ASKED[0], 1)
# Devices that SNMP does not know: they listen for print data, and some for more
SILENT = [
    Recording(name="raw listener", snmp=False, facts=Facts(ports=frozenset(ports)))
    for ports in ({9100}, {9100, 80}, {9100, 631}, {9100, 80, 631})
]


class RawListeners:
    """The ports of print data that no virtual printer has open, and what came to them."""

    def __init__(self, places: Iterator[tuple[str, int]]) -> None:
        self.connections = 0
        self.octets = b""
        self._sockets = [socket.create_server(place) for place in places]
        self._threads = [threading.Thread(target=self._listen, args=(sock,)) for sock in self._sockets]

    @contextmanager
    def listening(self) -> Iterator[RawListeners]:
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            for sock in self._sockets:
                sock.shutdown(socket.SHUT_RDWR)
                sock.close()
            for thread in self._threads:
                thread.join(5)

    def _listen(self, sock: socket.socket) -> None:
        while True:
            try:
                connection, _ = sock.accept()
            except OSError:
                return
            with connection:
                self.connections += 1
                connection.settimeout(2)
                self.octets += connection.recv(4096)


@attrs.frozen
class Wall:
    """A scan, and what reached each virtual printer: by its name, the profile that won, and whether it proves PJL."""

    ran: Ran
    traffic: dict[str, Traffic]
    profiles: dict[str, str]
    proving: set[str]
    listeners: RawListeners

    @property
    def touched(self) -> set[str]:
        return {name for name, traffic in self.traffic.items() if traffic.pjl_bytes}


def is_proved(recording: Recording) -> bool:
    """PJL among the commands of the device ID (PWG 5107.1), or among the interpreters (RFC 3805).

    An ID among a maker's private objects proves nothing.
    """
    return any(
        (is_under(oid, INTERPRETERS) and recorded.value == 5)
        or (is_under(oid, DEVICE_IDS) and isinstance(recorded.value, bytes) and b"PJL" in commands_of(recorded.value))
        for oid, recorded in recording.objects.items()
    )


def commands_of(device_id: bytes) -> list[bytes]:
    found = re.search(rb"(?:CMD|COMMAND SET):([^;]*)", device_id.upper())
    return re.split(rb"[,\s]+", found[1]) if found is not None else []


def with_command(recording: Recording) -> Recording:
    """The recording with an object that must never be asked."""
    return recording.replace_objects({COMMAND: RecordedValue(ber.OCTET_STRING, b"7")})


def scanned(recordings: dict[str, Recording], *options: str | Path) -> Wall:
    database = load_database(load_plugins())
    profiles = {}
    for name, recording in recordings.items():
        found, _ = replay(database, recorded_answers(recording.objects), address=None, clock=utc_now)
        profiles[name] = found.profile.id if found.profile else ""
    facts = [attrs.evolve(recording.facts, ports=recording.ports | {9100}) for recording in recordings.values()]
    opened = [attrs.evolve(one, facts=fact) for one, fact in zip(recordings.values(), facts, strict=True)]
    with fleet_of([*map(VirtualPrinter, [*map(with_command, opened), *SILENT])], base="127.0.131.0") as fleet:
        offset = fleet.printers[0].place.offset
        for printer in fleet.printers:
            printer.traffic.datagrams = []
        names = [*recordings, *(f"silent {at}" for at in range(len(SILENT)))]
        traffic = {name: printer.traffic for name, printer in zip(names, fleet.printers, strict=True)}
        addresses = [printer.address for printer in fleet.printers]
        places = ((address, port + offset) for address in addresses[-24:] for port in PRINT_PORTS[1:])
        with RawListeners(places).listening() as listeners:
            form = ("--port-offset", str(offset), "--find", "all", "--format", "json")
            ran = frisket("scan", *addresses, *form, *options, timeout=110)
    proving = {name for name, recording in recordings.items() if is_proved(recording)}
    return Wall(ran, traffic, profiles, proving, listeners)


@pytest.fixture(scope="module")
def as_installed(recordings: dict[str, Recording]) -> Wall:
    return scanned(recordings)


@pytest.fixture(scope="module")
def asking(recordings: dict[str, Recording], tmp_path_factory: pytest.TempPathFactory) -> Wall:
    folder = tmp_path_factory.mktemp("profiles")
    (folder / "own").mkdir()
    for name, text in OVERLAYS.items():
        (folder / "own" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return scanned(recordings, "--profiles", folder)


@pytest.fixture(params=["as_installed", "asking"])
def wall(request: pytest.FixtureRequest) -> Wall:
    found: Wall = request.getfixturevalue(request.param)
    return found


def test_every_printer_is_read(wall: Wall, recordings: dict[str, Recording]) -> None:
    assert wall.ran.code == 0, wall.ran.err
    assert len(wall.ran.out.splitlines()) == len(recordings)


def test_bytes_reach_no_printer_but_those_whose_profile_lacks_what_pjl_tells(as_installed: Wall) -> None:
    assert as_installed.touched <= as_installed.proving
    # two recordings are of printers whose SNMP leaves out the model or the total
    assert len(as_installed.touched) <= 3


def test_bytes_reach_only_printers_that_prove_pjl_and_whose_profile_asks(asking: Wall, figure: Figure) -> None:
    figure("asked by PJL", f"{len(asking.touched)} of {len(asking.traffic)} devices; {len(asking.proving)} prove it")
    assert asking.touched == {name for name in asking.proving if asking.profiles[name] in ASKING}
    assert len(asking.touched) > 8
    # and the other way round: the wall stands for those of whom a profile asks, and for those who would answer
    assert {name for name, profile in asking.profiles.items() if profile in ASKING} - asking.touched
    assert asking.proving - asking.touched


def test_a_raw_listener_without_snmp_gets_no_byte(wall: Wall) -> None:
    silent = {name: traffic.pjl_bytes for name, traffic in wall.traffic.items() if name.startswith("silent")}
    assert silent == {f"silent {at}": 0 for at in range(len(SILENT))}
    assert wall.traffic["silent 2"].ipp_requests > 0, "it was looked at"


def test_nobody_connects_to_the_other_ports_of_print_data(wall: Wall) -> None:
    assert (wall.listeners.connections, wall.listeners.octets) == (0, b"")


def test_no_object_is_asked_whose_get_writes(wall: Wall, figure: Figure) -> None:
    """At the socket: neither an object below the list, nor a step from above that comes upon one."""
    datagrams = [one for traffic in wall.traffic.values() for one in traffic.datagrams or ()]
    messages = [decode_message(one) for one in datagrams]
    figure("looked at", f"{len(datagrams)} SNMP requests to {len(wall.traffic)} devices")
    assert len(messages) > 3 * len(wall.profiles)
    assert {message.pdu for message in messages} <= {Pdu.GET, Pdu.GET_NEXT, Pdu.GET_BULK}
    asked = {oid for message in messages for oid, _ in message.varbinds}
    assert [oid for oid in asked for never in NEVER_ASKED if is_under(oid, never) or is_under(never, oid)] == []
    written = [ber.encode_oid(never)[2:] for never in NEVER_ASKED]
    assert not any(octets in datagram for datagram in datagrams for octets in written)
