"""Ten thousand agents and a release, by a clock of their own.

Each agent that is there checks in at its own minute of the hour, when the hub said that it should, tries a release
that it is offered within a minute, reads its printers a few minutes later, and confirms what it found.
"""

from __future__ import annotations

import datetime as dt
import functools
import heapq
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.agent.verdict import Pair, is_worse, judge
from frisket.model.device import Device
from frisket.wire.device import to_document
from frisket.wire.documents import ProfileHealth, Release
from frisket_hub.store.rollouts import Rollout

from .crowd import PROFILES, START, Crowd, One, open_crowd

Document = Mapping[str, Any]
COMMON, RARE = "hp/laserjet", "kyocera/ecosys"
_RARELY = 0.02
_OFFLINE = 0.03
_MINUTE, _HOUR = 60.0, 3600.0


@attrs.frozen(kw_only=True)
class Fault:
    """What the release does on a share of the agents that use a profile. `reads`: the document that it makes of a
    device; None: the agent never comes so far.
    """

    share: float = 0.0
    profile: str = COMMON
    reads: Callable[[Document], Document] | None = None
    # besides, and on any agent: a printer that was switched off between the two readings
    by_chance: float = 0.0


def loses_the_serial_number(device: Document) -> Document:
    return {**device, "serial_number": None}


def reads_another_serial_number(device: Document) -> Document:
    return {**device, "serial_number": f"X{device['serial_number']}"}


def swaps_counters(device: Document) -> Document:
    first, second = device["page_counts"]
    return {
        **device,
        "page_counts": [{**first, "value": second["value"]}, {**second, "value": first["value"]}],
    }


@attrs.frozen(kw_only=True)
class Outcome:
    """`reached`: agents that ran the release. `hours` until it ended, or until the last one of those had it."""

    rollout: Rollout
    online: int
    reached: int
    hours: float
    check_ins: int
    seconds: float

    def __str__(self) -> str:
        ended = f"{self.rollout.state} ({self.rollout.reason})" if self.rollout.reason else self.rollout.state
        return (
            f"{self.reached:>6,} of {self.online:,} reached, {self.rollout.failed} failed, {self.hours:.1f} h,"
            f" {self.check_ins:,} check-ins in {self.seconds:.0f} s: {ended}"
        )


