"""What is remembered of a device's pages: which it has not, and which of a request's variants it has."""

from __future__ import annotations

import time
from collections.abc import Sequence

from frisket.protocols.contact import DeviceMemory

# After a day a device may have got another firmware, or its address another device
ABSENT_SECONDS = 24 * 3600.0


def is_absent(path: str, memory: DeviceMemory) -> bool:
    """Whether the device said not long ago that it has no such page."""
    seen = memory.absent.get(path)
    return seen is not None and time.monotonic() - seen < ABSENT_SECONDS


def remember_absent(path: str, memory: DeviceMemory) -> None:
    memory.absent[path] = time.monotonic()


def remember_variant(paths: tuple[str, ...], path: str, memory: DeviceMemory) -> None:
    memory.variants[paths] = path
    memory.absent.pop(path, None)


def order_of(paths: tuple[str, ...], memory: DeviceMemory) -> Sequence[str]:
    """All paths, the one that worked last time first."""
    worked = memory.variants.get(paths)
    return sorted(paths, key=lambda path: path != worked)
