"""People who hand bundles in for a vendor: they see their own namespaces, and nothing of any member."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.releases.roles import is_namespace
from frisket_hub.members import people
from frisket_hub.members.people import PersonError
from frisket_hub.routing import Actor
from frisket_hub.store import audit, members, vendors


async def add(
    connection: AsyncConnection,
    actor: Actor,
    provider: str,
    *,
    email: str,
    namespace: str,
    password_hash: str,
    now: dt.datetime,
) -> bool:
    """Whether an account had to be made for it, with this password. PersonError for what cannot be so."""
    if not is_namespace(namespace):
        raise PersonError(f"{namespace!r} is no namespace; it is the folder of a vendor's profiles, such as hp")
    user = await members.user_by_email(connection, email.strip().lower())
    if user is not None and user.member_id != provider:
        raise PersonError(f"{email} belongs to a member; a vendor's person takes an account of its own")
    user_id = (
        user.id
        if user
        else await people.add_account(
            connection, member_id=provider, email=email, name="", password_hash=password_hash, now=now
        )
    )
    if await vendors.add(connection, provider, user_id, namespace, by=actor.id or None, now=now):
        entry = audit.Entry(
            member_id=provider,
            at=now,
            actor=actor.id or actor.kind,
            action=f"vendor.add {namespace}"[:64],
            subject=user_id,
        )
        await audit.note(connection, entry)
    return user is None
