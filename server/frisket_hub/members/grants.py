"""What a person may see and change: every grant counts for its member and for all that lie under it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.routing import Actor
from frisket_hub.store import members
from frisket_hub.store.members import Grant, User

VIEWER, ADMIN, PROVIDER = ROLES = ("viewer", "admin", "provider")


async def actor_of(connection: AsyncConnection, user: User, *, csrf: str | None = None) -> Actor | None:
    """The person as the actor of a request; None for one who is disabled or holds no grant."""
    held = [] if user.disabled else await members.grants_of(connection, user.id)
    if not held:
        return None
    return Actor(
        kind="user",
        id=user.id,
        member_id=user.member_id,
        scope=await members.under(connection, (grant.path for grant in held)),
        admin=await members.under(connection, (grant.path for grant in held if grant.role in (ADMIN, PROVIDER))),
        provider=any(_is_provider(grant) for grant in held),
        name=user.name,
        email=user.email,
        time_zone=user.time_zone,
        theme=user.theme,
        csrf=csrf,
    )


def _is_provider(grant: Grant) -> bool:
    """The role counts at the root of the tree only: nobody below can be made the provider."""
    return grant.role == PROVIDER and grant.parent_id is None
