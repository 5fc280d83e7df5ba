"""Hostile devices among honest ones: none of them costs another device its reading."""

from __future__ import annotations

import asyncio
import time

import attrs
import pytest

from frisket.cli.workbench import load_database
from frisket.lab import Recording, VirtualPrinter, make_behaviour
from frisket.model import NoteCode, Reading, Unread
from frisket.plugins import load_plugins
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.reader import Reader
from frisket.scan.targets import parse_targets
from tests.e2e.conftest import fleet_of, targets_of

# A behaviour, and the notes of which at least one must say what it did
HOSTILE = {
    "garbage": {NoteCode.ANSWER_GARBAGE},
    "truncated": {NoteCode.ANSWER_GARBAGE},
    "length-bomb": {NoteCode.ANSWER_GARBAGE},
    "nested": {NoteCode.ANSWER_GARBAGE},
    "endless": {NoteCode.ANSWER_ENDLESS},
    "circular": {NoteCode.ANSWER_CIRCULAR},
    "repeated": {NoteCode.ANSWER_CIRCULAR},
    "foreign-oid": {NoteCode.ANSWER_FOREIGN_OID},
    "reordered": {NoteCode.ANSWER_FOREIGN_OID},
    "foreign-address": {NoteCode.ANSWER_FOREIGN_ADDRESS},
    "late": {NoteCode.ANSWER_LATE},
    "wrong-request-id": {NoteCode.ANSWER_WRONG_REQUEST},
    "wrong-community": {NoteCode.ANSWER_WRONG_REQUEST},
    "echo": {NoteCode.ANSWER_WRONG_REQUEST},
    "flood": {NoteCode.ANSWER_FLOOD},
    "silent-after-first": {NoteCode.DEVICE_SILENT},
    "error-always": {NoteCode.ANSWER_ERROR},
    "too-big-always": {NoteCode.ANSWER_ERROR},
    "empty": {NoteCode.ANSWER_INCOMPLETE},
    "huge-string": {NoteCode.ANSWER_OVERSIZED},
}
DEVICE_DEADLINE = 15.0


@attrs.frozen
class Outcome:
    results: dict[str, Reading | Unread]
    seconds: float
    addresses: dict[str, str]


@pytest.fixture(scope="module")
def outcome(recordings: dict[str, Recording]) -> Outcome:
    """20 hostile devices and 38 honest ones, scanned together."""
    originals = list(recordings.values())
    hostile = [VirtualPrinter(originals[at % len(originals)], make_behaviour(name)) for at, name in enumerate(HOSTILE)]
    honest = [VirtualPrinter(originals[at % len(originals)]) for at in range(38)]
    with fleet_of([*hostile, *honest]) as fleet:
        names = [*HOSTILE, *(f"honest {at}" for at in range(38))]
        addresses = {name: printer.address for name, printer in zip(names, fleet.printers, strict=True)}
        started = time.monotonic()
        results = asyncio.run(_scan(targets_of(fleet)))
    return Outcome(results, time.monotonic() - started, addresses)


async def _scan(targets: list[str]) -> dict[str, Reading | Unread]:
    registry = load_plugins()
    reader = Reader(database=load_database(registry), protocols=registry.protocols)
    settings = ScanSettings(device_deadline=DEVICE_DEADLINE)
    found: dict[str, Reading | Unread] = {}
    async for result in scan(parse_targets(targets), reader, settings):
        address = result.device.ip_address if isinstance(result, Reading) else result.address.partition(":")[0]
        assert address is not None
        assert address not in found, "each device once"
        found[address] = result
    return found


def test_every_honest_device_is_read(outcome: Outcome) -> None:
    honest = [outcome.results.get(address) for name, address in outcome.addresses.items() if name.startswith("honest")]
    assert len(honest) == 38
    assert all(isinstance(result, Reading) for result in honest)
    codes = {note.code for result in honest if result for note in result.notes}
    assert codes <= {NoteCode.SOURCES_DISAGREE}


def test_the_scan_ends_within_its_deadlines(outcome: Outcome) -> None:
    assert outcome.seconds < DEVICE_DEADLINE + 5


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_device_has_a_note_that_says_what_it_did(outcome: Outcome, name: str) -> None:
    result = outcome.results.get(outcome.addresses[name])
    assert result is not None, "it goes unmentioned"
    assert {note.code for note in result.notes} & HOSTILE[name], result.notes
    assert all(note.detail for note in result.notes)


def test_no_device_costs_more_than_its_limits(outcome: Outcome) -> None:
    for result in outcome.results.values():
        assert result.cost.requests <= 400
        assert result.cost.bytes_received <= 512 * 1024 + 65_535
