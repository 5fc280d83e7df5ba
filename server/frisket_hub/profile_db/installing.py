"""Root and targets that were signed away from the hub are put in force: verified, stored, named by a new snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.errors import TrustError
from frisket.releases import metadata
from frisket.releases.metadata import Described
from frisket.releases.roles import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, namespace_of
from frisket_hub.errors import HubError
from frisket_hub.profile_db import ceremony
from frisket_hub.profile_db.candidate import verify
from frisket_hub.profile_db.documents import stored
from frisket_hub.profile_db.online import OnlineKeys, sign_anew
from frisket_hub.profile_db.releases import note_deed
from frisket_hub.routing import Actor
from frisket_hub.store import tuf


class InstallError(HubError):
    """Documents that are not put in force; nothing was changed."""


async def install(
    connection: AsyncConnection,
    provider: str,
    documents: Sequence[bytes],
    *,
    keys: OnlineKeys,
    actor: Actor,
    now: dt.datetime,
) -> list[str]:
    """What was done, in words. Roots come first, in the order of their versions; then targets."""
    await tuf.lock(connection, provider)
    done = []
    for document in sorted(documents, key=_order):
        described = metadata.describe(document)
        before = await tuf.current(connection, provider, described.kind)
        if before is not None and before.content == document:
            done.append(f"{described.kind} {described.version} is in force already")
            continue
        await _check(connection, provider, document, described, now=now)
        await tuf.add(connection, provider, stored(described.kind, document, published=True, now=now))
        await tuf.forget_old(connection, provider, described.kind, described.version)
        await _note(connection, provider, document, described, actor=actor, now=now)
        done.append(f"{described.kind} {described.version} is in force")
    current = await tuf.all_current(connection, provider)
    if ROOT not in current:
        raise InstallError("there is no root yet; give root.json, too")
    for role in (SNAPSHOT, TIMESTAMP):
        keys.of(role, current[ROOT].content)
    if TARGETS not in current:
        return [*done, "agents learn of it when targets are installed, too"]
    await sign_anew(connection, provider, keys, now=now)
    await verify(connection, provider)
    return [*done, *await orphans(connection, provider)]


async def orphans(connection: AsyncConnection, provider: str) -> list[str]:
    """A sentence for each role whose metadata no allowed key has signed (any more): agents take nothing new of it."""
    current = await tuf.all_current(connection, provider)
    targets = current[TARGETS].content
    found = []
    for role, document in current.items():
        if role in (ROOT, TARGETS, SNAPSHOT, TIMESTAMP):
            continue
        if role not in metadata.delegations_of(targets):
            found.append(f"{role}: nobody may sign as it any more; prepare a release without its bundle")
        elif not is_signed(document.content, targets, role):
            vendor = namespace_of(role)
            way_out = "it has to be handed in anew" if vendor else "prepare and sign a release"
            found.append(f"{role}: what is in force is signed by a key that may no longer; {way_out}")
    return found


def is_signed(document: bytes, above: bytes, role: str) -> bool:
    try:
        metadata.require_signed(document, above=above, role=role)
    except TrustError:
        return False
    return True


async def _check(
    connection: AsyncConnection, provider: str, document: bytes, described: Described, *, now: dt.datetime
) -> None:
    """InstallError unless this follows on what is in force and enough of the right keys signed it."""
    if described.kind not in (ROOT, TARGETS):
        raise InstallError(f"{described.kind} metadata is not installed; this takes root.json and targets.json")
    name = f"{described.kind} {described.version}"
    before = await tuf.current(connection, provider, described.kind)
    follows = before.version + 1 if before else 1
    if described.version != follows:
        raise InstallError(f"{name}: {described.kind} {follows} comes next; make it with --previous")
    if described.expires <= now:
        raise InstallError(f"{name}: expired on {described.expires:%Y-%m-%d}; make and sign it anew")
    above = before.content if described.kind == ROOT and before else None
    if described.kind == TARGETS:
        root = await tuf.current(connection, provider, ROOT)
        if root is None:
            raise InstallError(f"{name}: there is no root yet that says who may sign it; give root.json, too")
        above = root.content
    _enough(name, ceremony.standings(document, above))


def _enough(name: str, standings: Iterable[ceremony.Standing]) -> None:
    for standing in standings:
        if standing.lacks:
            raise InstallError(f"{name}: {standing}; `frisket hub keys sign` adds a signature")


def _order(document: bytes) -> tuple[bool, int]:
    described = metadata.describe(document)
    return described.kind != ROOT, described.version


async def _note(
    connection: AsyncConnection,
    provider: str,
    document: bytes,
    described: Described,
    *,
    actor: Actor,
    now: dt.datetime,
) -> None:
    signed_by = ", ".join(key_id[:16] for key_id in described.signed_by)
    action = f"keys.install {described.kind} {described.version}"
    detail = f"signed by {signed_by}; {_words(document)}"
    await note_deed(connection, provider, action, described.kind, actor=actor, now=now, detail=detail)


def _words(document: bytes) -> str:
    """`release 1a2b…, vendor-hp 3c4d…`: who may sign what from now on."""
    named = ceremony.delegations_in(document)
    return ", ".join(f"{role} {'+'.join(key.id[:8] for key in one.keys)}" for role, one in sorted(named.items()))
