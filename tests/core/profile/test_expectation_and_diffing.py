"""Expectations as text, and databases compared on recorded devices."""

from __future__ import annotations

import json

from hypothesis import given
from tests.strategies import answers_of, database_of, devices, profile_text

from frisket.model.device import Device
from frisket.profile.cases import _compare
from frisket.profile.diffing import Change, compare
from frisket.profile.expectation import format_expectation
from frisket.profile.yaml_text import load_plain
from frisket.wire.device import to_document

BASE = "match: [{probe: {oid: 1.3.6.1.2.1.43.5.1.1.1.*}}]\nfields:\n  model: {from: [{oid: 1.3.1.0, pipe: [text]}]}\n"
DEVICE = answers_of({"1.3.6.1.2.1.43.5.1.1.1.1": 1, "1.3.1.0": b"Copier", "1.3.2.0": b"S1", "1.3.3.0": 70})
SERIAL = "  serial_number: {from: [{oid: 1.3.2.0, pipe: [text]}]}\n"
COUNT = "  page_counts.copy.color: {from: [{oid: 1.3.3.0, pipe: [int]}]}\n"


@given(devices())
def test_a_written_expectation_reads_back_as_the_device(device: Device) -> None:
    document = json.loads(json.dumps(to_document(device)))
    plain = load_plain(format_expectation("a/b", document), file="expect.yaml")
    assert isinstance(plain, dict)
    assert plain["profile"] == "a/b"
    assert list(_compare("device", plain["device"], document)) == []


def test_no_printer_is_written_as_null() -> None:
    assert load_plain(format_expectation(None, None), file="x") == {"profile": "null", "device": "null"}


def difference(old: str, new: str) -> tuple[str | None, str | None, tuple[Change, ...], bool, bool]:
    before, after = (database_of(profile_text("a/b", BASE + body)) for body in (old, new))
    (found,) = compare(before, after, [("one", DEVICE)], to_document)
    return found.before, found.after, found.changes, found.loses, found.changes_identity


def test_the_same_profiles_differ_in_nothing() -> None:
    assert difference(SERIAL, SERIAL) == ("a/b", "a/b", (), False, False)


def test_what_is_gained_is_no_loss() -> None:
    _, _, changes, loses, identity = difference(SERIAL, SERIAL + COUNT)
    assert changes == (Change("page_counts.copy.color", None, "70 impressions"),)
    assert (changes[0].kind, loses, identity) == ("gained", False, False)


def test_a_lost_serial_number_is_a_loss_and_another_identity() -> None:
    _, _, changes, loses, identity = difference(SERIAL, "")
    assert [(change.path, change.kind) for change in changes] == [("serial_number", "lost")]
    assert (loses, identity) == (True, True)


def test_a_device_that_nothing_reads_any_more_is_a_loss() -> None:
    old = database_of(profile_text("a/b", BASE))
    new = database_of(profile_text("a/b", BASE.replace("43.5.1.1.1", "43.9.1.1.1")))
    (found,) = compare(old, new, [("one", DEVICE)], to_document)
    assert (found.before, found.after, found.loses) == ("a/b", None, True)
