"""Sites: where the agents of a member stand."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.dialects import insert_once
from frisket_hub.store.schema import new_id, sites


async def find_or_add(connection: AsyncConnection, member_id: str, name: str) -> str:
    """The id of the member's site of this name; made when there is none, once even for two at the same time."""
    await insert_once(connection, sites, {"member_id": member_id, "id": new_id("s"), "name": name, "time_zone": "UTC"})
    statement = select(sites.c.id).where(sites.c.member_id == member_id, sites.c.name == name)
    return str((await connection.execute(statement)).scalar_one())
