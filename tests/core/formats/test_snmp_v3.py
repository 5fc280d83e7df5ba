"""Messages of SNMPv3 without their cryptography."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DecodeError
from frisket.formats import ber
from frisket.formats.snmp import Pdu, encode_varbind
from frisket.formats.snmp_v3 import (
    REPORTABLE,
    Usm,
    decode_scoped,
    decode_v3,
    encode_scoped,
    encode_v3,
    stats_of,
    words_of,
)
from frisket.formats.snmp_v3_discovery import decode_discovery, prepare_discovery

SYS_DESCR = (1, 3, 6, 1, 2, 1, 1, 1, 0)
ENGINE = bytes.fromhex("80001f8880c0ffee00000000")
UNKNOWN_ENGINE = (1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0)


def report(engine: bytes = ENGINE, oid: tuple[int, ...] = UNKNOWN_ENGINE, flags: int = 0, pdu: int = 0xA8) -> bytes:
    varbinds = ber.encode_tlv(ber.SEQUENCE, encode_varbind(oid, b"\x41\x01\x07"))
    body = ber.encode_integer(0) * 3 + varbinds
    head = ber.encode_tlv(ber.OCTET_STRING, engine) + ber.encode_tlv(ber.OCTET_STRING, b"")
    scoped = ber.encode_tlv(ber.SEQUENCE, head + ber.encode_tlv(pdu, body))
    return encode_v3(77, flags, Usm(engine=engine, boots=3, time=400), scoped)[0]


def test_a_message_comes_back_as_it_went_out() -> None:
    usm = Usm(engine=ENGINE, boots=1, time=1 << 20, user=b"reader", digest=b"d" * 24, salt=b"s" * 8)
    message, at = encode_v3(99, REPORTABLE | 1, usm, encode_scoped(ENGINE, b"tray", Pdu.GET, 99, [SYS_DESCR]))
    decoded = decode_v3(message)
    assert (decoded.message_id, decoded.flags, decoded.usm, decoded.digest_at) == (99, 5, usm, at)
    assert message[at : at + 24] == b"d" * 24
    engine, context, pdu = decode_scoped(decoded.data)
    assert (engine, context, pdu.pdu, pdu.request_id) == (ENGINE, b"tray", Pdu.GET, 99)
    assert [oid for oid, _ in pdu.varbinds] == [SYS_DESCR]


def test_discovery_names_nobody() -> None:
    message = decode_v3(prepare_discovery().with_id(0x01020304))
    assert (message.message_id, message.flags, message.usm) == (0x01020304, REPORTABLE, Usm())


def test_a_report_tells_the_engine() -> None:
    found = decode_discovery(report())
    assert (found.message_id, found.engine, found.boots, found.time) == (77, ENGINE, 3, 400)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        report(engine=b"1234"),
        report(engine=b""),
        report(oid=(*UNKNOWN_ENGINE[:-2], 3, 0)),
        report(oid=SYS_DESCR),
        report(flags=1),
        report(flags=2),
        report(pdu=0xA2),
        report() + b"\0",
        report()[:-1],
        prepare_discovery().with_id(1),
    ],
)
def test_nothing_else_is_discovery(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_discovery(data)


@given(st.binary(max_size=200), st.integers(0, 120), st.integers(0, 255))
def test_bytes_raise_nothing_but_decode_errors(data: bytes, at: int, octet: int) -> None:
    changed = bytearray(report())
    changed[min(at, len(changed) - 1)] = octet
    for one in (data, bytes(changed), report()[:at]):
        with contextlib.suppress(DecodeError):
            decode_discovery(one)
        with contextlib.suppress(DecodeError):
            decode_scoped(decode_v3(one).data)


def test_reports_have_words() -> None:
    for number in range(1, 7):
        message = decode_scoped(decode_v3(report(oid=(*UNKNOWN_ENGINE[:-2], number, 0))).data)[2]
        assert stats_of(message) == number
        assert "usmStats" in words_of(number)
