"""The rollout's rules, by example and by whatever order of events Hypothesis thinks of."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import ProfileHealth, Release
from frisket_hub.profile_db import pace, rollout
from frisket_hub.store import schema
from frisket_hub.store.rollouts import Rollout

from .crowd import ADMIN, START, Crowd, healthy, open_crowd
from .test_desired_release import play

HOUR = dt.timedelta(hours=1)
SIZE = 40


@pytest.mark.parametrize(
    ("failed", "reported", "proven"),
    [(2, 2, False), (3, 3, True), (3, 40, True), (3, 41, False), (3, 100, False), (0, 0, False), (30, 1000, False)],
)
def test_failures_are_proven_by_the_lower_bound_of_at_least_three(failed: int, reported: int, *, proven: bool) -> None:
    assert pace.is_proven(failed, reported, 0.03) is proven


@given(healthy=st.integers(0, 100_000), failed=st.integers(0, 1000), limit=st.floats(0.005, 0.5))
def test_more_failures_never_mean_more_places(healthy: int, failed: int, limit: float) -> None:
    places = pace.places(healthy, failed, limit)
    assert 0 <= pace.places(healthy, failed + 1, limit) <= places <= max(10, healthy // 5)
    assert 0 <= pace.lower_bound(failed, healthy + failed) <= 1


def test_the_rings_hold_the_shares_that_they_say() -> None:
    agents = [f"a_{number:024x}" for number in range(20_000)]
    inside = [sum(rollout.bucket("ro_1", agent) < ring for agent in agents) for ring in rollout.RINGS]
    assert [round(count / 20_000, 2) for count in inside] == list(rollout.RINGS)
    others = [sum(rollout.bucket("ro_2", agent) < 0.1 and rollout.bucket("ro_1", agent) < 0.1 for agent in agents)]
    # another rollout begins with others
    assert 100 < others[0] < 300


async def _through(crowd: Crowd, connection: AsyncConnection, *, now: dt.datetime, worse: int = 0) -> None:
    """Every agent checks in; who is offered the release says at once what came of it."""
    release = (await crowd.newest(connection)).release_number
    for at, one in enumerate(crowd.agents):
        desired = await crowd.check_in(connection, one, now)
        tried = one.takes(desired) if desired else None
        if tried is not None and tried.number == release:
            found = healthy("hp/laserjet", fields_lost=int(at < worse))
            state = "reverted" if at < worse else "healthy"
            await crowd.confirm(connection, one, state, tried=tried, now=now, profiles=found)


def test_ring_by_ring_after_the_soak_until_it_is_done(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        await crowd.publish(connection, 1)
        volunteer = crowd.agents[7].id
        await crowd.start(connection, 1, volunteers=[volunteer], rings=(0.1, 1.0), minimum=1)
        seen = []
        for hour in range(8):
            now = START + hour * HOUR
            await crowd.evaluate(connection, now)
            await _through(crowd, connection, now=now)
            found = await crowd.newest(connection)
            seen.append((found.ring, found.healthy, found.state))
        assert seen[0] == seen[1] == (0, 1, "running")
        assert seen[2][0] == seen[3][0] == 1
        assert seen[4] == seen[5] == (2, SIZE, "running")
        assert seen[6] == (2, SIZE, "done")

    play(database_url, scenario, size=SIZE)


def test_a_ring_of_which_nobody_says_anything_ends_it(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        await crowd.publish(connection, 1)
        await crowd.start(connection, 1, rings=(1.0,))
        for one in crowd.agents:
            await crowd.check_in(connection, one, START)
        found = await crowd.newest(connection)
        assert (found.offered, found.in_flight) == (10, 10)
        await crowd.evaluate(connection, START + 2 * HOUR)
        assert (await crowd.newest(connection)).state == "running"
        await crowd.evaluate(connection, START + 3 * HOUR)
        halted = await crowd.newest(connection)
        assert halted.state == "halted"
        assert halted.reason == "10 agents were offered it and nobody has reported for 3 hours"

    play(database_url, scenario, size=SIZE)


def test_one_that_is_switched_off_holds_nobody_back(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        silent, other = crowd.agents
        release = await crowd.publish(connection, 1)
        await crowd.start(connection, 1, rings=(0.9999999, 1.0))
        for one in (silent, other):
            desired = await crowd.check_in(connection, one, START)
            assert desired is not None
            one.takes(desired)
        await crowd.confirm(connection, other, "healthy", tried=release, now=START)
        await crowd.evaluate(connection, START + 2 * HOUR)
        assert (await crowd.newest(connection)).ring == 1
        await crowd.evaluate(connection, START + 3 * HOUR)
        assert (await crowd.newest(connection)).ring == 2

    play(database_url, scenario, size=2)


def test_a_profile_that_few_use_ends_it_although_most_agents_are_well(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        release = await crowd.publish(connection, 1)
        await crowd.start(connection, 1, rings=(1.0,), failure_limit=0.1)
        for at, one in enumerate(crowd.agents):
            desired = await crowd.check_in(connection, one, START)
            if desired is None or not one.takes(desired):
                continue
            found = healthy("hp/laserjet")
            if at >= SIZE - 3:
                found |= healthy("ricoh/aficio", counters_wrong=1)
            # says that it is well, and is not
            await crowd.confirm(connection, one, "healthy", tried=release, now=START, profiles=found)
        halted = await crowd.newest(connection)
        assert (halted.state, halted.healthy, halted.failed) == ("halted", SIZE - 3, 3)
        assert halted.incident is not None
        assert halted.incident["profile"] == "ricoh/aficio@8"
        assert halted.incident["profiles"] == {"ricoh/aficio@8": {"reported": 3, "failed": 3, "devices": 6}}
        assert halted.incident["codes"] == {"coverage-lost": 3}
        (entry,) = await connection.execute(select(schema.audit).where(schema.audit.c.action == "rollout.halt 1"))
        assert (entry.actor, entry.subject) == ("hub", "release 1")

    play(database_url, scenario, size=SIZE)


def test_what_a_later_scan_loses_is_a_failure_too(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        release = await crowd.publish(connection, 1)
        await crowd.start(connection, 1, rings=(1.0,))
        one = crowd.agents[0]
        desired = await crowd.check_in(connection, one, START)
        assert desired is not None
        one.takes(desired)
        await crowd.confirm(connection, one, "healthy", tried=release, now=START, profiles=healthy("hp/laserjet"))
        assert (await crowd.newest(connection)).healthy == 1
        # a printer that is off, and a profile that is not of the release, say nothing of it
        for found in (healthy("hp/laserjet", errors=1), {"hp/laserjet@12": ProfileHealth(devices=1, unrecognised=1)}):
            await crowd.check_in(connection, one, START + HOUR, found)
            assert (await crowd.newest(connection)).healthy == 1
        for _ in range(2):
            await crowd.check_in(connection, one, START + HOUR, healthy("hp/laserjet", unrecognised=1))
        counted = await crowd.newest(connection)
        assert (counted.healthy, counted.failed) == (0, 1)

    play(database_url, scenario, size=2)


# --- Whatever happens ----------------------------------------------------------------------------

_agent = st.integers(0, SIZE - 1)
_event = st.one_of(
    st.tuples(st.just("check in"), _agent),
    st.tuples(st.just("report"), _agent, st.sampled_from(["applied", "healthy", "worse", "reverted", "failed"])),
    st.tuples(st.just("wait"), st.integers(1, 240)),
    st.tuples(st.sampled_from(["pause", "resume", "halt"])),
)


async def _happen(
    crowd: Crowd, connection: AsyncConnection, event: tuple[Any, ...], *, release: Release, now: dt.datetime
) -> bool:
    """Whether an agent was told to take the release for the first time."""
    found = await crowd.newest(connection)
    rows = await crowd.rows(connection, found.id)
    match event:
        case ("check in", number):
            one = crowd.agents[number]
            desired = await crowd.check_in(connection, one, now)
            if desired is not None:
                one.takes(desired)
            return len(await crowd.rows(connection, found.id)) > len(rows)
        case ("report", number, said):
            one = crowd.agents[number]
            if one.id in {row.agent_id for row in rows}:
                state = "healthy" if said == "worse" else said
                profiles = healthy("hp/laserjet", fields_lost=int(said in ("worse", "reverted")))
                await crowd.confirm(connection, one, state, tried=release, now=now, profiles=profiles)
        case ("pause",) if found.state == "running":
            await rollout.pause(connection, crowd.provider.member_id, found.id, reason="x", actor=ADMIN, now=now)
        case ("resume",) if found.state == "paused":
            await rollout.resume(connection, crowd.provider.member_id, found.id, actor=ADMIN, now=now)
        case ("halt",) if found.state in ("running", "paused"):
            await rollout.halt(connection, crowd.provider.member_id, found.id, reason="x", actor=ADMIN, now=now)
    return False


async def _check_counts(crowd: Crowd, connection: AsyncConnection, found: Rollout) -> None:
    rows = await crowd.rows(connection, found.id)
    states = Counter(row.state for row in rows)
    assert found.offered == len(rows)
    assert found.applied == states["applied"]
    assert found.healthy == states["healthy"]
    assert found.failed == states["failed"] + states["reverted"]
    table = schema.rollout_profiles
    for counted in await connection.execute(select(table).where(table.c.rollout_id == found.id)):
        reports = [row.profiles[counted.profile] for row in rows if counted.profile in row.profiles]
        assert counted.reported == len(reports)
        assert counted.failed == sum(report["failed"] for report in reports)
        assert counted.devices == sum(report["devices"] for report in reports)


@given(events=st.lists(_event, max_size=60))
@settings(max_examples=40, deadline=None)
def test_whatever_happens_no_more_are_exposed_than_may_be_and_the_counts_are_those_of_the_rows(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, events: list[tuple[Any, ...]]
) -> None:
    path = tmp_path_factory.mktemp("engine") / "hub.sqlite"
    shutil.copyfile(sqlite_template, path)

    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        release = await crowd.publish(connection, 1)
        await crowd.start(connection, 1, rings=(0.3, 1.0), minimum=2)
        now = START
        for event in events:
            before = await crowd.newest(connection)
            if event[0] == "wait":
                now += dt.timedelta(minutes=event[1])
                await crowd.evaluate(connection, now)
            is_new = await _happen(crowd, connection, event, release=release, now=now)
            if is_new:
                assert before.state == "running"
                assert before.in_flight < pace.places(before.healthy, before.failed, before.failure_limit)
                assert rollout.is_in(crowd.agents[event[1]].id, before)
            await _check_counts(crowd, connection, await crowd.newest(connection))

    async def run() -> None:
        async with open_crowd(f"sqlite+aiosqlite:///{path}", SIZE) as crowd:
            await crowd.store.write(lambda connection: scenario(crowd, connection))

    asyncio.run(run())
