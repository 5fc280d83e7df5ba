"""How a rollout's page counts: exactly where agents are few, by shares where they are many."""

from __future__ import annotations

import asyncio
import datetime as dt
import re

import pytest
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.portal.progress_chart import grown
from frisket_hub.portal.rollout_view import ring_of, rollout_view
from frisket_hub.store import pages, schema
from frisket_hub.store.pages import OfferedCount, Reach, RolloutRow
from tests.server.portal.hubs import Hub, open_hub, words_of

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def _row(*, ring: int = 2, volunteers: tuple[str, ...] = ()) -> RolloutRow:
    return RolloutRow(
        id="r_1", release_number=4, state="running", rings=(0.1, 0.5, 1.0), ring=ring, ring_at=AT, soak=60, minimum=3,
        failure_limit=0.03, volunteers=volunteers, heard_at=None, reason="", incident=None, started_by=None,
        started_at=AT, ended_at=None,
    )  # fmt: skip


def _offered(ring: int, state: str, count: int, minutes: int = 0, *, said: bool = True) -> OfferedCount:
    at = AT + dt.timedelta(minutes=minutes)
    return OfferedCount(
        ring=ring, state=state, count=count, first_offered_at=at,
        reported_at=at + dt.timedelta(minutes=30) if said else None,
    )  # fmt: skip


def test_a_ring_of_a_small_fleet_holds_those_that_it_offered_and_those_that_it_will() -> None:
    row, ids = _row(), [f"a_{number}" for number in range(200)]
    offered = (_offered(1, "healthy", 11), _offered(2, "offered", 3, said=False))
    view = rollout_view(row, Reach(offered=offered, active=214, waiting=ids, all_read=True))
    waiting = [sum(ring_of(row, agent) == number for agent in ids) for number in (1, 2, 3)]
    assert [ring.agents for ring in view.rings] == [11 + waiting[0], 3 + waiting[1], waiting[2]]
    assert not any(ring.about for ring in view.rings)
    assert (view.agents, view.waiting) == (214, 200)


def test_an_agent_that_was_offered_it_and_is_active_no_more_still_counts() -> None:
    view = rollout_view(_row(), Reach(offered=[_offered(1, "healthy", 2)], active=1, waiting=(), all_read=True))
    assert view.agents == 2


def test_a_ring_of_a_large_fleet_is_its_share_without_the_volunteers() -> None:
    offered = (_offered(0, "healthy", 4), _offered(1, "healthy", 900), _offered(2, "failed", 5))
    reach = Reach(offered=offered, active=10_005, waiting=["a_v"], all_read=False)
    view = rollout_view(_row(volunteers=("a_v",)), reach)
    assert [ring.agents for ring in view.rings] == [5, 1_000, 4_000, 5_000]
    assert [ring.about for ring in view.rings] == [False, True, True, True]
    assert (view.agents, view.counts.reached) == (10_005, 909)


def test_a_ring_never_holds_fewer_than_it_offered() -> None:
    reach = Reach(offered=[_offered(1, "healthy", 1_100)], active=10_000, waiting=(), all_read=False)
    assert rollout_view(_row(ring=1), reach).rings[0].agents == 1_100


def test_what_was_reported_grows_in_the_order_of_time_whatever_the_ring() -> None:
    offered = [
        _offered(2, "healthy", 5, 20), _offered(1, "healthy", 3, 10), _offered(1, "failed", 2, 15),
        _offered(1, "reverted", 1, 5), _offered(3, "offered", 7, said=False),
    ]  # fmt: skip
    assert [each.count for each in grown(offered, ("healthy",))] == [3, 8]
    assert [each.count for each in grown(offered, pages.FAILED)] == [1, 3]


@pytest.mark.parametrize("more", [-1, 0])
def test_only_a_large_fleet_is_told_about(database_url: str, more: int) -> None:
    """The rollout of this fleet was offered to half of its 240 agents."""
    there = 240

    async def grow(connection: AsyncConnection) -> None:
        one = dict((await connection.execute(select(schema.agents).limit(1))).mappings().one())
        added = pages.READ_ONE_BY_ONE - there + 1 + more
        rows = [{**one, "id": f"a_{n}", "name": f"n{n}", "public_key": f"{n:064}"} for n in range(added)]
        for start in range(0, added, 500):
            await connection.execute(insert(schema.agents), rows[start : start + 500])

    async def scenario(hub: Hub) -> None:
        await hub.store.write(grow)
        async with hub.person() as ada:
            words = words_of(await ada.get(f"/rollouts/{hub.there.rollouts['running']}/state"))
        rings = [int(count.replace(",", "")) for count in re.findall(r"% (?:about )?([\d,]+) agents? ", words)]
        assert words.count("about ") == (0 if more else 4), words
        assert len(rings) == 4
        assert more == 0 or sum(rings) == pages.READ_ONE_BY_ONE
        assert "of 2,00" in words

    async def run() -> None:
        async with open_hub(database_url, "rolling") as hub:
            await scenario(hub)

    asyncio.run(run())
