"""Releases from a hub to the devices: taken whole or not at all, tried, kept or taken back, and the hub is told."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator

import attrs
import pytest
from tests.core.agent.conftest import Contents, at_work, changed, contents_of, network, other_release, until
from tests.core.agent.memory_hub import MemoryHub, memory_hub
from tests.core.releases.repository import TIMESTAMP_FILE, now

from frisket.agent.folder import AgentFolder
from frisket.agent.service import Agent
from frisket.cli.bundled import bundled_recordings
from frisket.lab import VirtualPrinter, load_recording, running_fleet
from frisket.plugins import Registry
from frisket.profile.database import ProfileFile
from frisket.releases.bundle import sha256
from frisket.wire.documents import Confirmation, Release, Trusted

Profiles = list[ProfileFile]


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    """On a good day: what is counted here is requests and confirmations."""
    with memory_hub(cut=0, broken=0, duplicate=0, garbage=0, delay=0) as (hub, _):
        yield hub


def last(hub: MemoryHub, release: Release) -> Confirmation:
    return [one for one in hub.confirmations if one.tried == release][-1]


def states(hub: MemoryHub, release: Release) -> list[str]:
    return [one.state for one in hub.confirmations if one.tried == release]


async def settled(agent: Agent, hub: MemoryHub, release: Release) -> Confirmation:
    """After check-ins and scans, until the hub knows what became of a release."""
    await until(lambda: bool(set(states(hub, release)) & {"healthy", "reverted", "failed"}), agent, scan_now=True)
    return last(hub, release)


# --- taken ----------------------------------------------------------------------------------------


def test_a_release_is_taken_tried_and_kept_and_the_hub_is_told_twice(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles, printers: list[str]
) -> None:
    hub.want(*printers)
    first = hub.publish(contents_of(profiles))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            confirmed = await settled(agent, hub, first)
            assert states(hub, first) == ["applied", "healthy"]
            assert confirmed.release == agent.updates.loaded.release == first
            assert {name: one.devices for name, one in confirmed.profiles.items()} == {
                "hp/laserjet@2": 2,
                "ricoh/mp@2": 1,
            }
            assert not folder.trial.exists()
            second = hub.publish(other_release(profiles, 2))
            await settled(agent, hub, second)
            assert states(hub, second) == ["applied", "healthy"]
            await agent.check_in()
            observed = hub.agent.observed
            assert observed is not None
            assert (observed.release, observed.state) == (second, "healthy")
            assert any("release 2 healthy" in line for line in said)

    asyncio.run(work())
    assert not hub.breaches


def test_one_changed_profile_costs_five_requests_and_few_octets(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles
) -> None:
    """Of a thousand profiles of twenty vendors."""
    hub.want()
    vendors = [f"vendor{number}" for number in range(17)]
    for vendor in vendors:
        hub.repository.vendors[vendor] = type(hub.repository.release).make()
    hub.repository.sign_targets()
    (model,) = (file for file in profiles if file.name == "ricoh/mp.yaml")
    many = [_of(model, vendor, number) for vendor in vendors for number in range(58)]
    contents = contents_of([*profiles, *many])
    first = hub.publish(contents)

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            await until(lambda: agent.updates.loaded.release == first, agent)
            assert len(agent.updates.loaded.database.profiles) > 980, said
            hub.fetched.clear()
            newer = changed([*profiles, *many], "vendor3/p7.yaml", "title: 7", "title: seven")
            second = hub.publish({**contents, "vendor3": contents_of(newer)["vendor3"]})
            await until(lambda: agent.updates.loaded.release == second, agent)
            assert len(hub.fetched) == 5, hub.fetched
            octets = sum(size for _, size in hub.fetched)
            metadata = len(hub.agent.last_answer[1])
            assert octets + metadata < 15_000
            assert any(".from." in path for path, _ in hub.fetched)

    asyncio.run(work())


def _of(model: ProfileFile, vendor: str, number: int) -> ProfileFile:
    """Another profile of its own size, which matches nothing that is there."""
    text = f"""schema: 1