@attrs.define
class Simulation:
    """One rollout in one crowd."""

    crowd: Crowd
    fault: Fault
    rng: random.Random
    release: Release
    tried: set[str] = attrs.field(factory=set)
    offered: set[str] = attrs.field(factory=set)
    check_ins: int = 0
    last: float = 0.0
    events: list[tuple[float, int, str]] = attrs.field(factory=list)
    _faulty: dict[int, bool] = attrs.field(factory=dict)

    @property
    def online(self) -> int:
        return len(self._faulty)

    def fill(self) -> None:
        """Who is there, who uses the rare profile, and on whom the release goes wrong."""
        for number in range(len(self.crowd.agents)):
            if self.rng.random() < _OFFLINE:
                continue
            uses = self.fault.profile == COMMON or self.rng.random() < _RARELY
            self._faulty[number] = uses and self.rng.random() < self.fault.share
            self.events.append((self.rng.uniform(0, _HOUR), number, "check in"))
        self._uses_rare = {number for number in self._faulty if self.rng.random() < _RARELY}
        heapq.heapify(self.events)

    _uses_rare: set[int] = attrs.field(factory=set)

    async def run(self, hours: float) -> Outcome:
        began, clock = time.perf_counter(), 0.0
        state = "running"
        while clock < hours * _HOUR and state == "running" and len(self.tried) < self.online:
            clock += _MINUTE
            state = await self.crowd.store.write(functools.partial(self._minute, until=clock))
        rollout = await self.crowd.store.write(self.crowd.newest)
        return Outcome(
            rollout=rollout,
            online=self.online,
            reached=len(self.tried),
            hours=(self.last if state == "running" else clock) / _HOUR,
            check_ins=self.check_ins,
            seconds=time.perf_counter() - began,
        )

    async def _minute(self, connection: AsyncConnection, until: float) -> str:
        """Everything of one minute in one transaction; the state of the rollout after it."""
        while self.events and self.events[0][0] < until:
            at, number, kind = heapq.heappop(self.events)
            now = START + dt.timedelta(seconds=at)
            if kind == "check in":
                await self._check_in(connection, number, at, now)
            else:
                await self._report(connection, number, at, now)
        await self.crowd.evaluate(connection, START + dt.timedelta(seconds=until))
        return (await self.crowd.newest(connection)).state

    async def _check_in(self, connection: AsyncConnection, number: int, at: float, now: dt.datetime) -> None:
        one = self.crowd.agents[number]
        desired = await self.crowd.check_in(connection, one, now)
        self.check_ins += 1
        if desired is not None and one.takes(desired) and one.id not in self.offered:
            self.offered.add(one.id)
            self._at(at + self.rng.uniform(20, 60), number, "apply")
        self._at(at + one.retry_after, number, "check in")

    async def _report(self, connection: AsyncConnection, number: int, at: float, now: dt.datetime) -> None:
        """First that it runs the release, then what a scan found; one that crashes says so at once."""
        one = self.crowd.agents[number]
        if one.number < self.release.number:
            self.tried.add(one.id)
            self.last = at
            if self._faulty[number] and self.fault.reads is None:
                await self.crowd.confirm(connection, one, "reverted", tried=self.release, now=now, code="crashed")
                return
            await self.crowd.confirm(connection, one, "applied", tried=self.release, now=now)
            self._at(at + self.rng.uniform(60, 300), number, "scan")
            return
        found = self._scan(one, number)
        if not is_worse(found):
            await self.crowd.confirm(connection, one, "healthy", tried=self.release, now=now, profiles=found)
            return
        one.release = None
        await self.crowd.confirm(
            connection, one, "reverted", tried=self.release, now=now, code="coverage-lost", profiles=found
        )

    def _scan(self, one: One, number: int) -> dict[str, ProfileHealth]:
        """The agent's own verdict on its printers, read under the release before and under this one."""
        names = [COMMON]
        if number in self._uses_rare or (self.fault.profile == RARE and self._faulty[number]):
            names.append(RARE)
        return judge({f"{name}@{PROFILES[name]}": list(self._pairs(one, name, number)) for name in names})

    def _pairs(self, one: One, profile: str, number: int) -> Iterator[Pair]:
        for device in range(2):
            before = _device(f"{one.id[-8:]}{device}", pages=1000 * (device + 1))
            after: Document | None = before
            if self._faulty[number] and profile == self.fault.profile and self.fault.reads is not None:
                after = self.fault.reads(before)
            if device == 0 and self.rng.random() < self.fault.by_chance:
                yield Pair(before=before, after=None, failed=True)
            else:
                yield Pair(before=before, after=after)

    def _at(self, at: float, number: int, kind: str) -> None:
        heapq.heappush(self.events, (at, number, kind))


def _device(serial: str, *, pages: int) -> Document:
    document = to_document(
        Device(read_at=START, manufacturer="Acme", model="Press", serial_number=serial, ip_address="192.0.2.1")
    )
    row = {"color": "all", "sides": "all", "size": "all", "unit": "impressions"}
    counts = [
        {"function": "total", "value": pages, **row},
        {"function": "copy", "value": pages // 3, **row},
    ]
    return {**document, "page_counts": counts}


async def simulate(url: str, fault: Fault, *, size: int, seed: int = 1, hours: float = 12) -> Outcome:
    """A rollout with the rings, soak and limits that a hub has unless somebody says otherwise."""
    random.seed(seed)
    async with open_crowd(url, size) as crowd:

        async def begin(connection: AsyncConnection) -> Release:
            release = await crowd.publish(connection, 1)
            await crowd.start(connection, 1)
            return release

        simulation = Simulation(crowd, fault, random.Random(seed), await crowd.store.write(begin))
        simulation.fill()
        return await simulation.run(hours)
