"""Who did what, to what, when; written in the transaction of the deed."""

from __future__ import annotations

import datetime as dt
import secrets
import time

import attrs
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import audit
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class Entry:
    """`actor` and `subject` are ids, never names or serial numbers; `detail` is what a person gave as the reason."""

    member_id: str
    at: dt.datetime
    actor: str
    action: str
    subject: str
    detail: str = ""


async def note(connection: AsyncConnection, entry: Entry) -> None:
    await connection.execute(insert(audit).values(id=_next_id(), **attrs.asdict(entry)))


def _next_id() -> str:
    """In the order of writing, for deeds of one transaction bear one time."""
    return f"e_{time.time_ns():016x}{secrets.token_hex(4)}"


async def entries(connection: AsyncConnection, scope: Scope, *, limit: int = 200) -> list[Entry]:
    """The newest first."""
    columns = [audit.c[field.name] for field in attrs.fields(Entry)]
    rows = await connection.execute(
        within(select(*columns), audit, scope).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
    )
    return [Entry(**row) for row in rows.mappings()]
