"""SNMP over UDP: carries datagrams between a socket, the agent and the behaviour, late or not at all if so wished."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import TypeAlias

from frisket.errors import DecodeError
from frisket.formats.snmp import decode_message
from frisket.lab.behaviour import Behaviour, Datagram, Exchange
from frisket.lab.living_agent import LivingAgent
from frisket.lab.traffic import Traffic

Peer: TypeAlias = tuple[str, int]

# What one printer keeps for later at most; a client that asks faster than that loses answers, as on a real network
_WAITING_ANSWERS = 10_000


class SnmpServer(asyncio.DatagramProtocol):
    """Answers one datagram per turn of the loop, so that no client starves the others.

    One agent for each SNMP context, told apart by their communities. `delay` in seconds; `loss` is the share of
    requests (0 to 1) that vanish, always the same ones.
    """

    def __init__(
        self,
        agents: Sequence[LivingAgent],
        behaviour: Behaviour,
        traffic: Traffic,
        *,
        delay: float = 0.0,
        loss: float = 0.0,
    ) -> None:
        self._agents = agents
        self._behaviour = behaviour
        self._traffic = traffic
        self._delay = delay
        self._loss = loss
        self._chance = random.Random(0)  # no secret: seeded, so that the same requests vanish
        self._waiting = 0
        self._full = False
        self._own: asyncio.DatagramTransport | None = None
        self.foreign: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # it is UDP
        self._own = transport

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        self._traffic.count_datagram(data)
        if self._loss and self._chance.random() < self._loss:
            return
        try:
            request = decode_message(data)
        except DecodeError:
            return
        answers = (agent.now().respond(request) for agent in self._agents)
        honest = next((answer for answer in answers if answer is not None), None)
        if honest is not None:
            for datagram in self._behaviour.answer(Exchange(request, honest)):
                self._send(datagram, addr)

    def error_received(self, exc: Exception) -> None:
        """The client is gone, or an answer exceeds a datagram: silence either way."""

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False

    def _send(self, datagram: Datagram, peer: Peer) -> None:
        after = self._delay + datagram.after
        if not after:
            self._send_now(datagram, peer)
        elif self._waiting < _WAITING_ANSWERS:
            self._waiting += 1
            asyncio.get_running_loop().call_later(after, self._send_waiting, datagram, peer)

    def _send_waiting(self, datagram: Datagram, peer: Peer) -> None:
        self._waiting -= 1
        self._send_now(datagram, peer)

    def _send_now(self, datagram: Datagram, peer: Peer) -> None:
        transport = self.foreign if datagram.foreign else self._own
        if transport is not None and not self._full and not transport.is_closing():
            transport.sendto(datagram.data, peer)
