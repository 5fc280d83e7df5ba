"""The agent at work, in this process, on a bad day: nothing lost, nothing doubled, old release until the new one."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

from tests.chaos import ChaoticHub
from tests.core.agent.conftest import at_work, until
from tests.core.agent.made_up import made_up
from tests.core.agent.memory_hub import MemoryHub, memory_hub

from frisket.agent.folder import AgentFolder
from frisket.agent.service import Settings
from frisket.plugins import Registry

_QUIET: dict[str, Any] = {"cut": 0, "broken": 0, "duplicate": 0, "garbage": 0, "delay": 0}


def test_what_is_desired_is_scanned_reported_and_confirmed(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, printers: list[str]
) -> None:
    hub.want(*printers, "8.8.8.8", "\x1b[2J")

    async def work() -> list[str]:
        async with at_work(folder, hub, registry) as (agent, said):
            await until(lambda: len(hub.readings) >= 3, agent, scan_now=None)
            await until(lambda: hub.confirmations != [], agent)
            return said

    said = asyncio.run(work())
    confirmation = hub.confirmations[-1]
    assert (confirmation.generation, confirmation.state) == (1, "applied")
    assert [refusal.item for refusal in confirmation.refused] == ["8.8.8.8", "?[2J"]
    assert {json.loads(octets)["device"]["ip_address"] for octets in hub.readings.values()} == {
        target.partition(":")[0] for target in printers
    }
    assert any("scan: 3 addresses, 3 printers" in line for line in said)
    assert not hub.breaches


def test_ten_thousand_readings_on_a_bad_day(folder: AgentFolder, registry: Registry) -> None:
    generator = random.Random(11)
    with memory_hub(seed=11, delay=0.001) as (hub, day):

        async def work() -> list[int]:
            given: list[int] = []
            async with at_work(folder, hub, registry) as (agent, _):
                while len(given) < 10_000:
                    given += [agent.spool.add(made_up(device)) for device in range(generator.randint(1, 60))]
                    await agent._attempt("upload", agent.upload)
                while agent.spool.counts().waiting:
                    await agent._attempt("upload", agent.upload)
            return given

        given = asyncio.run(work())
        assert sorted(hub.readings) == given
        assert list(hub.readings) == given, "in the order of their numbers"
        assert not hub.breaches
        assert {"cut", "broken-before", "broken-after", "duplicate", "garbage"} <= set(day.happened)


def test_a_lost_answer_is_no_clone(folder: AgentFolder, registry: Registry) -> None:
    with memory_hub(seed=5, cut=0.4, broken=0.2, delay=0.001) as (hub, _):
        hub.want("127.0.0.1:1")

        async def work() -> None:
            for _ in range(10):  # and as many starts
                async with at_work(folder, hub, registry) as (agent, _):
                    for _ in range(8):
                        hub.want("127.0.0.1:1")
                        await agent._attempt("check-in", agent.check_in)

        asyncio.run(work())
        assert hub.agent.state == "active"
        assert not hub.breaches


def test_a_rejected_reading_is_kept_aside_and_holds_nothing_up(
    folder: AgentFolder, hub: MemoryHub, registry: Registry
) -> None:
    hub.reject = {2}

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            for device in range(3):
                agent.spool.add(made_up(device))
            await until(lambda: agent.spool.counts().waiting == 0, agent)
            assert [(stored.number, reason) for stored, reason in agent.spool.rejected()] == [(2, "not in this test")]

    asyncio.run(work())
    assert set(hub.readings) == {1, 3}


def test_uploads_that_are_too_large_become_smaller(folder: AgentFolder, hub: MemoryHub, registry: Registry) -> None:
    hub.most_octets = 600

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            for device in range(40):
                agent.spool.add(made_up(device, random.getrandbits(60)))
            await until(lambda: agent.spool.counts().waiting == 0, agent)

    asyncio.run(work())
    assert len(hub.readings) == 40


def test_an_agent_that_nobody_accepted_yet_keeps_its_readings(
    folder: AgentFolder, hub: MemoryHub, registry: Registry
) -> None:
    hub.accept_at_once = False

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            agent.spool.add(made_up(1))
            await until(lambda: any("pending" in line for line in said), agent)
            assert agent.spool.counts().waiting == 1
            hub.agent.state = "active"
            await until(lambda: set(hub.readings) == {1}, agent)

    asyncio.run(work())


# --- one thing's failure -----------------------------------------------------------------------


def test_without_a_hub_it_scans_on(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, printers: list[str]
) -> None:
    hub.want(*printers)

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await until(lambda: agent.state.state.desired is not None, agent)
        state = json.loads(folder.state.read_text(encoding="utf-8"))
        folder.state.write_text(json.dumps({**state, "hub": "http://127.0.0.1:1"}), encoding="utf-8")
        async with at_work(folder, hub, registry) as (agent, said):
            assert await agent.once(scan_now=True) is False
            assert agent.spool.counts().waiting == 3
            assert any("check-in failed" in line for line in said)

    asyncio.run(work())


def test_a_spool_that_breaks_during_a_scan_costs_what_was_in_it_and_no_reading_of_the_scan(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, printers: list[str]
) -> None:
    hub.want(*printers)

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            await until(lambda: agent.state.state.desired is not None, agent)
            folder.spool.write_bytes(b"\xa5" * 50_000)
            await agent.scan()
            assert any("set aside" in line for line in said)
            assert agent.spool.counts().waiting >= 2

    asyncio.run(work())


def test_a_ceiling_that_cannot_be_read_stops_the_scan_and_is_reported(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, printers: list[str]
) -> None:
    folder.ceiling.write_text("ranges = [", encoding="utf-8")
    hub.want(*printers)

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            await until(lambda: hub.confirmations != [], agent, scan_now=True)
            assert any("ceiling.toml" in line for line in said)

    asyncio.run(work())
    assert hub.confirmations[-1].state == "refused"
    assert {refusal.item for refusal in hub.confirmations[-1].refused} == set(printers)
    assert not hub.readings


def test_a_hub_cannot_make_it_scan_more_often_than_the_ceiling_allows(
    folder: AgentFolder, registry: Registry, printers: list[str]
) -> None:
    folder.ceiling.write_text("smallest_interval = 900", encoding="utf-8")
    with memory_hub(**_QUIET) as (hub, _):
        hub.retry_after = 0

        async def work() -> None:
            async with at_work(folder, hub, registry, Settings()) as (agent, _):
                for _ in range(5):
                    hub.want(*printers, scan_interval=60)
                    assert await agent.check_in() >= 30
                    if agent.scan_due_in() == 0:
                        await agent.scan()
                due = agent.scan_due_in()
                assert due is not None
                assert due > 890
                assert agent.spool.counts().waiting == 3

        asyncio.run(work())


def test_the_day_was_a_bad_one(bad_day: tuple[MemoryHub, ChaoticHub]) -> None:
    assert bad_day[1].cut == 0.05
    assert bad_day[1].garbage == 0.01
