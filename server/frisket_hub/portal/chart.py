"""Counters over time as the geometry of a small line chart; the template draws it, the words say the same."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from frisket_hub.portal.words import local_day, number, phrase, zone
from frisket_hub.store.pages import CountersAt

WIDTH, HEIGHT = 360, 180
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 26

_Point = tuple[dt.datetime, int]


@attrs.frozen
class Tick:
    at: float
    label: str
    anchor: str = "middle"


@attrs.frozen(kw_only=True)
class Chart:
    """One counter. `points` is the `points` of an SVG polyline, `dots` the readings where they are few."""

    title: str
    unit: str
    latest: int
    summary: str
    points: str
    dots: list[tuple[float, float]]
    across: list[Tick]
    up: list[Tick]
    table: list[tuple[str, int]]


def charts(readings: Sequence[CountersAt], *, time_zone: str, most: int = 4) -> list[Chart]:
    """A chart for each counter of the newest reading, the total first."""
    if not readings:
        return []
    newest = sorted(readings[-1].page_counts, key=_key)[:most]
    return [_chart(row, _series(readings, _key(row)), time_zone) for row in newest]


def counter_name(row: Mapping[str, Any]) -> str:
    """`Total`, `Print, colour`, `Copy, black and white, two-sided, large`."""
    words = {"mono": "black and white", "color": "colour", "one": "one-sided", "two": "two-sided", "large": "large"}
    parts = [phrase(row["function"]), *(words.get(row[key], "") for key in ("color", "sides", "size"))]
    return ", ".join(part for part in parts if part)


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    order = {"total": 0, "print": 1, "copy": 2, "fax": 3, "scan": 4}
    whole = [row[key] != "all" for key in ("size", "sides", "color")]
    return (order.get(row["function"], 5), sum(whole), row["function"], row["color"], row["sides"], row["size"])


def _series(readings: Sequence[CountersAt], key: tuple[Any, ...]) -> list[_Point]:
    rows = ((reading.read_at, row) for reading in readings for row in reading.page_counts if _key(row) == key)
    return [(at, int(row["value"])) for at, row in rows]


def _chart(row: Mapping[str, Any], series: list[_Point], time_zone: str) -> Chart:
    first, last = series[0][0], series[-1][0]
    low, high, step = scale([value for _, value in series])
    seconds = max((last - first).total_seconds(), 1.0)

    def x(at: dt.datetime) -> float:
        if first == last:
            return (LEFT + WIDTH - RIGHT) / 2
        return round(LEFT + (at - first).total_seconds() / seconds * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    places = [(x(at), y(value)) for at, value in series]
    labels = range(low, high + 1, step)
    return Chart(
        title=counter_name(row),
        unit=phrase(row["unit"]).lower(),
        latest=series[-1][1],
        summary=_summary(series, phrase(row["unit"]).lower(), time_zone),
        points=" ".join(f"{across},{up}" for across, up in places),
        dots=places if len(places) <= 31 else places[-1:],
        across=across(first, last, x, time_zone),
        up=[Tick(y(value), number(value)) for value in labels],
        table=[(exactly(at, time_zone), value) for at, value in series[-31:]],
    )


def scale(values: list[int]) -> tuple[int, int, int]:
    """Lowest and highest label and the step between labels: 1, 2 or 5 times a power of ten, about four of them."""
    low, high = min(values), max(values)
    rough = max((high - low) / 3, 1)
    power = 10 ** math.floor(math.log10(rough))
    step = max(1, next(int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= rough))
    bottom = max(0, low // step * step)
    top = -(-high // step) * step
    return bottom, top if top > bottom else bottom + step, step


def across(first: dt.datetime, last: dt.datetime, x: Any, time_zone: str) -> list[Tick]:
    if first == last:
        return [Tick(x(first), _moment(first, dt.timedelta(0), time_zone))]
    middle = first + (last - first) / 2
    whole = last - first
    return [
        Tick(x(first), _moment(first, whole, time_zone), "start"),
        Tick(x(middle), _moment(middle, whole, time_zone)),
        Tick(x(last), _moment(last, whole, time_zone), "end"),
    ]


def _moment(at: dt.datetime, whole: dt.timedelta, time_zone: str) -> str:
    there = at.astimezone(zone(time_zone))
    if whole < dt.timedelta(days=2):
        return f"{there:%H:%M}"
    return f"{there.day} {there:%b}"


def exactly(at: dt.datetime, time_zone: str) -> str:
    return f"{local_day(at, time_zone)}, {at.astimezone(zone(time_zone)):%H:%M}"


def _summary(series: list[_Point], unit: str, time_zone: str) -> str:
    (first, start), (last, end) = series[0], series[-1]
    if len(series) == 1:
        return f"{number(end)} {unit}. One reading so far; a line begins with the second."
    days = (last - first).total_seconds() / 86_400
    since = local_day(first, time_zone) if days >= 1 else exactly(first, time_zone)
    if end < start:
        return f"{number(end)} {unit}, {number(start - end)} fewer than on {since}: the counter fell."
    rate = f", about {number(round((end - start) / days))} a day" if days >= 2 else ""
    return f"{number(end)} {unit}, {number(end - start)} more since {since}{rate}."
