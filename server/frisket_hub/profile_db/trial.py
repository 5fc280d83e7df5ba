"""A folder of profiles as a release for everybody at once, by one person on one machine: for trials and the demo.

It goes every step that a real release goes, in the same functions; only all the keys lie in one folder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from frisket.releases import bundle, metadata, offer
from frisket.releases.bundle_list import next_offer
from frisket.releases.key_files import read_key, write_key
from frisket.releases.keys import SigningKey
from frisket.releases.offer import Offer
from frisket.releases.roles import RELEASE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, vendor_role
from frisket_hub import administration
from frisket_hub.administration import Desk
from frisket_hub.errors import HubError
from frisket_hub.profile_db import ceremony, installing, online, preparing, publishing, request, rollout
from frisket_hub.profile_db.contribution import ACCEPTED, hand_in_together, known_of
from frisket_hub.profile_db.judging import Known
from frisket_hub.profile_db.online import OnlineKeys
from frisket_hub.profile_db.releases import ReleaseError
from frisket_hub.store import releases, tuf

_PEOPLE = ("root-1", "root-2", "root-3")
_REASON = "a trial: everything is accepted"


async def run(data: Path, folder: Path, key_folder: Path, *, notes: str) -> int:
    """The number of the release. What is in the folder replaces what each of its namespaces held."""
    bundles = [bundle.read_bundle(folder, namespace) for namespace in bundle.namespaces_in(folder)]
    if not bundles:
        raise HubError(f"{folder}: holds no profile; it takes a folder with <namespace>/<name>.yaml in it")
    signing = _signing_keys(key_folder, [one.namespace for one in bundles])
    keys = _online_keys(data)
    await administration.at_desk(data, lambda desk: _install(desk, signing, keys))
    known = await administration.at_desk(data, lambda desk: known_of(desk.connection, desk.provider.member_id))
    assert known is not None
    await _hand_in(data, [_offer(one, known, signing) for one in bundles if _differs(one, known)])
    return await administration.at_desk(data, lambda desk: _release(desk, signing, keys, notes=notes))


def _signing_keys(folder: Path, namespaces: Sequence[str]) -> dict[str, SigningKey]:
    """By the name of their files: people's, the provider's for releases, and one for each namespace."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = {}
    for name in (*_PEOPLE, RELEASE, *map(vendor_role, namespaces)):
        file = folder / f"{name}.pem"
        if not file.exists():
            write_key(file, SigningKey.make(), None)
        found[name] = read_key(file)
    return found


def _online_keys(data: Path) -> OnlineKeys:
    folder = online.folder_of(data)
    if not folder.exists():
        online.make(folder)
    return OnlineKeys.load(folder)


async def _install(desk: Desk, signing: Mapping[str, SigningKey], keys: OnlineKeys) -> None:
    """A root where there is none, and targets that know every namespace."""
    provider, documents = desk.provider.member_id, []
    people = [signing[name] for name in _PEOPLE]
    root = await tuf.current(desk.connection, provider, ROOT)
    if root is None:
        named = {ROOT: [person.public for person in people]}
        hub = {role: [keys.keys[role][0].public] for role in (SNAPSHOT, TIMESTAMP)}
        documents.append(_by_two(ceremony.make_root({**named, **hub}, None, now=desk.now), people))
    targets = await tuf.current(desk.connection, provider, TARGETS)
    known = set(metadata.delegations_of(targets.content)) if targets else set()
    new = {name.removeprefix("vendor-"): [key.public] for name, key in signing.items() if name.startswith("vendor-")}
    new = {namespace: key for namespace, key in new.items() if vendor_role(namespace) not in known}
    if new:
        release = [] if targets else [signing[RELEASE].public]
        before = targets.content if targets else None
        documents.append(_by_two(ceremony.make_targets(release, new, (), before, now=desk.now), people))
    if documents:
        await installing.install(desk.connection, provider, documents, keys=keys, actor=desk.actor, now=desk.now)


def _by_two(document: bytes, people: Sequence[SigningKey]) -> bytes:
    return ceremony.sign(ceremony.sign(document, people[0]), people[1])


def _differs(one: bundle.Bundle, known: Known) -> bool:
    before = known.bundles.get(one.namespace)
    return before is None or bundle.pack(before) != bundle.pack(one)


def _offer(one: bundle.Bundle, known: Known, signing: Mapping[str, SigningKey]) -> bytes:
    before = known.bundles.get(one.namespace)
    previous = Offer(metadata=known.metadata[one.namespace], bundle=bundle.pack(before)) if before else None
    key = signing[vendor_role(one.namespace)]
    return offer.pack(next_offer(one, previous, key, now=dt.datetime.now(dt.UTC)))


async def _hand_in(data: Path, offers: Sequence[bytes]) -> None:
    provider = await administration.at_desk(data, _provider)
    async with administration.opened(data) as store:
        now = dt.datetime.now(dt.UTC)
        done = await hand_in_together(store, provider, offers, by=None, namespaces=None, now=now)
    problems = dict.fromkeys(problem for one in done for problem in one.problems if one.state != ACCEPTED)
    if problems:
        raise ReleaseError(tuple(problems))


async def _provider(desk: Desk) -> str:
    return desk.provider.member_id


async def _release(desk: Desk, signing: Mapping[str, SigningKey], keys: OnlineKeys, *, notes: str) -> int:
    connection, provider, actor, now = desk.connection, desk.provider.member_id, desk.actor, desk.now
    number = await preparing.prepare(connection, provider, notes=notes, actor=actor, now=now)
    record = await releases.find(connection, provider, number)
    for finding in record.blocking if record else ():
        await preparing.accept(
            connection, provider, number, finding=finding["key"], reason=_REASON, actor=actor, now=now
        )
    await preparing.approve(connection, provider, number, actor=actor, now=now)
    asked = request.from_octets(await publishing.signing_request(connection, provider, number))
    signed = request.sign(asked, signing[RELEASE], now=now)
    await publishing.publish(connection, provider, signed, keys=keys, actor=actor, now=now)
    await rollout.start(connection, provider, number, rings=(1.0,), soak=0, minimum=0, actor=actor, now=now)
    return number
