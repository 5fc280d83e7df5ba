"""Confirmations over time as the geometry of a chart of steps: what is healthy, and what failed."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Sequence

import attrs

from frisket_hub.portal.chart import Tick, across, exactly, scale
from frisket_hub.portal.words import number
from frisket_hub.store.pages import OfferedCount

WIDTH, HEIGHT = 720, 210
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 22, 26


@attrs.frozen
class CountAt:
    """How many agents had reported this by then."""

    at: dt.datetime
    count: int


@attrs.frozen(kw_only=True)
class ProgressChart:
    """`healthy` and `failed` are the `points` of SVG polylines, `crosses` where a failure was told."""

    summary: str
    healthy: str
    area: str
    failed: str
    crosses: Sequence[tuple[float, float]]
    across: Sequence[Tick]
    up: Sequence[Tick]
    rings: Sequence[Tick]
    table: Sequence[tuple[str, int, int]]


def grown(offered: Iterable[OfferedCount], states: Collection[str]) -> list[CountAt]:
    """How the number of agents that are in these states grew by their reports, each stretch at its last one."""
    told = sorted((each.reported_at, each.count) for each in offered if each.reported_at and each.state in states)
    totals = itertools.accumulate(count for _, count in told)
    return [CountAt(at, total) for (at, _), total in zip(told, totals, strict=True)]


def progress_chart(
    healthy: Sequence[CountAt],
    failed: Sequence[CountAt],
    *,
    first: dt.datetime,
    last: dt.datetime,
    rings: Iterable[tuple[dt.datetime, str]],
    time_zone: str,
) -> ProgressChart | None:
    """None before the first report. `rings`: when each was opened, with its name."""
    if not healthy and not failed:
        return None
    last = max([last, *(each.at for each in (*healthy[-1:], *failed[-1:]))])
    seconds = max((last - first).total_seconds(), 1.0)
    _, high, step = scale([0, *(each.count for each in (*healthy[-1:], *failed[-1:]))])

    def x(at: dt.datetime) -> float:
        share = min(max((at - first).total_seconds() / seconds, 0.0), 1.0)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / high * (HEIGHT - TOP - BOTTOM), 1)

    def steps(counts: Sequence[CountAt], since: dt.datetime) -> list[tuple[float, float]]:
        places, level = [(x(since), y(0))], 0
        for each in counts:
            places += [(x(each.at), y(level)), (x(each.at), y(each.count))]
            level = each.count
        return [*places, (x(last), y(level))]

    line = steps(healthy, first)
    return ProgressChart(
        summary=_summary(healthy, failed),
        healthy=_points(line),
        area=_points([*line, (x(last), y(0)), (x(first), y(0))]),
        failed=_points(steps(failed, failed[0].at)) if failed else "",
        crosses=[(x(each.at), y(each.count)) for each in failed[-40:]],
        across=across(first, last, x, time_zone),
        up=[Tick(y(value), number(value)) for value in range(0, high + 1, step)],
        rings=_apart([Tick(x(at), name) for at, name in rings if first <= at <= last]),
        table=_table(healthy, failed, time_zone),
    )


def _apart(ticks: list[Tick]) -> list[Tick]:
    """Names that would stand on each other: the later one is left out, its line stays."""
    kept: list[Tick] = []
    for tick in ticks:
        named = [each for each in kept if each.label]
        crowded = bool(named) and tick.at - named[-1].at < 72
        kept.append(Tick(tick.at, "" if crowded else tick.label, "end" if tick.at > WIDTH - 90 else "start"))
    return kept


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{across},{up}" for across, up in places)


def _summary(healthy: Sequence[CountAt], failed: Sequence[CountAt]) -> str:
    good, bad = (counts[-1].count if counts else 0 for counts in (healthy, failed))
    return f"{number(good)} healthy, {number(bad)} failed."


def _table(healthy: Sequence[CountAt], failed: Sequence[CountAt], time_zone: str) -> list[tuple[str, int, int]]:
    """The last moments at which either grew."""
    moments = sorted({each.at for each in (*healthy, *failed)})[-20:]

    def by(counts: Sequence[CountAt], at: dt.datetime) -> int:
        return max((each.count for each in counts if each.at <= at), default=0)

    return [(exactly(at, time_zone), by(healthy, at), by(failed, at)) for at in moments]
