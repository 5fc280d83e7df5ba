"""The SNMP agent of a virtual printer at this moment: as recorded, and changed by the life it has led since."""

from __future__ import annotations

import time
from collections.abc import Callable

from frisket.lab.life import Life
from frisket.lab.recording import Recording
from frisket.lab.snmp_agent import SnmpAgent


class LivingAgent:
    """`clock` counts seconds. With 0 pages a minute nothing ever changes."""

    def __init__(
        self, recording: Recording, pages_per_minute: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._recorded = self._now = SnmpAgent.of(recording)
        self._life = Life.of(recording)
        self._slots_per_second = pages_per_minute / 60
        self._clock = clock
        self._start = clock()
        self._slot = 0

    def now(self) -> SnmpAgent:
        if not self._slots_per_second:
            return self._recorded
        slot = int((self._clock() - self._start) * self._slots_per_second)
        if slot != self._slot:
            self._slot = slot
            self._now = self._recorded.with_objects(self._life.changes(slot))
        return self._now
