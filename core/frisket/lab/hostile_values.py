"""Behaviours about values: bombs in BER, a string of 60 kB, texts that attack whatever shows them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import ClassVar

from frisket.formats import ber
from frisket.formats.snmp import encode_value
from frisket.formats.snmprec import RecordedValue
from frisket.lab.behaviour import Behaviour, Datagram, Exchange, is_identification, send
from frisket.lab.hostile_walks import split_varbind
from frisket.lab.recording import Recording

_HUGE = 60_000
# Twice the depth at which a decoder that calls itself gives up
_DEPTH = 2_000


class HugeString(Behaviour):
    """the first value of each answer is a string of 60 kB"""

    def value(self) -> bytes:
        """The encoded value that stands in place of the honest one."""
        return encode_value(ber.OCTET_STRING, b"A" * _HUGE)

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        honest = exchange.honest
        if is_identification(exchange.request) or not honest.varbinds:
            return send(honest)
        name, _ = split_varbind(honest.varbinds[0])
        spoiled = ber.encode_tlv(ber.SEQUENCE, name + self.value())
        return send(honest.with_varbinds((spoiled, *honest.varbinds[1:])))


class Nested(HugeString):
    """the first value of each answer is 2,000 sequences, one in the other"""

    def value(self) -> bytes:
        return _nested()


class LengthBomb(HugeString):
    """the first value of each answer says that it is 4 GiB long"""

    def value(self) -> bytes:
        return bytes((ber.OCTET_STRING, 0x84, 0xFF, 0xFF, 0xFF, 0xFF))


@cache
def _nested() -> bytes:
    value = b""
    for _ in range(_DEPTH):
        value = ber.encode_tlv(ber.SEQUENCE, value)
    return value


class Xss(Behaviour):
    """script in every text that SNMP gives"""

    payloads: ClassVar[tuple[bytes, ...]] = (
        b"%s<script>alert(1)</script>",
        b'%s"><img src=x onerror=alert(1)>',
        b"%s'><svg/onload=alert(1)>",
        b"%s</title></textarea><iframe srcdoc='<script>alert(1)</script>'>",
        b"%s{{7*7}}${7*7}javascript:alert(1)",
    )

    def claim(self, recording: Recording) -> Recording:
        texts = [(oid, value) for oid, recorded in recording.objects.items() if (value := _text(recorded)) is not None]
        spoiled = {
            oid: RecordedValue(ber.OCTET_STRING, self.payloads[number % len(self.payloads)] % text)
            for number, (oid, text) in enumerate(texts)
        }
        return recording.replace_objects(spoiled)


class ControlCharacters(Xss):
    """terminal escapes and line breaks in every text that SNMP gives"""

    payloads = (
        b"%s\x1b[2J\x1b[31mFAILED\x1b[0m",
        b"%s\x1b]0;another title\x07",
        b"%s\r\n2026-01-01 00:00:00 everything is fine",
        b"%s\x08\x08\x08\x00\x7f\x9b31m",
    )


class Formulas(Xss):
    """every text that SNMP gives is a spreadsheet formula"""

    payloads = (b"=HYPERLINK(0,1)%s", b"+1%s", b"-1%s", b"@SUM(1)%s", b"\t=1%s")


def _text(recorded: RecordedValue) -> bytes | None:
    """The value if it is readable text; a single octet is a bit mask more often than a text."""
    value = recorded.value
    if recorded.tag != ber.OCTET_STRING or not isinstance(value, bytes) or len(value) < 2:
        return None
    return value if value.isascii() and value.decode("ascii").isprintable() else None
