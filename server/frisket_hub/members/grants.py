"""What a person may see and change: every grant counts for its member and for all that lie under it.

But for a vendor's: that one shows nothing of any member, only the profiles of its namespaces.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.routing import Actor
from frisket_hub.store import members, vendors
from frisket_hub.store.members import Grant, User

VIEWER, ADMIN, PROVIDER = ROLES = ("viewer", "admin", "provider")


async def actor_of(connection: AsyncConnection, user: User, *, csrf: str | None = None) -> Actor | None:
    """The person as the actor of a request; None for one who is disabled or holds no grant."""
    if user.disabled:
        return None
    held = [grant for grant in await members.grants_of(connection, user.id) if grant.role in ROLES]
    namespaces = await vendors.namespaces_of(connection, user.member_id, user.id)
    if not held and not namespaces:
        return None
    return Actor(
        kind="user",
        id=user.id,
        member_id=user.member_id,
        scope=await members.under(connection, (grant.path for grant in held)),
        admin=await members.under(connection, (grant.path for grant in held if grant.role in (ADMIN, PROVIDER))),
        provider=any(_is_provider(grant) for grant in held),
        namespaces=namespaces,
        name=user.name,
        email=user.email,
        time_zone=user.time_zone,
        theme=user.theme,
        csrf=csrf,
    )


def _is_provider(grant: Grant) -> bool:
    """The role counts at the root of the tree only: nobody below can be made the provider."""
    return grant.role == PROVIDER and grant.parent_id is None
