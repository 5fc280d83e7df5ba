"""SNMP messages: requests that are prepared once, limits, and octets that are no message."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import long_oids, messages, oids, spoilt_octets

from frisket.errors import DecodeError
from frisket.formats import ber, snmp
from frisket.formats.snmp import (
    MAX_VARBINDS,
    Message,
    Missing,
    Pdu,
    Version,
    decode_message,
    encode_message,
    encode_missing,
    encode_value,
    encode_varbind,
    prepare,
)
from frisket.model.oid import MAX_ARCS, Oid

SYS_DESCR: Oid = (1, 3, 6, 1, 2, 1, 1, 1, 0)
# No datagram is longer
MAX_DATAGRAM = 65_507
# a datagram of 4,096 varbinds costs 40 ms on a quiet machine
SLOWEST_SECONDS = 0.5


def response(*varbinds: bytes) -> bytes:
    return encode_message(Version.V2C, b"public", Pdu.RESPONSE, 7, varbinds)


def answered_value(tag: int, content: bytes) -> object:
    """What a response says whose one value has this tag and content."""
    ((_, value),) = decode_message(response(encode_varbind(SYS_DESCR, ber.encode_tlv(tag, content)))).varbinds
    return value


# --- well-formed messages ----------------------------------------------------------------------


@settings(max_examples=60)
@given(messages())
def test_a_message_comes_back_as_it_went(pair: tuple[Message, bytes]) -> None:
    message, octets = pair
    assert decode_message(octets) == message


@settings(max_examples=40)
@given(messages(), st.binary(max_size=20))
def test_octets_behind_a_message_are_ignored(pair: tuple[Message, bytes], junk: bytes) -> None:
    message, octets = pair
    assert decode_message(octets + junk) == message


@given(
    st.sampled_from(Pdu),
    st.binary(max_size=200),
    st.lists(st.one_of(oids(), long_oids()), max_size=12),
    st.integers(0, 2**31 - 1),
    st.integers(0, 2**31 - 1),
)
def test_a_prepared_request_is_what_encoding_from_scratch_gives(
    pdu: Pdu, community: bytes, asked: Sequence[Oid], repetitions: int, request_id: int
) -> None:
    varbinds = [encode_missing(oid, Missing.UNSPECIFIED) for oid in asked]
    for version in Version:
        prepared = prepare(version, community, pdu, asked, max_repetitions=repetitions)
        scratch = encode_message(version, community, pdu, request_id, varbinds, error_index=repetitions)
        assert prepared.with_id(request_id) == scratch


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
def test_a_prepared_request_serves_again_and_again(first: int, second: int) -> None:
    prepared = prepare(Version.V2C, b"public", Pdu.GET, [SYS_DESCR])
    assert [decode_message(prepared.with_id(one)).request_id for one in (first, second)] == [first, second]


def test_a_getbulk_carries_its_repetitions_and_repeats_everything() -> None:
    message = decode_message(prepare(Version.V2C, b"x", Pdu.GET_BULK, [SYS_DESCR], max_repetitions=24).with_id(1))
    assert (message.pdu, message.error_status, message.error_index) == (Pdu.GET_BULK, 0, 24)


@pytest.mark.parametrize(
    ("tag", "content", "value"),
    [
        (ber.INTEGER, b"\xfd", -3),
        (snmp.COUNTER32, b"\xff\xff\xff\xff", 2**32 - 1),
        (snmp.COUNTER64, b"\x00" + b"\xff" * 8, 2**64 - 1),
        (snmp.GAUGE32, b"\x05", 5),
        (0x47, b"\x05", 5),
        (0x45, b"\x01\x02", b"\x01\x02"),
        (snmp.IP_ADDRESS, b"\xc0\x00\x02\x0a", b"\xc0\x00\x02\x0a"),
        (ber.OBJECT_IDENTIFIER, b"", (0, 0)),
        (ber.OCTET_STRING, b"", b""),
        (ber.NULL, b"", Missing.UNSPECIFIED),
        (0x80, b"", Missing.NO_SUCH_OBJECT),
        (0x81, b"", Missing.NO_SUCH_INSTANCE),
        (0x82, b"", Missing.END_OF_MIB_VIEW),
    ],
)
def test_each_tag_gives_its_kind_of_value(tag: int, content: bytes, value: object) -> None:
    assert answered_value(tag, content) == value


def test_a_missing_value_is_never_taken_for_a_number() -> None:
    assert not any(isinstance(missing, int) for missing in Missing)


# --- limits ------------------------------------------------------------------------------------


def test_as_many_varbinds_as_the_limit_are_read_and_one_more_is_refused() -> None:
    varbind = encode_missing((1, 3), Missing.UNSPECIFIED)
    assert len(decode_message(response(*[varbind] * MAX_VARBINDS)).varbinds) == MAX_VARBINDS
    with pytest.raises(DecodeError, match="more than 4096 varbinds"):
        decode_message(response(*[varbind] * (MAX_VARBINDS + 1)))


def test_too_many_arcs_are_refused_wherever_an_oid_stands() -> None:
    too_long = (1, 3, *[1] * (MAX_ARCS - 1))
    for varbind in (
        encode_missing(too_long, Missing.UNSPECIFIED),
        encode_varbind(SYS_DESCR, encode_value(ber.OBJECT_IDENTIFIER, too_long)),
    ):
        with pytest.raises(DecodeError, match="more than 128 arcs"):
            decode_message(response(varbind))


@pytest.mark.parametrize("tag", [ber.INTEGER, snmp.COUNTER32, snmp.COUNTER64, snmp.GAUGE32, snmp.TIME_TICKS])
@pytest.mark.parametrize("content", [b"", b"\x00" * 10])
def test_numbers_without_octets_or_with_too_many_are_refused(tag: int, content: bytes) -> None:
    with pytest.raises(DecodeError):
        answered_value(tag, content)


@pytest.mark.parametrize("tag", [0x01, 0x0A, 0x30, 0x48, 0x83, 0x9F, 0xA2, 0xFF])
def test_a_value_of_an_unknown_tag_is_refused(tag: int) -> None:
    with pytest.raises(DecodeError, match="unknown tag"):
        answered_value(tag, b"")


def test_a_length_that_promises_more_than_there_is_is_refused() -> None:
    octets = bytearray(response())
    octets[1] = 0x7F
    with pytest.raises(DecodeError, match="reaches beyond"):
        decode_message(bytes(octets))


def test_a_message_of_version_3_is_no_message_of_ours() -> None:
    # RFC 3412 6: the header's sequence stands where the community does in older versions
    v3 = ber.encode_tlv(ber.SEQUENCE, ber.encode_integer(3) + ber.encode_tlv(ber.SEQUENCE, ber.encode_integer(1)))
    with pytest.raises(DecodeError):
        decode_message(v3)


# --- hostile octets ----------------------------------------------------------------------------


def decodes_or_refuses(octets: bytes) -> None:
    """DecodeError or a message, and either of them soon."""
    started = time.process_time()
    with contextlib.suppress(DecodeError):
        decode_message(octets)
    assert time.process_time() - started < SLOWEST_SECONDS


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_random_octets_raise_nothing_but_decode_errors(octets: bytes) -> None:
    decodes_or_refuses(octets)


@settings(max_examples=150)
@given(spoilt_octets())
def test_spoilt_messages_raise_nothing_but_decode_errors(octets: bytes) -> None:
    decodes_or_refuses(octets)


@settings(max_examples=30)
@given(messages())
def test_no_message_that_is_cut_off_is_taken_for_a_whole_one(pair: tuple[Message, bytes]) -> None:
    octets = pair[1]
    for length in range(len(octets)):
        with pytest.raises(DecodeError):
            decode_message(octets[:length])


@pytest.mark.parametrize(
    "octets",
    [
        response(*[b"\x30\x04\x06\x00\x05\x00"] * 10_000),
        response(*[encode_missing((1, 3, *[2**32 - 1] * 126), Missing.UNSPECIFIED)] * 100),
        response(encode_varbind((1, 3), ber.encode_tlv(ber.OBJECT_IDENTIFIER, b"\x80" * 65_000 + b"\x01"))),
        response(encode_varbind((1, 3), ber.encode_tlv(ber.OCTET_STRING, b"\xff" * 65_000))),
        response(encode_varbind((1, 3), ber.encode_tlv(ber.INTEGER, b"\x7f" * 65_000))),
        b"\x30\x80" * 32_000,
        b"\x30\x84\x00\x00\xff\xdd" + b"\x30\x82\xff\xff" * 16_000,
        b"\x00" * MAX_DATAGRAM,
        b"\xff" * MAX_DATAGRAM,
    ],
    ids=["varbinds", "arcs", "padding", "octets", "integer", "indefinite", "nested", "zeros", "ones"],
)
def test_a_datagram_made_to_cost_time_costs_none(octets: bytes) -> None:
    assert len(octets) <= MAX_DATAGRAM
    decodes_or_refuses(octets)
