"""For which namespaces of the profile database a person hands bundles in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.dialects import insert_once
from frisket_hub.store.schema import vendor_grants


async def namespaces_of(connection: AsyncConnection, provider: str, user_id: str) -> frozenset[str]:
    """A vendor's account belongs to the provider, as its namespaces do."""
    statement = select(vendor_grants.c.namespace).where(
        vendor_grants.c.member_id == provider, vendor_grants.c.user_id == user_id
    )
    return frozenset((await connection.scalars(statement)).all())


async def add(
    connection: AsyncConnection, provider: str, user_id: str, namespace: str, *, by: str | None, now: dt.datetime
) -> bool:
    """False for a namespace that the person has already."""
    row = {"member_id": provider, "user_id": user_id, "namespace": namespace, "granted_by": by, "granted_at": now}
    return await insert_once(connection, vendor_grants, row)
