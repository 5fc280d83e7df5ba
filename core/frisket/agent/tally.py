"""What one scan of the agent came to."""

from __future__ import annotations

import attrs


@attrs.define
class Tally:
    """`first` and `last` are numbers of readings; `lost` were read and not taken. `read`: which `profile@version` read
    which address.
    """

    taken: int = 0
    lost: int = 0
    unread: int = 0
    first: int = 0
    last: int = 0
    read: dict[str, str] = attrs.field(factory=dict)

    def words(self, addresses: int, seconds: float) -> str:
        numbers = f", numbers {self.first} to {self.last}" if self.taken else ""
        lost = f", {self.lost} not taken" if self.lost else ""
        unread = f", {self.unread} not read" if self.unread else ""
        return f"scan: {addresses:,} addresses, {self.taken:,} printers in {seconds:.1f} s{numbers}{lost}{unread}"
