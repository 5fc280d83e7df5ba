"""How times, levels and counters are shown."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from frisket_hub.portal import words
from frisket_hub.portal.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, charts
from frisket_hub.portal.levels import level_views, shapes_of
from frisket_hub.store.pages import CountersAt
from tests.server.portal.printers import document, supply, toners

NOW = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("state", "shape", "text"),
    [
        (48.5, "solid", "48.5 %"),
        (0, "solid", "0 %"),
        ("some-remaining", "some-remaining", "some left"),
        ("unknown", "unknown", "not known"),
        ("unrestricted", "unrestricted", "no limit"),
        ("implausible", "implausible", "implausible"),
    ],
)
def test_only_a_known_level_is_a_solid_bar(state: float | str, shape: str, text: str) -> None:
    (view,) = level_views([supply("1.1", "toner", "black", state)])
    assert (view.shape, view.words, view.low) == (shape, text, state == 0)


def test_a_known_amount_without_a_capacity_is_no_percentage() -> None:
    level = {"state": "known", "percent": None, "remaining": 260, "capacity": None, "unit": "impressions"}
    (view,) = level_views([{**supply("1.1", "toner", "black", 1), "level": level}])
    assert (view.shape, view.words, view.percent, view.low) == ("amount", "260 impressions left", None, False)


def test_a_colorant_that_nobody_knows_gets_no_colour() -> None:
    strange = supply("1.1", "ink", '"><script>', "unknown")
    waste = supply("1.2", "wasteToner", None, 62, **{"class": "receptacle"})
    ink, receptacle = level_views([waste, strange])
    assert (ink.ink, receptacle.words) == ("other", "62 % free")
    assert [shape for shape, _ in shapes_of([ink, receptacle])] == ["unknown"]


def test_times_are_the_readers() -> None:
    assert words.local(NOW, "Asia/Tokyo", NOW) == "08:30"
    assert words.local(NOW - dt.timedelta(days=2), "Asia/Tokyo", NOW) == "20 Nov, 08:30"
    assert words.local(NOW.replace(year=2025), "UTC", NOW) == "21 Nov 2025, 23:30"
    assert words.local(NOW, "../../etc/passwd", NOW) == "23:30"
    assert words.exact(NOW) == "2026-11-21 23:30:00 UTC"
    assert [words.ago(NOW - dt.timedelta(seconds=each), NOW) for each in (3, 70, 7_300, 90_000, -600)] == [
        "just now", "1 min ago", "2 h ago", "1 day ago", "in 10 min",
    ]  # fmt: skip


def counted(*values: int, every: dt.timedelta = dt.timedelta(days=1)) -> list[CountersAt]:
    rows = [document("HP", "M402", "S", "192.0.2.1", total=value)["page_counts"] for value in values]
    return [CountersAt(NOW + number * every, counts) for number, counts in enumerate(rows)]


@pytest.mark.parametrize("values", [(5,), (0, 0), (7, 7, 8), (1_000_000, 1_000_003), (10, 5), (0, 2**40)])
def test_a_chart_stays_within_its_axes(values: tuple[int, ...]) -> None:
    (chart,) = charts(counted(*values), time_zone="UTC")
    assert all(LEFT <= x <= WIDTH - RIGHT and TOP <= y <= HEIGHT - BOTTOM for x, y in chart.dots)
    assert 2 <= len(chart.up) <= 6
    assert chart.table[-1][1] == values[-1]


def test_a_chart_says_the_same_in_words() -> None:
    def summary(readings: list[CountersAt]) -> Any:
        return charts(readings, time_zone="UTC")[0].summary

    assert summary(counted(100, 200, 300)) == "300 impressions, 200 more since 21 Nov 2026, about 100 a day."
    assert "One reading so far" in summary(counted(100))
    assert "the counter fell" in summary(counted(100, 40))
    assert (
        summary(counted(100, 150, every=dt.timedelta(minutes=5)))
        == "150 impressions, 50 more since 21 Nov 2026, 23:30."
    )
    assert charts([CountersAt(NOW, [])], time_zone="UTC") == []
    assert len(toners(1, 2, 3, 4)) == 4
