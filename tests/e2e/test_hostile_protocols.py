"""Devices that are honest in SNMP and hostile in HTTP, IPP or PJL, and the hostile of SNMP, among honest ones.

Their profile asks them over the hostile protocol. No honest device gives another document than alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from frisket.formats import ber
from frisket.formats.snmprec import RecordedValue
from frisket.lab import BEHAVIOUR_NAMES, Fleet, Recording, VirtualPrinter, make_behaviour
from frisket.model import NoteCode
from frisket.model.oid import Oid
from tests.e2e.conftest import Figure, fleet_of

ENTERPRISE = "1.3.6.1.4.1.99999.7"
KINDS = {"web": 1, "ipp": 2, "pjl": 3}
SYS_OBJECT_ID: Oid = (1, 3, 6, 1, 2, 1, 1, 2, 0)
INTERPRETER: Oid = (1, 3, 6, 1, 2, 1, 43, 15, 1, 1, 2, 1, 1)
# What each kind of device is asked, and what is read of it
PROFILES = {
    "web": """\
requests:
  html: {http: {path: /status, as: html}, timeout: 2}
  xml: {http: {path: /counters.xml, as: xml}, timeout: 2}
  json: {http: {path: /data.json, as: json}, timeout: 2}
fields:
  console_messages: {from: [{req: html, select: //p, pipe: [text], prefer: 90}]}
  page_counts.copy: {from: [{req: xml, select: //total, pipe: [text, int]}]}
  page_counts.fax: {from: [{req: json, json: total, pipe: [text, int]}]}
""",
    "ipp": """\
requests:
  printer: {ipp: {path: [/ipp/print], attributes: [printer-name, printer-info, marker-levels, x]}, timeout: 2}
fields:
  system_name: {from: [{req: printer, ipp: printer-name, pipe: [text], prefer: 90}]}
  page_counts.copy: {from: [{req: printer, ipp: marker-levels, take: first, pipe: [int]}]}
""",
    "pjl": """\
requests:
  state: {pjl: [INFO STATUS, INFO PAGECOUNT], timeout: 2}
fields:
  console_messages: {from: [{req: state, pjl: STATUS.DISPLAY, pipe: [text], prefer: 90}]}
  page_counts.copy: {from: [{req: state, pjl: PAGECOUNT, pipe: [text, int]}]}
""",
}
HEAD = """\
schema: 1
profile: hostile/{kind}
version: 1
kind: device
title: Honest in SNMP, and not in {kind}
extends: [std/printer-mib]
match: [{{sysObjectID: [{enterprise}.{number}], priority: 100}}]
"""
HOSTILE = [name for name in BEHAVIOUR_NAMES if name != "honest" and not name.endswith("/honest")]
HONEST = 40
DEADLINE = 15.0
MOST_SNMP = 512 * 1024 + 65_535
MOST_OF_A_REQUEST = 2 * 256 * 1024 + 65_535
# THREATS 3 G
MOST_KILOBYTES = 64 * 1024


@attrs.frozen
class Told:
    """What a scan in a process of its own told: each device under its name, and what it took."""

    devices: dict[str, dict[str, Any]]
    cost: dict[str, float]

    @property
    def documents(self) -> dict[str, object]:
        return {name: device["document"] for name, device in self.devices.items() if name.startswith("honest")}


def hostile(name: str, recording: Recording) -> VirtualPrinter:
    """The recording as a device of the kind that the behaviour is about."""
    kind = name.partition("/")[0]
    if kind in KINDS:
        own = tuple(map(int, f"{ENTERPRISE}.{KINDS[kind]}".split(".")))
        claimed = {
            SYS_OBJECT_ID: RecordedValue(ber.OBJECT_IDENTIFIER, own),
            INTERPRETER: RecordedValue(ber.INTEGER, 5),
        }
        recording = recording.replace_objects(claimed)
    return VirtualPrinter(recording, make_behaviour(name))


def scanned(fleet: Fleet, names: Sequence[str], profiles: Path) -> Told:
    """Those of the fleet that have a name, in its order."""
    addresses = {printer.address: name for printer, name in zip(fleet.printers, names, strict=False)}
    options = [str(profiles), str(DEADLINE), str(fleet.printers[0].place.offset)]
    command = [sys.executable, "-m", "tests.e2e.whole_scan", *options, *addresses]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    *lines, cost = map(json.loads, done.stdout.splitlines())
    assert len({line["address"] for line in lines}) == len(lines), "each device once"
    return Told({addresses[line["address"]]: line for line in lines}, cost)


@attrs.frozen
class Scans:
    alone: Told
    together: Told


@pytest.fixture(scope="module")
def scans(recordings: dict[str, Recording], tmp_path_factory: pytest.TempPathFactory) -> Scans:
    profiles = tmp_path_factory.mktemp("profiles")
    (profiles / "hostile").mkdir()
    for kind, body in PROFILES.items():
        head = HEAD.format(kind=kind, number=KINDS[kind], enterprise=ENTERPRISE)
        (profiles / "hostile" / f"{kind}.yaml").write_text(head + body, encoding="utf-8")
    originals = list(recordings.values())
    step = len(originals) // HONEST
    honest = [VirtualPrinter(originals[at * step]) for at in range(HONEST)]
    enemies = [hostile(name, recordings["mp-c3004"]) for name in HOSTILE]
    names = [*(f"honest {at}" for at in range(HONEST)), *HOSTILE]
    with fleet_of([*honest, *enemies], base="127.0.133.0") as fleet:
        return Scans(scanned(fleet, names[:HONEST], profiles), scanned(fleet, names, profiles))


def test_there_are_enough_of_each_kind() -> None:
    counts = {kind: sum(name.startswith(f"{kind}/") for name in HOSTILE) for kind in KINDS}
    assert min(counts.values()) >= 20
    assert len(HOSTILE) - sum(counts.values()) >= 20


def test_every_honest_device_gives_the_document_that_it_gives_alone(scans: Scans) -> None:
    assert len(scans.alone.documents) == HONEST
    assert None not in scans.alone.documents.values()
    assert scans.together.documents == scans.alone.documents


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_device_ends_in_a_reading_or_with_a_note(scans: Scans, name: str) -> None:
    device = scans.together.devices.get(name)
    assert device is not None, "it goes unmentioned"
    assert device["document"] is not None or device["notes"]
    codes = {code for code, _ in device["notes"]}
    assert codes <= {code.value for code in NoteCode}
    assert NoteCode.INTERNAL_ERROR.value not in codes, device["notes"]
    kind = name.partition("/")[0]
    if kind in KINDS:
        # what it does in one protocol costs what that protocol would have told
        assert device["document"] is not None, device["notes"]
        assert device["profile"].startswith(f"hostile/{kind}@")
        assert device["document"]["model"] == "MP C3004ex"
        assert len(device["document"]["supplies"]) == 5


def test_no_device_costs_more_than_its_limits(scans: Scans) -> None:
    for name, device in scans.together.devices.items():
        assert device["requests"] <= 400, name
        # SNMP has a limit for a device, each of at most three requests one of its own and may take as much in frames
        most = MOST_SNMP if name.partition("/")[0] not in KINDS else MOST_SNMP + 3 * MOST_OF_A_REQUEST
        assert device["octets"] <= most, name


def test_the_scan_ends_in_time_and_within_its_memory(scans: Scans, figure: Figure) -> None:
    alone, together = scans.alone.cost, scans.together.cost
    figure("honest alone", f"{HONEST} devices in {alone['seconds']:.1f} s, {alone['kilobytes'] / 1024:.0f} MiB")
    count = HONEST + len(HOSTILE)
    words = f"{count} devices in {together['seconds']:.1f} s, {together['kilobytes'] / 1024:.0f} MiB"
    figure("with hostile ones", f"{words}, {together['cpu']:.1f} s CPU")
    assert together["seconds"] < DEADLINE + 5
    assert together["kilobytes"] - alone["kilobytes"] <= MOST_KILOBYTES
