"""How long the metadata is good for that agents trust, and who is pinned to which release."""

from __future__ import annotations

import datetime as dt

import attrs
from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import members, pins, tuf_metadata
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class RoleRow:
    """The newest metadata of a role that agents are given."""

    role: str
    version: int
    expires_at: dt.datetime


@attrs.frozen(kw_only=True)
class PinRow:
    member_id: str
    member: str
    release_number: int
    reason: str
    pinned_by: str
    pinned_at: dt.datetime
    expires_at: dt.datetime


async def role_rows(connection: AsyncConnection, provider: str) -> list[RoleRow]:
    of_provider = and_(tuf_metadata.c.member_id == provider, tuf_metadata.c.published)
    newest = (
        select(tuf_metadata.c.role, func.max(tuf_metadata.c.version).label("version"))
        .where(of_provider)
        .group_by(tuf_metadata.c.role)
        .subquery()
    )
    it = and_(newest.c.role == tuf_metadata.c.role, newest.c.version == tuf_metadata.c.version)
    columns = [tuf_metadata.c[field.name] for field in attrs.fields(RoleRow)]
    statement = select(*columns).join(newest, it).where(of_provider).order_by(tuf_metadata.c.role)
    return [RoleRow(**row) for row in (await connection.execute(statement)).mappings()]


async def pin_rows(connection: AsyncConnection, scope: Scope) -> list[PinRow]:
    """Of the members in sight, those that end first at the top."""
    columns = [pins.c[field.name] for field in attrs.fields(PinRow) if field.name != "member"]
    statement = select(*columns, members.c.name.label("member")).join(members, members.c.member_id == pins.c.member_id)
    rows = await connection.execute(within(statement, pins, scope).order_by(pins.c.expires_at))
    return [PinRow(**row) for row in rows.mappings()]
