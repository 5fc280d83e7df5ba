"""How often somebody may try: a bucket that empties at a steady rate (GCRA), one for each key."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict

import attrs

_MOST_KEYS = 100_000


@attrs.define
class RateLimit:
    """`burst` tries at once, then one every `interval`. Forgets the keys that have been quiet longest first."""

    interval: dt.timedelta
    burst: int
    _free_at: OrderedDict[str, dt.datetime] = attrs.field(factory=OrderedDict)

    def take(self, key: str, now: dt.datetime) -> dt.timedelta | None:
        """None when this try is within the limit; else how long to wait, and the try does not count."""
        free_at = max(self._free_at.get(key, now), now)
        wait = free_at - now - self.interval * (self.burst - 1)
        if wait > dt.timedelta():
            return wait
        self._free_at[key] = free_at + self.interval
        self._free_at.move_to_end(key)
        while len(self._free_at) > _MOST_KEYS:
            self._free_at.popitem(last=False)
        return None
