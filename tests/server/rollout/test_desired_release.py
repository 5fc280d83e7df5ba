"""Which release a check-in answers with: pin, rollout, what is done, and never a step back."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.profile_db import pins, rollout
from frisket_hub.profile_db.releases import ReleaseError
from frisket_hub.routing import NotFound
from frisket_hub.store import pins as pins_table
from frisket_hub.store import rollouts, schema
from frisket_hub.store.scope import Scope

from .crowd import ADMIN, START, Crowd, One, healthy, open_crowd

HOUR = dt.timedelta(hours=1)
Scenario = Callable[[Crowd, AsyncConnection], Awaitable[None]]


def play(url: str, scenario: Scenario, size: int = 3) -> None:
    """In one transaction: nothing here depends on commits."""

    async def run() -> None:
        async with open_crowd(url, size) as crowd:
            await crowd.store.write(lambda connection: scenario(crowd, connection))

    asyncio.run(run())


async def _number(crowd: Crowd, connection: AsyncConnection, one: One, now: dt.datetime = START) -> int | None:
    """Of the release that the check-in brings; None where it brings nothing."""
    desired = await crowd.check_in(connection, one, now)
    if desired is None:
        return None
    one.takes(desired)
    return desired.release.number if desired.release else 0


async def _done(crowd: Crowd, connection: AsyncConnection, number: int) -> None:
    """A release that everybody may have."""
    await crowd.publish(connection, number)
    await crowd.start(connection, number, rings=(1.0,), soak=0)
    for _ in range(2):
        await crowd.evaluate(connection, START)
    assert (await crowd.newest(connection)).state == "done"


def test_only_what_is_rolled_out_is_desired(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        one = crowd.agents[0]
        await crowd.publish(connection, 1)
        assert await _number(crowd, connection, one) == 0
        assert await _number(crowd, connection, one) is None
        await crowd.start(connection, 1, volunteers=[one.id])
        assert await _number(crowd, connection, one) == 1
        # until it says that it has it
        assert await _number(crowd, connection, one) == 1
        assert await _number(crowd, connection, crowd.agents[1]) == 0

    play(database_url, scenario)


def test_who_is_new_gets_the_newest_that_is_done_and_not_the_running_one(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        await _done(crowd, connection, 1)
        await crowd.publish(connection, 2)
        await crowd.start(connection, 2, rings=(1e-9, 1.0))
        assert await _number(crowd, connection, crowd.agents[0]) == 1

    play(database_url, scenario)


def test_a_halt_withdraws_from_those_that_have_not_applied_and_leaves_the_rest(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        had, not_yet, never = crowd.agents
        release = await crowd.publish(connection, 1)
        rollout_id = await crowd.start(connection, 1, volunteers=[had.id, not_yet.id])
        assert await _number(crowd, connection, had) == await _number(crowd, connection, not_yet) == 1
        await crowd.confirm(connection, had, "applied", tried=release, now=START)
        await rollout.halt(connection, crowd.provider.member_id, rollout_id, reason="looks odd", actor=ADMIN, now=START)
        assert await _number(crowd, connection, had) is None
        assert await _number(crowd, connection, not_yet) == 0
        assert await _number(crowd, connection, never) == 0
        states = {row.agent_id: row.state for row in await crowd.rows(connection, rollout_id)}
        assert states == {had.id: "applied", not_yet.id: "withdrawn"}
        # one that was just applying it when it was withdrawn keeps it, and is counted
        await crowd.confirm(connection, not_yet, "healthy", tried=release, now=START)
        assert await _number(crowd, connection, not_yet) in (None, 1)
        ended = await crowd.newest(connection)
        assert (ended.state, ended.reason, ended.offered, ended.applied, ended.healthy) == (
            "halted",
            "looks odd",
            2,
            1,
            1,
        )
        assert ended.incident is not None
        assert ended.incident["reason"] == "looks odd"

    play(database_url, scenario)


def test_a_pause_offers_to_nobody_else(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        first, second, _ = crowd.agents
        provider = crowd.provider.member_id
        await crowd.publish(connection, 1)
        rollout_id = await crowd.start(connection, 1, volunteers=[first.id, second.id])
        assert await _number(crowd, connection, first) == 1
        await rollout.pause(connection, provider, rollout_id, reason="lunch", actor=ADMIN, now=START)
        assert await _number(crowd, connection, second) == 0
        assert await _number(crowd, connection, first) == 1
        await rollout.resume(connection, provider, rollout_id, actor=ADMIN, now=START + HOUR)
        assert await _number(crowd, connection, second) == 1
        with pytest.raises(ReleaseError, match="is running already"):
            await rollout.resume(connection, provider, rollout_id, actor=ADMIN, now=START)
        with pytest.raises(NotFound):
            await rollout.halt(connection, "m_other", rollout_id, reason="mine", actor=ADMIN, now=START)
        actions = list(await connection.scalars(select(schema.audit.c.action)))
        assert sorted(actions) == ["rollout.pause 1", "rollout.resume 1", "rollout.start 1"]

    play(database_url, scenario)


def test_a_newer_rollout_replaces_the_one_before(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        one = crowd.agents[0]
        await crowd.publish(connection, 1)
        await crowd.publish(connection, 2)
        first = await crowd.start(connection, 1, volunteers=[one.id])
        assert await _number(crowd, connection, one) == 1
        await crowd.start(connection, 2, now=START + HOUR)
        replaced = await rollouts.find(connection, crowd.provider.member_id, first)
        assert replaced is not None
        assert (replaced.state, replaced.reason) == ("replaced", "replaced by that of release 2")
        assert await _number(crowd, connection, one) == 0

    play(database_url, scenario)


def test_what_failed_on_an_agent_is_not_offered_to_it_again(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        one, other, _ = crowd.agents
        release = await crowd.publish(connection, 1)
        await crowd.start(connection, 1, rings=(1.0,), soak=0)
        for each in crowd.agents:
            assert await _number(crowd, connection, each) == 1
        await crowd.confirm(connection, one, "reverted", tried=release, now=START, code="coverage-lost")
        await crowd.confirm(connection, other, "failed", tried=release, now=START, code="no-download")
        assert await _number(crowd, connection, one) == 0
        assert await _number(crowd, connection, other) == 1
        # it could not be fetched, which says nothing of it
        await crowd.confirm(connection, other, "healthy", tried=release, now=START)
        ended = await crowd.newest(connection)
        assert (ended.healthy, ended.failed) == (1, 1)

    play(database_url, scenario)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"number": 7}, "no release 7"),
        ({"number": 2}, "release 2 is prepared, not published"),
        ({"rings": (0.5, 0.1, 1.0)}, "rings are shares"),
        ({"rings": (0.5,)}, "rings are shares"),
        ({"volunteers": ["a_nobody"]}, "a_nobody: no such agent"),
        ({"failure_limit": 0.0}, "limit of failures"),
        ({"soak": -1}, "not below 0"),
    ],
)
def test_a_rollout_that_cannot_be_is_not_started(sqlite_url: str, changed: dict[str, object], words: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        await crowd.publish(connection, 1)
        await crowd.publish(connection, 2, state="prepared")
        with pytest.raises(ReleaseError, match=words):
            await crowd.start(connection, **{"number": 1, **changed})  # type: ignore[arg-type]
        assert await rollouts.newest(connection, crowd.provider.member_id) == []

    play(sqlite_url, scenario)


# --- Pins ----------------------------------------------------------------------------------------


async def _pin(
    crowd: Crowd, connection: AsyncConnection, number: int, *, days: float = 30, reason: str = "tests"
) -> None:
    expires = START + dt.timedelta(days=days)
    provider, customer = crowd.provider.member_id, crowd.customer.member_id
    await pins.pin(connection, provider, customer, number, reason=reason, expires_at=expires, actor=ADMIN, now=START)


def test_a_pin_comes_before_everything_until_it_expires(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        one = crowd.agents[0]
        first = await crowd.publish(connection, 1)
        await crowd.publish(connection, 2)
        await _pin(crowd, connection, 1)
        await crowd.start(connection, 2, volunteers=[one.id])
        assert await _number(crowd, connection, one) == 1
        await crowd.confirm(connection, one, "healthy", tried=first, now=START)
        assert await _number(crowd, connection, one) is None
        assert await _number(crowd, connection, one, START + dt.timedelta(days=31)) == 2
        await pins.unpin(connection, crowd.provider.member_id, crowd.customer.member_id, actor=ADMIN, now=START)
        with pytest.raises(NotFound):
            await pins.unpin(connection, crowd.provider.member_id, crowd.customer.member_id, actor=ADMIN, now=START)

    play(database_url, scenario)


def test_a_pin_is_never_below_what_an_agent_runs(database_url: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        one = crowd.agents[0]
        await crowd.publish(connection, 1)
        release = await crowd.publish(connection, 2)
        await crowd.start(connection, 2, volunteers=[one.id])
        await _number(crowd, connection, one)
        await crowd.confirm(connection, one, "healthy", tried=release, now=START, profiles=healthy("hp/laserjet"))
        with pytest.raises(ReleaseError, match=f"{one.id} runs 2"):
            await _pin(crowd, connection, 1)
        await _pin(crowd, connection, 2)
        (pinned,) = await pins_table.every(connection, Scope.of([crowd.customer.member_id]))
        assert (pinned.release_number, pinned.pinned_by, pinned.reason) == (2, ADMIN.id, "tests")

    play(database_url, scenario)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"days": 91}, "within 90 days"), ({"days": -1}, "within 90 days"), ({"reason": " "}, "a reason")],
)
def test_a_pin_has_a_reason_and_an_end(sqlite_url: str, changed: dict[str, object], words: str) -> None:
    async def scenario(crowd: Crowd, connection: AsyncConnection) -> None:
        await crowd.publish(connection, 1)
        with pytest.raises(ReleaseError, match=words):
            await _pin(crowd, connection, 1, **changed)  # type: ignore[arg-type]
        with pytest.raises(ReleaseError, match="no published release 9"):
            await _pin(crowd, connection, 9)

    play(sqlite_url, scenario)
