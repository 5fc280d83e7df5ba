"""The TUF attack suite, continued: endless and wrong content, others' paths, damage, a hub that tries everything."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.releases.repository import TIMESTAMP_FILE, Published, Repository, now, small_bundle
from tests.core.releases.site import HP, HUB, RICOH, Agent, Site, edited, publish
from tuf.api.metadata import DelegatedRole, Delegations, MetaFile, Targets

from frisket.errors import TrustError
from frisket.releases import bundle, compression, metadata
from frisket.releases.client import MAX_RELEASE
from frisket.releases.fetching import MAX_METADATA
from frisket.releases.keys import SigningKey
from frisket.releases.manifest import BundleReference, Manifest, to_octets
from frisket.releases.metadata import Target
from frisket.releases.roles import (
    RELEASE,
    SNAPSHOT,
    TIMESTAMP,
    bundle_path,
    manifest_path,
    target_file,
    vendor_role,
)

# --- endless data --------------------------------------------------------------------------------


@attrs.define
class Endless:
    """Sends without end where a path ends so, up to what its client allows and one octet more."""

    repository: Repository
    end: str
    asked: list[int] = attrs.field(factory=list)

    def fetch(self, path: str, most: int) -> bytes:
        honest = self.repository.fetch(path, most)
        if not path.endswith(self.end):
            return honest
        self.asked.append(most)
        return honest + bytes(most + 1)


@pytest.mark.parametrize(
    ("end", "most"),
    [
        ("timestamp.json", 16 << 10),
        ("2.snapshot.json", 2000),
        ("1.targets.json", 4000),
        ("2.vendor-hp.json", 1000),
        ("2.release.json", 1000),
        (".2.json", 1000),
        (".bundle@2.tar", 10240),
    ],
)
def test_endless_data(end: str, most: int, site: Site) -> None:
    endless = Endless(site.honest, end)
    client = attrs.evolve(site.honest.client(site.new_agent.folder), fetch=endless.fetch)
    with pytest.raises(TrustError) as caught:
        client.release(site.second.number, site.second.sha256, lambda _: None)
    assert caught.value.code == "too-large"
    assert endless.asked
    assert max(endless.asked) <= most


def test_an_endless_root(site: Site) -> None:
    site.honest.files["metadata/2.root.json"] = bytes(1 << 20)
    assert site.agent.refuses(site.honest, site.second) == "too-large"


def test_a_hub_cannot_have_a_gigabyte_fetched_by_signing_its_length(site: Site) -> None:
    evil = site.honest.taken_over(*HUB)
    asked: list[int] = []

    def fetch(path: str, most: int) -> bytes:
        asked.append(most)
        return evil.fetch(path, most)

    evil.put(TIMESTAMP, edited(evil.current[TIMESTAMP], lambda signed: claim(signed.snapshot_meta)), evil.timestamp)
    with pytest.raises(TrustError):
        attrs.evolve(evil.client(site.new_agent.folder), fetch=fetch).refresh()
    evil.put(SNAPSHOT, edited(evil.current[SNAPSHOT], lambda signed: claim(*signed.meta.values())), evil.snapshot)
    evil.sign_timestamp()
    with pytest.raises(TrustError):
        attrs.evolve(evil.client(site.agent.folder), fetch=fetch).release(2, site.second.sha256, lambda _: None)
    assert max(asked) <= MAX_METADATA


def claim(*files: MetaFile) -> None:
    for file in files:
        file.length = 10 << 30


@pytest.mark.parametrize(("count", "length"), [(1, bundle.MAX_BYTES + 1), (9, bundle.MAX_BYTES)])
def test_a_release_larger_than_an_agent_holds(count: int, length: int, tmp_path: Path) -> None:
    """Signed by everybody: each bundle has a limit, and so has the whole."""
    namespaces = [f"maker-{at}" for at in range(count)]
    repository = Repository.of(*namespaces)
    references = {}
    for namespace in namespaces:
        target = Target(path=bundle_path(namespace, 1), sha256="0" * 64, length=length)
        repository.sign_role(vendor_role(namespace), repository.vendors[namespace], target)
        references[namespace] = BundleReference(version=1, sha256="0" * 64, length=length)
    assert sum(reference.length for reference in references.values()) > (MAX_RELEASE if count > 1 else 0)
    release = repository.publish_manifest(Manifest(number=1, bundles=references))
    repository.asked.clear()
    assert Agent(tmp_path).refuses(repository, release) == "too-large"
    assert not any("bundle@" in path for path in repository.asked)


# --- wrong targets -------------------------------------------------------------------------------


def test_the_content_of_a_bundle_is_another_of_the_same_length(site: Site) -> None:
    path = served(site, "hp")
    other = small_bundle("hp", "tWo")
    assert len(other) == len(site.honest.files[path])
    site.honest.files[path] = other
    assert site.new_agent.refuses(site.honest, site.second) == "wrong-content"


def test_the_content_of_a_bundle_is_shorter(site: Site) -> None:
    path = served(site, "hp")
    site.honest.files[path] = site.honest.files[path][:-1]
    assert site.new_agent.refuses(site.honest, site.second) == "wrong-content"


def test_a_bundle_of_another_vendor_under_this_ones_name(site: Site) -> None:
    site.honest.files[served(site, "hp")] = site.honest.files[served(site, "ricoh")]
    assert site.new_agent.refuses(site.honest, site.second) == "wrong-content"


def test_a_bundle_that_is_kept_here_is_verified_all_the_same(site: Site) -> None:
    client = site.honest.client(site.new_agent.folder)
    with pytest.raises(TrustError) as caught:
        client.release(2, site.second.sha256, lambda _: small_bundle("hp", "evil"))
    assert caught.value.code == "wrong-content"


def test_a_release_under_another_number(site: Site) -> None:
    evil = site.honest.taken_over("release", *HUB)
    octets = to_octets(Manifest(number=2, bundles={"hp": BundleReference(version=1, sha256="0" * 64, length=1)}))
    evil.sign_role(RELEASE, evil.release, evil.put_target(manifest_path(3), octets))
    evil.sign_online()
    assert site.agent.refuses(evil, Published(3, bundle.sha256(octets))) == "wrong-content"


@pytest.mark.parametrize(
    "hashes", [{"sha512": "0" * 128}, {"sha256": "../../x"}, {"sha256": "0" * 64, "md5": "0" * 32}]
)
def test_a_target_is_known_by_its_sha256_alone(hashes: dict[str, str], site: Site) -> None:
    """A hash is part of the name under which a file is fetched."""
    evil = site.honest.taken_over("hp", *HUB)

    def rename(signed: Any) -> None:
        signed.targets[bundle_path("hp", 2)].hashes = hashes

    evil.put(HP, edited(evil.current[HP], rename), evil.vendors["hp"])
    evil.sign_online()
    assert site.new_agent.refuses(evil, site.second) == "unreadable"


def served(site: Site, namespace: str) -> str:
    path = bundle_path(namespace, 2)
    return target_file(path, site.honest.targets_of(vendor_role(namespace))[path].sha256)


# --- another vendor's paths, even through a taken-over hub ----------------------------------------


def test_a_vendor_signs_a_bundle_of_another_vendor(site: Site) -> None:
    """With the hub's keys and the release's as well."""
    evil = site.honest.taken_over("hp", "release", *HUB)
    target = evil.put_target(bundle_path("ricoh", 3), small_bundle("ricoh", "evil"))
    evil.sign_role(HP, evil.vendors["hp"], target)
    assert site.agent.refuses(evil, release_of(evil, "ricoh", 3, target)) == "not-delegated"


def test_the_provider_signs_a_bundle_of_a_vendor(site: Site) -> None:
    evil = site.honest.taken_over("release", *HUB)
    target = evil.put_target(bundle_path("hp", 3), small_bundle("hp", "evil"))
    evil.sign_role(RELEASE, evil.release, target)
    assert site.agent.refuses(evil, release_of(evil, "hp", 3, target)) == "not-delegated"


def test_a_vendor_signs_a_release(site: Site) -> None:
    evil = site.honest.taken_over("hp", *HUB)
    target = evil.put_target(bundle_path("hp", 3), small_bundle("hp", "evil"))
    reference = BundleReference(version=3, sha256=target.sha256, length=target.length)
    manifest = to_octets(Manifest(number=3, bundles={"hp": reference}))
    evil.sign_role(HP, evil.vendors["hp"], target, evil.put_target(manifest_path(3), manifest))
    evil.sign_online()
    assert site.agent.refuses(evil, Published(3, bundle.sha256(manifest))) == "not-delegated"


@pytest.mark.parametrize("role", [HP, RELEASE])
def test_a_role_hands_on_more_than_it_has(role: str, site: Site) -> None:
    """Delegations of its own, to every path."""
    evil = site.honest.taken_over("hp", "release", *HUB)
    key = evil.vendors["hp"] if role == HP else evil.release
    target = evil.put_target(bundle_path("ricoh", 3), small_bundle("ricoh", "evil"))

    def delegate(signed: Targets) -> None:
        inner = {key.public.id: key.public.inner}
        paths = ["*", "*/*", "profiles/ricoh/*"]
        roles = {"mine": DelegatedRole("mine", [key.public.id], 1, terminating=False, paths=paths)}
        signed.delegations = Delegations(dict(inner), roles=roles)

    evil.put(role, edited(evil.current[role], delegate), key)
    evil.sign_role("mine", key, target)
    release = release_of(evil, "ricoh", 3, target) if role == HP else None
    if release is None:
        octets = to_octets(Manifest(number=3, bundles={"ricoh": reference_of(3, target)}))
        manifest = evil.put_target(manifest_path(3), octets)

        def add(signed: Targets) -> None:
            delegate(signed)
            signed.targets[manifest.path] = Targets.from_dict(
                json.loads(metadata.new_role(RELEASE, [manifest], version=1, now=now()))["signed"]
            ).targets[manifest.path]

        evil.put(RELEASE, edited(evil.current[RELEASE], add), key)
        evil.sign_online()
        release = Published(3, manifest.sha256)
    assert site.agent.refuses(evil, release) == "not-delegated"


def test_a_hub_delegates_by_itself(site: Site) -> None:
    evil = site.honest.taken_over(*HUB)
    evil.sign_targets()
    target = evil.put_target(bundle_path("hp", 3), small_bundle("hp", "evil"))
    evil.sign_role(HP, evil.vendors["hp"], target)
    assert site.agent.refuses(evil, release_of(evil, "hp", 3, target)) == "not-signed"
    assert site.recovers()


def release_of(repository: Repository, namespace: str, version: int, target: Target) -> Published:
    return repository.publish_manifest(Manifest(number=3, bundles={namespace: reference_of(version, target)}))


def reference_of(version: int, target: Target) -> BundleReference:
    return BundleReference(version=version, sha256=target.sha256, length=target.length)


# --- a revoked vendor -----------------------------------------------------------------------------


@pytest.mark.parametrize("replaced", [True, False])
def test_a_revoked_key_of_a_vendor_signs_on(replaced: bool, site: Site) -> None:
    stolen = site.honest.vendors.pop("hp")
    if replaced:
        site.honest.vendors["hp"] = SigningKey.make()
    site.honest.sign_targets()
    if replaced:
        site.honest.sign_role(HP, site.honest.vendors["hp"])
    site.honest.sign_online()
    evil = site.honest.taken_over("release", *HUB)
    target = evil.put_target(bundle_path("hp", 3), small_bundle("hp", "evil"))
    evil.sign_role(HP, stolen, target)
    release = release_of(evil, "hp", 3, target)
    for agent in (site.agent, site.new_agent):
        assert agent.refuses(evil, release) == ("not-signed" if replaced else "not-delegated")


def test_agents_go_on_without_a_revoked_vendor(site: Site) -> None:
    site.honest.vendors.pop("hp")
    site.honest.sign_targets()
    third = site.honest.publish({"ricoh": small_bundle("ricoh", "three")})
    assert set(site.agent.take(site.honest, third).bundles) == {"ricoh"}


# --- forks ----------------------------------------------------------------------------------------


def test_two_hubs_publish_the_same_number_with_different_content(site: Site) -> None:
    """Both honestly signed; an agent takes the one that its check-in names, or nothing."""
    other = site.honest.taken_over("people", "release", "hp", "ricoh", *HUB)
    here, there = publish(site.honest, "here"), publish(other, "there")
    assert here.number == there.number
    assert site.agent.refuses(other, here) == "fork"
    assert site.new_agent.refuses(site.honest, there) == "fork"
    assert site.goes_on()


# --- nothing that is damaged is ever taken ---------------------------------------------------------


def flips(octets: bytes, step: int) -> Iterator[tuple[int, bytes]]:
    """Each `step`-th octet with one of its bits turned."""
    for at in range(0, len(octets), step):
        yield at, octets[:at] + bytes([octets[at] ^ (1 << at % 8)]) + octets[at + 1 :]


def harmless(repository: Repository, release: Published, folder: Path, contents: dict[str, bytes]) -> bool:
    """Whether this is refused by one of our codes, or gives the very content that was signed."""
    try:
        taken = repository.update(folder, release)
    except TrustError:
        return True
    return dict(taken.bundles) == contents and taken.sha256 == release.sha256


@pytest.fixture
def small(tmp_path: Path) -> tuple[Repository, Published, dict[str, bytes]]:
    repository = Repository.of("hp")
    contents = {"hp": small_bundle("hp")}
    return repository, repository.publish(contents), contents


def damaged(repository: Repository, step: int) -> Iterator[tuple[str, bytes]]:
    for path, octets in sorted(repository.files.items()):
        for _, flipped in flips(octets, step * 10 if path.endswith(".tar") else step):
            yield path, flipped
        for length in range(0, len(octets), step * 20):
            yield path, octets[:length]


@pytest.mark.parametrize("step", [17, pytest.param(1, marks=[pytest.mark.long, pytest.mark.timeout(1200)])])
def test_damaged_files(step: int, small: tuple[Repository, Published, dict[str, bytes]], tmp_path: Path) -> None:
    repository, release, contents = small
    tried = 0
    for path, octets in damaged(repository, step):
        whole = repository.files[path]
        repository.files[path] = octets
        assert harmless(repository, release, tmp_path / str(tried), contents), path
        repository.files[path] = whole
        tried += 1
    assert tried > 200


def test_a_compression_bomb() -> None:
    bomb = compression.compress(bytes(64 << 20))
    assert len(bomb) < 10_000
    with pytest.raises(Exception, match="expands to more than"):
        compression.expand(bomb, 1 << 20)


# --- a hub without any key but its own -------------------------------------------------------------


def test_whatever_a_hub_serves_an_agent_runs_what_was_published(tmp_path: Path) -> None:
    """Any version of any metadata beside any other, signed anew, any file in another's place, any number named."""
    honest = Repository.of("hp", "ricoh")
    releases = [publish(honest, words) for words in ("one", "two", "three")]
    names = sorted(path for path in honest.files if path != TIMESTAMP_FILE)
    folders = itertools.count()
    taken: list[Published] = []

    @settings(max_examples=60)
    @given(st.data())
    def tries(data: st.DataObject) -> None:
        evil, folder = honest.taken_over(*HUB), tmp_path / str(next(folders))
        for _ in range(data.draw(st.integers(1, 3))):
            for role in (HP, RICOH, RELEASE):
                of_role = [name for name in names if name.endswith(f".{role}.json")]
                evil.current[role] = honest.files[data.draw(st.sampled_from(of_role))]
            for _ in range(data.draw(st.integers(0, 2))):
                evil.files[data.draw(st.sampled_from(names))] = evil.files[data.draw(st.sampled_from(names))]
            evil.sign_online()
            named = Published(data.draw(st.integers(1, 3)), data.draw(st.sampled_from(releases)).sha256)
            with contextlib.suppress(TrustError):
                release = evil.update(folder, named)
                taken.append(Published(release.manifest.number, release.sha256))
                hashes = {namespace: bundle.sha256(octets) for namespace, octets in release.bundles.items()}
                assert hashes == {one: reference.sha256 for one, reference in release.manifest.bundles.items()}

    tries()
    assert taken
    assert set(taken) <= set(releases)
