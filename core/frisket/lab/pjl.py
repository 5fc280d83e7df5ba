"""PJL on port 9100: answers recorded `@PJL INFO` queries and swallows everything else, as a printer does with pages.

An answer repeats its query and ends with a form feed (PJL Technical Reference, "Status readback").
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from frisket.lab.traffic import Traffic

# Universal Exit Language: what jobs begin and end with
_UEL = b"\x1b%-12345X"
# What printers say to a query that they do not know
_UNKNOWN = '"?"'
# No query is longer; of a longer line the rest is forgotten
_LONGEST_LINE = 1024


class PjlQuirk(enum.StrEnum):
    """What printers do to queries that come together."""

    OUT_OF_ORDER = "out-of-order"
    FIRST_ONLY = "first-only"
    ECHO = "echo"
    NO_FORM_FEED = "no-form-feed"


class PjlConversation:
    """`answers` is keyed by query (`INFO ID`). Only the client ends the conversation."""

    def __init__(self, answers: Mapping[str, str], traffic: Traffic, quirks: frozenset[PjlQuirk] = frozenset()) -> None:
        self._answers = answers
        self._traffic = traffic
        self._quirks = quirks
        self._begun_line = b""

    def hear(self, data: bytes) -> tuple[bytes, bool]:
        self._traffic.pjl_bytes += len(data)
        *lines, begun = (self._begun_line + data).split(b"\n")
        self._begun_line = begun[:_LONGEST_LINE]
        queries = [query for line in lines if (query := info_query(line)) is not None]
        echo = data if PjlQuirk.ECHO in self._quirks else b""
        return echo + b"".join(map(self._answer, self._in_order(queries))), True

    def _in_order(self, queries: list[str]) -> list[str]:
        queries = queries[:1] if PjlQuirk.FIRST_ONLY in self._quirks else queries
        return queries[::-1] if PjlQuirk.OUT_OF_ORDER in self._quirks else queries

    def _answer(self, query: str) -> bytes:
        framed = frame(query, self._answers.get(query, _UNKNOWN))
        return framed[:-1] if PjlQuirk.NO_FORM_FEED in self._quirks else framed


def info_query(line: bytes) -> str | None:
    """`@PJL INFO ID` to `INFO ID`; None for any other line."""
    words = line[:_LONGEST_LINE].rpartition(_UEL)[2].decode("ascii", "replace").upper().split()
    return " ".join(words[1:]) if len(words) > 2 and words[:2] == ["@PJL", "INFO"] else None


def frame(query: str, text: str) -> bytes:
    lines = (f"@PJL {query}", *text.splitlines())
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\f"
