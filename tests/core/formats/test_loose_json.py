"""JSON as embedded web servers write it, and paths into it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import json_texts, json_values, loose_json

from frisket.errors import DecodeError
from frisket.formats.loose_json import JsonPath, JsonValue, Located, parse_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1, 'b': 'x', \"c\": [1, 2,],}", {"a": 1, "b": "x", "c": [1, 2]}),
        ("{\n\t// a\n\ta_b-1: /* c */ 2 /**/ , }", {"a_b-1": 2}),
        ('{a: 1, a: 2, "a": 3}', {"a": 1}),
        ('"tab\there"', "tab\there"),
        (r'"\u00e4\n\x41\/\"\q"', 'ä\nA/"q'),
        (r'"\ud83d\ude00 \ud83d"', "😀 \ufffd"),
        (r"'it\'s \"'", "it's \""),
        ("007", 7),
        ("-1.5e3", -1500.0),
        (".5", 0.5),
        ("99999999999999999999", 99999999999999999999),
        ("[true, false, null]", [True, False, None]),
        ("{}", {}),
        ("[]", []),
        ("  1  ", 1),
        ("\ufeff1", 1),
        ("{1: 2}", {"1": 2}),
        ("'http://192.0.2.1/'", "http://192.0.2.1/"),
    ],
)
def test_loose_json_is_read(text: str, value: JsonValue) -> None:
    assert parse_json(text.encode()) == value


def test_octets_that_are_no_utf_8_are_latin_1() -> None:
    assert parse_json("{ort: 'Büro'}".encode("latin-1")) == {"ort": "Büro"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a value is missing, in line 1, column 1"),
        ("{a: 1,\n b 2}", "':' is missing, in line 2, column 4"),
        ("[1 2]", "',' is missing, in line 1, column 4"),
        ("[1,,2]", "a value is missing, in line 1, column 4"),
        ("[,]", "a value is missing"),
        ("{,}", "a key is missing"),
        ("{a:}", "a value is missing"),
        ("1 2", "more text after the value, in line 1, column 3"),
        ("NaN", "'NaN' is no value"),
        ("-Infinity", "'-Infinity' is no value"),
        ("0x1F", "'0x1F' is no value"),
        ("1e999", "'1e999' is no value"),
        ("1" * 21, "is no value"),
        ("Ready", "'Ready' is no value"),
        ("'open", "a string without an end"),
        ("/* open", "a value is missing"),
        ("[1", "',' is missing"),
        ("{a:1", "',' is missing"),
        ("[" * 66 + "]" * 66, "deeper than 64 levels"),
        ("[" + "1," * 50_001 + "]", "more than 50,000 values"),
        (" " * (1 << 20) + "1", "octets; at most"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        parse_json(text.encode())


@given(json_values())
def test_json_is_read_as_the_standard_library_reads_it(value: JsonValue) -> None:
    text = json.dumps(value)
    assert parse_json(text.encode()) == json.loads(text)


@given(json_values())
def test_loosely_written_json_is_the_same_value(value: JsonValue) -> None:
    assert parse_json(loose_json(value).encode()) == json.loads(json.dumps(value))


@given(json_texts())
def test_any_text_is_a_value_or_none(text: str) -> None:
    try:
        value = parse_json(text.encode("utf-8", "replace"))
    except DecodeError:
        return
    assert parse_json(json.dumps(value).encode()) == value


PAGE = parse_json(b"""{
    status: {hrDeviceStatus: 2, text: 'Sleeping'}, 'odd key': {x: 1}, empty: '', "": 5,
    toner_black: {opt: 1, left: 58}, toner_cyan: {opt: 0, left: 0}, drum_black: {opt: 0},
    bins: [["Upper", 100], ["Lower", 50]], names: ['a', 'b'], "a.b": 7, "*": 8}""")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("status.hrDeviceStatus", [2]),
        ("'odd key'.x", [1]),
        ('"odd key".x', [1]),
        ("'a.b'", [7]),
        ("'*'", [8]),
        ("toner_*.left", [58, 0]),
        ("*_black.opt", [1, 0]),
        ("*er*a*.left", [58, 0]),
        ("toner_*.@key", ["toner_black", "toner_cyan"]),
        ("bins[1][0]", ["Lower"]),
        ("bins.*[1]", [100, 50]),
        ("names.*", ["a", "b"]),
        ("names.*.@key", ["0", "1"]),
        ("status.*", [2, "Sleeping"]),
        ("status.*.*", []),
        ("bins[7]", []),
        ("bins.x", []),
        ("names[0][0]", []),
        ("nothing.at.all", []),
        ("status[0]", []),
        ("@key", []),
        ("names.b*", []),
    ],
)
def test_paths_find_values(path: str, found: list[JsonValue]) -> None:
    assert [located.value for located in JsonPath(path).find(PAGE)] == found


def test_a_row_is_where_its_columns_start() -> None:
    rows = JsonPath("toner_*").find(PAGE)
    columns = [JsonPath("@key"), JsonPath("left"), JsonPath(".")]
    assert [[column.find(row)[0].value for column in columns[:2]] for row in rows] == [
        ["toner_black", 58],
        ["toner_cyan", 0],
    ]
    assert columns[2].find(rows[1]) == [rows[1]]
    assert JsonPath(".").find(5) == [Located("", 5)]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 1),
        ("a.", 3),
        (".a", 1),
        ("a..b", 3),
        ("a[x]", 2),
        ("a[-1]", 2),
        ("a[1", 2),
        ("a.[1]", 3),
        ("@key.a", 5),
        ("@key[0]", 5),
        ("@other", 1),
        ("a b", 2),
        ("'a", 1),
        ("a'b'", 2),
        ("$.a", 1),
        ("a/b", 2),
        ("a?", 2),
    ],
)
def test_what_is_no_path_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(ValueError, match=f"position {position}:"):
        JsonPath(text)


def test_a_path_has_an_end() -> None:
    with pytest.raises(ValueError, match="at most 500"):
        JsonPath("a" * 501)


def test_equal_paths_are_one_key() -> None:
    assert len({JsonPath("a.b"), JsonPath("a.b"), JsonPath("a.c")}) == 2


@given(json_values(), st.lists(st.sampled_from(("*", "a*", "[0]", "b", "@key")), min_size=1, max_size=4))
def test_no_path_finds_more_than_there_is(value: JsonValue, steps: list[str]) -> None:
    try:
        path = JsonPath(".".join(steps).replace(".[", "["))
    except ValueError:
        return
    assert len(path.find(value)) <= json.dumps(value).count(",") + json.dumps(value).count(":") + 1


def test_pages_of_real_devices_are_read(web_pages: Path) -> None:
    for path in sorted(web_pages.rglob("*.json")):
        assert JsonPath("*").find(parse_json(path.read_bytes())), path.name
