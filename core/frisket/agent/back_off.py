"""When to come back after a failure: full jitter, 30 s to one hour, and never before the hub says so."""

from __future__ import annotations

import random

import attrs

# What a hub may ask for; longer is a broken or a hostile hub
LONGEST_WAIT = 6 * 3600.0


@attrs.define
class BackOff:
    """`first` and `longest` are seconds; the wait is anything from nothing to a bound that doubles."""

    first: float = 30.0
    longest: float = 3600.0
    random: random.Random = attrs.field(factory=random.Random)
    failures: int = 0

    def wait(self, retry_after: float | None = None) -> float:
        """After one more failure."""
        bound = min(self.longest, self.first * 2 ** min(self.failures, 20))
        self.failures += 1
        # the jitter comes on top of what the hub asks for, so that agents do not come back all at once
        return min(retry_after or 0.0, LONGEST_WAIT) + self.random.uniform(0, bound)

    def reset(self) -> None:
        self.failures = 0
