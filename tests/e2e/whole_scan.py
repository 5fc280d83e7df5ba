"""A scan in a process of its own that tells what came of each address: `… PROFILES DEADLINE OFFSET TARGET…`.

A line of JSON for each device, then one with the seconds that it took and the most memory that the process had.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import sys
import time
from pathlib import Path

from frisket.cli.workbench import load_database
from frisket.model import Reading, Unread
from frisket.plugins import load_plugins
from frisket.protocols.contact import Ports
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.reader import Reader
from frisket.scan.targets import parse_targets
from frisket.wire.device import to_document

READ_AT = dt.datetime(2026, 11, 21, 19, 7, tzinfo=dt.UTC)


def told(result: Reading | Unread) -> dict[str, object]:
    device = result.device if isinstance(result, Reading) else None
    return {
        "address": result.address.partition(":")[0] if isinstance(result, Unread) else result.device.ip_address,
        "profile": None if isinstance(result, Unread) else result.profile,
        "document": to_document(device) if device is not None else None,
        "notes": [[note.code, note.detail] for note in result.notes],
        "requests": result.cost.requests,
        "octets": result.cost.bytes_received,
    }


async def whole_scan(profiles: Path, deadline: float, offset: int, targets: list[str]) -> None:
    registry = load_plugins()
    reader = Reader(database=load_database(registry, [profiles]), protocols=registry.protocols, clock=lambda: READ_AT)
    ports = Ports().moved(offset)
    settings = ScanSettings(device_deadline=deadline, parallel=256, ports=ports, retries=3)
    started = time.monotonic()
    async for result in scan(parse_targets(targets, port=ports.snmp), reader, settings):
        sys.stdout.write(json.dumps(told(result)) + "\n")
    cost = {"seconds": time.monotonic() - started, "cpu": time.process_time(), "kilobytes": most_kilobytes()}
    sys.stdout.write(json.dumps(cost) + "\n")


def most_kilobytes() -> int:
    """Linux' own count; that of getrusage begins with what the parent had."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
    assert found is not None
    return int(found[1])


def main(profiles: str, deadline: str, offset: str, *targets: str) -> None:
    asyncio.run(whole_scan(Path(profiles), float(deadline), int(offset), [*targets]))


if __name__ == "__main__":
    main(*sys.argv[1:])
