"""What an agent notices from one scan to the next: counters that fall, and another device at an address."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from tests.core.agent.made_up import READ_AT

from frisket.agent.folder import AgentFolder
from frisket.agent.history import History
from frisket.model.device import Device, PageCount
from frisket.model.reading import NoteCode, Reading


def reading(total: int | None, *, serial: str | None = "S1", address: str = "192.0.2.7", mono: int = 5) -> Reading:
    counts = [PageCount(function="total", color="mono", value=mono)]
    counts += [] if total is None else [PageCount(function="total", value=total)]
    device = Device(
        read_at=READ_AT, manufacturer="Maker", serial_number=serial, ip_address=address, page_counts=tuple(counts)
    )
    return Reading(device=device, profile="a/b@1")


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.load(AgentFolder(tmp_path))


def codes(history: History, *readings: Reading) -> list[list[NoteCode]]:
    return [[note.code for note in history.marked(one).notes] for one in readings]


def test_a_counter_that_falls_is_marked_once_and_keeps_its_value(history: History) -> None:
    assert codes(history, reading(100), reading(100), reading(101), reading(99), reading(100)) == [
        [], [], [], [NoteCode.COUNTER_FELL], [],
    ]  # fmt: skip
    fallen = history.marked(reading(7))
    assert fallen.device.count("total") == 7
    assert "101" not in fallen.notes[0].detail
    assert fallen.notes[0].detail == "page_counts.total.all.all.all.impressions: 100 before, 7 now"


def test_a_counter_that_is_missing_has_not_fallen(history: History) -> None:
    assert codes(history, reading(100), reading(None), reading(50)) == [[], [], []]


def test_counters_are_compared_within_a_device_and_not_within_an_address(history: History) -> None:
    assert codes(history, reading(100), reading(3, serial="S2", address="192.0.2.8")) == [[], []]
    assert codes(history, reading(101, address="192.0.2.9"), reading(99, address="192.0.2.10")) == [
        [],
        [NoteCode.COUNTER_FELL],
    ]


def test_another_serial_number_at_an_address_is_marked(history: History) -> None:
    assert codes(history, reading(1), reading(1, serial="S2"), reading(1, serial="S2")) == [
        [],
        [NoteCode.SERIAL_CHANGED],
        [],
    ]
    assert codes(history, reading(1, serial=None)) == [[]]


def test_notes_that_a_reading_has_stay(history: History) -> None:
    history.marked(reading(9))
    noted = attrs.evolve(reading(1), notes=history.marked(reading(8)).notes)
    assert [note.code for note in history.marked(noted).notes] == [NoteCode.COUNTER_FELL, NoteCode.COUNTER_FELL]


def test_it_lasts_from_one_start_to_the_next(history: History, tmp_path: Path) -> None:
    history.marked(reading(100))
    history.save()
    again = History.load(AgentFolder(tmp_path))
    assert codes(again, reading(99, serial="S1")) == [[NoteCode.COUNTER_FELL]]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"counts": 7, "serials": {"a": 7}}', b'{"counts": {"a": 7}}'])
def test_a_file_that_cannot_be_used_costs_one_comparison(tmp_path: Path, content: bytes) -> None:
    folder = AgentFolder(tmp_path)
    folder.history.write_bytes(content)
    assert codes(History.load(folder), reading(1)) == [[]]
