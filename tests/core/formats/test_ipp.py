"""IPP responses as printers send them, and as nobody should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DecodeError
from frisket.formats import ipp, ipp_values
from frisket.formats.ipp import Resolution, decode_response, encode_get_printer_attributes, parse_supply

HEAD = b"\x02\x00\x00\x00\x00\x00\x00\x07"
END = b"\x03"


def counted(octets: bytes) -> bytes:
    return len(octets).to_bytes(2, "big") + octets


def field(tag: int, name: str, value: bytes) -> bytes:
    return bytes((tag,)) + counted(name.encode()) + counted(value)


def response(*fields: bytes, charset: bytes = b"utf-8") -> bytes:
    operation = b"\x01" + field(0x47, "attributes-charset", charset) + field(0x48, "attributes-natural-language", b"en")
    return HEAD + operation + b"\x04" + b"".join(fields) + END


def lone(tag: int, octets: bytes) -> object:
    """The value of an attribute that has one value."""
    (value,) = decode_response(response(field(tag, "x", octets))).attributes["x"]
    return value


def nested(depth: int) -> bytes:
    begin = field(0x34, "", b"") + field(0x4A, "", b"m")
    return field(0x34, "x", b"") + field(0x4A, "", b"m") + begin * (depth - 1) + field(0x21, "", bytes(4)) + (
        field(0x37, "", b"") * depth
    )  # fmt: skip


SAMPLE = response(
    field(0x42, "printer-name", b"Device 1"),
    field(0x21, "marker-levels", b"\0\0\0\x50"),
    field(0x21, "", b"\xff\xff\xff\xfe"),
    field(0x34, "media", b""),
    field(0x4A, "", b"size"),
    field(0x34, "", b""),
    field(0x4A, "", b"x"),
    field(0x33, "", b"\0\0\0\1\0\0\0\2"),
    field(0x37, "", b""),
    field(0x4A, "", b"kinds"),
    field(0x44, "", b"plain"),
    field(0x44, "", b"thick"),
    field(0x37, "", b""),
)


def test_a_request_asks_for_printer_attributes_and_nothing_else() -> None:
    octets = encode_get_printer_attributes("ipp://192.0.2.1:631/ipp/print", ["a", "b"], request_id=5)
    assert octets == (
        b"\x02\x00\x00\x0b\x00\x00\x00\x05\x01"
        + field(0x47, "attributes-charset", b"utf-8")
        + field(0x48, "attributes-natural-language", b"en")
        + field(0x45, "printer-uri", b"ipp://192.0.2.1:631/ipp/print")
        + field(0x44, "requested-attributes", b"a")
        + field(0x44, "", b"b")
        + END
    )


def test_a_request_can_be_of_an_older_version() -> None:
    assert encode_get_printer_attributes("ipp://x/", [], request_id=1, version=(1, 1))[:2] == b"\x01\x01"


def test_a_response_has_its_printers_attributes() -> None:
    found = decode_response(SAMPLE)
    assert (found.version, found.status, found.request_id) == ((2, 0), 0, 7)
    assert found.attributes == {
        "printer-name": ("Device 1",),
        "marker-levels": (80, -2),
        "media": ({"size": ({"x": ((1, 2),)},), "kinds": ("plain", "thick")},),
    }


@pytest.mark.parametrize(
    ("tag", "octets", "value"),
    [
        (0x21, b"\xff\xff\xff\xfd", -3),
        (0x22, b"\1", True),
        (0x22, b"\0", False),
        (0x23, b"\0\0\0\3", 3),
        (0x30, b"\0raw\xff", b"\0raw\xff"),
        (0x31, b"\x07\xea\x02\x03\x04\x05\x06\x07+\0\0", datetime(2026, 2, 3, 4, 5, 6, 700_000, UTC)),
        (
            0x31,
            b"\x07\xea\x02\x03\x04\x05\x3c\x00-\x05\x1e",
            datetime(2026, 2, 3, 4, 5, 59, 0, timezone(-timedelta(hours=5, minutes=30))),
        ),
        (0x31, bytes(11), None),
        (0x32, b"\0\0\2\x58\0\0\4\xb0\3", Resolution(600, 1200, 3)),
        (0x33, b"\0\0\0\1\0\0\0\x63", (1, 99)),
        (0x35, counted(b"en") + counted(b"Toner"), "Toner"),
        (0x36, counted(b"") + counted("Gerät".encode()), "Gerät"),
        (0x41, b"a\x1btext", "atext"),
        (0x45, b"ipp://192.0.2.1/", "ipp://192.0.2.1/"),
        (0x49, b"application/pdf", "application/pdf"),
        (0x10, b"", None),
        (0x12, b"", None),
        (0x13, b"whatever", None),
        (0x2F, b"\1\2", b"\1\2"),
        (0x7F, b"\1\2\3\4\5", b"\1\2\3\4\5"),
    ],
)
def test_a_value_is_read_by_its_tag(tag: int, octets: bytes, value: object) -> None:
    found = lone(tag, octets)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("tag", "octets"),
    [
        (0x21, b"\0\0\0"),
        (0x21, b""),
        (0x22, b""),
        (0x23, bytes(5)),
        (0x31, bytes(10)),
        (0x32, bytes(8)),
        (0x33, bytes(4)),
        (0x35, b""),
        (0x35, b"\0\2en\0\5Toner!"),
        (0x36, b"\xff\xffen"),
    ],
)
def test_a_value_of_the_wrong_length_is_refused(tag: int, octets: bytes) -> None:
    with pytest.raises(DecodeError):
        lone(tag, octets)


def test_positions_of_values_without_a_value_are_kept() -> None:
    octets = response(field(0x21, "x", b"\0\0\0\1"), field(0x12, "", b""), field(0x21, "", b"\0\0\0\3"))
    assert decode_response(octets).attributes["x"] == (1, None, 3)


def test_text_is_read_by_the_character_set_of_the_response() -> None:
    octets = response(field(0x41, "x", b"\xf1"), charset=b"iso-8859-5")
    assert decode_response(octets).attributes["x"] == ("ё",)


@pytest.mark.parametrize("charset", [b"rot13", b"zlib", b"utf-7", b"", b"\xff", b"iso-8859-1", b"x" * 999])
def test_any_character_set_gives_some_text(charset: bytes) -> None:
    assert decode_response(response(field(0x41, "x", b"\xe4"), charset=charset)).attributes["x"] == ("ä",)


def test_other_groups_are_passed_over() -> None:
    octets = SAMPLE[:-1] + b"\x05" + field(0x41, "other", b"x") + b"\x04" + field(0x41, "more", b"y") + END
    assert set(decode_response(octets).attributes) == {"printer-name", "marker-levels", "media", "more"}


def test_an_attribute_that_comes_again_is_not_heard() -> None:
    octets = response(field(0x44, "x", b"a"), field(0x44, "x", b"b"), field(0x44, "", b"c"))
    assert decode_response(octets).attributes["x"] == ("a",)


def test_collections_are_read_to_a_depth() -> None:
    assert decode_response(response(nested(ipp.MAX_DEPTH))).attributes["x"]
    with pytest.raises(DecodeError, match="16"):
        decode_response(response(nested(ipp.MAX_DEPTH + 1)))
    with pytest.raises(DecodeError):
        decode_response(response(nested(20_000)))


@pytest.mark.parametrize(
    "octets",
    [
        response(field(0x34, "x", b"")),
        response(field(0x34, "x", b""), field(0x44, "", b"value")),
        response(field(0x34, "x", b""), field(0x44, "named", b"value")),
        response(field(0x37, "x", b"")),
        response(field(0x4A, "x", b"name")),
        response(field(0x44, "", b"nameless")),
        response(b"\x44\xff\xff"),
        response(b"\x44\0\1x\x80\0"),
        response(b"".join(field(0x21, f"a{at}", bytes(4)) for at in range(ipp.MAX_ATTRIBUTES + 1))),
        response(field(0x21, "x", bytes(4)) + field(0x21, "", bytes(4)) * ipp.MAX_VALUES),
        response(field(0x34, "x", b"") + field(0x4A, "", b"m") * (ipp.MAX_ATTRIBUTES + 1) + field(0x37, "", b"")),
        bytes(ipp.MAX_OCTETS + 1),
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_what_is_no_response_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_response(octets)


@pytest.mark.parametrize("length", range(len(SAMPLE)))
def test_a_response_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(DecodeError):
        decode_response(SAMPLE[:length])


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    for begun in (octets, HEAD + b"\x04" + octets + END):
        try:
            decode_response(begun)
        except DecodeError:
            continue


@given(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=4))
def test_any_change_to_a_response_is_read_or_refused(at: int, change: bytes) -> None:
    try:
        decode_response(SAMPLE[:at] + change + SAMPLE[at + len(change) :])
    except DecodeError:
        return


@given(st.integers(0x10, 0xFF), st.binary(max_size=24))
def test_any_value_is_read_or_refused(tag: int, octets: bytes) -> None:
    try:
        ipp_values.decode_value(tag, octets, "utf-8")
    except DecodeError:
        return


@pytest.mark.parametrize(
    ("octets", "found"),
    [
        (b"type=toner;maxcapacity=100;level=-3;colorantname=black;",
         {"type": "toner", "maxcapacity": "100", "level": "-3", "colorantname": "black"}),
        (b"Type=toner; Level = 5", {"type": "toner", "level": "5"}),
        (b"name=a=b;name=c;empty=;=x;word;", {"name": "a=b", "empty": ""}),
        (b"name=Beh\xe4lter;", {"name": "Behälter"}),
        (b"", {}),
    ],
)  # fmt: skip
def test_a_supply_is_pairs_of_keys_and_values(octets: bytes, found: dict[str, str]) -> None:
    assert parse_supply(octets) == found


@given(st.binary(max_size=80))
def test_any_octets_are_pairs_or_nothing(octets: bytes) -> None:
    assert all(key == key.lower() for key in parse_supply(octets))
