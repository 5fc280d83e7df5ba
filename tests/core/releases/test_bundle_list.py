"""The metadata of a vendor, one bundle after the other; and the way to a hub that is not there."""

from __future__ import annotations

import datetime as dt
import socket

import pytest
from tests.strategies import profile_text

from frisket.errors import ProfileError
from frisket.profile.database import ProfileFile
from frisket.releases import metadata
from frisket.releases.bundle import Bundle, pack
from frisket.releases.bundle_list import LISTED, OfferError, bundles_of, namespaces_in, newest_bundle, next_offer
from frisket.releases.hand_in import HandInError, hand_in
from frisket.releases.keys import SigningKey

KEY = SigningKey.make()
NOW = dt.datetime(2026, 11, 21, 19, 7, tzinfo=dt.UTC)


def bundle(version: int, words: str = "", namespace: str = "acme") -> Bundle:
    text = profile_text(f"{namespace}/laser").replace("version: 1", f"version: {version}") + words
    return Bundle(namespace=namespace, profiles=(ProfileFile(f"{namespace}/laser.yaml", text),))


def test_each_offer_adds_one_bundle_to_those_before() -> None:
    offer = next_offer(bundle(1), None, KEY, now=NOW)
    for version in range(2, LISTED + 4):
        before = bundles_of(offer.metadata)
        offer = next_offer(bundle(version), offer, KEY, now=NOW)
        listed = bundles_of(offer.metadata)
        assert newest_bundle(offer.metadata) == metadata.describe(offer.metadata).version == version
        assert {number: target for number, target in before.items() if number in listed}.items() <= listed.items()
        assert len(listed) == min(version, LISTED)
    assert offer.bundle == pack(bundle(LISTED + 3))
    assert namespaces_in(offer.metadata) == {"acme"}
    assert metadata.describe(offer.metadata).signed_by == (KEY.public.id,)


def test_the_same_again_is_signed_only_on_purpose() -> None:
    first = next_offer(bundle(1), None, KEY, now=NOW)
    with pytest.raises(OfferError, match="nothing has changed since bundle 1"):
        next_offer(bundle(1), first, KEY, now=NOW)
    renewed = next_offer(bundle(1), first, SigningKey.make(), now=NOW, renew=True)
    assert bundles_of(renewed.metadata) == bundles_of(first.metadata)
    assert metadata.describe(renewed.metadata).version == 2


def test_another_profile_under_its_old_number_is_not_signed() -> None:
    first = next_offer(bundle(2), None, KEY, now=NOW)
    for version in (1, 2):
        with pytest.raises(ProfileError, match=r"acme/laser\.yaml:3:10: .* give it version 3"):
            next_offer(bundle(version, "# other\n"), first, KEY, now=NOW)
    next_offer(bundle(3, "# other\n"), first, KEY, now=NOW)


def test_an_offer_of_another_vendor_is_no_offer_before() -> None:
    first = next_offer(bundle(1, namespace="other"), None, KEY, now=NOW)
    with pytest.raises(OfferError, match="not one of acme"):
        next_offer(bundle(1), first, KEY, now=NOW)


def test_a_hub_that_is_not_there_is_told() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(HandInError, match="cannot be reached"):
            hand_in(f"http://127.0.0.1:{port}", b"x", KEY, now=NOW)
    for url, words in (
        ("http://hub.example", "over https"),
        ("hub.example", "not the address of a hub"),
        ("ftp://hub.example", "not the address of a hub"),
    ):
        with pytest.raises(HandInError, match=words):
            hand_in(url, b"x", KEY, now=NOW)
