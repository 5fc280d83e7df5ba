"""A rollout as its page shows it: rings with their bars, what happens next, what went wrong with which profile."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import attrs

from frisket_hub.profile_db.rollout import bucket
from frisket_hub.store.pages import FAILED, OfferedCount, Reach, ReportedProfile, RolloutRow

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
    """`agents` is how many of those in sight it holds, `about` when they were not counted; `state` is done, open,
    paused, halted, waiting or, where nothing goes on any more, unreached.
    """

    number: int
    name: str
    state: str
    agents: int
    about: bool
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


def rollout_view(row: RolloutRow, reach: Reach) -> RolloutView:
    sizes = ring_sizes(row, reach)
    rings = [_ring(row, number, reach, agents) for number, agents in sizes.items()]
    total = counts_of(reach.offered)
    offered = sum(each.count for each in reach.offered)
    agents = offered + len(reach.waiting) if reach.all_read else max(offered, reach.active)
    is_last = row.ring >= len(row.rings)
    return RolloutView(
        row=row,
        agents=agents,
        counts=total,
        segments=segments_of(total, agents),
        rings=rings,
        next_ring_at=None if is_last or row.state != "running" else row.ring_at + dt.timedelta(seconds=row.soak),
        still_needed=max(0, row.minimum - total.healthy),
    )


def ring_sizes(row: RolloutRow, reach: Reach) -> Mapping[int, int]:
    """How many agents each ring holds: those that were offered it while the ring was open, and those that it reaches
    first. In a large fleet, its share of all agents that are no volunteers.
    """
    sizes = Counter(dict.fromkeys(range(0 if row.volunteers else 1, len(row.rings) + 1), 0))
    for each in reach.offered:
        sizes[each.ring] += each.count
    sizes.update(ring_of(row, agent) for agent in reach.waiting)
    if not reach.all_read:
        others = max(0, reach.active - sizes[0])
        for number, (before, share) in enumerate(zip((0.0, *row.rings), row.rings, strict=False), start=1):
            sizes[number] = max(sizes[number], round(others * (share - before)))
    return sizes


def ring_of(row: RolloutRow, agent_id: str) -> int:
    """The first ring that reaches an agent."""
    if agent_id in row.volunteers:
        return 0
    place = bucket(row.id, agent_id)
    return next((number for number, share in enumerate(row.rings, start=1) if place < share), len(row.rings))


def counts_of(offered: Iterable[OfferedCount]) -> Counts:
    states: Counter[str] = Counter()
    for each in offered:
        states[each.state] += each.count
    return Counts(
        healthy=states["healthy"],
        applied=states["applied"],
        offered=states["offered"],
        failed=sum(states[state] for state in FAILED),
        withdrawn=states["withdrawn"],
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


def _ring(row: RolloutRow, number: int, reach: Reach, agents: int) -> Ring:
    """Volunteers are always counted."""
    offered = [each for each in reach.offered if each.ring == number]
    counts = counts_of(offered)
    first = min((each.first_offered_at for each in offered), default=None)
    return Ring(
        number=number,
        name=ring_name(row.rings, number),
        state=_state(row, number),
        agents=agents,
        about=number > 0 and not reach.all_read,
        counts=counts,
        segments=segments_of(counts, agents),
        opened_at=row.ring_at if number == row.ring else first,
    )


def _state(row: RolloutRow, number: int) -> str:
    if row.state == "done" or number < row.ring:
        return "done"
    if number > row.ring:
        return "waiting" if row.is_open else "unreached"
    return {"running": "open", "paused": "paused"}.get(row.state, "halted")
