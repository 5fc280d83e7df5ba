"""What the pages of the profile database read of its releases.

A release is the provider's. Its number, hash, notes and profiles are no secret to those under that provider, who run
it once it is published; what is being prepared is, and who worked on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import acceptances, releases

# `unsigned` is what a hub published before there were signatures
PUBLISHED = ("published", "unsigned")


@attrs.frozen(kw_only=True)
class ReleaseRow:
    """`profiles` is `{"hp/laserjet": 12, …}` and `bundles` `{"hp": 17, …}`: each with its version."""

    number: int
    state: str
    sha256: str
    notes: str
    profiles: Mapping[str, int]
    bundles: Mapping[str, int]
    content_of: int | None
    prepared_by: str | None
    prepared_at: dt.datetime
    approved_by: str | None
    approved_at: dt.datetime | None
    signed_by: Sequence[str]
    published_by: str | None
    published_at: dt.datetime | None

    @property
    def is_published(self) -> bool:
        return self.state in PUBLISHED


@attrs.frozen(kw_only=True)
class AcceptanceRow:
    finding: str
    reason: str
    accepted_by: str
    accepted_at: dt.datetime


async def release_rows(
    connection: AsyncConnection, provider: str, *, prepared: bool, limit: int = 50
) -> list[ReleaseRow]:
    """Newest first; `prepared`: also those that are not published yet."""
    statement = select(*_columns()).where(releases.c.member_id == provider)
    if not prepared:
        statement = statement.where(releases.c.state.in_(PUBLISHED))
    rows = (await connection.execute(statement.order_by(releases.c.number.desc()).limit(limit))).mappings()
    return [ReleaseRow(**row) for row in rows]


async def release_row(connection: AsyncConnection, provider: str, number: int, *, prepared: bool) -> ReleaseRow | None:
    statement = select(*_columns()).where(releases.c.member_id == provider, releases.c.number == number)
    if not prepared:
        statement = statement.where(releases.c.state.in_(PUBLISHED))
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else ReleaseRow(**row)


async def differences_of(connection: AsyncConnection, provider: str, number: int) -> Mapping[str, Any]:
    """What was found when this release was compared with the one before it; empty where nothing was."""
    statement = select(releases.c.differences).where(releases.c.member_id == provider, releases.c.number == number)
    return await connection.scalar(statement) or {}


async def acceptance_rows(connection: AsyncConnection, provider: str, number: int) -> list[AcceptanceRow]:
    columns = [acceptances.c[field.name] for field in attrs.fields(AcceptanceRow)]
    statement = select(*columns).where(acceptances.c.member_id == provider, acceptances.c.release_number == number)
    rows = (await connection.execute(statement.order_by(acceptances.c.accepted_at))).mappings()
    return [AcceptanceRow(**row) for row in rows]


def _columns() -> list[Any]:
    return [releases.c[field.name] for field in attrs.fields(ReleaseRow)]
