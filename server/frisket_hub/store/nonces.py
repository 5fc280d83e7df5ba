"""Nonces of signed requests: what was seen once within the life of a signature is not taken again."""

from __future__ import annotations

import datetime as dt
import random

from sqlalchemy import bindparam, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.dialects import insert_once
from frisket_hub.store.schema import nonces

# A signature lives 300 s either side of the hub's clock (frisket.wire.signing); this is more than both together
KEPT = dt.timedelta(seconds=900)
_LONGEST = 64
_SWEPT = 1 / 16
_FORGET_OLD = delete(nonces).where(
    nonces.c.member_id == bindparam("of_member"),
    nonces.c.agent_id == bindparam("of_agent"),
    nonces.c.created_at < bindparam("until"),
)


async def remember(connection: AsyncConnection, member_id: str, agent_id: str, nonce: str, now: dt.datetime) -> bool:
    """False for a nonce that this agent used already; now and then forgets its old ones."""
    if not 0 < len(nonce) <= _LONGEST:
        return False
    if random.random() < _SWEPT:
        await connection.execute(_FORGET_OLD, {"of_member": member_id, "of_agent": agent_id, "until": now - KEPT})
    row = {"member_id": member_id, "agent_id": agent_id, "nonce": nonce, "created_at": now}
    return await insert_once(connection, nonces, row)
