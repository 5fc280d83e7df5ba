"""Out of the octets that come from port 9100, the answers to `@PJL INFO` queries.

Printers answer late, in another order, twice, without the form feed that ends an answer, echo the query, and put status
messages (USTATUS) in between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from frisket.errors import DecodeError
from frisket.formats.pjl import READ_ONLY

MAX_BYTES = 64 * 1024
# The longest line of a reference answer has some 80 octets
MAX_LINE = 4096
MAX_LINES = 4096
MAX_BLOCKS = 256

_BREAKS = re.compile(rb"\r\n|\r(?!\Z)|\n|\f")
_EXIT_LANGUAGE = re.compile(r"\x1b%-12345X")
_CONTROLS = dict.fromkeys((*range(9), *range(10, 32), *range(127, 160)))


@attrs.define
class PjlReader:
    """`answers` holds the text of each answer that is complete, by its query: lines that end with a line feed.

    The first answer to a query stays. Octets that are not UTF-8 are read as Roman-8, PJL's own character set.
    """

    answers: dict[str, str] = attrs.field(factory=dict)
    _begun: bytes = b""
    _query: str | None = None
    _lines: list[str] = attrs.field(factory=list)
    _aside: bool = False
    _octets: int = 0
    _line_count: int = 0
    _blocks: int = 0

    def feed(self, data: bytes) -> Mapping[str, str]:
        """The answers that are complete so far. DecodeError when there is more than any printer says."""
        self._octets += len(data)
        if self._octets > MAX_BYTES:
            raise DecodeError(f"more than {MAX_BYTES // 1024} KiB of PJL")
        data = self._begun + data
        at = 0
        for found in _BREAKS.finditer(data):
            self._take(data[at : found.start()])
            at = found.end()
            if found[0] == b"\f":
                self._end_block()
        self._begun = data[at:]
        if len(self._begun) > MAX_LINE:
            raise DecodeError(f"a line of more than {MAX_LINE} octets")
        return self.answers

    def finish(self) -> Mapping[str, str]:
        """Nothing more will come: an answer whose form feed is missing is complete, too, if its last line is."""
        self._aside = False
        self._close()
        return self.answers

    def _take(self, raw: bytes) -> None:
        self._line_count += 1
        if len(raw) > MAX_LINE or self._line_count > MAX_LINES:
            raise DecodeError(f"a line of more than {MAX_LINE} octets, or more than {MAX_LINES} lines")
        line = _EXIT_LANGUAGE.sub("", _text(raw)).translate(_CONTROLS).rstrip()
        if line.lstrip()[:4].upper() == "@PJL":
            self._begin(line.upper().split())
        elif line and not self._aside and self._query is not None:
            self._lines.append(line)

    def _begin(self, words: list[str]) -> None:
        """A heading. What nobody asked for is put aside up to its form feed, and the answer around it goes on."""
        self._blocks += 1
        if self._blocks > MAX_BLOCKS:
            raise DecodeError(f"more than {MAX_BLOCKS} answers")
        self._aside = len(words) != 3 or words[1] != "INFO" or words[2] not in READ_ONLY
        if not self._aside:
            self._close()
            self._query = f"INFO {words[2]}"

    def _end_block(self) -> None:
        if self._aside:
            self._aside = False
        else:
            self._close()

    def _close(self) -> None:
        """A heading with nothing below it is an echo of the query."""
        if self._query is not None and self._lines:
            self.answers.setdefault(self._query, "".join(f"{line}\n" for line in self._lines))
        self._query, self._lines = None, []


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("hp_roman8", "replace")
