"""Who did what, to what, when; written in the transaction of the deed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import attrs
from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import audit, new_id
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
    await connection.execute(insert(audit).values(id=new_id("e"), **attrs.asdict(entry)))


async def entries(
    connection: AsyncConnection,
    scope: Scope,
    *,
    limit: int = 200,
    after: int = 0,
    about: Collection[str] = (),
) -> list[Entry]:
    """A page of the newest first, `after` so many. `about`: how actions begin, as `release.` and `keys.` do."""
    columns = [audit.c[field.name] for field in attrs.fields(Entry)]
    statement = within(select(*columns), audit, scope)
    if about:
        statement = statement.where(or_(*(audit.c.action.startswith(word, autoescape=True) for word in about)))
    ordered = statement.order_by(audit.c.at.desc(), audit.c.id).offset(after).limit(limit)
    return [Entry(**row) for row in (await connection.execute(ordered)).mappings()]
