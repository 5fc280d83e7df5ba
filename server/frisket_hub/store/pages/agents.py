"""What the agents' pages read: each agent with what it should have, what it has, and what it confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import agents, confirmations, devices, members, sites
from frisket_hub.store.scope import Scope, within

# An agent says when it comes back; this much later it is silent. One that never said gets two check-ins' time.
GRACE = dt.timedelta(minutes=30)
UNSAID = dt.timedelta(hours=2)


@attrs.frozen(kw_only=True)
class AgentRow:
    """`observed` is what the agent's newest check-in said of itself; None before the first."""

    id: str
    member_id: str
    member: str
    member_path: str
    site: str
    name: str
    public_key: str
    state: str
    enrolled_at: dt.datetime
    last_check_in_at: dt.datetime | None
    next_check_in_at: dt.datetime | None
    observed: Mapping[str, Any] | None
    generation: int
    scan_interval: int
    targets: Sequence[str]
    exclude: Sequence[str]
    release_number: int | None
    devices: int


@attrs.frozen(kw_only=True)
class ConfirmationRow:
    generation: int
    state: str
    release_number: int | None
    code: str
    detail: str
    refused: Sequence[Mapping[str, str]]
    at: dt.datetime


def silent_since(now: dt.datetime) -> ColumnElement[bool]:
    """The condition under which an active agent counts as silent."""
    overdue = agents.c.next_check_in_at < now - GRACE
    unsaid = and_(agents.c.next_check_in_at.is_(None), agents.c.last_check_in_at < now - UNSAID)
    never = and_(agents.c.last_check_in_at.is_(None), agents.c.enrolled_at < now - UNSAID)
    return or_(overdue, unsaid, never)


async def agent_rows(connection: AsyncConnection, scope: Scope) -> list[AgentRow]:
    """Those that wait for a person first, then by member, site and name."""
    order = ((agents.c.state != "pending"), members.c.name, sites.c.name, agents.c.name, agents.c.id)
    rows = await connection.execute(within(_selected(), agents, scope).order_by(*order))
    return [_agent(row) for row in rows.mappings()]


async def agent_row(connection: AsyncConnection, scope: Scope, agent_id: str) -> AgentRow | None:
    """None for an agent that is not there and for one of another member alike."""
    statement = within(_selected().where(agents.c.id == agent_id), agents, scope)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _agent(row)


async def confirmation_rows(
    connection: AsyncConnection, scope: Scope, agent_id: str, *, limit: int = 12
) -> list[ConfirmationRow]:
    """What the agent confirmed, the newest first."""
    columns = [confirmations.c[field.name] for field in attrs.fields(ConfirmationRow)]
    statement = select(*columns).where(confirmations.c.agent_id == agent_id)
    ordered = within(statement, confirmations, scope).order_by(
        confirmations.c.at.desc(), confirmations.c.generation.desc()
    )
    rows = (await connection.execute(ordered.limit(limit))).mappings()
    return [ConfirmationRow(**row) for row in rows]


def _selected() -> Select[Any]:
    here = and_(sites.c.member_id == agents.c.member_id, sites.c.id == agents.c.site_id)
    tables = agents.join(sites, here).join(members, members.c.member_id == agents.c.member_id)
    its = and_(
        devices.c.member_id == agents.c.member_id, devices.c.agent_id == agents.c.id, devices.c.merged_into.is_(None)
    )
    counted = select(func.count()).select_from(devices).where(its).correlate(agents).scalar_subquery()
    return select(
        agents,
        members.c.name.label("member"),
        members.c.path.label("member_path"),
        sites.c.name.label("site"),
        counted.label("devices"),
    ).select_from(tables)


def _agent(row: Mapping[str, Any]) -> AgentRow:
    return AgentRow(**{field.name: row[field.name] for field in attrs.fields(AgentRow)})
