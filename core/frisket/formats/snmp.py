"""SNMPv1 and SNMPv2c messages (RFC 1157, RFC 3416), both ways: the agent asks and reads, the lab reads and answers.

A request is encoded once and then only its request id is patched, which makes a sweep cost a copy per address.
Nothing here raises anything but DecodeError, whatever the bytes are.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import attrs

from frisket.errors import DecodeError
from frisket.formats import ber
from frisket.model.answers import SnmpValue
from frisket.model.oid import Oid

IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
_NSAP, _UINTEGER32 = 0x45, 0x47  # RFC 1442: gone since, still met
_UNSIGNED = frozenset((COUNTER32, GAUGE32, TIME_TICKS, COUNTER64, _UINTEGER32))
_OCTETS = frozenset((ber.OCTET_STRING, IP_ADDRESS, OPAQUE, _NSAP))

# Far above what a datagram of sane varbinds holds, far below what hurts
MAX_VARBINDS = 4096


class Version(enum.IntEnum):
    V1 = 0
    V2C = 1


class Pdu(enum.IntEnum):
    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    GET_BULK = 0xA5


class ErrorStatus(enum.IntEnum):
    """RFC 3416 3; the rest of the list answers SET."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    READ_ONLY = 4
    GEN_ERR = 5
    NO_ACCESS = 6


class Missing(enum.Enum):
    """RFC 3416 3: why a varbind has no value. No int, so that it is never taken for a value."""

    UNSPECIFIED = 0x05
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


VarBind: TypeAlias = tuple[Oid, "SnmpValue | Missing"]
_MISSING = {member.value: member for member in Missing}


@attrs.frozen
class Message:
    """`error_status` and `error_index` are non-repeaters and max-repetitions in a GETBULK request."""

    version: int
    community: bytes
    pdu: int
    request_id: int
    error_status: int
    error_index: int
    varbinds: tuple[VarBind, ...]


def encode_value(tag: int, value: SnmpValue) -> bytes:
    """A value with the tag that its device gives it."""
    if isinstance(value, int):
        return ber.encode_integer(value, tag)
    if isinstance(value, tuple):
        return ber.encode_oid(value)
    return ber.encode_tlv(tag, value)


def encode_varbind(oid: Oid, encoded_value: bytes) -> bytes:
    return ber.encode_tlv(ber.SEQUENCE, ber.encode_oid(oid) + encoded_value)


def encode_missing(oid: Oid, missing: Missing) -> bytes:
    return encode_varbind(oid, bytes((missing.value, 0)))


def encode_message(
    version: int,
    community: bytes,
    pdu: int,
    request_id: int,
    varbinds: Iterable[bytes],
    *,
    error_status: int = 0,
    error_index: int = 0,
) -> bytes:
    """A whole message from varbinds that are encoded already."""
    body = (
        _encode_request_id(request_id)
        + ber.encode_integer(error_status)
        + ber.encode_integer(error_index)
        + ber.encode_tlv(ber.SEQUENCE, b"".join(varbinds))
    )
    head = ber.encode_integer(version) + ber.encode_tlv(ber.OCTET_STRING, community)
    return ber.encode_tlv(ber.SEQUENCE, head + ber.encode_tlv(pdu, body))


def _encode_request_id(request_id: int) -> bytes:
    # always four octets, so that a prepared request can be patched in place; a negative one goes back as it came
    return b"\x02\x04" + (request_id & 0xFFFFFFFF).to_bytes(4, "big")


@attrs.frozen
class PreparedRequest:
    """A request encoded once; `with_id` gives the bytes to send."""

    head: bytes
    tail: bytes

    def with_id(self, request_id: int) -> bytes:
        return self.head + (request_id & 0x7FFFFFFF).to_bytes(4, "big") + self.tail


def prepare(
    version: int, community: bytes, pdu: Pdu, oids: Sequence[Oid], *, max_repetitions: int = 0
) -> PreparedRequest:
    """Non-repeaters are always 0: what is asked once is asked by GET."""
    varbinds = [encode_varbind(oid, b"\x05\x00") for oid in oids]
    message = encode_message(version, community, pdu, 0, varbinds, error_index=max_repetitions)
    list_length = len(ber.encode_tlv(ber.SEQUENCE, b"".join(varbinds)))
    tail_length = len(ber.encode_integer(0)) + len(ber.encode_integer(max_repetitions)) + list_length
    return PreparedRequest(message[: -tail_length - 4], message[-tail_length:])


def decode_message(data: bytes) -> Message:
    """Bytes behind the message are ignored, as every SNMP manager does."""
    at, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
    version, at = _integer(data, at, end)
    start, at = ber.expect(data, at, end, ber.OCTET_STRING)
    return read_pdu(data, at, end, version=version, community=data[start:at])


def read_pdu(data: bytes, at: int, end: int, *, version: int, community: bytes) -> Message:
    """The PDU that begins at `at`, as the message that it is in."""
    pdu, at, end = ber.read_header(data, at, end)
    request_id, at = _integer(data, at, end)
    error_status, at = _integer(data, at, end)
    error_index, at = _integer(data, at, end)
    at, end = ber.expect(data, at, end, ber.SEQUENCE)
    return Message(version, community, pdu, request_id, error_status, error_index, _varbinds(data, at, end))


def _integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    start, stop = ber.expect(data, at, end, ber.INTEGER)
    return ber.decode_integer(data, start, stop), stop


def _varbinds(data: bytes, at: int, end: int) -> tuple[VarBind, ...]:
    varbinds: list[VarBind] = []
    while at < end:
        if len(varbinds) == MAX_VARBINDS:
            raise DecodeError(f"a message has more than {MAX_VARBINDS} varbinds")
        start, at = ber.expect(data, at, end, ber.SEQUENCE)
        oid_start, oid_end = ber.expect(data, start, at, ber.OBJECT_IDENTIFIER)
        tag, value_start, value_end = ber.read_header(data, oid_end, at)
        varbinds.append((ber.decode_oid(data, oid_start, oid_end), _value(tag, data, value_start, value_end)))
    return tuple(varbinds)


def _value(tag: int, data: bytes, start: int, end: int) -> SnmpValue | Missing:
    if tag in _OCTETS:
        return data[start:end]
    if tag == ber.INTEGER:
        return ber.decode_integer(data, start, end)
    if tag in _UNSIGNED:
        return ber.decode_unsigned(data, start, end)
    if tag == ber.OBJECT_IDENTIFIER:
        return ber.decode_oid(data, start, end)
    missing = _MISSING.get(tag)
    if missing is None:
        raise DecodeError(f"a value has the unknown tag 0x{tag:02x}")
    return missing


def decode_tags(data: bytes) -> tuple[int, ...]:
    """The BER tag of each value of a message that `decode_message` reads; for recordings, which keep the types."""
    at, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
    for _ in range(2):  # version, community
        _, _, at = ber.read_header(data, at, end)
    _, at, end = ber.read_header(data, at, end)
    for _ in range(3):  # request-id, error-status, error-index
        _, _, at = ber.read_header(data, at, end)
    at, end = ber.expect(data, at, end, ber.SEQUENCE)
    tags: list[int] = []
    while at < end:
        start, at = ber.expect(data, at, end, ber.SEQUENCE)
        _, oid_end = ber.expect(data, start, at, ber.OBJECT_IDENTIFIER)
        tags.append(ber.read_header(data, oid_end, at)[0])
    return tuple(tags)
