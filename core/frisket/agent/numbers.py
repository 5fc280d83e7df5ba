"""Numbers of readings: each is given once, whatever becomes of the reading, the spool or the process.

The mark in the file lies at or above every number that was ever given. It is moved in blocks before a block's first
number is used, so a crash leaves a gap and never a second reading with the same number.
"""

from __future__ import annotations

import time

import attrs

from frisket.agent.folder import AgentFolder

BLOCK = 1_000


def begin_numbers(folder: AgentFolder) -> None:
    """At enrolment; a folder that has numbers keeps them."""
    if folder.read(folder.numbers) is None:
        folder.write(folder.numbers, b"1\n")


@attrs.define
class Numbers:
    """`next` is the number to be given next, `mark` the first one that must not be given before the file is written."""

    folder: AgentFolder
    next: int
    mark: int

    @classmethod
    def load(cls, folder: AgentFolder, *, above: int) -> Numbers:
        """Begins at the mark, or above what the spool holds where that is more.

        Without a mark nobody knows which numbers the hub has seen: milliseconds since 1970 are more than any agent has
        ever counted.
        """
        content = folder.read(folder.numbers)
        try:
            mark = int((content or b"").decode("ascii"))
        except (ValueError, UnicodeDecodeError):
            mark = time.time_ns() // 1_000_000
        first = max(mark, above + 1, 1)
        return cls(folder, first, first)

    def take(self) -> int:
        """FolderError when the mark cannot be written; then no number is given."""
        if self.next >= self.mark:
            self._write(self.next + BLOCK)
        number = self.next
        self.next += 1
        return number

    def close(self) -> None:
        """After a clean end there is no gap."""
        if self.mark != self.next:
            self._write(self.next)

    def _write(self, mark: int) -> None:
        self.folder.write(self.folder.numbers, f"{mark}\n".encode("ascii"))
        self.mark = mark
