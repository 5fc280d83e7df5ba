"""What no well-meaning printer does on port 9100, each as a program of pieces and pauses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeAlias

from frisket.lab.pjl import frame

# The pieces that a printer sends once it is asked; None cuts the connection as a crash would
PjlBehaviour: TypeAlias = Callable[[], AsyncIterator[bytes | None]]

_HEADING = b"@PJL INFO STATUS\r\n"
_FLOOD = 4096


def _repeats(start: bytes, piece: bytes) -> PjlBehaviour:
    async def pieces() -> AsyncIterator[bytes | None]:
        yield start
        for _ in range(_FLOOD):
            yield piece
            await asyncio.sleep(0)

    return pieces


def _says(data: bytes) -> PjlBehaviour:
    async def pieces() -> AsyncIterator[bytes | None]:
        yield data

    return pieces


async def _silence() -> AsyncIterator[bytes | None]:
    yield b""
    await asyncio.sleep(3600)


async def _drip() -> AsyncIterator[bytes | None]:
    for octet in frame("INFO STATUS", "CODE=10001\n" * 50):
        yield bytes((octet,))
        await asyncio.sleep(1)


async def _reset() -> AsyncIterator[bytes | None]:
    yield _HEADING + b"CODE=100"
    yield None


async def _closes() -> AsyncIterator[bytes | None]:
    nothing: tuple[bytes, ...] = ()
    for piece in nothing:
        yield piece


HOSTILE_PJL: Mapping[str, PjlBehaviour] = {
    "endless-text": _repeats(_HEADING, b"CODE=10001\r\n" * 100),
    "no-form-feed": _repeats(b"", b"@PJL INFO STATUS\r\n"),
    "form-feed-flood": _repeats(b"", b"\f" * 1000),
    "nuls": _repeats(b"", b"\0" * 1000),
    "long-line": _says(_HEADING + b"A" * (1 << 20)),
    "long-value": _says(_HEADING + b'DISPLAY="' + b"A" * (1 << 20) + b'"\r\n\f'),
    "binary": _repeats(b"", bytes(range(256)) * 8),
    "carriage-returns": _repeats(_HEADING, b"\r" * 1000),
    "line-feeds": _repeats(_HEADING, b"\n" * 1000),
    "headings": _repeats(b"", b"@PJL INFO ID\r\n" * 50),
    "status-messages": _repeats(b"", b"@PJL USTATUS DEVICE\r\nCODE=1\r\n\f" * 30),
    "escapes": _repeats(b"", b"\x1b%-12345X" * 100),
    "escape-cut-in-two": _repeats(b"\x1b%-123", b"\x1b%-12" * 100),
    "wrong-query": _says(frame("INFO MEMORY", "TOTAL=1")),
    "unknown-query": _says(b"@PJL INFO \r\n@PJL INFO STATUS EXTRA\r\nCODE=1\r\n\f@PJL\r\n\f"),
    "job": _says(b"%!PS-Adobe-3.0\r\n/Times findfont (x) show showpage\r\n" * 20),
    "web-page": _says(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 9999999\r\n\r\n<html>"),
    "echo": _says(b"\x1b%-12345X@PJL INFO STATUS \r\n\x1b%-12345X"),
    "status-without-end": _says(b"@PJL USTATUS DEVICE\r\n" + _HEADING.replace(b"@", b" ")),
    "silence": _silence,
    "drip": _drip,
    "reset": _reset,
    "closes": _closes,
}

# Odd texts in whole answers, which are read without harm
ODD_ANSWERS: Mapping[str, bytes] = {
    "huge-numbers": b"CODE=" + b"9" * 2000,
    "nested-quotes": b'DISPLAY=""""A" "B"""""',
    "unclosed-quote": b'DISPLAY="A',
    "no-key": b"=====",
    "wrong-charset": b'DISPLAY="\xff\xfe\x00\xd8\x81\x40"',
    "controls": b'DISPLAY="\x1b]0;x\x07\x1b[2J\x7f"',
    "brackets": b"CODE=1 [" + b"9" * 500 + b" ENUMERATED",
}


class HostilePrinter:
    """A server that behaves in one of these ways; `heard` is what was sent to it."""

    def __init__(self, behaviour: PjlBehaviour, *, before_asked: bool = False) -> None:
        self.heard = b""
        self.connections = 0
        self._behaviour = behaviour
        self._before_asked = before_asked
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    async def start(self, address: str, port: int = 0) -> int:
        """Gives the port; 0 is for any that is free."""
        self._server = await asyncio.start_server(self._talk, address, port)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def close(self) -> None:
        """The sockets are gone a few turns of the loop later."""
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()

    async def end(self) -> None:
        """Closes, and waits until the last socket is gone."""
        self.close()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _talk(self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        self.connections += 1
        try:
            if not self._before_asked:
                self.heard += await stream.read(4096)
            await self._say(writer)
            while data := await stream.read(4096):
                self.heard += data
        except (OSError, asyncio.CancelledError):
            pass  # the client is gone, or the printer is
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        said = False
        async for piece in self._behaviour():
            said = True
            if piece is None:
                writer.transport.abort()
                return
            writer.write(piece)
            await writer.drain()
        if not said:
            writer.close()
