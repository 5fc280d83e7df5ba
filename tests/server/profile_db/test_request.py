"""The machine with the release key believes no hub: what it signs is one release, on top of what it signed before."""

from __future__ import annotations

import pytest

from frisket.releases import metadata
from frisket.releases.keys import SigningKey
from frisket.releases.manifest import BundleReference, Manifest, to_octets
from frisket.releases.metadata import Target
from frisket.releases.roles import RELEASE, manifest_path
from frisket_hub.profile_db.request import Request, RequestError, changes, sign
from tests.core.releases.repository import now

KEY = SigningKey.make()


def target(number: int, version: int) -> Target:
    return Target.of(manifest_path(number), to_octets(manifest(number, version)))


def manifest(number: int, version: int) -> Manifest:
    return Manifest(number=number, bundles={"hp": BundleReference(version=version, sha256="ab" * 32, length=9)})


def asked(previous: bytes, *listed: Target) -> Request:
    """For release 3."""
    octets = metadata.new_role(RELEASE, [*listed, target(3, 3)], version=3, now=now())
    return Request(
        number=3,
        notes="",
        changes=changes(manifest(2, 2), manifest(3, 3)),
        manifest=to_octets(manifest(3, 3)),
        previous=previous,
        unsigned=octets,
    )


def before(*listed: Target, key: SigningKey = KEY) -> bytes:
    return metadata.sign(metadata.new_role(RELEASE, listed, version=2, now=now()), key)


def test_the_next_release_is_signed() -> None:
    signed = sign(asked(before(target(2, 2)), target(2, 2)), KEY, now=now())
    assert set(metadata.targets_of(signed)) == {"releases/2.json", "releases/3.json"}
    assert metadata.signed_with(signed, [KEY.public])


def test_a_second_release_is_not_signed_unseen_among_those_that_seem_to_be_old() -> None:
    """A hub in other hands makes up what came before, so that only one release seems to be new."""
    made_up = metadata.new_role(RELEASE, [target(2, 1)], version=2, now=now())
    for previous in (made_up, metadata.sign(made_up, SigningKey.make())):
        with pytest.raises(RequestError, match="none of these keys signed"):
            sign(asked(previous, target(2, 1)), KEY, now=now())
    stolen = before(target(2, 2)).replace(b"releases/2.json", b"releases/1.json")
    with pytest.raises(RequestError, match="none of these keys signed"):
        sign(asked(stolen, target(1, 2)), KEY, now=now())


def test_what_came_before_is_not_changed() -> None:
    with pytest.raises(RequestError, match="changes what an earlier release was"):
        sign(asked(before(target(2, 2)), target(2, 1)), KEY, now=now())


def test_after_a_change_of_keys_the_old_one_vouches_for_what_it_signed() -> None:
    old = SigningKey.make()
    request = asked(before(target(2, 2), key=old), target(2, 2))
    with pytest.raises(RequestError, match="--known"):
        sign(request, KEY, now=now())
    assert metadata.signed_with(sign(request, KEY, now=now(), known=[old.public]), [KEY.public])
