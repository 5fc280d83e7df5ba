"""IPP responses that no printer should send, by name; beside them stands all that `hostile_web` does.

Each is a status, and the octets of a response (RFC 8010) behind its head.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from frisket.lab.hostile_wire import WebBehaviour, Wire

_END = b"\x03"


def field(tag: int, name: str, value: bytes) -> bytes:
    """One value of an attribute; without a name, a further one."""
    return bytes((tag,)) + _counted(name.encode()) + _counted(value)


def _counted(octets: bytes) -> bytes:
    return len(octets).to_bytes(2, "big") + octets


_OPERATION = b"\x01" + field(0x47, "attributes-charset", b"utf-8") + field(0x48, "attributes-natural-language", b"en")
_PRINTER = _OPERATION + b"\x04"
_NAME = field(0x42, "printer-name", b"Device")
HONEST = _PRINTER + _NAME + field(0x21, "marker-levels", b"\0\0\0\x50") + _END


@attrs.frozen
class IppResponseOf:
    """What is behind the head of a response, and its status."""

    octets: bytes
    status: int = 0

    async def __call__(self, wire: Wire) -> None:
        number = wire.request.partition(b"\r\n\r\n")[2][4:8]
        body = b"\x02\x00" + self.status.to_bytes(2, "big") + number + self.octets
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {len(body)}\r\n\r\n"
        await wire.send(head.encode() + body)


def _printer(*fields: bytes, end: bytes = _END) -> IppResponseOf:
    return IppResponseOf(_PRINTER + b"".join(fields) + end)


def _raw_answer(body: bytes) -> WebBehaviour:
    async def behaviour(wire: Wire) -> None:
        await wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    return behaviour


_BEGIN, _MEMBER, _CLOSE = field(0x34, "x", b""), field(0x4A, "", b"m"), field(0x37, "", b"")

IPP_BEHAVIOURS: Mapping[str, WebBehaviour] = MappingProxyType(
    {
        "honest": IppResponseOf(HONEST),
        "attribute-bomb": _printer(*(field(0x13, f"a{at}", b"") for at in range(6000))),
        "client-error": IppResponseOf(_OPERATION + _END, status=0x0403),
        "collection-in-collections": _printer(
            _BEGIN, *(_MEMBER + field(0x34, "", b"") for _ in range(5000)), _MEMBER, *(_CLOSE for _ in range(5001))
        ),
        "collection-of-the-nameless": _printer(_BEGIN, field(0x21, "", bytes(4)), _CLOSE),
        "collection-without-end": _printer(_BEGIN, _MEMBER, field(0x21, "", bytes(4))),
        "date-of-nothing": _printer(field(0x31, "printer-current-time", bytes(11))),
        "empty": _raw_answer(b""),
        "end-of-no-collection": _printer(_CLOSE),
        "html": _raw_answer(b"<html>Not here</html>"),
        "huge-text": _printer(*(field(0x41, "x" if at == 0 else "", b"y" * 32767) for at in range(40))),
        "integer-of-nine-octets": _printer(field(0x21, "marker-levels", bytes(9))),
        "language-beyond-the-text": _printer(field(0x35, "printer-info", b"\xff\xffen\0\4text")),
        "member-bomb": _printer(_BEGIN, *(field(0x4A, "", b"%d" % at) for at in range(6000)), _CLOSE),
        "name-beyond-the-end": _printer(b"\x21\x7f\xffx"),
        "nameless": _printer(field(0x21, "", bytes(4))),
        "negative-length": _printer(b"\x21\x00\x01x\xff\xfc", bytes(4)),
        "no-end": _printer(_NAME, end=b""),
        "no-group": IppResponseOf(_END),
        "not-found": IppResponseOf(_OPERATION + _END, status=0x0406),
        "other-number": _raw_answer(b"\x02\x00\x00\x00\x00\x00\x00\x00" + HONEST),
        "out-of-band": _printer(field(0x12, "marker-levels", b""), field(0x13, "", b"")),
        "server-error": IppResponseOf(_OPERATION + _END, status=0x0500),
        "truncated": _printer(_NAME[:-3], end=b""),
        "unknown-charset": IppResponseOf(
            _OPERATION.replace(b"utf-8", b"rot13") + b"\x04" + field(0x41, "printer-info", b"\xff\xfe\0x") + _END
        ),
        "unknown-status": IppResponseOf(_OPERATION + _END, status=0xFFFF),
        "unknown-tags": _printer(*(field(tag, f"t{tag}", b"\0\1") for tag in (0x24, 0x38, 0x4F, 0x7F, 0xFF))),
        "value-beyond-the-end": _printer(b"\x21\x00\x01x\x7f\xff"),
        "value-bomb": _printer(field(0x13, "x", b""), *(field(0x13, "", b"") for _ in range(20000))),
        "version-never-supported": IppResponseOf(_OPERATION + _END, status=0x0503),
    }
)
