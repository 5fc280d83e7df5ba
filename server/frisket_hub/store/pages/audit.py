"""What the page of the audit reads: who did what, to what, when, and why."""

from __future__ import annotations

import datetime as dt

import attrs
from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import audit, users
from frisket_hub.store.scope import Scope, within

AUDIT_PAGE = 50


@attrs.frozen(kw_only=True)
class AuditRow:
    """`name` is None where the actor is no person in sight: an agent, the command, or somebody who has left."""

    at: dt.datetime
    actor: str
    name: str | None
    action: str
    subject: str
    detail: str


async def audit_rows(
    connection: AsyncConnection, scope: Scope, *, page: int = 1, limit: int = AUDIT_PAGE
) -> list[AuditRow]:
    """Newest first."""
    in_sight = and_(users.c.id == audit.c.actor, users.c.member_id.in_(scope.members))
    columns = [audit.c[field.name] for field in attrs.fields(AuditRow) if field.name != "name"]
    statement = select(*columns, users.c.name).select_from(audit.outerjoin(users, in_sight))
    ordered = within(statement, audit, scope).order_by(audit.c.at.desc(), audit.c.id.desc())
    rows = await connection.execute(ordered.limit(limit).offset((page - 1) * limit))
    return [AuditRow(**row) for row in rows.mappings()]


async def audit_count(connection: AsyncConnection, scope: Scope) -> int:
    return await connection.scalar(within(select(func.count()).select_from(audit), audit, scope)) or 0
