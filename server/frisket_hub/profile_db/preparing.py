"""A release before it is signed: put together, compared with the one before, answered for, approved."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.errors import ProfileError
from frisket.releases import metadata
from frisket.releases.bundle import sha256
from frisket.releases.manifest import BundleReference, Manifest, from_octets, to_octets
from frisket.releases.metadata import Target
from frisket.releases.roles import RELEASE, TARGETS, manifest_path, namespace_of, vendor_role
from frisket_hub.profile_db.contribution import opened
from frisket_hub.profile_db.differences import live_devices, report
from frisket_hub.profile_db.installing import is_signed
from frisket_hub.profile_db.releases import ReleaseError, in_state, note
from frisket_hub.routing import Actor, NotFound
from frisket_hub.store import bundles, releases, tuf
from frisket_hub.store.bundles import StoredBundle
from frisket_hub.store.releases import APPROVED, PREPARED, PUBLISHED, Acceptance, ReleaseRecord

MAX_NOTES = 10_000
# Releases that stay in the signed list: those that an agent may be told of
_LISTED = 20


async def prepare(
    connection: AsyncConnection,
    provider: str,
    *,
    notes: str,
    actor: Actor,
    now: dt.datetime,
    content_of: int | None = None,
) -> int:
    """The number: of the newest bundle of each vendor, or of what an older release holds.

    One that was prepared and never published is replaced under its number. ReleaseError says what is in the way.
    """
    await tuf.lock(connection, provider)
    last = await releases.newest(connection, provider)
    published = await releases.newest(connection, provider, published=True)
    content = await _content(connection, provider, content_of)
    chosen = {namespace: bundle.version for namespace, bundle in content.items()}
    if content_of is None and published is not None and dict(published.bundles) == chosen:
        raise ReleaseError((f"release {published.number} holds exactly this; a vendor hands in something new first",))
    before = await _before(connection, provider, published)
    try:
        differences = await asyncio.to_thread(_report, before, content, published)
    except ProfileError as error:
        raise ReleaseError(tuple(map(str, error.problems))) from None
    differences["live"] = await live_devices(connection, provider, differences["profiles"])
    unpublished = last is not None and last.state in (PREPARED, APPROVED)
    number = 1 if last is None else last.number + (0 if unpublished else 1)
    if unpublished:
        await releases.forget(connection, provider, number)
    references = {
        namespace: BundleReference(version=bundle.version, sha256=bundle.sha256, length=bundle.length)
        for namespace, bundle in content.items()
    }
    manifest = to_octets(Manifest(number=number, bundles=references))
    await releases.add(
        connection,
        member_id=provider,
        number=number,
        state=PREPARED,
        sha256=sha256(manifest),
        manifest=manifest,
        unsigned=await _unsigned(connection, provider, number, manifest, now=now),
        notes=notes[:MAX_NOTES],
        profiles={name: version for bundle in content.values() for name, version in bundle.profiles.items()},
        bundles=chosen,
        differences=differences,
        content_of=content_of,
        prepared_by=actor.id or None,
        prepared_at=now,
        signed_by=[],
    )
    await note(connection, provider, number, "prepare", actor=actor, now=now, detail=_bundle_words(chosen))
    return number


async def accept(
    connection: AsyncConnection,
    provider: str,
    number: int,
    *,
    finding: str,
    reason: str,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Takes responsibility for one finding that would keep the release back; NotFound where there is none such."""
    record = await in_state(connection, provider, number, PREPARED)
    if finding not in {one["key"] for one in record.blocking}:
        raise NotFound(finding)
    if not reason.strip():
        raise ReleaseError((f"{finding}: is accepted with a reason only",))
    if finding in await releases.acceptances_of(connection, provider, number):
        raise ReleaseError((f"{finding}: is accepted already",))
    acceptance = Acceptance(
        finding=finding, reason=reason.strip()[:400], accepted_by=actor.id or actor.kind, accepted_at=now
    )
    await releases.accept(connection, provider, number, acceptance)
    detail = f"{finding}: {acceptance.reason}"
    await note(connection, provider, number, "accept", actor=actor, now=now, detail=detail)


