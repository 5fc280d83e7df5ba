"""A hub in other hands (THREATS 3, R): the last good release stays in use, the hub is told why, the next mends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from tests.core.agent.conftest import at_work, contents_of, other_release, until
from tests.core.agent.memory_hub import MemoryHub, memory_hub
from tests.core.releases.repository import TIMESTAMP_FILE, Published, Repository
from tests.core.releases.site import HP, HUB

from frisket.agent.folder import AgentFolder
from frisket.plugins import Registry
from frisket.profile.database import ProfileFile
from frisket.releases import metadata
from frisket.releases.bundle import sha256
from frisket.releases.keys import SigningKey
from frisket.releases.manifest import BundleReference, Manifest, to_octets
from frisket.releases.roles import RELEASE, SNAPSHOT, bundle_path, manifest_path
from frisket.wire.documents import Confirmation, Release

Profiles = list[ProfileFile]
# What becomes of the honest repository in the attacker's hands, and the release that its hub then names
Attack = Callable[[Repository, Profiles], tuple[Repository, Published]]


@pytest.fixture
def hub() -> Iterator[MemoryHub]:
    with memory_hub(cut=0, broken=0, duplicate=0, garbage=0, delay=0) as (hub, _):
        yield hub


# --- attacks; the agent runs release 2 -------------------------------------------------------------


def release_below_the_applied(honest: Repository, _: Profiles) -> tuple[Repository, Published]:
    return honest.taken_over(*HUB), Published(1, honest.targets_of(RELEASE)["releases/1.json"].sha256)


def old_vendor_metadata(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over(*HUB, "release", "std", "ricoh", "hp")
    third = evil.publish(other_release(profiles, 3))
    evil.current[HP] = evil.files["metadata/1.vendor-hp.json"]
    evil.sign_online()
    return evil, third


def old_snapshot(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over(*HUB)
    evil.current[SNAPSHOT] = evil.files["metadata/1.snapshot.json"]
    evil.sign_timestamp()
    return evil, Published(3, "ab" * 32)


def online_keys_of_nobody(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("release", "std", "hp", "ricoh")
    return evil, evil.publish(other_release(profiles, 3))


def root_of_one_person(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("people", "release", "std", "hp", "ricoh")
    evil.sign_root(evil.people[0])
    return evil, evil.publish(other_release(profiles, 3))


def bundle_in_the_name_of_another_vendor(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("ricoh", "release", *HUB)
    return evil, evil.publish({**contents_of(profiles), "hp": other_release(profiles, 3)["hp"]})


def bundle_that_the_release_role_signs(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("release", *HUB)
    octets = other_release(profiles, 3)["hp"]
    target = evil.put_target(bundle_path("hp", 7), octets)
    evil.sign_role(RELEASE, evil.release, target)
    reference = BundleReference(version=7, sha256=target.sha256, length=target.length)
    return evil, evil.publish_manifest(Manifest(number=3, bundles={"hp": reference}))


def release_that_a_vendor_signs(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("hp", *HUB)
    reference = evil.add_bundle("hp", other_release(profiles, 3)["hp"])
    octets = to_octets(Manifest(number=3, bundles={"hp": reference}))
    evil.sign_role(HP, evil.vendors["hp"], evil.put_target(manifest_path(3), octets))
    evil.sign_online()
    return evil, Published(3, sha256(octets))


def revoked_vendor(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    stolen = honest.vendors.pop("hp")
    honest.sign_targets()
    honest.sign_online()
    honest.vendors["hp"] = stolen
    evil = honest.taken_over("hp", "release", *HUB)
    return evil, evil.publish({**contents_of(profiles), "hp": other_release(profiles, 3)["hp"]})


def bundle_that_expands_without_end(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("release", "std", "hp", "ricoh", *HUB)
    third = evil.publish(other_release(profiles, 3))
    for name in evil.files:
        if name.endswith("bundle@3.tar"):
            evil.files[name] = bytes(64 << 20)
    return evil, third


def metadata_that_expands_without_end(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("release", "std", "hp", "ricoh", *HUB)
    third = evil.publish(other_release(profiles, 3))
    evil.files[metadata.file_name(HP, evil.current[HP])] = bytes(64 << 20)
    return evil, third


def flipped_bit(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("release", "std", "hp", "ricoh", *HUB)
    third = evil.publish(other_release(profiles, 3))
    for name, octets in evil.files.items():
        if name.endswith("bundle@3.tar"):
            evil.files[name] = octets[:600] + bytes([octets[600] ^ 1]) + octets[601:]
    return evil, third


def truncated(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("release", "std", "hp", "ricoh", *HUB)
    third = evil.publish(other_release(profiles, 3))
    evil.files[TIMESTAMP_FILE] = evil.files[TIMESTAMP_FILE][:-9]
    return evil, third


def fork(honest: Repository, profiles: Profiles) -> tuple[Repository, Published]:
    evil = honest.taken_over("release", "std", "hp", "ricoh", *HUB)
    evil.publish(other_release(profiles, 3))
    return evil, Published(3, "ab" * 32)


ATTACKS: list[tuple[Attack, str]] = [
    (release_below_the_applied, "older"),
    (old_vendor_metadata, "older"),
    (old_snapshot, "older"),
    (online_keys_of_nobody, "not-signed"),
    (root_of_one_person, "not-signed"),
    (bundle_in_the_name_of_another_vendor, "not-signed"),
    (bundle_that_the_release_role_signs, "not-delegated"),
    (release_that_a_vendor_signs, "not-delegated"),
    (revoked_vendor, "not-delegated"),
    (bundle_that_expands_without_end, "too-large"),
    (metadata_that_expands_without_end, "too-large"),
    (flipped_bit, "wrong-content"),
    (truncated, "unreadable"),
    (fork, "fork"),
]


@pytest.mark.parametrize(("attack", "code"), ATTACKS, ids=lambda value: getattr(value, "__name__", None))
def test_an_attack_leaves_the_last_good_release_and_the_hub_is_told_why(
    folder: AgentFolder, hub: MemoryHub, registry: Registry, *, profiles: Profiles, attack: Attack, code: str
) -> None:
    hub.want()
    hub.publish(other_release(profiles, 1))
    good = hub.publish(contents_of(profiles))

    async def work() -> None:
        async with at_work(folder, hub, registry) as (agent, said):
            await until(lambda: agent.updates.loaded.release == good, agent)
            before = agent.updates.loaded
            honest = hub.repository
            hub.repository, named = attack(honest, profiles)
            offered = Release(number=named.number, sha256=named.sha256)
            hub.offer(offered)
            await until(lambda: any(one.tried == offered for one in hub.confirmations), agent)
            told = last(hub, offered)
            assert (told.state, told.code, told.release) == ("failed", code, good)
            assert told.detail
            assert agent.updates.loaded is before
            assert all(line.isprintable() for line in said)
            hub.repository = honest
            hub.offer(mended(honest, profiles))
            await until(lambda: agent.updates.loaded is not before, agent)
        async with at_work(folder, hub, registry) as (agent, _):
            assert hub.desired is not None
            assert agent.updates.loaded.release == hub.desired.release

    asyncio.run(work())
    assert not hub.breaches


def mended(honest: Repository, profiles: Profiles) -> Release:
    """New online keys, then the next release: what every one of these attacks is followed by."""
    honest.snapshot, honest.timestamp = SigningKey.make(), SigningKey.make()
    honest.sign_root()
    honest.sign_targets()
    published = honest.publish(other_release(profiles, 9))
    return Release(number=published.number, sha256=published.sha256)


def last(hub: MemoryHub, release: Release) -> Confirmation:
    return [one for one in hub.confirmations if one.tried == release][-1]
