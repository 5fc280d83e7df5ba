"""How many agents a bad release reaches before it is stopped, and how soon a good one is everywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from .simulation import (
    RARE,
    Document,
    Fault,
    Outcome,
    loses_the_serial_number,
    reads_another_serial_number,
    simulate,
    swaps_counters,
)

FLEET = 10_000


def _run(url: str, name: str, fault: Fault, size: int, seed: int = 1) -> Outcome:
    outcome = asyncio.run(simulate(url, fault, size=size, seed=seed))
    print(f"\n{name}: {outcome}")  # noqa: T201  # the figures, which `tox -e long` shows
    return outcome


def test_a_release_that_crashes_on_apply_reaches_at_most_15_of_10_000(sqlite_url: str) -> None:
    outcome = _run(sqlite_url, "crash on apply", Fault(share=1.0), FLEET)
    assert outcome.rollout.state == "halted"
    assert outcome.reached <= outcome.rollout.offered <= 15


@pytest.mark.parametrize("reads", [loses_the_serial_number, reads_another_serial_number, swaps_counters])
def test_a_small_fleet_stops_what_is_missing_and_what_is_wrong(
    database_url: str, reads: Callable[[Document], Document]
) -> None:
    outcome = _run(database_url, f"{reads.__name__}, 30 % of agents", Fault(share=0.3, reads=reads), 500)
    assert outcome.rollout.state == "halted"
    assert outcome.reached <= 60


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "fault", "most"),
    [
        ("crash on apply", Fault(share=1.0), 15),
        ("data lost on 30 % of agents", Fault(share=0.3, reads=loses_the_serial_number), 120),
        ("another serial number on 30 % of agents", Fault(share=0.3, reads=reads_another_serial_number), 120),
        ("swapped counters on 30 % of agents", Fault(share=0.3, reads=swaps_counters), 120),
        ("data lost on 5 % of agents", Fault(share=0.05, reads=loses_the_serial_number), 300),
        ("swapped counters on 5 % of agents", Fault(share=0.05, reads=swaps_counters), 300),
        ("one profile of 2 % of agents", Fault(share=1.0, profile=RARE, reads=swaps_counters), 600),
    ],
)
def test_a_bad_release_is_halted_before_it_reaches_many(
    sqlite_url: str, name: str, fault: Fault, most: int, seed: int
) -> None:
    outcome = _run(sqlite_url, name, fault, FLEET, seed)
    assert outcome.rollout.state == "halted"
    assert outcome.reached <= outcome.rollout.offered <= most


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("by_chance", [0.0, 0.002])
def test_a_good_release_reaches_everybody_within_nine_hours(sqlite_url: str, by_chance: float) -> None:
    name = f"good, {by_chance:.1%} of agents fail by chance"
    outcome = _run(sqlite_url, name, Fault(by_chance=by_chance), FLEET)
    assert outcome.rollout.state in ("running", "done")
    assert outcome.reached == outcome.online
    assert outcome.hours <= 9
