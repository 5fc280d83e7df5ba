"""What was learnt about devices, kept from one reading to the next: bounded, and lost without harm."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

import attrs

from frisket.profile.profile import Profile
from frisket.protocols.contact import DeviceMemory

# What one agent may scan at all, and then some; an entry has some 1 kB
MAX_DEVICES = 20_000


@attrs.define
class Memory:
    """By address, as that is what is asked: a device that moved is learnt anew. What was not asked longest goes."""

    clock: Callable[[], float] = time.monotonic
    _devices: OrderedDict[str, DeviceMemory] = attrs.field(factory=OrderedDict)

    def of(self, address: str) -> DeviceMemory:
        memory = self._devices.pop(address, None) or DeviceMemory()
        self._devices[address] = memory
        while len(self._devices) > MAX_DEVICES:
            self._devices.popitem(last=False)
        return memory

    def resting(self, memory: DeviceMemory, profile: Profile) -> frozenset[str]:
        """The profile's requests that were made of this device not long enough ago (`every`)."""
        return frozenset(
            one.name
            for one in profile.requests.values()
            if one.every is not None
            and one.request is not None
            and self.clock() - memory.asked.get(one.request.names, float("-inf")) < one.every
        )
