"""Leases make a cloned agent known (RELEASES 2).

Each check-in shows the lease that the last answer gave, under a request id that stays the same until the answer has
come. So two programs with one key part at the first check-in that both of them make: the second shows a lease that
is used up, under a request that it was not used up by.
"""

from __future__ import annotations

import secrets
from enum import StrEnum

import attrs


class Verdict(StrEnum):
    """What a check-in is: the next one, one whose answer was lost, or one of somebody else with the same key."""

    NEXT = "next"
    REPEATED = "repeated"
    FORK = "fork"


@attrs.frozen
class Lease:
    """`current` is expected next. It was given for `request`, which showed `previous`. All None: nothing given yet."""

    current: str | None = None
    previous: str | None = None
    request: str | None = None

    def judge(self, shown: str | None, request: str) -> Verdict:
        if self.current is None or shown == self.current:
            return Verdict.NEXT
        if shown == self.previous and request == self.request:
            return Verdict.REPEATED
        return Verdict.FORK

    def renewed(self, shown: str | None, request: str) -> Lease:
        return Lease(secrets.token_hex(16), shown, request)
