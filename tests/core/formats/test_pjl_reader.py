"""Answers out of a stream, however it comes in."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DecodeError
from frisket.formats.pjl import READ_ONLY
from frisket.formats.pjl_reader import MAX_BYTES, PjlReader

STATUS = b'@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY="READY"\r\n\f'
COUNT = b"@PJL INFO PAGECOUNT\r\nPAGECOUNT=7\r\n\f"
USTATUS = b'@PJL USTATUS DEVICE\r\nCODE=10023\r\nDISPLAY="PRINTING"\r\n\f'
BOTH = {"INFO STATUS": 'CODE=10001\nDISPLAY="READY"\n', "INFO PAGECOUNT": "PAGECOUNT=7\n"}


def feed_without_end(piece: bytes) -> None:
    reader = PjlReader()
    for _ in range(MAX_BYTES):
        reader.feed(piece)


def read(data: bytes) -> dict[str, str]:
    reader = PjlReader()
    reader.feed(data)
    return dict(reader.finish())


@pytest.mark.parametrize(
    "data",
    [
        STATUS + COUNT,
        COUNT + STATUS,
        COUNT + STATUS + COUNT + STATUS,
        (STATUS + COUNT).replace(b"\r\n", b"\n"),
        (STATUS + COUNT).replace(b"\r\n", b"\r"),
        STATUS + COUNT.removesuffix(b"\f"),
        (STATUS + COUNT).replace(b"\f", b""),
        b"\x1b%-12345X@PJL INFO STATUS \r\n@PJL INFO PAGECOUNT \r\n\x1b%-12345X" + STATUS + COUNT,
        USTATUS + STATUS + USTATUS + COUNT,
        STATUS[:30] + USTATUS + STATUS[30:] + COUNT,
        b"\0" * 9 + STATUS + b"\0\0" + COUNT,
        b"\f\f\f" + STATUS + b"\f\f" + COUNT + b"\f",
        STATUS.lower().replace(b"code", b"CODE").replace(b"display", b"DISPLAY").replace(b"ready", b"READY") + COUNT,
    ],
)
def test_every_habit_reads_alike(data: bytes) -> None:
    assert read(data) == BOTH


@given(st.lists(st.integers(0, len(STATUS + COUNT)), max_size=6))
def test_how_it_is_cut_makes_no_difference(cuts: list[int]) -> None:
    data, reader = STATUS + COUNT, PjlReader()
    places = [0, *sorted(cuts), len(data)]
    for start, end in itertools.pairwise(places):
        reader.feed(data[start:end])
    assert reader.answers == BOTH


@pytest.mark.parametrize("length", range(len(STATUS)))
def test_a_truncated_answer_has_whole_lines_only(length: int) -> None:
    answers = read(STATUS[:length])
    assert BOTH["INFO STATUS"].startswith(answers.get("INFO STATUS", ""))


def test_unsupported_is_an_answer() -> None:
    answers = read(b'@PJL INFO SUPPLIES\r\n"?"\r\n\f@PJL INFO LOG\r\n?\r\n\f')
    assert answers == {"INFO SUPPLIES": '"?"\n', "INFO LOG": "?\n"}


def test_other_blocks_are_no_answers() -> None:
    inquired = b"@PJL INQUIRE COPIES\r\n1\r\n\f@PJL ECHO 5\r\n\f"
    assert read(inquired + b"@PJL INFO NOTHING\r\nX=1\r\n\f%!PS\r\n(x) show\r\n") == {}


def test_roman_8_where_it_is_not_utf_8() -> None:
    assert read(b'@PJL INFO STATUS\r\nDISPLAY="PR\xc5T"\r\n\f') == {"INFO STATUS": 'DISPLAY="PRéT"\n'}
    assert read('@PJL INFO STATUS\r\nDISPLAY="準備"\r\n\f'.encode()) == {"INFO STATUS": 'DISPLAY="準備"\n'}


@pytest.mark.parametrize("piece", [b"A" * 1000, b"\r\n" * 500, b"@PJL INFO ID\r\n", b"\f" * 1000, b"\r" * 100, STATUS])
def test_there_is_an_end_to_everything(piece: bytes) -> None:
    with pytest.raises(DecodeError):
        feed_without_end(piece)


@given(st.binary(max_size=600))
def test_nothing_but_answers_comes_out(data: bytes) -> None:
    queries = {f"INFO {category}" for category in READ_ONLY}
    assert set(read(b"@PJL INFO ID\r\n" + data)) <= queries
