"""One virtual printer: a recording, how it behaves, and the sockets that it answers on."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import partial

import attrs

from frisket.lab.behaviour import Behaviour
from frisket.lab.certificate import lab_tls
from frisket.lab.facts import IPP_PORT, PJL_PORT, TLS_PORT, WEB_PORT
from frisket.lab.hostile_pjl import HostilePrinter
from frisket.lab.hostile_wire import WebBehaviour, WireServer
from frisket.lab.ipp import IppConversation
from frisket.lab.listening import explained
from frisket.lab.living_agent import LivingAgent
from frisket.lab.pjl import PjlConversation
from frisket.lab.places import ONLY_ADDRESS, Place
from frisket.lab.recording import Recording
from frisket.lab.snmp_server import SnmpServer
from frisket.lab.tcp_server import Conversation, TcpServer
from frisket.lab.traffic import Traffic
from frisket.lab.web import WEB_SECONDS, WebConversation

_RECEIVE_BUFFER = 256 * 1024


@attrs.frozen
class VirtualPrinter:
    """`delay` in seconds, `loss` as a share of the SNMP requests (0 to 1)."""

    recording: Recording
    behaviour: Behaviour = attrs.field(factory=Behaviour)
    delay: float = attrs.field(default=0.0, kw_only=True)
    loss: float = attrs.field(default=0.0, kw_only=True)
    pages_per_minute: float = attrs.field(default=0.0, kw_only=True)


class RunningPrinter:
    """A virtual printer at its place; `traffic` counts what reached it."""

    def __init__(self, virtual: VirtualPrinter, place: Place) -> None:
        self.name = virtual.recording.name
        self.place = place
        self.traffic = Traffic()
        self._virtual = virtual
        self._transports: list[asyncio.DatagramTransport] = []
        self._tcp_servers: list[TcpServer | WireServer | HostilePrinter] = []

    @property
    def address(self) -> str:
        return self.place.address

    @property
    def snmp_port(self) -> int:
        return self.place.snmp_port

    async def start(self) -> None:
        """LabError when a port cannot be had; what is open by then stays so until `close`."""
        recording = self._virtual.behaviour.claim(self._virtual.recording)
        if recording.snmp:
            await self._start_snmp(recording)
        await self._start_pjl(recording)
        await self._start_web(recording)

    async def _start_pjl(self, recording: Recording) -> None:
        behaviour = self._virtual.behaviour
        if behaviour.pjl is not None:
            await self._start_tcp(HostilePrinter(behaviour.pjl), self.place.pjl_port)
        elif PJL_PORT in recording.ports:
            await self._start_tcp(TcpServer(partial(PjlConversation, recording.pjl, self.traffic)), self.place.pjl_port)

    async def _start_web(self, recording: Recording) -> None:
        behaviour, facts, ports = self._virtual.behaviour, recording.facts, recording.ports
        page = partial(WebConversation, recording.pages, self.traffic, facts.web)
        printer = partial(IppConversation, recording.ipp, self.traffic)
        if WEB_PORT in ports or behaviour.web:
            await self._start_tcp(_server(page, behaviour.web), self.place.web_port)
        if TLS_PORT in ports:
            await self._start_tcp(_server(page, behaviour.web, lab_tls()), self.place.tls_port)
        if IPP_PORT in ports or behaviour.ipp:
            await self._start_tcp(_server(printer, behaviour.ipp), self.place.ipp_port)

    def close(self) -> None:
        """The sockets are gone a few turns of the loop later."""
        for transport in self._transports:
            transport.abort()
        for server in self._tcp_servers:
            server.close()

    async def _start_snmp(self, recording: Recording) -> None:
        virtual = self._virtual
        agent = LivingAgent(recording, virtual.pages_per_minute)
        server = SnmpServer(agent, virtual.behaviour, self.traffic, delay=virtual.delay, loss=virtual.loss)
        await self._open_udp(server, self.address, self.snmp_port)
        if virtual.behaviour.foreign:
            server.foreign = await self._open_udp(asyncio.DatagramProtocol(), *_elsewhere(self.place))

    async def _open_udp(self, protocol: asyncio.DatagramProtocol, address: str, port: int) -> asyncio.DatagramTransport:
        with explained(address, port):
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: protocol, local_addr=(address, port)
            )
        self._transports.append(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        return transport

    async def _start_tcp(self, server: TcpServer | WireServer | HostilePrinter, port: int) -> None:
        with explained(self.address, port):
            await server.start(self.address, port)
        self._tcp_servers.append(server)


def _server(
    honest: Callable[[], Conversation], behaviour: WebBehaviour | None, tls: ssl.SSLContext | None = None
) -> TcpServer | WireServer:
    if behaviour is not None:
        return WireServer(behaviour, tls=tls)
    return TcpServer(honest, seconds=WEB_SECONDS, tls=tls)


def _elsewhere(place: Place) -> tuple[str, int]:
    """Where answers from a foreign address come from: the same port next door, or any other port of the one address."""
    if place.address == ONLY_ADDRESS:
        return ONLY_ADDRESS, 0
    first, second, rest = place.address.split(".", 2)
    return f"{first}.{(int(second) + 128) % 256}.{rest}", place.snmp_port
