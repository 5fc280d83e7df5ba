"""What the fleet page reads: a page of devices, how many there are, and the numbers on its cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.pages.json_rows import has_alert, is_low, lowest_level, total_pages
from frisket_hub.store.schema import agents, devices, members, sites
from frisket_hub.store.scope import Scope, within

PAGE = 50
SORTS = ("name", "site", "level", "pages", "seen")


@attrs.frozen(kw_only=True)
class FleetQuery:
    """What a person asks of the fleet. `unseen_since`: only devices that were seen last before then."""

    search: str = ""
    site: str = ""
    manufacturer: str = ""
    low: bool = False
    alerting: bool = False
    unseen_since: dt.datetime | None = None
    sort: str = "name"
    descending: bool = False
    page: int = 1


@attrs.frozen(kw_only=True)
class FleetRow:
    """A device in a list. `document` is its newest `frisket.device/1`."""

    id: str
    member: str
    site: str
    document: Mapping[str, Any]
    last_seen_at: dt.datetime


@attrs.frozen(kw_only=True)
class Choice:
    id: str
    name: str


@attrs.frozen(kw_only=True)
class FleetSummary:
    printers: int
    low: int
    alerting: int
    agents: int
    silent: int
    pending: int


async def fleet_rows(connection: AsyncConnection, scope: Scope, query: FleetQuery) -> list[FleetRow]:
    """One page of devices, merged ones left out."""
    columns = (devices.c.id, members.c.name, sites.c.name, devices.c.latest, devices.c.last_seen_at)
    statement = _narrowed(connection, _joined(select(*columns)), query)
    statement = statement.order_by(*_order(connection, query)).limit(PAGE).offset((query.page - 1) * PAGE)
    return [_row(row) for row in await connection.execute(within(statement, devices, scope))]


async def fleet_count(connection: AsyncConnection, scope: Scope, query: FleetQuery) -> int:
    statement = _narrowed(connection, _joined(select(func.count())), query)
    return await connection.scalar(within(statement, devices, scope)) or 0


async def fleet_summary(
    connection: AsyncConnection, scope: Scope, *, silent: ColumnElement[bool] | None = None
) -> FleetSummary:
    """`silent` is the condition on `agents` under which one counts as silent."""
    present = devices.c.merged_into.is_(None)
    low, alerting = is_low(connection), has_alert(connection)
    of_devices = select(func.count(), func.count().filter(low), func.count().filter(alerting)).select_from(devices)
    printers = (await connection.execute(within(of_devices.where(present), devices, scope))).one()
    of_agents = select(
        func.count().filter(agents.c.state == "active"),
        func.count().filter(and_(agents.c.state == "active", false() if silent is None else silent)),
        func.count().filter(agents.c.state == "pending"),
    ).select_from(agents)
    counted = (await connection.execute(within(of_agents, agents, scope))).one()
    return FleetSummary(
        printers=printers[0], low=printers[1], alerting=printers[2], agents=counted[0], silent=counted[1],
        pending=counted[2],
    )  # fmt: skip


async def fleet_sites(connection: AsyncConnection, scope: Scope) -> list[Choice]:
    """The sites in sight; with their member's name where there is more than one member."""
    statement = select(sites.c.id, sites.c.name, members.c.name).join(members, members.c.member_id == sites.c.member_id)
    found = (await connection.execute(within(statement, sites, scope).order_by(members.c.name, sites.c.name))).all()
    several = len({member for _, _, member in found}) > 1
    return [Choice(id=id_, name=f"{member}: {name}" if several else name) for id_, name, member in found]


async def fleet_manufacturers(connection: AsyncConnection, scope: Scope) -> Sequence[str]:
    statement = select(devices.c.manufacturer).distinct().where(devices.c.merged_into.is_(None))
    named = within(statement.where(devices.c.manufacturer.is_not(None)), devices, scope)
    return [row[0] for row in await connection.execute(named.order_by(devices.c.manufacturer))]


def _joined(statement: Select[Any]) -> Select[Any]:
    here = and_(sites.c.member_id == devices.c.member_id, sites.c.id == devices.c.site_id)
    tables = devices.join(sites, here).join(members, members.c.member_id == devices.c.member_id)
    return statement.select_from(tables).where(devices.c.merged_into.is_(None))


def _narrowed(connection: AsyncConnection, statement: Select[Any], query: FleetQuery) -> Select[Any]:
    for word in query.search.split()[:8]:
        statement = statement.where(or_(*(text.icontains(word, autoescape=True) for text in _searched())))
    if query.site:
        statement = statement.where(devices.c.site_id == query.site)
    if query.manufacturer:
        statement = statement.where(devices.c.manufacturer == query.manufacturer)
    if query.low:
        statement = statement.where(is_low(connection))
    if query.alerting:
        statement = statement.where(has_alert(connection))
    if query.unseen_since is not None:
        statement = statement.where(devices.c.last_seen_at < query.unseen_since)
    return statement


def _searched() -> list[ColumnElement[Any]]:
    known = [devices.c.manufacturer, devices.c.model, devices.c.serial_number, devices.c.mac_address]
    said = [devices.c.latest[key].as_string() for key in ("system_name", "system_location", "system_contact")]
    return [*known, devices.c.ip_address, sites.c.name, *said]


def _order(connection: AsyncConnection, query: FleetQuery) -> list[ColumnElement[Any]]:
    """What has no value stands last, whichever way; equal ones stay in the order of their ids."""
    name: list[ColumnElement[Any]] = [devices.c.manufacturer, devices.c.model]
    sorts: dict[str, list[ColumnElement[Any]]] = {
        "site": [members.c.name, sites.c.name, *name],
        "level": [lowest_level(connection)],
        "pages": [total_pages(connection)],
        "seen": [devices.c.last_seen_at],
    }
    keys = sorts.get(query.sort, name)
    ordered = [key.desc() if query.descending else key.asc() for key in keys]
    return [*(key.nulls_last() for key in ordered), devices.c.id.asc()]


def _row(row: Row[*tuple[Any, ...]]) -> FleetRow:
    id_, member, site, document, seen = row
    return FleetRow(id=id_, member=member, site=site, document=document, last_seen_at=seen)
