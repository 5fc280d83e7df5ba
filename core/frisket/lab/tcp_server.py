"""One open TCP port of a virtual printer: few connections at a time, and all of them end with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Serve: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_MOST_CONNECTIONS = 16
# What a connection may send without a line end, or a request without its end
MAX_REQUEST = 8 * 1024


class TcpServer:
    """Calls `serve` for each connection and closes it afterwards; a connection too many is closed at once."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._connections: dict[asyncio.Task[object], asyncio.StreamWriter] = {}
        self._server: asyncio.Server | None = None

    async def start(self, address: str, port: int) -> None:
        self._server = await asyncio.start_server(self._accept, address, port, limit=MAX_REQUEST)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._connections.values():
            writer.transport.abort()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None and len(self._connections) < _MOST_CONNECTIONS:
            self._connections[task] = writer
            try:
                await self._serve(reader, writer)
            except (ConnectionError, TimeoutError):
                pass  # the client went away or fell asleep: its connection ends, nothing else does
            finally:
                del self._connections[task]
        writer.close()
