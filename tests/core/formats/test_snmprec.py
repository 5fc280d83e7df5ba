"""Recordings as text: there and back, and where a wrong line is said to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.strategies import recordings

from frisket.errors import RecordingError
from frisket.formats import ber, snmp
from frisket.formats.snmprec import RecordedValue, format_snmprec, parse_snmprec, recorded_answers
from frisket.model.oid import Oid

A: Oid = (1, 3, 6, 1, 2, 1, 1, 1, 0)


def parsed(value: str) -> RecordedValue:
    """The one object of a line that ends in this type and value."""
    return parse_snmprec(f"1.3.6.1.2.1.1.1.0|{value}\n".encode(), "x.snmprec")[A]


@given(recordings())
def test_a_recording_comes_back_as_it_went(objects: dict[Oid, RecordedValue]) -> None:
    assert parse_snmprec(format_snmprec(objects), "x.snmprec") == objects


@given(recordings())
def test_a_recording_is_written_in_the_order_of_its_oids(objects: dict[Oid, RecordedValue]) -> None:
    assert list(parse_snmprec(format_snmprec(objects), "x.snmprec")) == sorted(objects)


@pytest.mark.parametrize(
    ("line", "recorded"),
    [
        ("2|-3", RecordedValue(ber.INTEGER, -3)),
        ("4|Ready | set", RecordedValue(ber.OCTET_STRING, b"Ready | set")),
        ("4|", RecordedValue(ber.OCTET_STRING, b"")),
        ("4x|00aaFF", RecordedValue(ber.OCTET_STRING, b"\x00\xaa\xff")),
        ("6|.1.3.6.1", RecordedValue(ber.OBJECT_IDENTIFIER, (1, 3, 6, 1))),
        ("64|192.0.2.10", RecordedValue(snmp.IP_ADDRESS, b"\xc0\x00\x02\x0a")),
        ("65|-1", RecordedValue(snmp.COUNTER32, 2**32 - 1)),
        ("66|4294967296", RecordedValue(snmp.GAUGE32, 0)),
        ("67|5", RecordedValue(snmp.TIME_TICKS, 5)),
        ("70|18446744073709551615", RecordedValue(snmp.COUNTER64, 2**64 - 1)),
        ("5|", RecordedValue(ber.NULL, b"")),
        ("68x|9f7804", RecordedValue(snmp.OPAQUE, b"\x9f\x78\x04")),
    ],
)
def test_each_type_is_read_as_its_tag_says(line: str, recorded: RecordedValue) -> None:
    assert parsed(line) == recorded


def test_octets_that_are_no_text_are_kept_as_they_are() -> None:
    assert parse_snmprec(b"1.3|4|\xe9t\xe9\r\n", "x")[1, 3] == RecordedValue(ber.OCTET_STRING, b"\xe9t\xe9")


def test_blank_lines_and_comments_are_passed_over() -> None:
    assert parse_snmprec(b"\n  \n# 1.3|2|1\n1.3|2|2\n", "x") == {(1, 3): RecordedValue(ber.INTEGER, 2)}


def test_the_first_of_two_lines_with_one_oid_counts() -> None:
    assert parse_snmprec(b"1.3|2|1\n.1.3|2|2\n", "x")[1, 3].value == 1


def test_oids_are_ordered_arc_by_arc_and_not_as_text() -> None:
    assert list(parse_snmprec(b"1.3.10|2|1\n1.3.9|2|2\n", "x")) == [(1, 3, 9), (1, 3, 10)]


@pytest.mark.parametrize(
    "line",
    [
        "no line at all",
        "1.3.6|2",
        "1.3.x|2|1",
        "|2|1",
        "1.3.6|two|1",
        "1.3.6|2|one",
        "1.3.6|2|",
        "1.3.6|3|1",
        "1.3.6|4x|zz",
        "1.3.6|4x|abc",
        "1.3.6|6|1.x",
        "1.3.6|64|300.1.1.1",
        "1.3.4294967296|2|1",
    ],
)
def test_a_wrong_line_is_named_by_its_number(line: str) -> None:
    with pytest.raises(RecordingError, match=r"^made-up\.snmprec:3: not a line `oid\|type\|value`"):
        parse_snmprec(f"# a comment\n1.3.6.1|2|1\n{line}\n".encode(), "made-up.snmprec")


def test_octets_where_ascii_must_stand_are_named_by_their_line() -> None:
    with pytest.raises(RecordingError, match=r"^x:1: "):
        parse_snmprec(b"1.3.\xff|2|1\n", "x")


def test_what_was_recorded_as_null_is_no_answer() -> None:
    objects: dict[Oid, RecordedValue] = {
        (1, 3, 1): RecordedValue(ber.NULL, b""),
        (1, 3, 2): RecordedValue(ber.INTEGER, 0),
    }
    answers = recorded_answers(objects)
    assert list(answers) == [(1, 3, 2)]
    assert answers.get((1, 3, 2)) == 0


def test_an_ip_address_that_is_none_comes_back_too() -> None:
    # `64|abc` is no address
    objects: dict[Oid, RecordedValue] = {A: RecordedValue(snmp.IP_ADDRESS, b"abc")}
    assert parse_snmprec(format_snmprec(objects), "x") == objects
