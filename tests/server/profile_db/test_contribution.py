"""What vendors hand in: accepted as it should be, or refused with all its errors, and then nothing has changed."""

from __future__ import annotations

import asyncio

import pytest

from frisket.errors import ProfileError
from frisket.profile.database import ProfileFile
from frisket.releases import metadata, offer
from frisket.releases.bundle import Bundle, pack
from frisket.releases.bundle_list import OfferError
from frisket.releases.keys import SigningKey
from frisket.releases.metadata import Target
from frisket.releases.offer import Offer
from frisket.releases.roles import bundle_path, vendor_role
from frisket_hub.profile_db import contribution
from frisket_hub.store import schema, tuf
from tests.server.profile_db.conftest import WithProvider
from tests.server.profile_db.provider import Provider, acme, now, std


async def _refused(provider: Provider, given: Bundle | Offer, **named: frozenset[str]) -> tuple[str, ...]:
    """Why; nothing but the list of contributions and the audit has changed."""
    tables = (schema.bundles, schema.tuf_metadata, schema.releases)
    before = [await provider.rows(table) for table in tables]
    done = await provider.hand_in(given, **named)
    assert done.state == "refused"
    assert [await provider.rows(table) for table in tables] == before
    rows = await provider.rows(schema.contributions)
    assert [row["problems"] for row in rows if row["id"] == done.id] == [list(done.problems)]
    assert done.id in {row["subject"] for row in await provider.rows(schema.audit)}
    return done.problems


def _rewritten(
    provider: Provider, bundle: Bundle, paths: dict[str, bytes], *, version: int, key: SigningKey | None = None
) -> Offer:
    """Metadata that says what a vendor never would."""
    targets = [Target.of(path, octets) for path, octets in paths.items()]
    unsigned = metadata.new_role(vendor_role(bundle.namespace), targets, version=version, now=now())
    signed = metadata.sign(unsigned, key or provider.vendors[bundle.namespace])
    return Offer(metadata=signed, bundle=pack(bundle))


