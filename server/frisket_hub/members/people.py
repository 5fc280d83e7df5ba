"""Changes of people and of what they may do; each is written to the audit with the change."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.errors import HubError
from frisket_hub.members.grants import ADMIN, PROVIDER, ROLES, VIEWER
from frisket_hub.routing import Actor, NotFound
from frisket_hub.store import audit, members, sessions
from frisket_hub.store.members import User
from frisket_hub.store.schema import new_id
from frisket_hub.store.scope import Scope

THEMES = ("auto", "light", "dark")
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,130}\Z")


class PersonError(HubError):
    """Something about a person that cannot be so; the words go to whoever asked for it."""


async def add_person(
    connection: AsyncConnection,
    actor: Actor,
    *,
    member_id: str,
    email: str,
    name: str,
    role: str,
    password_hash: str,
    now: dt.datetime,
) -> str:
    """A new account of this member with a role on it; its id. NotFound for a member outside `actor.admin`."""
    member = await members.find(connection, actor.admin, member_id)
    if member is None:
        raise NotFound(member_id)
    if role not in ROLES or (role == PROVIDER and (not actor.provider or member.parent_id is not None)):
        offered = ROLES if actor.provider and member.parent_id is None else (VIEWER, ADMIN)
        raise PersonError(f"{role!r} is no role that you can give here; there are {', '.join(offered)}")
    user_id = await add_account(
        connection, member_id=member_id, email=email, name=name, password_hash=password_hash, now=now
    )
    row = {"member_id": member_id, "user_id": user_id, "role": role}
    await members.grant(connection, {**row, "granted_by": actor.id or None, "granted_at": now})
    await _note(connection, actor, member_id, f"user.add {role}", subject=user_id, now=now)
    return user_id


async def add_account(
    connection: AsyncConnection, *, member_id: str, email: str, name: str, password_hash: str, now: dt.datetime
) -> str:
    """Somebody who may not do anything yet; the id. PersonError for an address that is none, or is taken."""
    email = _email(email)
    if await members.user_by_email(connection, email) is not None:
        raise PersonError(f"{email} has an account already")
    user = User(
        member_id=member_id,
        id=new_id("u"),
        email=email,
        name=_name(name) or email,
        password_hash=password_hash,
        time_zone="UTC",
        theme="auto",
        disabled=False,
    )
    await members.add_user(connection, user, now)
    return user.id


async def remove_person(connection: AsyncConnection, actor: Actor, user_id: str, now: dt.datetime) -> None:
    """The account, if it belongs to a member that the actor administers; else the roles that it holds there.

    Its sessions end with it. NotFound for somebody who is neither.
    """
    user = await members.find_user(connection, actor.admin, user_id)
    held = [grant for grant in await members.grants_of(connection, user_id) if grant.member_id in actor.admin]
    if user is None and not held:
        raise NotFound(user_id)
    if user_id == actor.id:
        raise PersonError("you cannot remove yourself; ask another admin")
    if any(grant.role == PROVIDER for grant in held) and not actor.provider:
        raise PersonError("only somebody of the provider can remove the provider's people")
    for grant in held:
        await members.revoke(connection, actor.admin, grant.member_id, user_id)
        await _note(connection, actor, grant.member_id, f"grant.remove {grant.role}", subject=user_id, now=now)
    await sessions.end_all(connection, user_id)
    if user is not None:
        await members.remove_user(connection, actor.admin, user_id)
        await _note(connection, actor, user.member_id, "user.remove", subject=user_id, now=now)


async def change_preferences(
    connection: AsyncConnection, actor: Actor, *, name: str, time_zone: str, theme: str
) -> None:
    """The actor's own name, zone and theme."""
    if time_zone not in zoneinfo.available_timezones():
        raise PersonError(f"{time_zone!r} is no time zone; it is written as in Europe/Berlin")
    if theme not in THEMES:
        raise PersonError(f"{theme!r} is no theme; there are {', '.join(THEMES)}")
    if not _name(name):
        raise PersonError("a name takes at least one character")
    own = Scope.of([actor.member_id])
    await members.change_user(connection, own, actor.id, name=_name(name), time_zone=time_zone, theme=theme)


async def change_password(
    connection: AsyncConnection, actor: Actor, password_hash: str, *, keep: str | None, now: dt.datetime
) -> None:
    """The actor's own; every other session ends. `keep` is the hash of the session that asked."""
    await members.change_user(connection, Scope.of([actor.member_id]), actor.id, password_hash=password_hash)
    await sessions.end_all(connection, actor.id, but=keep)
    await _note(connection, actor, actor.member_id, "user.password", subject=actor.id, now=now)


def _email(text: str) -> str:
    email = text.strip().lower()
    if _EMAIL.match(email) is None or not email.isprintable():
        raise PersonError(f"{text.strip()[:80]!r} is no e-mail address")
    return email


def _name(text: str) -> str:
    return "".join(letter for letter in text.strip()[:200] if letter.isprintable())


async def _note(
    connection: AsyncConnection, actor: Actor, member_id: str, action: str, *, subject: str, now: dt.datetime
) -> None:
    entry = audit.Entry(member_id=member_id, at=now, actor=actor.id or actor.kind, action=action, subject=subject)
    await audit.note(connection, entry)
