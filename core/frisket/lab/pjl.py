"""PJL on port 9100: answers recorded `@PJL INFO` queries and swallows everything else, as a printer does with pages.

An answer repeats its query and ends with a form feed (HP, PJL Technical Reference, "Status readback").
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from frisket.lab.tcp_server import MAX_REQUEST
from frisket.lab.traffic import Traffic

# Universal Exit Language: what jobs begin and end with
_UEL = b"\x1b%-12345X"
# What printers say to a query that they do not know
_UNKNOWN = '"?"'


class PjlPort:
    """`answers` is keyed by query (`INFO ID`). A connection stays open until the client ends it."""

    def __init__(self, answers: Mapping[str, str], traffic: Traffic) -> None:
        self._answers = answers
        self._traffic = traffic

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest = b""
        while data := await reader.read(MAX_REQUEST):
            self._traffic.pjl_bytes += len(data)
            *lines, rest = (rest + data).split(b"\n")
            rest = rest[:MAX_REQUEST]
            for line in lines:
                query = info_query(line)
                if query is not None:
                    writer.write(frame(query, self._answers.get(query, _UNKNOWN)))
            await writer.drain()


def info_query(line: bytes) -> str | None:
    """`@PJL INFO ID` to `INFO ID`; None for any other line."""
    words = line.rpartition(_UEL)[2].decode("ascii", "replace").upper().split()
    return " ".join(words[1:]) if len(words) > 2 and words[:2] == ["@PJL", "INFO"] else None


def frame(query: str, text: str) -> bytes:
    lines = (f"@PJL {query}", *text.splitlines())
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\f"
