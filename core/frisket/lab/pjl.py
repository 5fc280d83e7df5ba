"""PJL on port 9100: answers recorded `@PJL INFO` queries and swallows everything else, as a printer does with pages.

An answer repeats its query and ends with a form feed (PJL Technical Reference, "Status readback").
"""

from __future__ import annotations

from collections.abc import Mapping

from frisket.lab.traffic import Traffic

# Universal Exit Language: what jobs begin and end with
_UEL = b"\x1b%-12345X"
# What printers say to a query that they do not know
_UNKNOWN = '"?"'
# No query is longer; of a longer line the rest is forgotten
_LONGEST_LINE = 1024


class PjlConversation:
    """`answers` is keyed by query (`INFO ID`). Only the client ends the conversation."""

    def __init__(self, answers: Mapping[str, str], traffic: Traffic) -> None:
        self._answers = answers
        self._traffic = traffic
        self._begun_line = b""

    def hear(self, data: bytes) -> tuple[bytes, bool]:
        self._traffic.pjl_bytes += len(data)
        *lines, begun = (self._begun_line + data).split(b"\n")
        self._begun_line = begun[:_LONGEST_LINE]
        queries = [query for line in lines if (query := info_query(line)) is not None]
        return b"".join(frame(query, self._answers.get(query, _UNKNOWN)) for query in queries), True


def info_query(line: bytes) -> str | None:
    """`@PJL INFO ID` to `INFO ID`; None for any other line."""
    words = line[:_LONGEST_LINE].rpartition(_UEL)[2].decode("ascii", "replace").upper().split()
    return " ".join(words[1:]) if len(words) > 2 and words[:2] == ["@PJL", "INFO"] else None


def frame(query: str, text: str) -> bytes:
    lines = (f"@PJL {query}", *text.splitlines())
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\f"
