"""From an approved release to what agents are given: signed elsewhere, verified as agents would, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.errors import TrustError
from frisket.releases import manifest as manifests
from frisket.releases import metadata
from frisket.releases.bundle_list import newest_bundle
from frisket.releases.roles import RELEASE, TARGETS, vendor_role
from frisket.wire.documents import Release
from frisket_hub.profile_db import candidate, request
from frisket_hub.profile_db.documents import stored
from frisket_hub.profile_db.judging import KEPT
from frisket_hub.profile_db.online import OnlineKeys, sign_anew
from frisket_hub.profile_db.releases import ReleaseError, in_state, note
from frisket_hub.profile_db.request import Request
from frisket_hub.routing import Actor
from frisket_hub.store import bundles, releases, tuf
from frisket_hub.store.releases import APPROVED, PUBLISHED, ReleaseRecord


async def signing_request(connection: AsyncConnection, provider: str, number: int) -> bytes:
    """The file for `frisket hub release sign`; ReleaseError unless the release is approved."""
    record = await in_state(connection, provider, number, APPROVED)
    previous = await tuf.current(connection, provider, RELEASE)
    before = await releases.newest(connection, provider, published=True)
    old = manifests.from_octets(before.manifest) if before is not None else None
    return request.to_octets(
        Request(
            number=number,
            notes=record.notes,
            changes=request.changes(old, manifests.from_octets(record.manifest)),
            manifest=record.manifest,
            previous=previous.content if previous else None,
            unsigned=record.unsigned,
        )
    )


async def publish(
    connection: AsyncConnection,
    provider: str,
    signed: bytes,
    *,
    keys: OnlineKeys,
    actor: Actor,
    now: dt.datetime,
) -> Release:
    """What `release sign` wrote, put in force. ReleaseError, or CandidateError, and nothing is changed."""
    await tuf.lock(connection, provider)
    newest = await releases.newest(connection, provider)
    if newest is None:
        raise ReleaseError(("no release is prepared; `frisket hub release prepare` does that",))
    record = await in_state(connection, provider, newest.number, APPROVED)
    signed_by = await _check(connection, provider, record, signed)
    await _put_in_force(connection, provider, record, signed, now=now)
    await releases.change(
        connection,
        provider,
        record.number,
        state=PUBLISHED,
        signed_by=signed_by,
        published_by=actor.id or None,
        published_at=now,
    )
    await sign_anew(connection, provider, keys, now=now)
    release = Release(number=record.number, sha256=record.sha256)
    await candidate.verify(connection, provider, release)
    await _forget_old_bundles(connection, provider)
    detail = f"signed by {', '.join(key_id[:16] for key_id in signed_by)}; {record.sha256}"
    await note(connection, provider, record.number, "publish", actor=actor, now=now, detail=detail)
    return release


async def _check(connection: AsyncConnection, provider: str, record: ReleaseRecord, signed: bytes) -> list[str]:
    """Whose good signatures it carries; ReleaseError unless it is what was prepared, signed by who may."""
    targets = await tuf.current(connection, provider, TARGETS)
    if targets is None:
        raise ReleaseError(("there are no targets that say who may sign; `frisket hub keys install` first",))
    try:
        if not _says_the_same(signed, record.unsigned):
            raise ReleaseError((f"this is not release {record.number} as it was prepared; request and sign it anew",))
        metadata.require_signed(signed, above=targets.content, role=RELEASE)
        good, _ = metadata.signers(signed, above=targets.content, role=RELEASE)
    except TrustError as error:
        words = f"release {record.number}: {error.detail}; sign the request with a release key that targets name"
        raise ReleaseError((words,)) from None
    return sorted(good)


def _says_the_same(one: bytes, other: bytes) -> bool:
    """But for the signatures."""
    first, second = metadata.describe(one), metadata.describe(other)
    facts = [(said.kind, said.version, said.expires) for said in (first, second)]
    return facts[0] == facts[1] and metadata.targets_of(one) == metadata.targets_of(other)


async def _put_in_force(
    connection: AsyncConnection, provider: str, record: ReleaseRecord, signed: bytes, *, now: dt.datetime
) -> None:
    """Vendors' metadata first, then the release's; snapshot and timestamp come after."""
    for namespace, version in record.bundles.items():
        await _publish_vendor(connection, provider, namespace, version)
    document = stored(RELEASE, signed, published=True, now=now)
    await tuf.add(connection, provider, document)
    await tuf.forget_old(connection, provider, RELEASE, document.version)


async def _publish_vendor(connection: AsyncConnection, provider: str, namespace: str, version: int) -> None:
    """The newest metadata that speaks of this bundle and of none after it, unless agents know of newer ones."""
    role = vendor_role(namespace)
    known = await tuf.current(connection, provider, role)
    shown = max(version, newest_bundle(known.content) if known else 0)
    for document in await tuf.versions_of(connection, provider, role):
        if newest_bundle(document.content) == shown:
            if not document.published:
                await tuf.publish(connection, provider, role, document.version)
                await tuf.forget_old(connection, provider, role, document.version)
            return


async def _forget_old_bundles(connection: AsyncConnection, provider: str) -> None:
    """The ten newest of each vendor stay, and what a release in use is made of."""
    needed: dict[str, set[int]] = {}
    for number in await releases.numbers_in_use(connection, provider):
        record = await releases.find(connection, provider, number)
        _add(needed, record.bundles if record else {})
    newest = await releases.newest(connection, provider, published=True)
    _add(needed, newest.bundles if newest else {})
    for namespace, versions in (await bundles.versions(connection, provider)).items():
        kept = {*versions[:KEPT], *needed.get(namespace, ())}
        if kept != set(versions):
            await bundles.keep_only(connection, provider, namespace, kept)


def _add(needed: dict[str, set[int]], chosen: Mapping[str, int]) -> None:
    for namespace, version in chosen.items():
        needed.setdefault(namespace, set()).add(version)
