"""The TUF attack suite at the client (THREATS 3, R): each is refused with its code, and the last good release stays.

An attacker holds the keys that its test names and no others; whoever took over a hub holds `snapshot` and `timestamp`.
Here: metadata. `test_attacks_on_content`: bundles, other vendors' paths, damage, and a hub that tries everything.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from tests.core.releases.repository import now, small_bundle
from tests.core.releases.site import HP, HUB, RICOH, Site, edited, old, publish
from tuf.api.metadata import MetaFile

from frisket.releases import metadata
from frisket.releases.keys import SigningKey
from frisket.releases.roles import (
    RELEASE,
    ROOT,
    SNAPSHOT,
    TARGETS,
    TIMESTAMP,
    bundle_path,
)

LONG_AGO = dt.timedelta(days=400)


# --- rollback ------------------------------------------------------------------------------------


def test_rollback_by_an_old_timestamp(site: Site) -> None:
    older = site.honest.taken_over()
    publish(site.honest, "three")
    site.agent.take(site.honest, site.second)
    assert site.agent.refuses(older, site.second) == "older"
    assert site.goes_on()


def test_rollback_by_an_old_snapshot_under_a_newer_timestamp(site: Site) -> None:
    evil = site.honest.taken_over("timestamp")
    evil.current[SNAPSHOT] = old(site, SNAPSHOT, 1)
    evil.sign_timestamp()
    assert site.agent.refuses(evil, site.first) == "older"
    assert site.recovers()


@pytest.mark.parametrize("role", [HP, RELEASE])
def test_rollback_by_old_metadata_in_a_newer_snapshot(role: str, site: Site) -> None:
    evil = site.honest.taken_over(*HUB)
    evil.current[role] = old(site, role, 1)
    evil.sign_online()
    assert site.agent.refuses(evil, site.first) == "older"
    assert site.recovers()


def test_rollback_by_old_targets_that_still_delegate_to_a_revoked_vendor(site: Site) -> None:
    site.honest.vendors["hp"] = SigningKey.make()
    site.honest.sign_targets()
    site.honest.sign_role(HP, site.honest.vendors["hp"])
    site.honest.sign_online()
    site.agent.take(site.honest, site.second)
    evil = site.honest.taken_over(*HUB)
    evil.current[TARGETS] = old(site, TARGETS, 1)
    evil.sign_online()
    assert site.agent.refuses(evil, site.second) == "older"
    assert site.recovers()


def test_rollback_by_leaving_a_role_out_of_the_snapshot(site: Site) -> None:
    evil = site.honest.taken_over(*HUB)
    roles = {role: evil.current[role] for role in (TARGETS, RELEASE, RICOH)}
    evil.put(SNAPSHOT, metadata.new_snapshot(roles, version=3, now=now()), evil.snapshot)
    evil.sign_timestamp()
    assert site.agent.refuses(evil, site.second) == "older"
    assert site.recovers()


# --- freeze --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [ROOT, TARGETS, SNAPSHOT, TIMESTAMP, RELEASE, HP])
def test_expired(role: str, site: Site) -> None:
    """Honest signatures that are too old, and nothing newer."""
    frozen, at = site.honest.taken_over("people", "release", "hp", *HUB), now() - LONG_AGO
    resign: dict[str, Callable[[], object]] = {
        ROOT: lambda: frozen.sign_root(at=at),
        TARGETS: lambda: frozen.sign_targets(at=at),
        RELEASE: lambda: frozen.sign_role(RELEASE, frozen.release, at=at),
        HP: lambda: frozen.sign_role(HP, frozen.vendors["hp"], at=at),
    }
    resign.get(role, lambda: None)()
    frozen.sign_snapshot(at=at if role == SNAPSHOT else None)
    frozen.sign_timestamp(at=at if role == TIMESTAMP else None)
    assert site.agent.refuses(frozen, site.second) == "expired"
    assert site.new_agent.refuses(frozen, site.second) == "expired"
    for name in (ROOT, TARGETS, RELEASE, HP):
        site.honest.current[name] = frozen.current[name]
    site.honest.sign_targets()
    assert site.recovers()


@pytest.mark.parametrize(("hours", "held"), [(47, True), (49, False)])
def test_a_frozen_repository_is_believed_for_two_days_at_most(hours: int, held: bool, site: Site) -> None:
    site.honest.sign_timestamp(at=now() - dt.timedelta(hours=hours))
    if held:
        assert site.new_agent.take(site.honest, site.second).manifest.number == 2
    else:
        assert site.new_agent.refuses(site.honest, site.second) == "expired"


@pytest.mark.parametrize(("days", "held"), [(89, True), (91, False)])
def test_a_hub_that_signs_itself_on_is_believed_for_ninety_days_at_most(days: int, held: bool, site: Site) -> None:
    evil = site.honest.taken_over("release", *HUB)
    evil.sign_role(RELEASE, evil.release, at=now() - dt.timedelta(days=days))
    evil = evil.taken_over(*HUB)
    far = now() + dt.timedelta(days=3650)
    evil.sign_online(at=far)
    if held:
        assert site.new_agent.take(evil, site.second).manifest.number == 2
    else:
        assert site.new_agent.refuses(evil, site.second) == "expired"


# --- mix and match -------------------------------------------------------------------------------


def test_the_snapshot_of_one_moment_under_the_timestamp_of_another(site: Site) -> None:
    third = publish(site.honest, "three")
    name = metadata.file_name(SNAPSHOT, site.honest.current[SNAPSHOT])
    site.honest.files[name] = old(site, SNAPSHOT, 2)
    assert site.agent.refuses(site.honest, third) in {"wrong-content", "mixed"}
    site.honest.files[name] = site.honest.current[SNAPSHOT]
    assert site.agent.take(site.honest, third).manifest.number == 3


@pytest.mark.parametrize("role", [HP, RELEASE, TARGETS])
def test_metadata_of_one_moment_in_the_snapshot_of_another(role: str, site: Site) -> None:
    """Of the same length, so that only the version within tells them apart."""
    evil = site.honest.taken_over("people", "release", "hp", *HUB)
    key = {HP: evil.vendors["hp"], RELEASE: evil.release}.get(role)
    before = evil.current[role]
    after = evil.sign_role(role, key) if key else evil.sign_targets(*evil.people[:2])
    evil.sign_online()
    assert len(before) == len(after)
    evil.files[metadata.file_name(role, after)] = before
    assert site.agent.refuses(evil, site.second) == "wrong-content"
    evil.put(SNAPSHOT, edited(evil.current[SNAPSHOT], lambda signed: loosen(signed.meta, role="")), evil.snapshot)
    evil.sign_timestamp()
    assert site.agent.refuses(evil, site.second) == "mixed"


def test_a_hub_cannot_pair_a_release_with_older_metadata_of_a_vendor(site: Site) -> None:
    evil = site.honest.taken_over(*HUB)
    evil.current[HP] = old(site, HP, 1)
    evil.sign_online()
    assert site.new_agent.refuses(evil, site.second) == "not-delegated"


def test_a_bundle_that_vendor_and_provider_do_not_name_alike(site: Site) -> None:
    """The vendor signs another content under the same version once the provider has signed."""
    evil = site.honest.taken_over("hp", *HUB)
    other = evil.put_target(bundle_path("hp", 2), small_bundle("hp", "evil"))
    evil.sign_role(HP, evil.vendors["hp"], other)
    evil.sign_online()
    assert site.agent.refuses(evil, site.second) == "wrong-content"
    assert site.new_agent.refuses(evil, site.second) == "wrong-content"


# --- fast-forward --------------------------------------------------------------------------------


def test_fast_forward_is_mended_by_rotating_the_online_keys(site: Site) -> None:
    evil = site.honest.taken_over(*HUB)
    leap = metadata.MAX_VERSION
    roles = {role: evil.current[role] for role in (TARGETS, RELEASE, HP, RICOH)}
    evil.put(SNAPSHOT, metadata.new_snapshot(roles, version=leap, now=now()), evil.snapshot)
    evil.put(TIMESTAMP, metadata.new_timestamp(evil.current[SNAPSHOT], version=leap, now=now()), evil.timestamp)
    assert site.agent.take(evil, site.second).manifest.number == 2
    third = publish(site.honest, "three")
    assert site.agent.refuses(site.honest, third) == "older"
    site.honest.snapshot, site.honest.timestamp = SigningKey.make(), SigningKey.make()
    site.honest.sign_root()
    site.honest.sign_online()
    assert site.agent.take(site.honest, third).manifest.number == 3


# --- wrong keys, too few of them -----------------------------------------------------------------


@pytest.mark.parametrize("role", [ROOT, TARGETS, SNAPSHOT, TIMESTAMP, RELEASE, HP])
def test_wrong_key(role: str, site: Site) -> None:
    """Everything is right but that one role is signed by keys of nobody."""
    holds = {ROOT: "people", TARGETS: "people", RELEASE: "release", HP: "hp"}.get(role, role)
    evil = site.honest.taken_over(*{"people", "release", "hp", *HUB} - {holds})
    sign: dict[str, Callable[[], object]] = {
        ROOT: evil.sign_root,
        TARGETS: evil.sign_targets,
        RELEASE: lambda: evil.sign_role(RELEASE, evil.release),
        HP: lambda: evil.sign_role(HP, evil.vendors["hp"]),
    }
    sign.get(role, lambda: None)()
    evil.sign_online()
    assert site.agent.refuses(evil, site.second) == "not-signed"
    assert site.new_agent.refuses(evil, site.second) == "not-signed"
    assert site.recovers()


@pytest.mark.parametrize("role", [ROOT, TARGETS])
def test_one_of_two_signatures(role: str, site: Site) -> None:
    evil = site.honest.taken_over("people", *HUB)
    (evil.sign_root if role == ROOT else evil.sign_targets)(evil.people[0])
    evil.sign_online()
    assert site.agent.refuses(evil, site.second) == "not-signed"
    assert site.recovers()


@pytest.mark.parametrize("role", [ROOT, TARGETS])
def test_one_key_signs_for_two(role: str, site: Site) -> None:
    """Its signature once more under the id of another person's key."""
    evil = site.honest.taken_over("people", *HUB)
    octets = (evil.sign_root if role == ROOT else evil.sign_targets)(evil.people[0])
    document = json.loads(octets)
    document["signatures"].append({**document["signatures"][0], "keyid": evil.people[1].public.id})
    evil.put(role, json.dumps(document).encode())
    evil.sign_online()
    assert site.agent.refuses(evil, site.second) == "not-signed"


