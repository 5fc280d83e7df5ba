"""Vendors' bundles that were accepted, and what became of everything that was handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

import attrs
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import bundles, contributions


@attrs.frozen(kw_only=True)
class StoredBundle:
    """`content` is the `.tar`, compressed; `sha256` and `length` are the `.tar`'s. `profiles`: `{"hp/laserjet": 12}`"""

    namespace: str
    version: int
    sha256: str
    length: int
    content: bytes = attrs.field(repr=False)
    profiles: Mapping[str, int]
    accepted_at: dt.datetime


@attrs.frozen(kw_only=True)
class Contribution:
    """What was handed in. `key_id` is empty where no signature is good; `handed_in_by` where the key alone spoke."""

    id: str
    namespace: str
    version: int | None
    state: str
    problems: tuple[str, ...]
    cases: int
    key_id: str
    handed_in_by: str | None
    handed_in_at: dt.datetime


_BUNDLE = [bundles.c[field.name] for field in attrs.fields(StoredBundle)]
_CONTRIBUTION = [contributions.c[field.name] for field in attrs.fields(Contribution)]


async def add(connection: AsyncConnection, provider: str, bundle: StoredBundle) -> None:
    await connection.execute(insert(bundles).values(member_id=provider, **attrs.asdict(bundle)))


async def find(connection: AsyncConnection, provider: str, namespace: str, version: int) -> StoredBundle | None:
    statement = select(*_BUNDLE).where(
        bundles.c.member_id == provider, bundles.c.namespace == namespace, bundles.c.version == version
    )
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else StoredBundle(**row)


async def by_hash(connection: AsyncConnection, provider: str, namespace: str, sha256: str) -> StoredBundle | None:
    statement = select(*_BUNDLE).where(
        bundles.c.member_id == provider, bundles.c.namespace == namespace, bundles.c.sha256 == sha256
    )
    row = (await connection.execute(statement.order_by(bundles.c.version.desc()))).mappings().first()
    return None if row is None else StoredBundle(**row)


async def versions(connection: AsyncConnection, provider: str) -> dict[str, list[int]]:
    """The versions that are kept, the newest first, by namespace."""
    statement = select(bundles.c.namespace, bundles.c.version).where(bundles.c.member_id == provider)
    found: dict[str, list[int]] = {}
    for namespace, version in await connection.execute(statement.order_by(bundles.c.version.desc())):
        found.setdefault(namespace, []).append(version)
    return dict(sorted(found.items()))


async def some(connection: AsyncConnection, provider: str, wanted: Mapping[str, int]) -> dict[str, StoredBundle]:
    """These versions by namespace; one that is not kept any more is missing."""
    found = {}
    for namespace, version in wanted.items():
        bundle = await find(connection, provider, namespace, version)
        if bundle is not None:
            found[namespace] = bundle
    return found


async def keep_only(connection: AsyncConnection, provider: str, namespace: str, wanted: Collection[int]) -> None:
    await connection.execute(
        delete(bundles).where(
            bundles.c.member_id == provider,
            bundles.c.namespace == namespace,
            bundles.c.version.not_in(sorted(wanted)),
        )
    )


async def add_contribution(connection: AsyncConnection, provider: str, contribution: Contribution) -> None:
    row = {**attrs.asdict(contribution), "problems": list(contribution.problems)}
    await connection.execute(insert(contributions).values(member_id=provider, **row))


async def contribution_rows(
    connection: AsyncConnection, provider: str, namespaces: Iterable[str] | None = None, *, limit: int = 50
) -> list[Contribution]:
    """The newest first; of all namespaces, or of these only."""
    statement = select(*_CONTRIBUTION).where(contributions.c.member_id == provider)
    if namespaces is not None:
        statement = statement.where(contributions.c.namespace.in_(sorted(namespaces)))
    ordered = statement.order_by(contributions.c.handed_in_at.desc(), contributions.c.id).limit(limit)
    rows = (await connection.execute(ordered)).mappings()
    return [Contribution(**{**row, "problems": tuple(row["problems"])}) for row in rows]