profile: {vendor}/p{number}
version: 1
kind: device
title: {number}
extends: [std/printer-mib]
match: [{{sysDescr: '^{vendor} model {number}$'}}]
"""
    comment = "".join(f"# {line}\n" for line in model.text.splitlines())
    return ProfileFile(f"{vendor}/p{number}.yaml", f"{text}{comment}# {sha256(text.encode()) * 4}\n")


def test_a_patch_that_gives_something_else_costs_a_request_and_the_whole_is_taken(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles, release: Contents
) -> None:
    hub.want()
    first = hub.publish(release)

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await until(lambda: agent.updates.loaded.release == first, agent)
            for file in folder.bundles.glob("*"):
                # the hub has forgotten what is here
                for name in [name for name in hub.repository.files if file.stem in name]:
                    del hub.repository.files[name]
            hub.fetched.clear()
            second = hub.publish(other_release(profiles, 2))
            await until(lambda: agent.updates.loaded.release == second, agent)
            assert len([path for path, octets in hub.fetched if ".from." in path and not octets]) == 3

    asyncio.run(work())


def test_what_no_release_in_use_needs_is_removed(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles
) -> None:
    hub.want()

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            for number in range(4):
                newest = hub.publish(other_release(profiles, number))
                await settled(agent, hub, newest)
            assert len(list(folder.bundles.iterdir())) == 6
            assert len(list(folder.releases.iterdir())) == 4
            # rolling back is a new number with old content
            back = hub.publish(other_release(profiles, 2))
            await settled(agent, hub, back)
            assert agent.updates.loaded.release == back

    asyncio.run(work())


# --- not taken ------------------------------------------------------------------------------------


def broken_profile(hub: MemoryHub, profiles: Profiles) -> None:
    hub.publish(contents_of(changed(profiles, "ricoh/mp.yaml", "extends:", "nonsense: 1\nextends:")))


def failing_case(hub: MemoryHub, profiles: Profiles) -> None:
    case = {
        "device.snmprec": b"1.3.6.1.2.1.1.1.0|4|RICOH\n",
        "expect.yaml": b"profile: ricoh/mp\ndevice: {model: 42}\n",
    }
    hub.publish(contents_of(profiles, {"ricoh/mp.cases/one": case}))


def spoilt_bundle(hub: MemoryHub, profiles: Profiles) -> None:
    hub.publish(other_release(profiles, 2))
    files = hub.repository.files
    hub.repository.files = {name: b"spoilt" if name.endswith(".bundle@2.tar") else files[name] for name in files}


def missing_bundle(hub: MemoryHub, profiles: Profiles) -> None:
    hub.publish(other_release(profiles, 2))
    files = hub.repository.files
    hub.repository.files = {name: octets for name, octets in files.items() if not name.endswith(".bundle@2.tar")}


def expired(hub: MemoryHub, profiles: Profiles) -> None:
    contents = other_release(profiles, 2)
    published = hub.repository.publish(contents)
    hub.repository.sign_timestamp(at=now() - dt.timedelta(days=3))
    hub.offer(Release(number=published.number, sha256=published.sha256))


def forked(hub: MemoryHub, _: Profiles) -> None:
    hub.offer(Release(number=1, sha256="ab" * 32))


def never_signed(hub: MemoryHub, _: Profiles) -> None:
    hub.offer(Release(number=2, sha256="ab" * 32))


def other_manifest(hub: MemoryHub, profiles: Profiles) -> None:
    hub.repository.publish(other_release(profiles, 2))
    hub.offer(Release(number=2, sha256="ab" * 32))


@pytest.mark.parametrize(
    ("spoil", "code", "lasting"),
    [
        (broken_profile, "does-not-load", True),
        (failing_case, "self-test", True),
        (spoilt_bundle, "wrong-content", False),
        (missing_bundle, "missing", False),
        (expired, "expired", False),
        (forked, "fork", True),
        (never_signed, "not-delegated", False),
        (other_manifest, "fork", False),
    ],
)
def test_a_release_that_cannot_be_taken_leaves_the_old_one_and_scanning_goes_on(
    folder: AgentFolder,
    hub: MemoryHub,
    registry: Registry,
    *,
    profiles: Profiles,
    printers: list[str],
    spoil: Callable[[MemoryHub, Profiles], None],
    code: str,
    lasting: bool,
) -> None:
    hub.want(*printers)
    good = hub.publish(contents_of(profiles))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            await settled(agent, hub, good)
            before = agent.updates.loaded
            spoil(hub, profiles)
            assert hub.desired is not None
            wanted, generation = hub.desired.release, hub.desired.generation
            assert wanted is not None
            confirmed = await settled(agent, hub, wanted)
            assert (confirmed.state, confirmed.code, confirmed.release) == ("failed", code, good)
            assert confirmed.detail
            assert agent.updates.loaded is before
            # what may be had the next time is asked for again; what does not load is not downloaded each hour
            assert (agent.state.state.generation == generation) is lasting
            readings, words = len(hub.readings), len(said)
            fetched = len(hub.fetched)
            await agent.once(scan_now=True)
            await agent.once(scan_now=True)
            assert len(hub.readings) > readings
            if code in ("does-not-load", "self-test"):
                assert len(hub.fetched) == fetched
            if not lasting:
                assert not [line for line in said[words:] if code in line], "is said once"
                checked_in = hub.agent.checked_in
                assert checked_in is not None
                assert checked_in.trusted.problem == code
        async with at_work(folder, hub, registry) as (agent, _):
            assert agent.updates.loaded.release == good

    asyncio.run(work())


def test_what_was_wrong_and_is_put_right_is_taken(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles
) -> None:
    hub.want()
    expired(hub, profiles)
    assert hub.desired is not None
    wanted = hub.desired.release
    assert wanted is not None

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            assert (await settled(agent, hub, wanted)).code == "expired"
            hub.repository.sign_online()
            await until(lambda: agent.updates.loaded.release == wanted, agent)
            assert agent.state.state.trust_problem == ""
            assert any("trusted again" in line for line in said)

    asyncio.run(work())


def test_an_older_release_is_never_taken(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles
) -> None:
    hub.want()
    first = hub.publish(other_release(profiles, 1))
    second = hub.publish(other_release(profiles, 2))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, second)
            hub.offer(first)
            confirmed = await settled(agent, hub, first)
            assert (confirmed.state, confirmed.code, confirmed.release) == ("failed", "older", second)

    asyncio.run(work())


# --- trust ----------------------------------------------------------------------------------------


def test_an_agent_without_a_root_trusts_the_first_that_comes_and_says_so(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, release: Contents
) -> None:
    hub.sends_root = False
    hub.want()
    offered = hub.publish(release)

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            assert not folder.root.exists()
            await settled(agent, hub, offered)
            assert any("ATTENTION: root 1" in line for line in said)
            assert folder.root.read_bytes() == hub.repository.bootstrap

    asyncio.run(work())


def test_an_agent_that_trusts_another_root_takes_nothing(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, release: Contents
) -> None:
    hub.want()
    other = type(hub.repository).of("std", "hp", "ricoh")

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            folder.write(folder.root, other.bootstrap)
            offered = hub.publish(release)
            confirmed = await settled(agent, hub, offered)
            assert (confirmed.state, confirmed.code) == ("failed", "not-signed")
            assert agent.updates.loaded.release is None

    asyncio.run(work())


def test_a_timestamp_that_ends_soon_is_asked_for_and_roots_are_followed(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, release: Contents
) -> None:
    hub.want()
    offered = hub.publish(release)

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, offered)
            trust = agent.check_ins.newer_releases().trust
            hub.repository.sign_root()
            hub.repository.sign_timestamp(at=now() - dt.timedelta(hours=30))
            hub.want()
            await agent.check_in()
            standing = trust.standing()
            assert standing.root is not None
            assert standing.timestamp is not None
            assert (standing.root.version, standing.timestamp.version) == (2, 2)
            hub.repository.sign_timestamp()
            await agent.check_in()
            await agent.check_in()
            checked_in = hub.agent.checked_in
            assert checked_in is not None
            assert checked_in.trusted == Trusted(root=2, timestamp=3)

    asyncio.run(work())


def test_metadata_that_a_power_cut_spoilt_is_had_again(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles
) -> None:
    hub.want()
    first = hub.publish(other_release(profiles, 1))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, first)
            for file in [*folder.trust.glob("*.json"), *folder.trust.glob("root_history/*")]:
                file.write_bytes(b"")
            second = hub.publish(other_release(profiles, 2))
            await settled(agent, hub, second)
            assert agent.updates.loaded.release == second

    asyncio.run(work())


# --- held -----------------------------------------------------------------------------------------


def test_a_profile_that_needs_what_the_agent_lacks_is_held_and_holds_nothing_back(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles, printers: list[str]
) -> None:
    hub.want(*printers)
    first = hub.publish(contents_of(profiles))
    newer = changed(profiles, "ricoh/mp.yaml", "ricoh.model]", "ricoh.unheard_of]")
    newer = changed(newer, "ricoh/mp.yaml", "version: 2", "version: 3")
    newer = changed(newer, "hp/laserjet.yaml", "version: 2", "version: 3")

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, first)
            second = hub.publish(contents_of(newer))
            confirmed = await settled(agent, hub, second)
            assert confirmed.state == "healthy"
            assert set(confirmed.profiles) == {"hp/laserjet@3", "ricoh/mp@2"}
            third = hub.publish(contents_of(changed(newer, "hp/laserjet.yaml", "version: 3", "version: 4")))
            await settled(agent, hub, third)
        async with at_work(folder, hub, registry) as (agent, _):
            assert agent.updates.loaded.release == third
            assert agent.updates.loaded.database.profiles["ricoh/mp"].version == 2
            await agent.check_in()
            checked_in = hub.agent.checked_in
            assert checked_in is not None
            ((item, reason),) = ((one.item, one.reason) for one in checked_in.held)
            assert item == "ricoh/mp"
            assert reason.startswith("stays at version 2: unknown step 'ricoh.unheard_of'")

    asyncio.run(work())


# --- taken back -----------------------------------------------------------------------------------


def swap_counters(profiles: Profiles) -> Profiles:
    for before, after in (("print.mono", "xxx"), ("print.color", "print.mono"), ("xxx", "print.color")):
        profiles = changed(profiles, "ricoh/engine.yaml", f"page_counts.{before}:", f"page_counts.{after}:")
    return profiles


def lose_counter(profiles: Profiles) -> Profiles:
    return changed(profiles, "hp/jetdirect.yaml", "pml.4.1.2.22.0", "pml.4.1.2.99.0")


def other_serial(profiles: Profiles) -> Profiles:
    return changed(
        profiles, "ricoh/engine.yaml", "- {oid: net.2.1.4.0, pipe: [text,", "- {oid: net.1.1.1.0, pipe: [text,"
    )


def no_printer(profiles: Profiles) -> Profiles:
    return changed(profiles, "std/identity.yaml", "not_printer:\n", "not_printer:\n  - sysDescr: '(?i)ricoh'\n")


@pytest.mark.parametrize(
    ("spoil", "profile", "worse"),
    [
        (swap_counters, "ricoh/mp@2", {"counters_wrong": 1}),
        (lose_counter, "hp/laserjet@2", {"fields_lost": 2}),
        (other_serial, "ricoh/mp@2", {"identity_changed": 1}),
        (no_printer, "ricoh/mp@2", {"unrecognised": 1}),
    ],
)
def test_a_release_that_does_harm_is_taken_back_by_the_agent_itself_and_not_tried_again(
    folder: AgentFolder,
    hub: MemoryHub,
    registry: Registry,
    *,
    profiles: Profiles,
    printers: list[str],
    spoil: Callable[[Profiles], Profiles],
    profile: str,
    worse: dict[str, int],
) -> None:
    hub.want(*printers)
    good = hub.publish(contents_of(profiles))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            await settled(agent, hub, good)
            bad = hub.publish(contents_of(spoil(profiles)))
            confirmed = await settled(agent, hub, bad)
            assert states(hub, bad) == ["applied", "reverted"]
            assert (confirmed.code, confirmed.release) == ("coverage-lost", good)
            assert profile in confirmed.detail
            health = attrs.asdict(confirmed.profiles[profile])
            assert {name: count for name, count in health.items() if count and name != "devices"} == worse
            assert [name for name, one in confirmed.profiles.items() if one.worse] == [profile]
            assert any("release 2 taken back" in line for line in said)
            await agent.check_in()
            observed = hub.agent.observed
            assert observed is not None
            assert (observed.release, observed.state) == (good, "reverted")
            fetched = len(hub.fetched)
            hub.want(*printers)
            await until(lambda: len(states(hub, bad)) == 3, agent, scan_now=True)
            assert last(hub, bad).state == "reverted"
            assert last(hub, bad).profiles == confirmed.profiles
            assert len(hub.fetched) == fetched
        async with at_work(folder, hub, registry) as (agent, _):
            assert agent.updates.loaded.release == good

    asyncio.run(work())


def test_what_a_release_changes_on_purpose_is_no_reason(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles, printers: list[str]
) -> None:
    hub.want(*printers)
    good = hub.publish(contents_of(profiles))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, good)
            expected = {"hp/laserjet": frozenset({"page_counts.total.all.two"})}
            other = hub.publish(contents_of(lose_counter(profiles)), expected)
            confirmed = await settled(agent, hub, other)
            assert (confirmed.state, confirmed.release) == ("healthy", other)

    asyncio.run(work())


def test_a_device_that_was_switched_off_meanwhile_is_no_reason(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles
) -> None:
    recordings = [load_recording(path) for path in bundled_recordings(registry)]
    names = ("laserjet-m604", "mp-c3004")
    chosen = {one.path.name: one for one in recordings if one.path is not None and one.path.name in names}

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            virtual = [VirtualPrinter(chosen[name]) for name in sorted(chosen)]
            with running_fleet(virtual, base=network(1), port_offset=11_000) as fleet:
                targets = [f"{printer.address}:{printer.snmp_port}" for printer in fleet.printers]
                hub.want(*targets)
                first = hub.publish(contents_of(profiles))
                await settled(agent, hub, first)
            with running_fleet(virtual[:1], base=network(1), port_offset=11_000):
                second = hub.publish(other_release(profiles, 2))
                confirmed = await settled(agent, hub, second)
                assert confirmed.state == "healthy"
                assert {name: one.devices for name, one in confirmed.profiles.items()} == {"hp/laserjet@2": 1}

    asyncio.run(work())


def test_a_release_that_takes_the_process_with_it_is_taken_back_at_the_second_start(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles, printers: list[str]
) -> None:
    hub.want(*printers)
    good = hub.publish(contents_of(profiles))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, good)
            bad = hub.publish(other_release(profiles, 2))
            await agent.check_in()
            assert agent.updates.loaded.release == bad
            as_it_died = folder.trial.read_bytes()
        # an end that it was told to make is no death
        async with at_work(folder, hub, registry) as (agent, _):
            assert agent.updates.on_trial is not None
            assert agent.updates.on_trial.deaths == 0
        for deaths in (1, 2):
            folder.trial.write_bytes(as_it_died)
            async with at_work(folder, hub, registry) as (agent, said):
                if deaths == 1:
                    assert agent.updates.loaded.release == bad
                    assert agent.updates.on_trial is not None
                    as_it_died = as_it_died.replace(b'"deaths":0', b'"deaths":1')
                    continue
                assert "release 2 is taken back: crashed" in said[0]
                assert agent.updates.loaded.release == good
                await agent.once(scan_now=False)
                assert (last(hub, bad).state, last(hub, bad).code, last(hub, bad).release) == (
                    "reverted",
                    "crashed",
                    good,
                )

    asyncio.run(work())


# --- damage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["current", "bundle", "manifest", "gone"])
def test_a_current_release_that_is_damaged_is_said_and_had_again(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, release: Contents, damage: str
) -> None:
    hub.want()
    offered = hub.publish(release)
    bundle = folder.bundles / f"{sha256(release['hp'])}.tar"

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, offered)
        if damage == "current":
            folder.current.write_bytes(b"\x00" * 50)
        elif damage == "bundle":
            bundle.write_bytes(bundle.read_bytes()[:-100])
        elif damage == "manifest":
            (folder.releases / f"{offered.sha256}.json").write_bytes(b"{}")
        else:
            bundle.unlink()
        async with at_work(folder, hub, registry) as (agent, said):
            assert agent.updates.loaded.release is None
            assert "cannot be used" in said[0]
            await until(lambda: agent.updates.loaded.release == offered, agent)

    asyncio.run(work())


def test_before_a_damaged_release_comes_the_one_before(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles
) -> None:
    hub.want()
    first = hub.publish(other_release(profiles, 1))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, first)
            second = hub.publish(other_release(profiles, 2))
            await settled(agent, hub, second)
        (folder.releases / f"{second.sha256}.json").unlink()
        async with at_work(folder, hub, registry) as (agent, said):
            assert agent.updates.loaded.release == first
            assert "release 1 stand in" in said[0]
            await until(lambda: agent.updates.loaded.release == second, agent)

    asyncio.run(work())


def test_a_verdict_that_was_written_is_carried_out_after_a_cut(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, profiles: Profiles, printers: list[str]
) -> None:
    hub.want(*printers)
    good = hub.publish(contents_of(profiles))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, _):
            await settled(agent, hub, good)
            bad = hub.publish(contents_of(swap_counters(profiles)))
            await agent.check_in()
            assert agent.updates.loaded.release == bad
            trial = agent.updates.trials.trial
            assert trial is not None
            agent.updates.trials.change(
                verdict=Confirmation(generation=2, release=good, state="reverted", code="coverage-lost", tried=bad)
            )
        async with at_work(folder, hub, registry) as (agent, _):
            assert agent.updates.loaded.release == good
            assert not folder.trial.exists()
            await agent.check_in()
            assert last(hub, bad).state == "reverted"

    asyncio.run(work())


def test_the_hub_is_on_a_good_day(hub: MemoryHub) -> None:
    assert TIMESTAMP_FILE not in hub.repository.files
