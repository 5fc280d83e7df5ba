"""Tables that devices export."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DecodeError
from frisket.formats.csv_table import parse_csv


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Model,Serial\nM1,S1\nM2,S2\n", [{"Model": "M1", "Serial": "S1"}, {"Model": "M2", "Serial": "S2"}]),
        ('"Model, full";"Serial"\r\n"M;1";S1', [{"Model, full": "M;1", "Serial": "S1"}]),
        ("a\tb\r1\t2\r", [{"a": "1", "b": "2"}]),
        ("\n\n a , b \n\n 1 , 2 \n", [{"a": "1", "b": "2"}]),
        ("a,b,c\n1\n", [{"a": "1"}]),
        ("a,b\n1,2,3\n", [{"a": "1", "b": "2"}]),
        ("a,,a,\n1,2,3,4\n", [{"a": "1"}]),
        ('a,b\n"1 ""x""","2\n3"\n', [{"a": '1 "x"', "b": "2\n3"}]),
        ("\ufeffa\n1\n", [{"a": "1"}]),
        ("a,b\n", []),
        ("one\n1\n", [{"one": "1"}]),
    ],
)
def test_rows_are_read_by_the_header(text: str, rows: list[dict[str, str]]) -> None:
    assert parse_csv(text.encode()) == rows


def test_octets_that_are_no_utf_8_are_latin_1() -> None:
    assert parse_csv("Ort\nBüro\n".encode("latin-1")) == [{"Ort": "Büro"}]


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\n \n",
        b",,\n,,",
        b"a\n\x00",
        b"<html><body>401</body></html>",
        b'a,b\n"open,2\n',
        b'a,b\n"1"2,3\n',
        b"a\n" * 2_050,
        b"\n" * 3_000,
        b"a," * 513,
        b'a\n"' + b"x" * 200_000 + b'"',
        b"a\n" + b" " * (1 << 20),
    ],
)
def test_what_is_no_table_within_the_limits_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        parse_csv(octets)


_CELLS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=2), max_size=5), st.sampled_from(",;\t"))
def test_what_the_standard_library_writes_is_read(rows: list[list[str]], separator: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([["first", "second"], *rows])
    kept = [{"first": row[0].strip(), "second": row[1].strip()} for row in rows]
    assert parse_csv(written.getvalue().encode()) == [row for row in kept if any(row.values())]


@given(st.text(alphabet='a,;\t"\n\r <', max_size=60))
def test_any_text_is_a_table_or_none(text: str) -> None:
    try:
        rows = parse_csv(text.encode())
    except DecodeError:
        return
    assert all(name for row in rows for name in row)
