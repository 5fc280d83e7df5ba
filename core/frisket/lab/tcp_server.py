"""One open TCP port of a virtual printer: few connections at a time, and all of them end with it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol

_MOST_CONNECTIONS = 16


class Conversation(Protocol):
    """What a printer says to one client."""

    def hear(self, data: bytes) -> tuple[bytes, bool]:
        """The answer to what just came, and whether the conversation goes on."""


class TcpServer:
    """A new conversation for each connection, `seconds` long at most; a connection too many is closed at once."""

    def __init__(
        self,
        start_conversation: Callable[[], Conversation],
        *,
        seconds: float | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._start_conversation = start_conversation
        self._seconds = seconds
        self._tls = tls
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, address: str, port: int) -> None:
        self._server = await asyncio.get_running_loop().create_server(self._connection, address, port, ssl=self._tls)

    def close(self) -> None:
        """The sockets are gone a few turns of the loop later."""
        if self._server is not None:
            self._server.close()
        self._server = None
        for connection in self._connections:
            connection.abort()

    def admit(self, connection: _Connection) -> bool:
        if self._server is None or len(self._connections) == _MOST_CONNECTIONS:
            return False
        self._connections.add(connection)
        return True

    def forget(self, connection: _Connection) -> None:
        self._connections.discard(connection)

    def _connection(self) -> _Connection:
        return _Connection(self, self._start_conversation(), self._seconds)


class _Connection(asyncio.Protocol):
    """A client that does not take its answers is not heard any further until it does."""

    _transport: asyncio.Transport

    def __init__(self, server: TcpServer, conversation: Conversation, seconds: float | None) -> None:
        self._server = server
        self._conversation = conversation
        self._seconds = seconds
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is TCP
        self._transport = transport
        if not self._server.admit(self):
            transport.close()
        elif self._seconds is not None:
            self._limit = asyncio.get_running_loop().call_later(self._seconds, transport.abort)

    def data_received(self, data: bytes) -> None:
        answer, goes_on = self._conversation.hear(data)
        self._transport.write(answer)
        if not goes_on:
            self._transport.close()

    def pause_writing(self) -> None:
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._transport.resume_reading()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._server.forget(self)
        if self._limit is not None:
            self._limit.cancel()

    def abort(self) -> None:
        self._transport.abort()
