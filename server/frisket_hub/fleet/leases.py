"""Leases make a cloned agent known (RELEASES 2).

Each check-in shows the lease that the last answer gave, under a request id that stays the same until the answer has
come. So two programs with one key part at the first check-in that both of them make: the second shows a lease that
is used up, under a request that it was not used up by.
"""

from __future__ import annotations

import hashlib
import secrets
from enum import StrEnum

import attrs


class Verdict(StrEnum):
    """What a check-in is: the next one, one whose answer was lost, or one of somebody else with the same key."""

    NEXT = "next"
    REPEATED = "repeated"
    FORK = "fork"


# A late request was signed at most five minutes ago, and no agent comes more often than every half minute
_REMEMBERED = 16
_MARK = 16


@attrs.frozen
class Lease:
    """`current` is expected next. It was given for `request`, which showed `previous`. All None: nothing given yet.

    `answered` holds marks of the last check-ins that were answered, the newest first.
    """

    current: str | None = None
    previous: str | None = None
    request: str | None = None
    answered: str = ""

    def judge(self, shown: str | None, request: str) -> Verdict:
        if self.current is None or shown == self.current:
            return Verdict.NEXT
        if shown == self.previous and request == self.request:
            return Verdict.REPEATED
        return Verdict.FORK

    def renewed(self, shown: str | None, request: str) -> Lease:
        answered = (_mark(shown, request) + self.answered)[: _REMEMBERED * _MARK]
        return Lease(secrets.token_hex(16), shown, request, answered)

    def was_answered(self, shown: str | None, request: str) -> bool:
        """Whether this very check-in had its answer lately: then it comes late, and is no fork."""
        marks = (self.answered[at : at + _MARK] for at in range(0, len(self.answered), _MARK))
        return _mark(shown, request) in marks


def _mark(shown: str | None, request: str) -> str:
    return hashlib.sha256(f"{shown}\n{request}".encode()).hexdigest()[:_MARK]
