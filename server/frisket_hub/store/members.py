"""Members, the people who belong to them, and what each may do where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import attrs
from sqlalchemy import CursorResult, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import grants, members, new_id, sessions, users, vendor_grants
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class Member:
    """`path` is `/m_1/m_2/`: the members above it, and itself."""

    member_id: str
    parent_id: str | None
    path: str
    name: str


@attrs.frozen(kw_only=True)
class User:
    """A person; `member_id` is the member to which the account belongs."""

    member_id: str
    id: str
    email: str
    name: str
    password_hash: str = attrs.field(repr=False)
    time_zone: str
    theme: str
    disabled: bool


@attrs.frozen(kw_only=True)
class Grant:
    """`role` (viewer < admin < provider) on a member and on all under it; `path` is the member's."""

    member_id: str
    role: str
    path: str
    parent_id: str | None


_MEMBER = [members.c[field.name] for field in attrs.fields(Member)]
_USER = [users.c[field.name] for field in attrs.fields(User)]


async def add(connection: AsyncConnection, name: str, *, parent: Member | None, now: dt.datetime) -> Member:
    """A new member below its parent; the provider is the one without."""
    member_id = new_id("m")
    path = f"{parent.path if parent else '/'}{member_id}/"
    parent_id = parent.member_id if parent else None
    row = {"member_id": member_id, "parent_id": parent_id, "path": path, "name": name}
    await connection.execute(insert(members).values(**row, created_at=now))
    return Member(member_id=member_id, parent_id=parent_id, path=path, name=name)


async def find(connection: AsyncConnection, scope: Scope, member_id: str) -> Member | None:
    return await _member(connection, within(select(*_MEMBER), members, scope).where(members.c.member_id == member_id))


async def named(connection: AsyncConnection, scope: Scope, name: str) -> list[Member]:
    """Every member of this name: names need not be unique, ids are."""
    rows = await connection.execute(within(select(*_MEMBER), members, scope).where(members.c.name == name))
    return [Member(**row) for row in rows.mappings()]


async def in_scope(connection: AsyncConnection, scope: Scope) -> list[Member]:
    """Each after the one above it."""
    rows = await connection.execute(within(select(*_MEMBER), members, scope).order_by(members.c.path))
    return [Member(**row) for row in rows.mappings()]


async def provider(connection: AsyncConnection) -> Member | None:
    """The member at the root of the tree; None in a database that `frisket hub init` has not seen."""
    return await _member(
        connection, select(*_MEMBER).where(members.c.parent_id.is_(None)).order_by(members.c.created_at)
    )


async def provider_of(connection: AsyncConnection, member_id: str) -> str:
    """The member at the root of the tree that this one stands in; itself, where it is that."""
    statement = select(members.c.path).where(members.c.member_id == member_id)
    return str((await connection.execute(statement)).scalar_one()).split("/", 2)[1]


async def under(connection: AsyncConnection, paths: Iterable[str]) -> Scope:
    """The members at these paths and all that lie below."""
    prefixes = [members.c.path.startswith(path, autoescape=True) for path in paths]
    if not prefixes:
        return Scope()
    return Scope.of((await connection.scalars(select(members.c.member_id).where(or_(*prefixes)))).all())


async def add_user(connection: AsyncConnection, user: User, now: dt.datetime) -> None:
    await connection.execute(insert(users).values(**attrs.asdict(user), created_at=now))


async def user_by_email(connection: AsyncConnection, email: str) -> User | None:
    """Whoever signs in with this address: it is what finds the member, so there is no scope yet."""
    return await _user(connection, select(*_USER).where(users.c.email == email))


async def find_user(connection: AsyncConnection, scope: Scope, user_id: str) -> User | None:
    return await _user(connection, within(select(*_USER), users, scope).where(users.c.id == user_id))


async def change_user(connection: AsyncConnection, scope: Scope, user_id: str, **values: Any) -> bool:
    """False when the scope holds no such person."""
    statement = within(update(users), users, scope).where(users.c.id == user_id)
    result: CursorResult[Any] = await connection.execute(statement.values(**values))
    return result.rowcount == 1


async def remove_user(connection: AsyncConnection, scope: Scope, user_id: str) -> bool:
    """The account, wherever its grants and sessions are; False when the scope holds no such person."""
    gone: CursorResult[Any] = await connection.execute(within(delete(users), users, scope).where(users.c.id == user_id))
    if gone.rowcount != 1:
        return False
    await connection.execute(delete(grants).where(grants.c.user_id == user_id))
    await connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
    await connection.execute(delete(vendor_grants).where(vendor_grants.c.user_id == user_id))
    return True


async def grants_of(connection: AsyncConnection, user_id: str) -> list[Grant]:
    """Every grant that a person holds: this is what makes the person's scope."""
    statement = (
        select(grants.c.member_id, grants.c.role, members.c.path, members.c.parent_id)
        .join_from(grants, members, grants.c.member_id == members.c.member_id)
        .where(grants.c.user_id == user_id)
    )
    return [Grant(**row) for row in (await connection.execute(statement)).mappings()]


async def grant(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Instead of what the person held on this member before."""
    await connection.execute(
        delete(grants).where(grants.c.member_id == row["member_id"], grants.c.user_id == row["user_id"])
    )
    await connection.execute(insert(grants).values(**row))


async def revoke(connection: AsyncConnection, scope: Scope, member_id: str, user_id: str) -> bool:
    """Takes a role away; False when there is none in the scope."""
    statement = within(delete(grants), grants, scope).where(
        grants.c.member_id == member_id, grants.c.user_id == user_id
    )
    result: CursorResult[Any] = await connection.execute(statement)
    return result.rowcount == 1


async def _member(connection: AsyncConnection, statement: Any) -> Member | None:
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else Member(**row)


async def _user(connection: AsyncConnection, statement: Any) -> User | None:
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else User(**row)