def test_bundles_are_accepted_and_kept_unpublished(with_every_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        for bundle in (std(), acme(), acme(2, extra="  model: {from: [{const: Press}]}")):
            done = await provider.hand_in(bundle)
            assert (done.state, done.problems) == ("accepted", ())
        assert (done.namespace, done.version, done.cases) == ("acme", 2, 1)
        kept = await provider.rows(schema.bundles)
        assert sorted((row["namespace"], row["version"]) for row in kept) == [("acme", 1), ("acme", 2), ("std", 1)]
        assert [row["profiles"] for row in kept if row["version"] == 2] == [{"acme/laser": 2}]
        vendors = [row for row in await provider.rows(schema.tuf_metadata) if row["role"].startswith("vendor-")]
        assert {row["published"] for row in vendors} == {False}

    with_every_provider(scenario)


def test_every_mistake_of_a_bundle_is_told_at_once(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.hand_in(std())
        broken = acme(extra="  sysname: {from: [{const: x}]}\n  model: {from: [{const: x, pipe: [no_such_step]}]}")
        problems = await _refused(provider, broken)
        assert len(problems) >= 2
        assert all(problem.startswith("acme/laser.yaml:") for problem in problems)
        assert any("no_such_step" in problem for problem in problems)
        assert any("sysname" in problem for problem in problems)

    with_provider(scenario)


def test_a_case_of_any_vendor_that_no_longer_holds_refuses_the_bundle(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.hand_in(std())
        wrong = "profile: acme/laser\ndevice: {manufacturer: Acme, serial_number: SN9}\n"
        problems = await _refused(provider, acme(two=wrong))
        assert problems == ("acme/laser.cases/two: device.serial_number: expected 'SN9', read 'SN7'",)
        await provider.hand_in(acme())
        lost = IDENTITY_WITHOUT_PRINTERS
        problems = await _refused(provider, Bundle(namespace="std", profiles=(ProfileFile("std/identity.yaml", lost),)))
        assert any(problem.startswith("acme/laser.cases/one: profile: expected acme/laser") for problem in problems)

    with_provider(scenario)


def test_a_changed_profile_needs_a_higher_number(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.hand_in(std())
        await provider.hand_in(acme())
        with pytest.raises(ProfileError, match="give it version 2"):
            provider.offer(acme(1, color=False))
        with pytest.raises(OfferError, match="nothing has changed"):
            provider.offer(acme(1))
        same = _rewritten(
            provider,
            acme(1, color=False),
            {bundle_path("acme", 1): pack(acme()), bundle_path("acme", 2): pack(acme(1, color=False))},
            version=2,
        )
        assert "give it version 2" in (await _refused(provider, same))[0]

    with_provider(scenario)


def test_a_signature_that_counts_for_another_counts_for_nothing(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.hand_in(std())
        strange = provider.offer(acme(), key=SigningKey.make())
        assert "signed by 0 of 1" in (await _refused(provider, strange))[0]
        of_std = provider.offer(acme(), key=provider.vendors["std"])
        assert "signed by 0 of 1" in (await _refused(provider, of_std))[0]
        foreign = {bundle_path("acme", 1): pack(acme()), bundle_path("std", 2): b"x"}
        assert "of one namespace" in (await _refused(provider, _rewritten(provider, acme(), foreign, version=1)))[0]
        odd = {bundle_path("acme", 1): pack(acme()), "profiles/acme/else.tar": b"x"}
        assert "of one namespace" in (await _refused(provider, _rewritten(provider, acme(), odd, version=1)))[0]
        unknown = _rewritten(provider, acme(), {bundle_path("zeta", 1): b"x"}, version=1)
        assert "nobody may sign" in (await _refused(provider, unknown))[0]
        assert "not yours" in (await _refused(provider, acme(), namespaces=frozenset({"hp"})))[0]

    with_provider(scenario)


def test_numbers_follow_on_each_other_and_what_was_listed_stays(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.hand_in(std())
        await provider.hand_in(acme())
        one, two = pack(acme()), pack(acme(2))
        listed = {bundle_path("acme", 1): one, bundle_path("acme", 2): two}
        skipping = {bundle_path("acme", 1): one, bundle_path("acme", 3): two}
        for given, words in (
            (_rewritten(provider, acme(2), listed, version=3), "2 comes next"),
            (_rewritten(provider, acme(2), listed, version=1), "2 comes next"),
            (_rewritten(provider, acme(2), skipping, version=2), "bundle 3 is handed in, and 2 comes next"),
            (_rewritten(provider, acme(2), {**listed, bundle_path("acme", 1): two}, version=2), "never changes"),
            (_rewritten(provider, acme(2), {bundle_path("acme", 2): two}, version=2), "no longer listed"),
            (_rewritten(provider, acme(3), listed, version=2), "not the one that is signed"),
        ):
            assert any(words in problem for problem in await _refused(provider, given)), words
        provider.last.pop("acme")
        assert any("comes next" in problem for problem in await _refused(provider, acme()))

    with_provider(scenario)


@pytest.mark.parametrize("octets", [b"", b"\x28\xb5\x2f\xfd", b"x" * 100])
def test_what_is_no_offer_is_refused_and_written_down(with_provider: WithProvider, octets: bytes) -> None:
    async def scenario(provider: Provider) -> None:
        named = {"by": "u_eve", "namespaces": frozenset({"acme"}), "now": now()}
        done = await contribution.hand_in(provider.store, provider.id, octets, **named)  # type: ignore[arg-type]
        assert (done.state, done.namespace, done.handed_in_by) == ("refused", "", "u_eve")
        assert done.problems

    with_provider(scenario)


def test_two_that_need_each_other_are_accepted_together(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        offers = [offer.pack(provider.offer(bundle)) for bundle in (acme(), std())]
        named = {"by": None, "namespaces": None, "now": now()}
        together = contribution.hand_in_together(provider.store, provider.id, offers, **named)  # type: ignore[arg-type]
        assert [one.state for one in await together] == ["accepted", "accepted"]

    with_provider(scenario)


def test_the_same_once_more_is_a_renewal_with_a_key_that_may(with_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.release_of(std(), acme())
        provider.vendors["acme"] = SigningKey.make()
        await provider.install_targets()
        renewed = await provider.hand_in(provider.offer(acme(), renew=True))
        assert (renewed.state, renewed.version) == ("accepted", 1)
        assert len([row for row in await provider.rows(schema.bundles) if row["namespace"] == "acme"]) == 1
        async with provider.store.reading() as connection:
            newest = await tuf.newest(connection, provider.id, vendor_role("acme"))
        assert newest is not None
        assert (newest.version, newest.published) == (2, False)

    with_provider(scenario)


def test_of_two_at_once_one_is_overtaken(with_every_provider: WithProvider) -> None:
    async def scenario(provider: Provider) -> None:
        await provider.hand_in(std())
        offers = [provider.offer(acme(version)) for version in (1, 2)]
        done = await asyncio.gather(*map(provider.hand_in, offers))
        assert sorted(one.state for one in done) == ["accepted", "refused"]
        assert len([row for row in await provider.rows(schema.bundles) if row["namespace"] == "acme"]) == 1

    with_every_provider(scenario)


IDENTITY_WITHOUT_PRINTERS = (
    std()
    .profiles[0]
    .text.replace("version: 1", "version: 2")
    .replace("1.3.6.1.2.1.43.5.1.1.1.*", "1.3.6.1.2.1.43.6.1.1.1.*")
)
