"""Being told to end: by SIGINT or SIGTERM, and in time, whatever hangs."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator

# Seconds until the process ends whatever still hangs
_ENDED = 2.5


@contextlib.contextmanager
def told_to_end() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set; from then on the process ends in time, whatever hangs."""
    end = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell(*_: object) -> None:
        loop.call_soon_threadsafe(end.set)
        # a name that is being looked up holds its thread for as long as it likes; a commit is whole at any moment
        watchdog = threading.Timer(_ENDED, os._exit, (0,))
        watchdog.daemon = True
        watchdog.start()

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
