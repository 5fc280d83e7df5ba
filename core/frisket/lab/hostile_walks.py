"""Behaviours about OIDs: walks that never end, answers for what nobody asked, GETBULK done wrong.

Identification is answered honestly, so that somebody comes to walk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from frisket.formats import ber
from frisket.formats.snmp import Message, Pdu, encode_value, encode_varbind
from frisket.lab.behaviour import Behaviour, Datagram, Exchange, is_identification, send
from frisket.model.oid import Oid

# What stands before the number of an invented row; no real table has this index
_INVENTED = 4096
# RFC 2578 gives 1.3.6.1.1 to the directory: before mib-2 and before every enterprise, so a step back from anywhere
_ELSEWHERE = (1, 3, 6, 1, 1)
_ROWS_AT_MOST = 50


class Endless(Behaviour):
    """a walk meets ever new rows under the column it asked for"""

    # After so many rows the first one comes again
    rows: ClassVar[int] = 1 << 32

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        request = exchange.request
        if request.pdu not in (Pdu.GET_NEXT, Pdu.GET_BULK) or not request.varbinds:
            return send(exchange.honest)
        rows = [_split(oid) for oid, _ in request.varbinds]
        varbinds: list[bytes] = []
        for _ in range(_repetitions(request)):
            rows = [(column, number % self.rows + 1) for column, number in rows]
            varbinds += [_invented(column, number) for column, number in rows]
        return send(exchange.honest.with_varbinds(varbinds))


class Circular(Endless):
    """a walk comes back to the first row after the fifth"""

    rows: ClassVar[int] = 5


class Repeated(Endless):
    """a walk gets the same row again and again"""

    rows: ClassVar[int] = 1


def _split(oid: Oid) -> tuple[Oid, int]:
    """The column and number of an invented row; any other OID is taken for a column, before its first row."""
    return (oid[:-2], oid[-1]) if oid[-2:-1] == (_INVENTED,) else (oid, 0)


def _invented(column: Oid, number: int) -> bytes:
    return encode_varbind((*column, _INVENTED, number), encode_value(ber.INTEGER, number))


def _repetitions(request: Message) -> int:
    """Rows to send, so that a datagram holds them whatever was asked."""
    if request.pdu != Pdu.GET_BULK:
        return 1
    return max(1, min(request.error_index, _ROWS_AT_MOST // len(request.varbinds)))


class ForeignOid(Behaviour):
    """values of other objects than were asked, and walks that step far back"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        if is_identification(exchange.request):
            return send(exchange.honest)
        value = encode_value(ber.OCTET_STRING, b"not what was asked")
        varbinds = [encode_varbind(_ELSEWHERE + oid[4:], value) for oid, _ in exchange.request.varbinds]
        return send(exchange.honest.with_varbinds(varbinds))


class Reordered(Behaviour):
    """the right varbinds in the opposite order"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        honest = exchange.honest
        return send(attrs.evolve(honest, varbinds=honest.varbinds[::-1]))


class ShiftedBulk(Behaviour):
    """GETBULK gives each OID the value of the next one, as some devices do"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        if exchange.request.pdu != Pdu.GET_BULK:
            return send(exchange.honest)
        parts = [split_varbind(varbind) for varbind in exchange.honest.varbinds]
        values = [value for _, value in parts]
        shifted = zip(parts, values[1:] + values[:1], strict=True)
        varbinds = [ber.encode_tlv(ber.SEQUENCE, name + value) for (name, _), value in shifted]
        return send(exchange.honest.with_varbinds(varbinds))


class SilentBulk(Behaviour):
    """silence to GETBULK with more than 10 repetitions (a weakness, not malice)"""

    most: ClassVar[int] = 10

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        too_many = exchange.request.pdu == Pdu.GET_BULK and exchange.request.error_index > self.most
        return () if too_many else send(exchange.honest)


def split_varbind(varbind: bytes) -> tuple[bytes, bytes]:
    """An encoded varbind's name and value, both encoded."""
    start, end = ber.expect(varbind, 0, len(varbind), ber.SEQUENCE)
    _, name_end = ber.expect(varbind, start, end, ber.OBJECT_IDENTIFIER)
    return varbind[start:name_end], varbind[name_end:end]
