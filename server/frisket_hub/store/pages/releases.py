"""What the page of the profile database reads.

A release belongs to the provider above a member. Its number, hash, notes and profiles are no secret to those under
that provider, who run it; who published it is, and so is anything of a provider that is not above them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import members, releases
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class ReleaseRow:
    """`profiles` is `{"hp/laserjet": 12, …}`: each profile with its version."""

    member_id: str
    number: int
    sha256: str
    notes: str
    profiles: Mapping[str, int]
    published_at: dt.datetime


async def release_rows(connection: AsyncConnection, scope: Scope, *, limit: int = 50) -> list[ReleaseRow]:
    """Newest first, of every provider at or above the members in sight."""
    above = await _at_or_above(connection, scope)
    columns = [releases.c[field.name] for field in attrs.fields(ReleaseRow)]
    statement = select(*columns).where(releases.c.member_id.in_(above))
    ordered = statement.order_by(releases.c.published_at.desc(), releases.c.number.desc()).limit(limit)
    rows = (await connection.execute(ordered)).mappings()
    return [ReleaseRow(**row) for row in rows]


def newest_for(path: str, rows: list[ReleaseRow]) -> ReleaseRow | None:
    """The newest release of the nearest provider at or above the member whose path this is."""
    for member_id in reversed(_ids(path)):
        numbers = [row for row in rows if row.member_id == member_id]
        if numbers:
            return max(numbers, key=lambda row: row.number)
    return None


async def _at_or_above(connection: AsyncConnection, scope: Scope) -> set[str]:
    paths: Any = await connection.scalars(within(select(members.c.path), members, scope))
    return {member_id for path in paths for member_id in _ids(path)}


def _ids(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
