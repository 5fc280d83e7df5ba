"""What a check-in answers, what it writes down, and when the agent comes again."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from frisket_hub.fleet import desired
from frisket_hub.fleet.check_in import OBSERVED, seconds_to_next
from frisket_hub.routing import NotFound
from frisket_hub.store.schema import confirmations
from frisket_hub.store.scope import Scope

from .conftest import OnHub
from .house import LONG_AGO, Hand, House, now


async def _change(house: House, hand: Hand, *targets: str, scope: Scope | None = None, interval: int = 3600) -> int:
    return await house.store.write(
        lambda writing: desired.change(
            writing,
            scope or house.scope,
            hand.id,
            scan_interval=interval,
            targets=targets,
            exclude=(),
            actor=house.admin,
        )
    )


def test_an_agent_gets_what_it_should_have_until_it_has_it(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        assert await _change(house, hand, "192.0.2.0/24", " 192.0.2.0/24 ", "") == 2
        answer = await hand.check_in()
        assert answer.status_code == 200
        assert answer.json() == {
            "generation": 2,
            "scan_interval": 3600,
            "targets": ["192.0.2.0/24"],
            "exclude": [],
            "release": None,
            "metadata": None,
        }
        assert (await hand.check_in(generation=2, state="applied")).status_code == 204
        assert await _change(house, hand, "192.0.2.7", interval=600) == 3
        assert (await hand.check_in(generation=2, state="applied")).json()["scan_interval"] == 600

    on_every_hub(scenario)


def test_a_change_that_changes_nothing_is_no_generation(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        assert await _change(house, hand, "192.0.2.7") == 2
        assert await _change(house, hand, "192.0.2.7") == 2

    on_hub(scenario)


def test_another_members_agent_is_not_changed(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        with pytest.raises(NotFound):
            await _change(house, hand, "192.0.2.7", scope=Scope.of([house.provider.member_id]))
        assert (await house.row(hand)).generation == 1

    on_hub(scenario)


@pytest.mark.parametrize("interval", [0, 59, 604_801])
def test_an_interval_out_of_bounds_is_refused(on_hub: OnHub, interval: int) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        with pytest.raises(ValueError, match="minutes"):
            await _change(house, hand, "192.0.2.7", interval=interval)

    on_hub(scenario)


def test_a_check_in_is_written_down_and_says_when_to_come_again(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        answer = await hand.check_in(generation=1, state="applied")
        row = await house.row(hand)
        assert row.observed is not None
        assert row.observed["observed"] == {"generation": 1, "release": None, "state": "applied"}
        assert set(row.observed) == set(OBSERVED)
        assert row.last_check_in_at is not None
        assert row.next_check_in_at is not None
        wait = int(answer.headers["retry-after"])
        assert row.next_check_in_at - row.last_check_in_at == dt.timedelta(seconds=wait)
        told = dt.datetime.fromisoformat(answer.headers["frisket-time"])
        assert abs(told - now()) < dt.timedelta(seconds=10)

    on_hub(scenario)


def test_agents_come_about_every_hour_each_at_its_own_minute() -> None:
    phases = set()
    for at in range(50):
        agent, time = f"a_{at}", LONG_AGO + dt.timedelta(seconds=at * 97)
        waits = []
        for _ in range(20):
            waits.append(seconds_to_next(agent, time))
            time += dt.timedelta(seconds=waits[-1])
        assert all(1_440 <= wait <= 5_760 for wait in waits)
        assert 3_300 <= sum(waits[1:]) / len(waits[1:]) <= 3_900
        phases.add(int(time.timestamp()) % 3_600 // 600)
    assert len(phases) == 6


async def _confirm(house: House, hand: Hand, generation: int, state: str, **rest: object) -> int:
    document = {
        "generation": generation,
        "release": None,
        "state": state,
        "code": "",
        "detail": "",
        "refused": [],
        **rest,
    }
    return (await hand.post("/agent/v1/confirm", document)).status_code


def test_confirmations_are_kept_once_and_move_what_is_observed(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await hand.check_in()
        for _ in range(3):
            assert (
                await _confirm(house, hand, 1, "applied", code="partly", refused=[{"item": "x", "reason": "y"}]) == 204
            )
        assert await _confirm(house, hand, 1, "healthy") == 204
        assert await _confirm(house, hand, 1, "applied") == 204
        rows = await house.rows(select(confirmations).order_by(confirmations.c.at))
        assert [(row["generation"], row["state"], row["code"]) for row in rows] == [
            (1, "applied", "partly"),
            (1, "healthy", ""),
        ]
        observed = (await house.row(hand)).observed
        assert observed is not None
        assert observed["observed"] == {"generation": 1, "release": None, "state": "healthy"}

    on_every_hub(scenario)


def test_the_confirmation_of_an_older_generation_moves_nothing(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await _change(house, hand, "192.0.2.7")
        await hand.check_in(generation=1, state="applied")
        before = await house.row(hand)
        assert await _confirm(house, hand, 1, "failed", code="x") == 204
        assert (await house.row(hand)).observed == before.observed
        rows = await house.rows(select(confirmations.c.state).order_by(confirmations.c.state))
        assert [row["state"] for row in rows] == ["applied", "failed"]

    on_hub(scenario)


def test_what_failed_is_not_taken_for_running(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await hand.check_in(generation=0)
        assert await _confirm(house, hand, 1, "failed", code="hash") == 204
        observed = (await house.row(hand)).observed
        assert observed is not None
        assert observed["observed"] == {"generation": 0, "release": None, "state": "failed"}

    on_hub(scenario)
