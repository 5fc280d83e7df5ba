"""Releases of the profile database: numbered without gaps, never changed, known by the hash of their octets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import Release
from frisket_hub.store.schema import acceptances, members, pins, releases, rollouts
from frisket_hub.store.schema import agents as agents_table

PREPARED, APPROVED, PUBLISHED = STATES = ("prepared", "approved", "published")


@attrs.frozen(kw_only=True)
class ReleaseRecord:
    """A release with everything that is known of it; see the columns of the table."""

    number: int
    state: str
    sha256: str
    manifest: bytes = attrs.field(repr=False)
    unsigned: bytes = attrs.field(repr=False)
    notes: str
    profiles: Mapping[str, int]
    bundles: Mapping[str, int]
    differences: Mapping[str, Any] = attrs.field(repr=False)
    content_of: int | None
    prepared_by: str | None
    prepared_at: dt.datetime
    approved_by: str | None
    approved_at: dt.datetime | None
    signed_by: list[str]
    published_by: str | None
    published_at: dt.datetime | None

    @property
    def blocking(self) -> list[Mapping[str, Any]]:
        """The differences that somebody has to take responsibility for."""
        return [finding for finding in self.differences.get("findings", ()) if finding["blocks"]]


@attrs.frozen(kw_only=True)
class Acceptance:
    """Who took responsibility for which difference, and why."""

    finding: str
    reason: str
    accepted_by: str
    accepted_at: dt.datetime


_RECORD = [releases.c[field.name] for field in attrs.fields(ReleaseRecord)]
_ACCEPTANCE = [acceptances.c[field.name] for field in attrs.fields(Acceptance)]


async def last_number(connection: AsyncConnection, provider_member_id: str) -> int:
    """0 before the first; the provider's row is locked, so that no other release takes the next number."""
    await connection.execute(
        select(members.c.member_id).where(members.c.member_id == provider_member_id).with_for_update(key_share=True)
    )
    statement = select(func.max(releases.c.number)).where(releases.c.member_id == provider_member_id)
    return (await connection.execute(statement)).scalar_one() or 0


async def add(connection: AsyncConnection, **row: Any) -> None:
    await connection.execute(insert(releases).values(**row))


async def named(connection: AsyncConnection, provider: str, number: int) -> Release | None:
    """As agents are told of it; None where there is none, as for 0, which is what they come with."""
    if not number:
        return None
    statement = select(releases.c.sha256).where(releases.c.member_id == provider, releases.c.number == number)
    sha256 = (await connection.execute(statement)).scalar_one_or_none()
    return None if sha256 is None else Release(number=number, sha256=sha256)


async def find(connection: AsyncConnection, provider: str, number: int) -> ReleaseRecord | None:
    return await _one(connection, select(*_RECORD).where(releases.c.member_id == provider, releases.c.number == number))


async def newest(connection: AsyncConnection, provider: str, *, published: bool = False) -> ReleaseRecord | None:
    """The one with the highest number; of those that are published."""
    statement = select(*_RECORD).where(releases.c.member_id == provider)
    if published:
        statement = statement.where(releases.c.state == PUBLISHED)
    return await _one(connection, statement.order_by(releases.c.number.desc()).limit(1))


async def every(connection: AsyncConnection, provider: str, *, limit: int = 50) -> list[ReleaseRecord]:
    """The newest first."""
    statement = select(*_RECORD).where(releases.c.member_id == provider).order_by(releases.c.number.desc())
    return [ReleaseRecord(**row) for row in (await connection.execute(statement.limit(limit))).mappings()]


async def change(connection: AsyncConnection, provider: str, number: int, **values: Any) -> None:
    statement = update(releases).where(releases.c.member_id == provider, releases.c.number == number)
    await connection.execute(statement.values(**values))


async def forget(connection: AsyncConnection, provider: str, number: int) -> None:
    """One that was prepared and never published, with what was accepted of it."""
    for table, column in ((acceptances, acceptances.c.release_number), (releases, releases.c.number)):
        await connection.execute(delete(table).where(table.c.member_id == provider, column == number))


async def accept(connection: AsyncConnection, provider: str, number: int, acceptance: Acceptance) -> None:
    row = {"member_id": provider, "release_number": number, **attrs.asdict(acceptance)}
    await connection.execute(insert(acceptances).values(**row))


async def acceptances_of(connection: AsyncConnection, provider: str, number: int) -> dict[str, Acceptance]:
    """By finding."""
    statement = select(*_ACCEPTANCE).where(acceptances.c.member_id == provider, acceptances.c.release_number == number)
    return {row["finding"]: Acceptance(**row) for row in (await connection.execute(statement)).mappings()}


async def numbers_in_use(connection: AsyncConnection, provider: str) -> set[int]:
    """Those that an agent of the provider or below should have, that a member is pinned to, or that is rolled out."""
    path = select(members.c.path).where(members.c.member_id == provider).scalar_subquery()
    below = select(members.c.member_id).where(func.substr(members.c.path, 1, func.length(path)) == path)
    found: set[int] = set()
    for statement in (
        select(agents_table.c.release_number).where(agents_table.c.member_id.in_(below)).distinct(),
        select(pins.c.release_number).where(pins.c.member_id.in_(below)).distinct(),
        select(rollouts.c.release_number).where(rollouts.c.member_id == provider, rollouts.c.ended_at.is_(None)),
    ):
        found.update(number for number in (await connection.scalars(statement)).all() if number is not None)
    return found


async def _one(connection: AsyncConnection, statement: Any) -> ReleaseRecord | None:
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else ReleaseRecord(**row)
