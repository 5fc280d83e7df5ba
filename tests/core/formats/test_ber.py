"""The encoding rules alone: lengths, integers and object identifiers, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import long_oids, oids

from frisket.errors import DecodeError
from frisket.formats import ber
from frisket.model.oid import MAX_ARC, MAX_ARCS, Oid


def content_of(element: bytes) -> tuple[int, bytes]:
    """Tag and content of an element that fills its octets."""
    tag, start, end = ber.read_header(element, 0, len(element))
    assert end == len(element)
    return tag, element[start:end]


def decoded_oid(content: bytes) -> Oid:
    return ber.decode_oid(content, 0, len(content))


@pytest.mark.parametrize(
    ("length", "octets"),
    [
        (0, b"\x00"),
        (127, b"\x7f"),
        (128, b"\x81\x80"),
        (255, b"\x81\xff"),
        (256, b"\x82\x01\x00"),
        (65536, b"\x83\x01\x00\x00"),
    ],
)
def test_a_length_takes_as_few_octets_as_it_needs(length: int, octets: bytes) -> None:
    assert ber.encode_length(length) == octets


@given(st.binary(max_size=70_000), st.integers(0, 255))
def test_an_element_is_read_as_it_was_written(content: bytes, tag: int) -> None:
    assert content_of(ber.encode_tlv(tag, content)) == (tag, content)


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "0080"),
        (255, "00ff"),
        (-1, "ff"),
        (-128, "80"),
        (-129, "ff7f"),
        (2**31 - 1, "7fffffff"),
        (-(2**31), "80000000"),
        (2**64 - 1, "00ffffffffffffffff"),
    ],
)
def test_an_integer_takes_as_few_octets_as_hold_it_and_its_sign(value: int, content: str) -> None:
    assert ber.encode_integer(value) == ber.encode_tlv(ber.INTEGER, bytes.fromhex(content))


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_come_back_as_they_went(value: int) -> None:
    _, content = content_of(ber.encode_integer(value))
    assert ber.decode_integer(content, 0, len(content)) == value


@given(st.integers(0, 2**64 - 1))
def test_counters_come_back_as_they_went(value: int) -> None:
    _, content = content_of(ber.encode_integer(value))
    assert ber.decode_unsigned(content, 0, len(content)) == value


def test_a_counter_without_its_leading_zero_is_still_positive() -> None:
    assert ber.decode_unsigned(b"\xff\xff\xff\xff", 0, 4) == 2**32 - 1


@pytest.mark.parametrize("content", [b"", bytes(10), b"\x7f" * 10])
def test_numbers_of_no_octets_or_too_many_are_refused(content: bytes) -> None:
    for decode in (ber.decode_integer, ber.decode_unsigned):
        with pytest.raises(DecodeError, match="no octet or more than"):
            decode(content, 0, len(content))


def test_a_counter_of_more_than_64_bits_is_refused() -> None:
    # nine octets are there for a leading zero
    with pytest.raises(DecodeError):
        ber.decode_unsigned(b"\x01" + bytes(8), 0, 9)


@given(st.one_of(oids(), long_oids()))
def test_object_identifiers_come_back_as_they_went(oid: Oid) -> None:
    tag, content = content_of(ber.encode_oid(oid))
    assert tag == ber.OBJECT_IDENTIFIER
    assert decoded_oid(content) == oid


@pytest.mark.parametrize(
    ("oid", "content"),
    [
        ((1, 3, 6, 1), "2b0601"),
        ((2, 999, 3), "883703"),
        ((0, 0), "00"),
        ((1, 3, 128, 16384), "2b810081 8000"),
        ((1, 3, 6, 1, 4, 1, 2**32 - 1), "2b060104018fffffff7f"),
    ],
)
def test_object_identifiers_look_as_x690_says(oid: Oid, content: str) -> None:
    assert ber.encode_oid(oid) == ber.encode_tlv(ber.OBJECT_IDENTIFIER, bytes.fromhex(content))


def test_a_lone_arc_gets_a_second_one() -> None:
    assert decoded_oid(content_of(ber.encode_oid((1,)))[1]) == (1, 0)


def test_an_object_identifier_without_content_is_zero_dot_zero() -> None:
    assert decoded_oid(b"") == (0, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x2b\x86", "cut off"),
        (b"\x2b\x90\x80\x80\x80\x00", "more than 32 bits"),
        (b"\x2b" + b"\xff" * 200 + b"\x7f", "more than 32 bits"),
        (b"\x2b" + b"\x01" * (MAX_ARCS - 1), "more than 128 arcs"),
        (b"\x2b" + b"\x81\x01" * (MAX_ARCS - 1), "more than 128 arcs"),
        (b"\x80" * 5 * MAX_ARCS + b"\x01", "more than 128 arcs"),
    ],
)
def test_an_object_identifier_beyond_the_limits_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        decoded_oid(content)


def test_the_longest_object_identifier_and_the_biggest_arc_are_taken() -> None:
    longest = (1, 3, *[MAX_ARC] * (MAX_ARCS - 2))
    assert decoded_oid(content_of(ber.encode_oid(longest))[1]) == longest


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (b"", "cut off in its header"),
        (b"\x30", "cut off in its header"),
        (b"\x30\x80\x00\x00", "indefinite"),
        (b"\x30\x85\x00\x00\x00\x00\x01\x00", "over four octets"),
        (b"\x30\x82\x01", "cut off"),
        (b"\x30\x05\x00", "reaches beyond"),
        (b"\x30\x84\xff\xff\xff\xff\x00", "reaches beyond"),
    ],
)
def test_a_broken_header_is_refused(octets: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        ber.read_header(octets, 0, len(octets))


def test_an_element_may_not_reach_beyond_the_one_around_it() -> None:
    octets = b"\x30\x03\x04\x05abcdef"
    _, start, end = ber.read_header(octets, 0, len(octets))
    with pytest.raises(DecodeError, match="reaches beyond"):
        ber.read_header(octets, start, end)


def test_another_tag_than_the_one_that_must_stand_is_refused() -> None:
    with pytest.raises(DecodeError, match="tag 0x04 stands where 0x02 must"):
        ber.expect(b"\x04\x01a", 0, 3, ber.INTEGER)
