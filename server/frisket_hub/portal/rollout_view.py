"""A rollout as its page shows it: rings with their bars, what happens next, what went wrong with which profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import attrs

from frisket_hub.store.pages import FAILED, ReportedProfile, RingCount, RolloutRow

# In the order in which they stand on a bar
KINDS = ("healthy", "applied", "offered", "failed")


@attrs.frozen(kw_only=True)
class Counts:
    """Of agents. `offered` have not answered yet; `withdrawn` will not be asked any more."""

    healthy: int = 0
    applied: int = 0
    offered: int = 0
    failed: int = 0
    withdrawn: int = 0

    @property
    def reached(self) -> int:
        """Those that may have the release, or had it."""
        return self.healthy + self.applied + self.offered + self.failed


@attrs.frozen(kw_only=True)
class Segment:
    """A stretch of a bar, in percent of its length."""

    kind: str
    at: float
    width: float


@attrs.frozen(kw_only=True)
class Ring:
    """`agents` is how many of those in sight it holds; `state` is done, open, paused, halted,
    waiting or, where nothing goes on any more, unreached.
    """

    number: int
    name: str
    state: str
    agents: int
    counts: Counts
    segments: Sequence[Segment]
    opened_at: dt.datetime | None


@attrs.frozen(kw_only=True)
class ProfileFailures:
    """`percent` of the agents that use the profile failed with it."""

    profile: str
    reported: int
    failed: int
    devices: int
    percent: float


@attrs.frozen(kw_only=True)
class RolloutView:
    row: RolloutRow
    agents: int
    counts: Counts
    segments: Sequence[Segment]
    rings: Sequence[Ring]
    next_ring_at: dt.datetime | None
    still_needed: int

    @property
    def waiting(self) -> int:
        """Agents in sight that were not offered it."""
        return max(0, self.agents - self.counts.reached)


def rollout_view(
    row: RolloutRow, counted: Sequence[RingCount], *, agents: Mapping[int, Collection[str]]
) -> RolloutView:
    """`agents`: those in sight, by the ring that they are in."""
    by_ring: dict[int, dict[str, int]] = {}
    for each in counted:
        by_ring.setdefault(each.ring, {})[each.state] = each.agents
    rings = [
        _ring(row, number, counts_of(by_ring.get(number, {})), len(agents.get(number, ())), counted)
        for number in range(len(row.rings) + 1)
        if number or row.volunteers or 0 in by_ring
    ]
    total = counts_of(_summed(by_ring.values()))
    everybody = sum(ring.agents for ring in rings)
    is_last = row.ring >= len(row.rings)
    return RolloutView(
        row=row,
        agents=everybody,
        counts=total,
        segments=segments_of(total, everybody),
        rings=rings,
        next_ring_at=None if is_last or row.state != "running" else row.ring_at + dt.timedelta(seconds=row.soak),
        still_needed=max(0, row.minimum - total.healthy),
    )


def counts_of(states: Mapping[str, int]) -> Counts:
    return Counts(
        healthy=states.get("healthy", 0),
        applied=states.get("applied", 0),
        offered=states.get("offered", 0),
        failed=sum(states.get(state, 0) for state in FAILED),
        withdrawn=states.get("withdrawn", 0),
    )


def segments_of(counts: Counts, whole: int) -> list[Segment]:
    """What is left of the bar is empty: agents that nobody asked yet."""
    whole = max(whole, counts.reached, 1)
    segments: list[Segment] = []
    at = 0.0
    for kind in KINDS:
        width = 100 * getattr(counts, kind) / whole
        if width:
            segments.append(Segment(kind=kind, at=round(at, 2), width=round(width, 2)))
        at += width
    return segments


def failures_of(rows: Sequence[ReportedProfile]) -> list[ProfileFailures]:
    return [
        ProfileFailures(
            profile=row.profile,
            reported=row.reported,
            failed=row.failed,
            devices=row.devices,
            percent=round(100 * row.failed / max(row.reported, 1), 1),
        )
        for row in rows
    ]


def ring_name(rings: Sequence[float], number: int) -> str:
    """`Volunteers`, `1 %`, … of all agents."""
    return "Volunteers" if number == 0 else f"{100 * rings[number - 1]:g} %"


def _ring(row: RolloutRow, number: int, counts: Counts, agents: int, counted: Sequence[RingCount]) -> Ring:
    opened = [each.first_offered_at for each in counted if each.ring == number]
    return Ring(
        number=number,
        name=ring_name(row.rings, number),
        state=_state(row, number),
        agents=max(agents, counts.reached),
        counts=counts,
        segments=segments_of(counts, agents),
        opened_at=row.ring_at if number == row.ring else min(opened, default=None),
    )


def _state(row: RolloutRow, number: int) -> str:
    if row.state == "done" or number < row.ring:
        return "done"
    if number > row.ring:
        return "waiting" if row.is_open else "unreached"
    return {"running": "open", "paused": "paused"}.get(row.state, "halted")


def _summed(counted: Collection[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for states in counted:
        for state, count in states.items():
            total[state] = total.get(state, 0) + count
    return total
