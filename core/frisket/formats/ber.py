"""The part of ASN.1's Basic Encoding Rules that SNMP uses (X.690; RFC 3417 8: definite lengths only)."""

from __future__ import annotations

from frisket.errors import DecodeError
from frisket.model.oid import MAX_ARC, MAX_ARCS, Oid

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30


def encode_length(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def encode_tlv(tag: int, content: bytes) -> bytes:
    return bytes((tag,)) + encode_length(len(content)) + content


def encode_integer(value: int, tag: int = INTEGER) -> bytes:
    """Two's complement in as few octets as hold the value and its sign."""
    magnitude = value if value >= 0 else ~value
    return encode_tlv(tag, value.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True))


def _encode_arc(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))


def encode_oid(oid: Oid) -> bytes:
    """The first two arcs share one sub-identifier (X.690 8.19.4); a lone first arc gets a second one of 0."""
    first, second = (*oid[:2], 0, 0)[:2]
    return encode_tlv(OBJECT_IDENTIFIER, b"".join(map(_encode_arc, (first * 40 + second, *oid[2:]))))


def read_header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """(tag, start of the content, end of the content); the whole element lies inside `data[at:end]`."""
    if at + 2 > end:
        raise DecodeError("an element is cut off in its header")
    tag, length = data[at], data[at + 1]
    at += 2
    if length & 0x80:
        octets = length & 0x7F
        if not 1 <= octets <= 4 or at + octets > end:
            raise DecodeError("a length is indefinite, over four octets or cut off")
        length = int.from_bytes(data[at : at + octets], "big")
        at += octets
    if at + length > end:
        raise DecodeError("an element reaches beyond the one around it")
    return tag, at, at + length


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """(start, end) of the content of an element that must have this tag."""
    found, start, stop = read_header(data, at, end)
    if found != tag:
        raise DecodeError(f"tag 0x{found:02x} stands where 0x{tag:02x} must")
    return start, stop


def decode_integer(data: bytes, start: int, end: int) -> int:
    if not 1 <= end - start <= 9:
        raise DecodeError("an integer has no octet or more than nine")
    return int.from_bytes(data[start:end], "big", signed=True)


def decode_unsigned(data: bytes, start: int, end: int) -> int:
    """Counters and gauges. Devices that drop the leading zero octet still mean a positive number."""
    if not 1 <= end - start <= 9:
        raise DecodeError("a counter has no octet or more than nine")
    if end - start == 9 and data[start]:
        raise DecodeError("a counter has more than 64 bits")
    return int.from_bytes(data[start:end], "big")


def decode_oid(data: bytes, start: int, end: int) -> Oid:
    if start == end:
        return (0, 0)  # net-snmp sends 0.0 like this
    if data[end - 1] & 0x80:
        raise DecodeError("the last arc of an OID is cut off")
    if end - start > 5 * MAX_ARCS:
        raise DecodeError(f"an OID has more than {MAX_ARCS} arcs")
    content = data[start:end]
    if max(content) < 0x80:  # every arc in one octet: the usual case, at C speed
        arcs: list[int] = list(content)
    else:
        arcs, arc = [], 0
        for octet in content:
            arc = arc << 7 | octet & 0x7F
            if arc > MAX_ARC:
                raise DecodeError("an arc of an OID has more than 32 bits")
            if not octet & 0x80:
                arcs.append(arc)
                arc = 0
    if len(arcs) >= MAX_ARCS:
        raise DecodeError(f"an OID has more than {MAX_ARCS} arcs")
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])
