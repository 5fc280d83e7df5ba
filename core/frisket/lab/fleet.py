"""A fleet of virtual printers in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from frisket.lab.places import DEFAULT_BASE, find_places
from frisket.lab.printer import RunningPrinter, VirtualPrinter

# Seconds in which the loop makes the few turns that opening or closing a connection takes
_A_FEW_TURNS = 0.001


class Fleet:
    """Runs while its `async with` block does; LabError when a printer cannot be started, and then none is.

    `port_offset` moves 161, 80, 443, 631 and 9100 alike.
    `single_address`: all on 127.0.0.1, each 10 ports after the one before.
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
        # A connection accepted just now gets its transport in the loop's next turn, and a server that was closed before
        # trips an assertion of asyncio over it; a timer comes behind that
        await asyncio.sleep(_A_FEW_TURNS)
        for printer in self.printers:
            printer.close()
        await asyncio.sleep(_A_FEW_TURNS)


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
    started: Future[Callable[[], object]] = Future()
    with ThreadPoolExecutor(1, thread_name_prefix="fleet") as thread:
        running = thread.submit(asyncio.run, _run(fleet, started))
        either: Sequence[Future[Any]] = (started, running)
        wait(either, return_when=FIRST_COMPLETED)
        if not started.done():
            running.result()  # raises why it did not start
        try:
            yield fleet
        finally:
            end = started.result()
            end()
            running.result()


async def _run(fleet: Fleet, started: Future[Callable[[], object]]) -> None:
    """Until the function that `started` gives is called, from any thread."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    async with fleet:
        started.set_result(lambda: loop.call_soon_threadsafe(ended.set))
        await ended.wait()