@pytest.mark.parametrize("role", [ROOT, TARGETS])
def test_one_signature_stands_twice(role: str, site: Site) -> None:
    evil = site.honest.taken_over("people", *HUB)
    octets = (evil.sign_root if role == ROOT else evil.sign_targets)(evil.people[0])
    document = json.loads(octets)
    document["signatures"] *= 2
    evil.files[metadata.file_name(role, octets)] = json.dumps(document).encode()
    evil.current[SNAPSHOT] = edited(evil.current[SNAPSHOT], lambda signed: loosen(signed.meta))
    evil.put(SNAPSHOT, evil.current[SNAPSHOT], evil.snapshot)
    evil.sign_timestamp()
    assert site.agent.refuses(evil, site.second) in {"not-signed", "unreadable"}


def loosen(meta: dict[str, MetaFile], *, role: str = TARGETS) -> None:
    """A snapshot need not name lengths and hashes."""
    for file in meta.values():
        file.length = file.hashes = None
    if role:
        meta[f"{role}.json"].version += 1


def test_one_key_under_two_ids_makes_no_second_person(site: Site) -> None:
    """Nobody can be given such a public key: its id is computed, not believed."""
    text = site.honest.people[0].public.to_text()
    other = json.loads(text) | {"keyid": "f" * 64}
    with pytest.raises(Exception, match="under its own id"):
        type(site.honest.people[0].public).from_text(json.dumps(other).encode(), name="b.pub")
