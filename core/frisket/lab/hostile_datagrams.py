"""Behaviours that spoil datagrams whatever was asked, from the first one on: their bytes, number, time or sender."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import ClassVar

import attrs

from frisket.formats.snmp import ErrorStatus, Missing, encode_message, encode_missing
from frisket.lab.behaviour import Behaviour, Datagram, Exchange, send


class Garbage(Behaviour):
    """random bytes"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        # from the request, so that a scan which fails will fail again
        seed = exchange.request.request_id
        return (Datagram(hashlib.shake_256(str(seed).encode()).digest(1 + seed % 1400)),)


class Truncated(Behaviour):
    """the honest answer, cut off in the middle"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        whole = exchange.honest.encode()
        return (Datagram(whole[: len(whole) // 2]),)


class Echo(Behaviour):
    """answers that repeat the question, as a UDP echo service does"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        asked = exchange.request
        names = [encode_missing(oid, Missing.UNSPECIFIED) for oid, _ in asked.varbinds]
        return (Datagram(encode_message(asked.version, asked.community, asked.pdu, asked.request_id, names)),)


class WrongRequestId(Behaviour):
    """answers to a request that nobody sent"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        return send(attrs.evolve(exchange.honest, request_id=exchange.honest.request_id ^ 0x2AAAAAAA))


class WrongCommunity(Behaviour):
    """answers under another community than the question"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        return send(attrs.evolve(exchange.honest, community=b"intruder"))


class ForeignAddress(Behaviour):
    """answers from an address that was not asked"""

    foreign: ClassVar[bool] = True

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        return send(exchange.honest, foreign=True)


class Flood(Behaviour):
    """each answer 200 times over"""

    times: ClassVar[int] = 200

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        return tuple(send(exchange.honest)) * self.times


@attrs.frozen
class Late(Behaviour):
    """honest answers after 5 s, when nobody waits any more"""

    seconds: float = 5.0

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        return send(exchange.honest, after=self.seconds)


@attrs.frozen
class Drip(Late):
    """honest answers after 0.9 s each, just before most managers give up"""

    seconds: float = 0.9


@attrs.define
class SilentAfterFirst(Behaviour):
    """a few honest answers, then silence"""

    answers: int = 3

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        self.answers -= 1
        return send(exchange.honest) if self.answers >= 0 else ()


@attrs.frozen
class ErrorAlways(Behaviour):
    """genErr to everything"""

    status: ErrorStatus = ErrorStatus.GEN_ERR

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        return send(attrs.evolve(exchange.honest, varbinds=(), error_status=self.status, error_index=0))


@attrs.frozen
class TooBigAlways(ErrorAlways):
    """tooBig to everything, however little was asked"""

    status: ErrorStatus = ErrorStatus.TOO_BIG


class Empty(Behaviour):
    """answers without a single varbind"""

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        return send(attrs.evolve(exchange.honest, varbinds=()))
