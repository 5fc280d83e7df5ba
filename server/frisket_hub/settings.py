"""What a running hub is told from outside: where its data lies, under which names it is called, its limits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import attrs

DEFAULT_PORT = 8631
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@attrs.frozen(kw_only=True)
class Settings:
    """`hosts` are the names, without ports, by which the hub may be called; any other Host is refused.

    `online_keys` is the folder of the keys with which the hub signs by itself; None: it signs nothing.
    """

    hosts: frozenset[str] = LOOPBACK_NAMES
    max_body: int = 1 << 20
    time_out: dt.timedelta = dt.timedelta(seconds=15)
    session_idle: dt.timedelta = dt.timedelta(hours=2)
    session_lifetime: dt.timedelta = dt.timedelta(hours=12)
    online_keys: Path | None = None
    upkeep_every: dt.timedelta = dt.timedelta(minutes=1)
