"""What vendors handed in, and which bundles there are: of some namespaces, or of all (None)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import Column, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import bundles, contributions


@attrs.frozen(kw_only=True)
class ContributionRow:
    """`cases` is how many recorded cases were replayed; `handed_in_by` is None for one with the vendor's key alone."""

    id: str
    namespace: str
    version: int | None
    state: str
    problems: Sequence[str]
    cases: int
    key_id: str
    handed_in_by: str | None
    handed_in_at: dt.datetime


@attrs.frozen(kw_only=True)
class BundleRow:
    namespace: str
    version: int
    sha256: str
    length: int
    profiles: Mapping[str, int]
    accepted_at: dt.datetime


async def contribution_rows(
    connection: AsyncConnection, provider: str, namespaces: frozenset[str] | None, *, limit: int = 20
) -> list[ContributionRow]:
    """Newest first."""
    columns = [contributions.c[field.name] for field in attrs.fields(ContributionRow)]
    statement = _of(
        select(*columns).where(contributions.c.member_id == provider), contributions.c.namespace, namespaces
    )
    ordered = statement.order_by(contributions.c.handed_in_at.desc(), contributions.c.id).limit(limit)
    return [ContributionRow(**row) for row in (await connection.execute(ordered)).mappings()]


async def bundle_rows(
    connection: AsyncConnection, provider: str, namespaces: frozenset[str] | None, *, limit: int = 200
) -> list[BundleRow]:
    """By namespace, the newest version first."""
    columns = [bundles.c[field.name] for field in attrs.fields(BundleRow)]
    statement = _of(select(*columns).where(bundles.c.member_id == provider), bundles.c.namespace, namespaces)
    rows = await connection.execute(statement.order_by(bundles.c.namespace, bundles.c.version.desc()).limit(limit))
    return [BundleRow(**row) for row in rows.mappings()]


async def bundle_content(connection: AsyncConnection, provider: str, namespace: str, version: int) -> bytes | None:
    """The bundle's `.tar`, compressed."""
    statement = select(bundles.c.content).where(
        bundles.c.member_id == provider, bundles.c.namespace == namespace, bundles.c.version == version
    )
    content: bytes | None = await connection.scalar(statement)
    return content


def _of(statement: Select[Any], column: Column[str], namespaces: frozenset[str] | None) -> Select[Any]:
    return statement if namespaces is None else statement.where(column.in_(sorted(namespaces)))
