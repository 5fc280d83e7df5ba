"""TUF metadata of the profile database, every version under the provider's member; and who is an agent's provider."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import members, tuf_metadata

# Older ones may still be asked for by an agent that is on its way through them
_KEPT_VERSIONS = 3


@attrs.frozen(kw_only=True)
class Document:
    """One version of one role's metadata; agents get it when it is `published`."""

    role: str
    version: int
    content: bytes = attrs.field(repr=False)
    published: bool
    expires_at: dt.datetime
    created_at: dt.datetime


_DOCUMENT = [tuf_metadata.c[field.name] for field in attrs.fields(Document)]


async def lock(connection: AsyncConnection, provider: str) -> None:
    """Nobody else publishes or installs before this transaction ends (SQLite has one writer anyway)."""
    await connection.execute(
        select(members.c.member_id).where(members.c.member_id == provider).with_for_update(key_share=True)
    )


async def current(connection: AsyncConnection, provider: str, role: str) -> Document | None:
    """What is in force: the newest that is published."""
    return await _newest(connection, provider, role, tuf_metadata.c.published.is_(True))


async def newest(connection: AsyncConnection, provider: str, role: str) -> Document | None:
    """Published or not."""
    return await _newest(connection, provider, role)


async def versions_of(connection: AsyncConnection, provider: str, role: str) -> list[Document]:
    """Every one that is kept, the newest first."""
    statement = select(*_DOCUMENT).where(tuf_metadata.c.member_id == provider, tuf_metadata.c.role == role)
    rows = (await connection.execute(statement.order_by(tuf_metadata.c.version.desc()))).mappings()
    return [Document(**row) for row in rows]


async def published_version(connection: AsyncConnection, provider: str, role: str, version: int) -> Document | None:
    return await _newest(
        connection, provider, role, tuf_metadata.c.published.is_(True), tuf_metadata.c.version == version
    )


async def all_current(connection: AsyncConnection, provider: str) -> dict[str, Document]:
    """What is in force, by role."""
    statement = select(*_DOCUMENT).where(tuf_metadata.c.member_id == provider, tuf_metadata.c.published.is_(True))
    rows = (await connection.execute(statement.order_by(tuf_metadata.c.version))).mappings()
    return {row["role"]: Document(**row) for row in rows}


async def roots_after(connection: AsyncConnection, provider: str, version: int, *, most: int) -> list[bytes]:
    statement = (
        select(tuf_metadata.c.content)
        .where(
            tuf_metadata.c.member_id == provider,
            tuf_metadata.c.role == "root",
            tuf_metadata.c.published.is_(True),
            tuf_metadata.c.version > version,
        )
        .order_by(tuf_metadata.c.version)
        .limit(most)
    )
    return list((await connection.scalars(statement)).all())


async def add(connection: AsyncConnection, provider: str, document: Document) -> None:
    await connection.execute(insert(tuf_metadata).values(member_id=provider, **attrs.asdict(document)))


async def publish(connection: AsyncConnection, provider: str, role: str, version: int) -> None:
    await connection.execute(
        update(tuf_metadata)
        .where(tuf_metadata.c.member_id == provider, tuf_metadata.c.role == role, tuf_metadata.c.version == version)
        .values(published=True)
    )


async def forget_old(connection: AsyncConnection, provider: str, role: str, version: int) -> None:
    """What nobody asks for any more now that this version is in force; every root stays."""
    kept = 1 if role == "timestamp" else _KEPT_VERSIONS
    if role != "root":
        await connection.execute(
            delete(tuf_metadata).where(
                tuf_metadata.c.member_id == provider,
                tuf_metadata.c.role == role,
                tuf_metadata.c.version <= version - kept,
            )
        )


async def provider_of(connection: AsyncConnection, member_id: str) -> str | None:
    """The member whose profile database counts for this one: the nearest at or above it that has a root."""
    above, own = members.alias("above"), members.alias("own")
    statement = (
        select(above.c.member_id)
        .join(own, func.substr(own.c.path, 1, func.length(above.c.path)) == above.c.path)
        .join(tuf_metadata, tuf_metadata.c.member_id == above.c.member_id)
        .where(own.c.member_id == member_id, tuf_metadata.c.role == "root")
        .order_by(func.length(above.c.path).desc())
        .limit(1)
    )
    return (await connection.execute(statement)).scalars().first()


async def _newest(connection: AsyncConnection, provider: str, role: str, *conditions: Any) -> Document | None:
    statement = select(*_DOCUMENT).where(tuf_metadata.c.member_id == provider, tuf_metadata.c.role == role, *conditions)
    row = (await connection.execute(statement.order_by(tuf_metadata.c.version.desc()).limit(1))).mappings().first()
    return None if row is None else Document(**row)
