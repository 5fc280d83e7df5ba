"""What the page of people reads: the members in sight, who may do what on each, and a user's own settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import grants, members, users
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class MemberRow:
    member_id: str
    parent_id: str | None
    path: str
    name: str


@attrs.frozen(kw_only=True)
class GrantRow:
    """A role on a member. `name` and `email` are None for a person of a member that is not in sight."""

    member_id: str
    user_id: str
    role: str
    granted_at: dt.datetime
    name: str | None
    email: str | None
    disabled: bool


async def member_rows(connection: AsyncConnection, scope: Scope) -> list[MemberRow]:
    """The members in sight, each after the one above it."""
    columns = [members.c[field.name] for field in attrs.fields(MemberRow)]
    rows = await connection.execute(within(select(*columns), members, scope).order_by(members.c.path))
    return [MemberRow(**row) for row in rows.mappings()]


async def member_name(connection: AsyncConnection, scope: Scope, member_id: str) -> str:
    statement = within(select(members.c.name).where(members.c.member_id == member_id), members, scope)
    return await connection.scalar(statement) or ""


async def grant_rows(connection: AsyncConnection, scope: Scope) -> list[GrantRow]:
    in_sight = and_(users.c.id == grants.c.user_id, users.c.member_id.in_(scope.members))
    columns: list[Any] = [grants.c.member_id, grants.c.user_id, grants.c.role, grants.c.granted_at]
    statement = select(*columns, users.c.name, users.c.email, users.c.disabled).select_from(
        grants.outerjoin(users, in_sight)
    )
    rows = await connection.execute(within(statement, grants, scope).order_by(users.c.name, grants.c.user_id))
    return [GrantRow(**{**row, "disabled": bool(row["disabled"])}) for row in rows.mappings()]
