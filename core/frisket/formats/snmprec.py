"""Recordings as `.snmprec` text: a line `oid|type|value` for each object, the type being the decimal BER tag.

`4x` is an octet string in hexadecimal digits. The first of two lines with one OID counts.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

import attrs

from frisket.errors import RecordingError
from frisket.formats import ber, snmp
from frisket.model.answers import Answers, SnmpValue
from frisket.model.oid import Oid, format_oid, parse_oid

_INTEGERS = (ber.INTEGER, snmp.COUNTER32, snmp.GAUGE32, snmp.TIME_TICKS, snmp.COUNTER64)
_UNSIGNED_BITS = {snmp.COUNTER32: 32, snmp.GAUGE32: 32, snmp.TIME_TICKS: 32, snmp.COUNTER64: 64}


@attrs.frozen
class RecordedValue:
    """A value and the BER tag with which its device sends it."""

    tag: int
    value: SnmpValue


def parse_snmprec(text: bytes, name: str) -> Mapping[Oid, RecordedValue]:
    """All objects of a recording in the order of their OIDs; `name` is for the error message."""
    objects: dict[Oid, RecordedValue] = {}
    for number, line in enumerate(text.split(b"\n"), 1):
        if not line.strip() or line.startswith(b"#"):
            continue
        try:
            oid_text, kind, value_text = line.removesuffix(b"\r").split(b"|", 2)
            oid = parse_oid(oid_text.decode("ascii"))
            recorded = _parse_value(kind.decode("ascii"), value_text)
        except ValueError as error:
            raise RecordingError(f"{name}:{number}: not a line `oid|type|value`: {error}") from None
        objects.setdefault(oid, recorded)
    return {oid: objects[oid] for oid in sorted(objects)}


def _parse_value(kind: str, text: bytes) -> RecordedValue:
    tag = int(kind.removesuffix("x"))
    if kind.endswith("x"):
        return RecordedValue(tag, bytes.fromhex(text.decode("ascii")))
    if tag in _INTEGERS:
        value = int(text)
        return RecordedValue(tag, value % (1 << _UNSIGNED_BITS[tag]) if tag in _UNSIGNED_BITS else value)
    if tag == ber.OBJECT_IDENTIFIER:
        return RecordedValue(tag, parse_oid(text.decode("ascii")))
    if tag == snmp.IP_ADDRESS:
        return RecordedValue(tag, ipaddress.IPv4Address(text.decode("ascii")).packed)
    if tag in (ber.OCTET_STRING, ber.NULL, snmp.OPAQUE):
        return RecordedValue(tag, text)
    raise ValueError(f"type {kind} is none of 2, 4, 4x, 5, 6, 64, 65, 66, 67, 68, 70")


def format_snmprec(objects: Mapping[Oid, RecordedValue]) -> bytes:
    """The inverse of `parse_snmprec`; strings of printable ASCII stay readable, others become `4x`."""
    lines = []
    for oid in sorted(objects):
        kind, text = _format_value(objects[oid])
        lines.append(f"{format_oid(oid)}|{kind}|".encode() + text + b"\n")
    return b"".join(lines)


def _format_value(recorded: RecordedValue) -> tuple[str, bytes]:
    value = recorded.value
    if isinstance(value, int):
        return str(recorded.tag), str(value).encode()
    if isinstance(value, tuple):
        return str(recorded.tag), format_oid(value).encode()
    if recorded.tag == snmp.IP_ADDRESS and len(value) == 4:
        return str(recorded.tag), str(ipaddress.IPv4Address(value)).encode()
    if recorded.tag != snmp.IP_ADDRESS and all(0x20 <= octet < 0x7F for octet in value):
        return str(recorded.tag), value
    return f"{recorded.tag}x", value.hex().encode()


def recorded_answers(objects: Mapping[Oid, RecordedValue]) -> Answers:
    """A recording as a source of answers: what the device would say if everything were asked."""
    return Answers.of({oid: recorded.value for oid, recorded in objects.items() if recorded.tag != ber.NULL})
