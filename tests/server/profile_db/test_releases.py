"""From accepted bundles to the published release: compared, answered for, signed elsewhere, verified, numbered."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.errors import TrustError
from frisket.releases import compression, metadata
from frisket.releases import manifest as manifests
from frisket.releases.client import Client, VerifiedRelease
from frisket.releases.keys import SigningKey
from frisket.releases.metadata import Target
from frisket.releases.roles import (
    RELEASE,
    RENEWED_EVERY,
    SNAPSHOT,
    TIMESTAMP,
    bundle_path,
    manifest_path,
    patch_file,
    target_file,
)
from frisket.wire.documents import Release
from frisket_hub.profile_db import online, publishing, request
from frisket_hub.profile_db.candidate import CandidateError
from frisket_hub.profile_db.releases import ReleaseError
from frisket_hub.profile_db.repository import Compressed, Recipe, compressed_file, new_metadata, repository_file
from frisket_hub.profile_db.request import RequestError
from frisket_hub.routing import NotFound
from frisket_hub.store import agents, schema, sites, tuf
from frisket_hub.store.schema import new_id
from tests.server.profile_db.conftest import WithProvider
from tests.server.profile_db.provider import Provider, acme, key_of, now, std

# No file is called so, whatever is published
_NOTHING = (
    "",
    "x",
    "metadata/",
    "metadata/../x",
    "metadata/root.json",
    "metadata/01.root.json",
    "metadata/1.timestamp.json",
    "targets/releases/1.json",
    "targets/profiles/acme/bundle@1.tar",
)


async def _repository(provider: Provider) -> dict[str, bytes]:
    """All that an agent may ask for, from the hub's own route."""
    async with provider.store.reading() as connection:
        return {path: octets async for path, octets in _files(connection, provider)}


async def _files(connection: AsyncConnection, provider: Provider) -> AsyncIterator[tuple[str, bytes]]:
    asked = ["metadata/timestamp.json"]
    metadata_rows = await provider.rows(schema.tuf_metadata)
    asked += [f"metadata/{row['version']}.{row['role']}.json" for row in metadata_rows]
    published = await provider.rows(schema.releases)
    asked += [target_file(manifest_path(row["number"]), row["sha256"]) for row in published]
    kept = await provider.rows(schema.bundles)
    asked += [target_file(bundle_path(row["namespace"], row["version"]), row["sha256"]) for row in kept]
    for path in asked:
        octets = await repository_file(connection, provider.id, path)
        if octets is not None:
            yield path, octets


async def _taken(provider: Provider, release: Release) -> VerifiedRelease:
    """As an agent takes it."""
    files = await _repository(provider)

    def fetch(path: str, _: int) -> bytes:
        if path not in files:
            raise TrustError("missing", path)
        return files[path]

    with tempfile.TemporaryDirectory() as folder:
        client = Client(Path(folder), provider.root, fetch)
        client.refresh()
        return client.release(release.number, release.sha256, lambda _: None)


async def _compressed(connection: AsyncConnection, provider: Provider, path: str, compressed: Compressed) -> bytes:
    found = await compressed_file(connection, provider.id, path)
    assert found is not None
    return await compressed.get(found) if isinstance(found, Recipe) else found


async def _expect(error: type[Exception], words: str, work: Callable[[], Awaitable[object]]) -> None:
    with pytest.raises(error, match=words):
        await work()


