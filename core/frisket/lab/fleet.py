"""A fleet of virtual printers in one process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from frisket.lab.places import DEFAULT_BASE, find_places
from frisket.lab.printer import RunningPrinter, VirtualPrinter


class Fleet:
    """Runs while its `async with` block does; LabError when a printer cannot be started, and then none is.

    `port_offset` moves 161, 9100 and 80 alike. `single_address`: all on 127.0.0.1, each 10 ports after the one before.
    """

    def __init__(
        self,
        printers: Sequence[VirtualPrinter],
        *,
        base: str = DEFAULT_BASE,
        port_offset: int = 0,
        single_address: bool = False,
    ) -> None:
        places = find_places(len(printers), base=base, port_offset=port_offset, single_address=single_address)
        self.printers = [RunningPrinter(virtual, place) for virtual, place in zip(printers, places, strict=True)]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        try:
            for printer in self.printers:
                await printer.start()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        for printer in self.printers:
            await printer.close()


@contextmanager
def running_fleet(
    printers: Sequence[VirtualPrinter],
    *,
    base: str = DEFAULT_BASE,
    port_offset: int = 0,
    single_address: bool = False,
) -> Iterator[Fleet]:
    """A fleet in a thread with a loop of its own, for callers that run their own loop or none."""
    fleet = Fleet(printers, base=base, port_offset=port_offset, single_address=single_address)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fleet", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(fleet.start(), loop).result()
        yield fleet
    finally:
        asyncio.run_coroutine_threadsafe(fleet.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
