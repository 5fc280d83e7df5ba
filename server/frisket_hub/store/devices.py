"""Devices: who of them a batch of readings may be about, and what became of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import attrs
from sqlalchemy import ColumnElement, and_, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.dialects import in_parts
from frisket_hub.store.schema import devices, members
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class DeviceRow:
    """A row of `devices`. `latest` is the newest document, `sources` and `notes` are that reading's."""

    member_id: str
    id: str
    site_id: str
    agent_id: str
    manufacturer: str | None
    model: str | None
    serial_number: str | None
    mac_address: str | None
    ip_address: str | None
    provisional: bool
    merged_into: str | None
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime
    latest: dict[str, Any]
    sources: dict[str, Any]
    notes: list[str]


async def lock_member(connection: AsyncConnection, scope: Scope) -> None:
    """No two transactions may find the same new device at the same time (SQLite has one writer anyway)."""
    statement = within(select(members.c.member_id), members, scope).with_for_update(key_share=True)
    await connection.execute(statement)


async def possible(
    connection: AsyncConnection,
    scope: Scope,
    *,
    serial_numbers: Collection[tuple[str | None, str]],
    mac_addresses: Collection[str],
    site_id: str,
    ip_addresses: Collection[str],
) -> list[DeviceRow]:
    """Every device that may have one of these names, or stands at one of these addresses of the site; not the merged.

    `serial_numbers` come each with its maker.
    """
    at_site = devices.c.site_id == site_id
    makers = {maker for maker, _ in serial_numbers if maker is not None}
    of_maker = or_(devices.c.manufacturer.in_(sorted(makers)), devices.c.manufacturer.is_(None))
    serials = sorted({serial for _, serial in serial_numbers})
    conditions = [
        *(and_(of_maker, devices.c.serial_number.in_(part)) for part in in_parts(serials)),
        *(devices.c.mac_address.in_(part) for part in in_parts(sorted(mac_addresses))),
        *(and_(at_site, devices.c.ip_address.in_(part)) for part in in_parts(sorted(ip_addresses))),
    ]
    found: dict[str, DeviceRow] = {}
    for condition in conditions:
        found.update((row.id, row) for row in await _where(connection, scope, condition))
    return list(found.values())


async def find(connection: AsyncConnection, scope: Scope, device_id: str) -> DeviceRow | None:
    """A device by its id, or by the id of one that was merged into it."""
    rows = await _where(connection, scope, devices.c.id == device_id, merged_too=True)
    if rows and rows[0].merged_into is not None:
        rows = await _where(connection, scope, devices.c.id == rows[0].merged_into)
    return rows[0] if rows else None


async def _where(
    connection: AsyncConnection, scope: Scope, condition: ColumnElement[bool], *, merged_too: bool = False
) -> list[DeviceRow]:
    statement = within(select(devices), devices, scope).where(condition)
    if not merged_too:
        statement = statement.where(devices.c.merged_into.is_(None))
    rows = await connection.execute(statement.order_by(devices.c.first_seen_at, devices.c.id))
    return [DeviceRow(**row) for row in rows.mappings()]


async def add(connection: AsyncConnection, rows: Sequence[DeviceRow]) -> None:
    if rows:
        await connection.execute(insert(devices), [attrs.asdict(row, recurse=False) for row in rows])


async def replace(connection: AsyncConnection, rows: Sequence[DeviceRow]) -> None:
    """Writes every column of devices that are there."""
    if not rows:
        return
    columns = [name for name in attrs.fields_dict(DeviceRow) if name not in ("member_id", "id")]
    statement = (
        update(devices)
        .where(devices.c.member_id == bindparam("of_member"), devices.c.id == bindparam("of_id"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    await connection.execute(
        statement,
        [
            {"of_member": row.member_id, "of_id": row.id, **{f"new_{name}": getattr(row, name) for name in columns}}
            for row in rows
        ],
    )


async def follow(connection: AsyncConnection, scope: Scope, *, loser: str, winner: str) -> None:
    """What was merged into the loser before is now merged into the winner."""
    await connection.execute(
        within(update(devices), devices, scope).where(devices.c.merged_into == loser).values(merged_into=winner)
    )