async def approve(connection: AsyncConnection, provider: str, number: int, *, actor: Actor, now: dt.datetime) -> None:
    """It may be signed now. ReleaseError names every finding that nobody has accepted."""
    record = await in_state(connection, provider, number, PREPARED)
    accepted = await releases.acceptances_of(connection, provider, number)
    open_ = [f"{one['key']}: is not accepted" for one in record.blocking if one["key"] not in accepted]
    if open_:
        raise ReleaseError((*open_, f"release {number} is approved when each of these is accepted, with a reason"))
    before = await releases.newest(connection, provider, published=True)
    manifest = _with_expected(record, accepted, before)
    await releases.change(
        connection,
        provider,
        number,
        state=APPROVED,
        approved_by=actor.id or None,
        approved_at=now,
        sha256=sha256(manifest),
        manifest=manifest,
        unsigned=await _unsigned(connection, provider, number, manifest, now=now),
    )
    await note(connection, provider, number, "approve", actor=actor, now=now, detail="")


def _with_expected(record: ReleaseRecord, accepted: Collection[str], before: ReleaseRecord | None) -> bytes:
    """The manifest says what was accepted, so that no agent takes it for a mistake and goes back.

    What was accepted for releases before stays in it, for agents that come from further back.
    """
    earlier = from_octets(before.manifest).expected if before else {}
    oldest = record.number - _LISTED
    expected = {
        profile: {path: number for path, number in paths.items() if number > oldest}
        for profile, paths in earlier.items()
    }
    for finding in record.blocking:
        if finding["key"] in accepted:
            expected.setdefault(finding["profile"], {})[finding["path"]] = record.number
    return to_octets(attrs.evolve(from_octets(record.manifest), expected=expected))


async def _content(connection: AsyncConnection, provider: str, content_of: int | None) -> dict[str, StoredBundle]:
    if content_of is not None:
        older = await releases.find(connection, provider, content_of)
        if older is None or older.state != PUBLISHED:
            raise ReleaseError((f"release {content_of} was never published; `frisket hub release list` shows all",))
        chosen: Mapping[str, int] = older.bundles
    else:
        targets = await tuf.current(connection, provider, TARGETS)
        roles = metadata.delegations_of(targets.content) if targets else {}
        vendors = set(filter(None, map(namespace_of, roles)))
        kept = await bundles.versions(connection, provider)
        chosen = {namespace: versions[0] for namespace, versions in kept.items() if namespace in vendors}
    found = await bundles.some(connection, provider, chosen)
    missing = [f"bundle {chosen[name]} of {name} is not kept any more" for name in chosen if name not in found]
    if missing or not found:
        raise ReleaseError(tuple(missing) or ("no vendor has handed in a bundle yet",))
    unsigned = [name for name in found if not await _has_signature(connection, provider, name)]
    if unsigned:
        words = "is signed by a key that may no longer; its vendor signs it anew (--renew) and hands it in"
        raise ReleaseError(tuple(f"{name}: {words}" for name in unsigned))
    return found


async def _has_signature(connection: AsyncConnection, provider: str, namespace: str) -> bool:
    role = vendor_role(namespace)
    targets = await tuf.current(connection, provider, TARGETS)
    newest = await tuf.newest(connection, provider, role)
    return targets is not None and newest is not None and is_signed(newest.content, targets.content, role)


async def _before(
    connection: AsyncConnection, provider: str, published: ReleaseRecord | None
) -> dict[str, StoredBundle]:
    return {} if published is None else await bundles.some(connection, provider, published.bundles)


def _report(
    before: Mapping[str, StoredBundle], content: Mapping[str, StoredBundle], published: ReleaseRecord | None
) -> dict[str, Any]:
    old, new = [list(map(opened, some.values())) for some in (before, content)]
    return report(old, new, against=published.number if published else None)


async def _unsigned(
    connection: AsyncConnection, provider: str, number: int, manifest: bytes, *, now: dt.datetime
) -> bytes:
    """The release role's next metadata: what it listed, as far as an agent may still be told of it, and this one."""
    current = await tuf.current(connection, provider, RELEASE)
    listed = metadata.targets_of(current.content) if current else {}
    in_use = {manifest_path(one) for one in await releases.numbers_in_use(connection, provider)}
    recent = {manifest_path(one) for one in range(max(1, number - _LISTED), number)}
    kept = [target for path, target in listed.items() if path in in_use | recent]
    version = current.version + 1 if current else 1
    return metadata.new_role(RELEASE, [*kept, Target.of(manifest_path(number), manifest)], version=version, now=now)


def _bundle_words(chosen: Mapping[str, int]) -> str:
    return ", ".join(f"{namespace}@{version}" for namespace, version in sorted(chosen.items()))