def test_an_agent_takes_what_is_published(with_every_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        first = await provider.release_of(std(), acme())
        assert first.number == 1
        assert set((await _taken(provider, first)).bundles) == {"std", "acme"}
        second = await provider.release_of(acme(2, extra="  model: {from: [{const: Press}]}"))
        taken = await _taken(provider, second)
        assert {name: one.version for name, one in taken.manifest.bundles.items()} == {"acme": 2, "std": 1}
        record = await provider.record(2)
        assert record.state == "published"
        assert record.signed_by == [provider.release.public.id]
        assert record.profiles == {"acme/laser": 2, "std/identity": 1}

    with_every_provider(scenario)


def test_what_is_not_published_is_not_there(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        published = set(await _repository(provider))
        await provider.hand_in(acme(2, extra="  model: {from: [{const: Press}]}"))
        await provider.prepare()
        assert set(await _repository(provider)) == published
        async with provider.store.reading() as connection:
            for path in _NOTHING:
                assert await repository_file(connection, provider.id, path) is None, path

    with_provider(scenario)


def test_everything_also_comes_compressed_and_a_bundle_as_a_patch(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        await provider.release_of(acme(2, extra="  model: {from: [{const: Press}]}"))
        files = await _repository(provider)
        old, new = (
            next(path for path in files if f"bundle@{version}.tar" in path and "acme" in path) for version in (1, 2)
        )
        digests = {path: path.rpartition("/")[2].partition(".")[0] for path in (old, new)}
        patch = patch_file("profiles/acme/bundle@2.tar", digests[new], digests[old])
        compressed = Compressed()
        async with provider.store.reading() as connection:
            for path, octets in files.items():
                short = await _compressed(connection, provider, f"{path}.zst", compressed)
                assert compression.expand(short, 1 << 24) == octets
            for _ in range(2):
                patched = await _compressed(connection, provider, patch, compressed)
                assert len(patched) < 400
                assert compression.expand(patched, 1 << 24, base=files[old]) == files[new]
            unknown = patch_file("profiles/acme/bundle@2.tar", digests[new], "0" * 64)
            assert await compressed_file(connection, provider.id, unknown) is None

    with_provider(scenario)


def test_a_lost_field_and_another_identity_keep_a_release_back(with_every_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        await provider.hand_in(acme(2, serial="1.3.6.1.4.1.32473.1.3.0", color=False))
        record = await provider.prepare("a serial number from elsewhere")
        found = key_of(record)
        lost, identity = "lost:acme/laser:page_counts.total.color", "identity:acme/laser:serial_number"
        assert {key for key, finding in found.items() if finding["blocks"]} == {lost, identity}
        assert found[identity]["example"] == {"recording": "acme/laser.cases/one", "before": "SN7", "after": "SN8"}
        assert record.differences["profiles"]["changed"] == {"acme/laser": [1, 2]}
        await _expect(ReleaseError, lost, lambda: provider.approve(2))
        await _expect(NotFound, "gained", lambda: provider.accept(2, "gained:acme/laser:model"))
        await _expect(ReleaseError, "reason", lambda: provider.accept(2, lost, " "))
        await provider.accept(2, lost, "it was never a counter")
        await _expect(ReleaseError, identity, lambda: provider.approve(2))
        await provider.accept(2, identity, "the plate on the case says so")
        await provider.approve(2)
        await provider.publish(await provider.signed(2))
        manifest = manifests.from_octets((await provider.record(2)).manifest)
        assert manifest.expected == {"acme/laser": {"page_counts.total.color": 2, "serial_number": 2}}
        details = [row["detail"] for row in await provider.rows(schema.audit) if row["action"] == "release.accept 2"]
        assert f"{lost}: it was never a counter" in details

    with_every_provider(scenario)


def test_what_was_accepted_stays_in_later_manifests_for_agents_from_further_back(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        await provider.hand_in(acme(2, color=False))
        await provider.prepare()
        await provider.accept(2, "lost:acme/laser:page_counts.total.color", "it was never a counter")
        await provider.approve(2)
        await provider.publish(await provider.signed(2))
        await provider.release_of(acme(3, color=False, extra="  system_contact: {from: [{const: nobody}]}"))
        manifest = manifests.from_octets((await provider.record(3)).manifest)
        assert manifest.expected_since(1) == {"acme/laser": {"page_counts.total.color"}}
        assert manifest.expected_since(2) == {"acme/laser": frozenset()}

    with_provider(scenario)


def test_another_number_in_a_counter_keeps_a_release_back(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        swapped = "  page_counts.total.color: {from: [{oid: 1.3.6.1.4.1.32473.1.4.0, pipe: [int]}]}"
        await provider.hand_in(acme(2, color=False, extra=swapped))
        record = await provider.prepare()
        assert [finding["key"] for finding in record.blocking] == ["changed:acme/laser:page_counts.total.color"]

    with_provider(scenario)


def test_live_devices_of_changed_profiles_are_counted(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        health = {"acme/laser@1": {"devices": 7}, "std/printer-mib@3": {"devices": 5}}
        await _add_agent(provider, {"health": {"devices": 12, "by_profile": health}})
        await _add_agent(provider, None)
        await provider.hand_in(acme(2, extra="  model: {from: [{const: Press}]}"))
        assert (await provider.prepare()).differences["live"] == {"acme/laser": 7}

    with_provider(scenario)


def test_a_release_that_was_never_published_is_prepared_anew_under_its_number(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        await provider.hand_in(acme(2, color=False))
        await provider.accept_all(await provider.prepare())
        await provider.hand_in(acme(3, extra="  model: {from: [{const: Press}]}"))
        again = await provider.prepare()
        assert (again.number, again.bundles, again.blocking) == (2, {"acme": 3, "std": 1}, [])
        assert await provider.rows(schema.acceptances) == []
        await provider.approve(2)
        assert (await provider.publish(await provider.signed(2))).number == 2
        await _expect(ReleaseError, "release 2 holds exactly this", provider.prepare)

    with_provider(scenario)


def test_going_back_is_a_new_number_with_older_content(with_every_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        await provider.release_of(acme(2, extra="  model: {from: [{const: Press}]}"))
        back = await provider.release_of(content_of=1)
        assert back.number == 3
        assert (await _taken(provider, back)).manifest.bundles["acme"].version == 1
        assert (await provider.record(3)).content_of == 1
        await _expect(ReleaseError, "never published", lambda: provider.prepare(content_of=9))

    with_every_provider(scenario)


def test_only_what_was_approved_is_signed_and_only_what_was_prepared_is_published(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.hand_in(std())
        await provider.prepare()
        await _expect(ReleaseError, "is prepared, not approved", lambda: provider.signed(1))
        await provider.approve(1)
        good = await provider.signed(1)
        strange = await provider.signed(1, key=SigningKey.make())
        await _expect(ReleaseError, "signed by 0 of 1", lambda: provider.publish(strange))
        extra = metadata.new_role(
            RELEASE, [Target.of(manifest_path(number), b"x") for number in (1, 2)], version=1, now=now()
        )
        other = metadata.sign(extra, provider.release)
        await _expect(ReleaseError, "not release 1 as it was prepared", lambda: provider.publish(other))
        await _expect(ReleaseError, "no TUF metadata", lambda: provider.publish(b"x"))
        assert (await provider.publish(good)).number == 1
        await _expect(ReleaseError, "is published, not approved", lambda: provider.publish(good))

    with_provider(scenario)


def test_what_agents_would_refuse_is_not_published(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        await provider.hand_in(acme(2, extra="  model: {from: [{const: Press}]}"))
        await provider.prepare()
        await provider.approve(2)
        signed = await provider.signed(2)
        provider.vendors["acme"] = SigningKey.make()
        await provider.install_targets()
        before = await provider.rows(schema.tuf_metadata)
        await _expect(CandidateError, "agents would refuse this", lambda: provider.publish(signed))
        assert await provider.rows(schema.tuf_metadata) == before
        assert (await provider.record(2)).state == "approved"
        await _expect(ReleaseError, "acme: is signed by a key that may no longer", provider.prepare)

    with_provider(scenario)


def test_the_signing_machine_refuses_a_request_that_says_more_than_its_number(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std())
        await provider.hand_in(acme())
        await provider.prepare()
        await provider.approve(2)
        asked = request.from_octets(await provider.write(publishing.signing_request, 2))
        said: list[tuple[dict[str, Any], str]] = [
            ({"unsigned": _listing(asked, [2, 3], version=2)}, "it adds releases/2.json, releases/3.json"),
            ({"unsigned": _listing(asked, [2], version=3)}, "version 3, and 2 comes next"),
            ({"unsigned": _listing(asked, [2], version=2)}, "not the one that would be signed"),
            ({"number": 5}, "its manifest is of release 2"),
        ]
        for part, words in said:
            with pytest.raises(RequestError, match=words):
                request.sign(attrs.evolve(asked, **part), provider.release, now=now())

    with_provider(scenario)


def test_a_revoked_vendor_is_left_out_of_the_next_release(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        del provider.vendors["acme"]
        await provider.install_targets(revoke=["acme"])
        record = await provider.prepare()
        assert record.bundles == {"std": 1}
        assert record.differences["profiles"]["removed"] == {"acme/laser": 1}
        assert [finding["kind"] for finding in record.blocking] == ["unrecognised"]

    with_provider(scenario)


def test_ten_bundles_are_kept_and_more_that_are_in_use(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        await _add_agent(provider, None, release_number=1)
        for version in range(2, 14):
            await provider.release_of(acme(version, extra=f"  model: {{from: [{{const: Press {version}}}]}}"))
        kept = {row["version"] for row in await provider.rows(schema.bundles) if row["namespace"] == "acme"}
        assert kept == {1, *range(4, 14)}
        async with provider.store.reading() as connection:
            current = await tuf.current(connection, provider.id, RELEASE)
        assert current is not None
        assert manifest_path(1) in metadata.targets_of(current.content)

    with_provider(scenario)


def test_the_hub_renews_its_timestamp_and_its_snapshot_in_time(with_every_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std())
        versions = await _versions(provider)
        assert not await provider.write(online.renew, provider.online, now=now())
        later = now() + RENEWED_EVERY
        assert await provider.write(online.renew, provider.online, now=later)
        assert await _versions(provider) == (versions[0], versions[1] + 1)
        much_later = now() + online._SNAPSHOT_LEFT + RENEWED_EVERY
        assert await provider.write(online.renew, provider.online, now=much_later)
        assert await _versions(provider) == (versions[0] + 1, versions[1] + 2)

    with_every_provider(scenario)


def test_a_renewed_signature_of_a_vendor_needs_no_release(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        release = await provider.release_of(std(), acme())
        old = provider.vendors["acme"]
        provider.vendors["acme"] = SigningKey.make()
        await provider.install_targets()
        assert old.public.id != provider.vendors["acme"].public.id
        with pytest.raises(TrustError, match="vendor-acme"):
            await _taken(provider, release)
        await provider.hand_in(provider.offer(acme(), renew=True))
        assert await provider.write(online.renew, provider.online, now=now())
        assert "acme" in (await _taken(provider, release)).bundles

    with_provider(scenario)


def test_new_metadata_brings_every_root_after_the_agents_own(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std())
        brought = await provider.write(new_metadata, since_root=0)
        assert [root.encode() for root in brought.roots] == [provider.root]
        assert (await provider.write(new_metadata, since_root=1)).roots == []
        files = await _repository(provider)
        assert brought.timestamp.encode() == files["metadata/timestamp.json"]

    with_provider(scenario)


def _listing(asked: request.Request, numbers: Iterable[int], *, version: int) -> bytes:
    """What was listed before, and these with other content."""
    assert asked.previous is not None
    targets = [*metadata.targets_of(asked.previous).values()]
    targets += [Target.of(manifest_path(number), b"x") for number in numbers]
    return metadata.new_role(RELEASE, targets, version=version, now=now())


async def _add_agent(provider: Provider, observed: Mapping[str, Any] | None, **columns: Any) -> None:
    """One that has checked in, as far as these tests look at it."""

    async def work(connection: AsyncConnection, member_id: str) -> None:
        site = await sites.find_or_add(connection, member_id, "Main Street")
        row: dict[str, Any] = {
            "member_id": member_id,
            "id": new_id("a"),
            "site_id": site,
            "name": "cellar",
            "state": "active",
        }
        row |= {"public_key": secrets.token_hex(32), "enrolled_at": now(), "targets": [], "exclude": []}
        await agents.add(connection, {**row, "observed": observed, **columns})

    await provider.write(work)


async def _versions(provider: Provider) -> tuple[int, int]:
    async with provider.store.reading() as connection:
        found = [await tuf.current(connection, provider.id, role) for role in (SNAPSHOT, TIMESTAMP)]
    assert found[0] is not None
    assert found[1] is not None
    return found[0].version, found[1].version
