"""A TCP server that behaves: what `frisket.lab.hostile_web` and `hostile_ipp` are served by.

Each connection is over after some seconds at the latest, and sends no more than so many octets.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias

import attrs

_MOST_SECONDS = 20.0
_MOST_OCTETS = 256 * 1024 * 1024
_LONGEST_REQUEST = 64 * 1024
# RFC 8446 5.1: what a record begins with that a client's first words are in
_TLS_HANDSHAKE = b"\x16"


@attrs.define(eq=False)
class Wire:
    """One connection, whose client has sent `request`."""

    port: int
    request: bytes
    _writer: asyncio.StreamWriter
    _sent: int = 0

    async def send(self, octets: bytes) -> None:
        """ConnectionError when the client has gone."""
        if self._writer.is_closing():
            raise ConnectionResetError
        self._sent += len(octets)
        if self._sent > _MOST_OCTETS:
            raise ConnectionAbortedError
        self._writer.write(octets)
        await self._writer.drain()

    async def send_all(self, pieces: Iterator[bytes], *, every: float = 0.0) -> None:
        """One piece after the other, so many seconds apart."""
        for piece in pieces:
            await self.send(piece)
            await asyncio.sleep(every)

    async def wait(self) -> None:
        """Nothing, for as long as the client bears it."""
        await self._writer.wait_closed()

    def reset(self) -> None:
        self._writer.transport.abort()

    @property
    def target(self) -> str:
        """The path that was asked for."""
        words = self.request.split(b" ", 2)
        return words[1].decode("latin-1") if len(words) == 3 else ""


WebBehaviour: TypeAlias = Callable[[Wire], Awaitable[None]]


class WireServer:
    """One open port at which a behaviour is met."""

    def __init__(self, behaviour: WebBehaviour, *, tls: ssl.SSLContext | None = None) -> None:
        self._behaviour = behaviour
        self._tls = tls
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, address: str, port: int) -> int:
        """The port; 0 is for any that is free."""
        self._server = await asyncio.start_server(self._meet, address, port, ssl=self._tls)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def close(self) -> None:
        """The sockets are gone a few turns of the loop later."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._connections):
            task.cancel()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                await _converse(self._behaviour, reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._connections.discard(task)


@asynccontextmanager
async def serving(
    behaviour: WebBehaviour, address: str, port: int = 0, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """The port at which the behaviour is met while the block runs."""
    server = WireServer(behaviour, tls=tls)
    try:
        yield await server.start(address, port)
    finally:
        server.close()
        await asyncio.sleep(0.001)


async def _converse(behaviour: WebBehaviour, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, and what the behaviour makes of it; then the connection is closed in peace."""
    with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        first = await reader.readexactly(1)
        if first == _TLS_HANDSHAKE:
            # a server that speaks no TLS takes it for a broken request
            return
        head = first + await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(min(_length(head), _LONGEST_REQUEST))
        await behaviour(Wire(writer.get_extra_info("sockname")[1], head + body, writer))
        if not writer.is_closing():
            writer.close()
            await writer.wait_closed()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length" and value.strip().isdigit():
            return int(value)
    return 0
