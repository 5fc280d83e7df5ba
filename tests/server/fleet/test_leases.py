"""Clones are found, and nobody else is taken for one."""

from __future__ import annotations

import random

import attrs
import pytest

from frisket_hub.fleet.leases import Lease, Verdict

from .conftest import OnHub
from .house import Hand, House


@attrs.define
class Twin:
    """An agent's folder: the lease, and the request that still waits for its answer. A clone is a copy of it."""

    lease: str | None = None
    waiting: str | None = None
    asked: int = 0

    def next_request(self, rng: random.Random) -> str:
        self.waiting = self.waiting or f"{rng.getrandbits(64):x}"
        return self.waiting

    def answered(self, lease: str | None) -> None:
        self.lease, self.waiting = lease, None
        self.asked += 1


@attrs.define
class Hub:
    """What the hub knows of one key."""

    lease: Lease = attrs.field(factory=Lease)
    forked: bool = False

    def check_in(self, shown: str | None, request: str) -> str | None:
        verdict = self.lease.judge(shown, request)
        if verdict is Verdict.FORK:
            self.forked = True
        if verdict is Verdict.NEXT:
            self.lease = self.lease.renewed(shown, request)
        return self.lease.current


def _go(hub: Hub, twin: Twin, rng: random.Random) -> None:
    """One check-in, of which the way there or the way back may fail, and which may come twice."""
    request = twin.next_request(rng)
    if rng.random() < 0.15:
        return
    answer = hub.check_in(twin.lease, request)
    if rng.random() < 0.1:
        hub.check_in(twin.lease, request)
    if rng.random() < 0.15:
        return
    twin.answered(answer)


@pytest.mark.parametrize("seed", range(10))
def test_no_interleaving_of_lost_requests_and_answers_is_a_false_alarm(seed: int) -> None:
    for at in range(100):
        rng = random.Random(f"{seed}.{at}")
        hub, agent = Hub(), Twin()
        for _ in range(rng.randrange(2, 40)):
            _go(hub, agent, rng)
        assert not hub.forked, (seed, at)


@pytest.mark.parametrize("seed", range(10))
def test_every_fork_is_found_as_soon_as_both_have_checked_in(seed: int) -> None:
    for at in range(100):
        rng = random.Random(f"{seed}.{at}")
        hub, agent = Hub(), Twin()
        for _ in range(rng.randrange(20)):
            _go(hub, agent, rng)
        twins = (agent, attrs.evolve(agent))
        for twin in twins:
            twin.asked = 0
        while min(twin.asked for twin in twins) < 2 and not hub.forked:
            _go(hub, rng.choice(twins), rng)
        # a request that waited when the copy was made is the same for both, and is answered to both once
        if not hub.forked:
            _go_for_sure(hub, twins, rng)
        assert hub.forked, (seed, at)


def _go_for_sure(hub: Hub, twins: tuple[Twin, Twin], rng: random.Random) -> None:
    for twin in twins:
        hub.check_in(twin.lease, twin.next_request(rng))


def test_a_fork_is_quarantined_and_its_readings_stay(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await hand.check_in()
        clone = Hand(house.http, key=hand.key, id=hand.id, lease=hand.lease, requests=100)
        assert (await hand.check_in()).status_code == 200
        answer = await clone.check_in()
        assert (answer.status_code, answer.json()["state"]) == (403, "quarantined")
        assert (await hand.check_in()).status_code == 403
        assert (await house.row(hand)).state == "quarantined"

    on_hub(scenario)


def test_a_lost_answer_is_given_again(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        first = await hand.check_in("same")
        hand.lease = None
        again = await hand.check_in("same")
        assert again.headers["frisket-lease"] == first.headers["frisket-lease"]
        assert again.json() == first.json()
        assert (await hand.check_in()).headers["frisket-lease"] != first.headers["frisket-lease"]

    on_hub(scenario)


def test_a_check_in_that_was_under_way_too_long_is_no_fork_and_has_no_effect(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await hand.check_in("first")
        lease = hand.lease
        await hand.check_in("second")
        await hand.check_in("third")
        before = await house.row(hand)
        late = Hand(house.http, key=hand.key, id=hand.id, lease=lease)
        assert (await late.check_in("second")).status_code == 409
        assert await house.row(hand) == before
        assert (await hand.check_in("fourth")).status_code == 200

    on_every_hub(scenario)


def test_after_a_person_accepts_it_again_one_goes_on_and_the_other_is_found_again(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await hand.check_in()
        clone = Hand(house.http, key=hand.key, id=hand.id, lease=hand.lease, requests=100)
        await hand.check_in()
        await clone.check_in()
        await house.accept(hand)
        lost = hand.lease
        assert (await hand.check_in("new")).status_code == 200
        hand.lease = lost
        assert (await hand.check_in("new")).status_code == 200
        assert (await clone.check_in()).status_code == 403

    on_hub(scenario)
