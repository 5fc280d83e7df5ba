"""What a vendor hands in: judged, loaded with all others, replayed; then accepted, or refused with all its errors.

A bundle that is refused changes nothing but that it stands in the list of contributions, and in the audit.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.profile.versions import versions_of
from frisket.releases import compression, metadata
from frisket.releases.bundle import MAX_BYTES, Bundle, sha256, unpack
from frisket.releases.roles import TARGETS, namespace_of, vendor_role
from frisket_hub.profile_db.documents import stored
from frisket_hub.profile_db.judging import Judged, Known, judge
from frisket_hub.profile_db.replaying import problems_of
from frisket_hub.store import audit, bundles, tuf
from frisket_hub.store.bundles import Contribution, StoredBundle
from frisket_hub.store.engine import Store
from frisket_hub.store.schema import new_id

ACCEPTED, REFUSED = "accepted", "refused"
_MOST_PROBLEMS = 1_000
_NOT_BEGUN = "nobody may hand in here yet: the provider has not installed its targets"


async def hand_in(
    store: Store,
    provider: str,
    octets: bytes,
    *,
    by: str | None,
    namespaces: frozenset[str] | None,
    now: dt.datetime,
) -> Contribution:
    """What became of it. `namespaces`: those for which the sender may hand in; None leaves that to the signature."""
    (contribution,) = await hand_in_together(store, provider, [octets], by=by, namespaces=namespaces, now=now)
    return contribution


async def hand_in_together(
    store: Store,
    provider: str,
    offers: Sequence[bytes],
    *,
    by: str | None,
    namespaces: frozenset[str] | None,
    now: dt.datetime,
) -> list[Contribution]:
    """Several that need each other: all are accepted, or none."""
    async with store.reading() as connection:
        known = await known_of(connection, provider)
    if known is None:
        judged, cases = [Judged(problems=(_NOT_BEGUN,)) for _ in offers], 0
    else:
        judged, cases = await asyncio.to_thread(_examine, offers, known, namespaces, now)
    compressed = await asyncio.to_thread(lambda: list(map(_compressed, judged)))

    async def work(connection: AsyncConnection) -> list[Contribution]:
        await tuf.lock(connection, provider)
        final = [await _unless_overtaken(connection, provider, one) for one in judged]
        together = all(not one.problems for one in final)
        done = []
        for one, content in zip(final, compressed, strict=True):
            if together:
                await _take(connection, provider, one, content, now=now)
            contribution = _contribution(one, cases=cases, by=by, accepted=together, now=now)
            await bundles.add_contribution(connection, provider, contribution)
            await _note(connection, provider, contribution)
            done.append(contribution)
        return done

    return await store.write(work)


async def known_of(connection: AsyncConnection, provider: str) -> Known | None:
    """What a new bundle is judged by; None before there are targets."""
    targets = await tuf.current(connection, provider, TARGETS)
    if targets is None:
        return None
    newest, held = {}, {}
    for role in metadata.delegations_of(targets.content):
        namespace = namespace_of(role)
        document = await tuf.newest(connection, provider, role) if namespace else None
        if namespace is not None and document is not None:
            newest[namespace] = document.content
    for namespace, versions in (await bundles.versions(connection, provider)).items():
        bundle = await bundles.find(connection, provider, namespace, versions[0])
        if bundle is not None and namespace in newest:
            held[namespace] = await asyncio.to_thread(opened, bundle)
    return Known(targets=targets.content, metadata=newest, bundles=held)


def opened(bundle: StoredBundle) -> Bundle:
    return unpack(compression.expand(bundle.content, MAX_BYTES), bundle.namespace)


def _examine(
    offers: Sequence[bytes], known: Known, namespaces: frozenset[str] | None, now: dt.datetime
) -> tuple[list[Judged], int]:
    """Judged one by one; then, if nothing is wrong so far, loaded and replayed together with what others have."""
    judged = [judge(octets, known, namespaces, now=now) for octets in offers]
    own = {one.namespace: one.bundle for one in judged if one.bundle is not None}
    if any(one.bundle is None for one in judged) or len(own) != len(judged):
        return judged, 0
    problems, cases = problems_of({**known.bundles, **own}.values())
    found = tuple(problems)
    return [attrs.evolve(one, problems=(*one.problems, *found)) for one in judged], cases


def _compressed(judged: Judged) -> bytes:
    return b"" if judged.offer is None or judged.problems else compression.compress(judged.offer.bundle)


async def _unless_overtaken(connection: AsyncConnection, provider: str, judged: Judged) -> Judged:
    """While it was replayed another bundle of the same vendor may have been accepted."""
    if judged.problems or judged.offer is None:
        return judged
    newest = await tuf.newest(connection, provider, vendor_role(judged.namespace))
    if metadata.describe(judged.offer.metadata).version == (newest.version + 1 if newest else 1):
        return judged
    return attrs.evolve(judged, problems=(f"another bundle of {judged.namespace} was accepted meanwhile",))


async def _take(
    connection: AsyncConnection, provider: str, judged: Judged, content: bytes, *, now: dt.datetime
) -> None:
    """The bundle and the vendor's metadata, which agents see when a release names it."""
    assert judged.offer is not None
    assert judged.bundle is not None
    assert judged.version is not None
    role = vendor_role(judged.namespace)
    await tuf.add(connection, provider, stored(role, judged.offer.metadata, published=False, now=now))
    if judged.renewal:
        return
    await bundles.add(
        connection,
        provider,
        StoredBundle(
            namespace=judged.namespace,
            version=judged.version,
            sha256=sha256(judged.offer.bundle),
            length=len(judged.offer.bundle),
            content=content,
            profiles=versions_of(judged.bundle.profiles),
            accepted_at=now,
        ),
    )


def _contribution(judged: Judged, *, cases: int, by: str | None, accepted: bool, now: dt.datetime) -> Contribution:
    problems = judged.problems
    if not accepted and not problems:
        problems = ("another bundle that was handed in with it is refused",)
    if len(problems) > _MOST_PROBLEMS:
        problems = (*problems[:_MOST_PROBLEMS], f"… and {len(problems) - _MOST_PROBLEMS:,} more")
    return Contribution(
        id=new_id("c"),
        namespace=judged.namespace,
        version=judged.version,
        state=ACCEPTED if accepted else REFUSED,
        problems=problems,
        cases=cases,
        key_id=judged.key_id,
        handed_in_by=by,
        handed_in_at=now,
    )


async def _note(connection: AsyncConnection, provider: str, contribution: Contribution) -> None:
    verb = "accept" if contribution.state == ACCEPTED else "refuse"
    words = contribution.problems[0] if contribution.problems else f"{contribution.cases} cases replayed"
    entry = audit.Entry(
        member_id=provider,
        at=contribution.handed_in_at,
        actor=contribution.handed_in_by or contribution.key_id or "unknown",
        action=f"bundle.{verb} {contribution.namespace} {contribution.version or ''}".strip(),
        subject=contribution.id,
        detail=words[:400],
    )
    await audit.note(connection, entry)
