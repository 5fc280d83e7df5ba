"""Who has a print server or a web page, though SNMP is silent? A TCP connection to each port, and no byte.

An open port proves nothing yet: it says where IPP and the start page are worth asking.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from frisket.protocols.contact import Ports
from frisket.protocols.session import Endpoint

# Connections that are tried side by side: what a small router's table of connections bears
_PARALLEL = 128


async def knock(endpoints: Sequence[Endpoint], ports: Ports, *, patience: float) -> AsyncIterator[Endpoint]:
    """Those of the addresses on which the IPP port, or else a web port, is open, as they are found.

    `patience` is in seconds for each port.
    """
    limit = asyncio.Semaphore(_PARALLEL)

    async def try_one(endpoint: Endpoint) -> Endpoint | None:
        async with limit:
            for port in (ports.ipp, ports.http, ports.https):
                if await is_open(endpoint.address, port, patience=patience):
                    return endpoint
        return None

    tasks = [asyncio.create_task(try_one(endpoint)) for endpoint in endpoints]
    try:
        for task in asyncio.as_completed(tasks):
            found = await task
            if found is not None:
                yield found
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def is_open(address: str, port: int, *, patience: float) -> bool:
    """Whether a TCP connection comes about; it is closed at once."""
    try:
        async with asyncio.timeout(patience):
            _, writer = await asyncio.open_connection(address, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
