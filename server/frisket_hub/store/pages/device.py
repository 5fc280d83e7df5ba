"""What a device's page reads: the device with its newest document, and its counters over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.schema import agents, devices, members, readings, sites
from frisket_hub.store.scope import Scope, within

# Points of a chart: the newest readings one by one, and the last of each day before them
_NEWEST = 60
_DAYS = 400


@attrs.frozen(kw_only=True)
class DeviceRow:
    """One device. `sources` says for each field which protocol, object and profile gave it; `notes` are codes."""

    id: str
    member_id: str
    member: str
    site_id: str
    site: str
    agent_id: str
    agent: str | None
    provisional: bool
    merged_into: str | None
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime
    document: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, str]]
    notes: Sequence[str]


@attrs.frozen
class CountersAt:
    """The page counts of one reading, as rows of its document."""

    read_at: dt.datetime
    page_counts: Sequence[Mapping[str, Any]]


async def device_row(connection: AsyncConnection, scope: Scope, device_id: str) -> DeviceRow | None:
    """None for a device that is not there and for one of another member alike."""
    here = and_(sites.c.member_id == devices.c.member_id, sites.c.id == devices.c.site_id)
    by = and_(agents.c.member_id == devices.c.member_id, agents.c.id == devices.c.agent_id)
    tables = devices.join(sites, here).join(members, members.c.member_id == devices.c.member_id).outerjoin(agents, by)
    names = (members.c.name.label("member"), sites.c.name.label("site"), agents.c.name.label("agent"))
    statement = select(devices, *names).select_from(tables).where(devices.c.id == device_id)
    row = (await connection.execute(within(statement, devices, scope))).mappings().one_or_none()
    if row is None:
        return None
    taken = {field.name: row[field.name] for field in attrs.fields(DeviceRow) if field.name in row}
    return DeviceRow(**taken, document=row["latest"])


async def counters_over_time(
    connection: AsyncConnection, scope: Scope, device: DeviceRow, *, since: dt.datetime
) -> list[CountersAt]:
    """Oldest first."""
    its = and_(readings.c.member_id == device.member_id, readings.c.device_id == device.id)
    of_device = and_(its, readings.c.read_at >= since)
    newest = select(readings.c.read_at).where(of_device).order_by(readings.c.read_at.desc()).limit(_NEWEST)
    day = func.date(readings.c.read_at)
    last_of_day = select(func.max(readings.c.read_at)).where(of_device).group_by(day).order_by(day.desc()).limit(_DAYS)
    wanted = or_(
        readings.c.read_at.in_(within(newest, readings, scope).scalar_subquery()),
        readings.c.read_at.in_(within(last_of_day, readings, scope).scalar_subquery()),
    )
    statement = select(readings.c.read_at, readings.c.document["page_counts"]).where(of_device, wanted)
    rows = await connection.execute(within(statement, readings, scope).order_by(readings.c.read_at))
    return [CountersAt(read_at, page_counts or []) for read_at, page_counts in rows]
