"""Readings into the store: each exactly once, each with its device, and committed before anybody is told so."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import Received
from frisket_hub.fleet.batch import Accepted, open_batch
from frisket_hub.fleet.identity import Known, Register
from frisket_hub.fleet.seen import Seen
from frisket_hub.store import agents, devices, readings
from frisket_hub.store.agents import Agent
from frisket_hub.store.engine import Store
from frisket_hub.store.scope import Scope

# Opening a large batch takes longer than other requests should have to wait for
_LARGE = 16 << 10


async def ingest(store: Store, scope: Scope, agent_id: str, body: bytes, *, now: dt.datetime) -> Received:
    """BatchError for what is no batch, LookupError for an agent that is not active."""
    opened = await asyncio.to_thread(open_batch, body) if len(body) > _LARGE else open_batch(body)
    if opened.accepted:

        async def keep(connection: AsyncConnection) -> None:
            await _keep(connection, scope, agent_id, opened.accepted, now)

        await store.write(keep)
    numbers = list(dict.fromkeys(each.number for each in opened.accepted))
    return Received(numbers=numbers, rejected=[each for each in opened.rejected if each.number not in numbers])


async def _keep(
    connection: AsyncConnection, scope: Scope, agent_id: str, accepted: Sequence[Accepted], now: dt.datetime
) -> None:
    agent = await agents.find(connection, scope, agent_id)
    if agent is None or agent.state != "active":
        raise LookupError(agent_id)
    own = Scope.of((agent.member_id,))
    await devices.lock_member(connection, own)
    known = await readings.known_numbers(connection, own, agent.id, {each.number for each in accepted})
    fresh = {each.number: each for each in reversed(accepted) if each.number not in known}
    if not fresh:
        return
    seen = [(number, _seen(agent, fresh[number], now)) for number in sorted(fresh)]
    register = await _register(connection, own, agent, [each for _, each in seen])
    placed = [(number, each, register.place(each)) for number, each in seen]
    await _write_devices(connection, own, register)
    rows = [
        {
            "member_id": agent.member_id,
            "agent_id": agent.id,
            "number": number,
            "device_id": known.final().row.id,
            "read_at": each.at,
            "received_at": now,
            "document": each.document,
            "envelope": fresh[number].envelope,
        }
        for number, each, known in placed
    ]
    await readings.add(connection, rows)


def _seen(agent: Agent, accepted: Accepted, now: dt.datetime) -> Seen:
    """A clock that runs ahead must not keep later readings out for years: nothing was read after it came here."""
    return Seen(
        site_id=agent.site_id,
        agent_id=agent.id,
        at=min(accepted.device.read_at, now),
        device=accepted.device,
        document=accepted.document,
        sources=accepted.envelope["sources"],
        notes=tuple(accepted.envelope["notes"]),
    )


async def _register(connection: AsyncConnection, scope: Scope, agent: Agent, seen: Sequence[Seen]) -> Register:
    rows = await devices.possible(
        connection,
        scope,
        serial_numbers={(each.maker, each.serial) for each in seen if each.serial is not None},
        mac_addresses={each.mac for each in seen if each.mac is not None},
        site_id=agent.site_id,
        ip_addresses={each.address for each in seen if each.address is not None},
    )
    return Register(agent.member_id, rows)


async def _write_devices(connection: AsyncConnection, scope: Scope, register: Register) -> None:
    """A device that was made and merged within the batch was never there."""
    await devices.add(connection, [each.row for each in register.known if each.added and each.absorbed_by is None])
    await devices.replace(connection, [each.row for each in register.known if each.changed and not each.added])
    for each in register.known:
        if each.absorbed_by is not None and not each.added:
            await _move(connection, scope, each, each.final())


async def _move(connection: AsyncConnection, scope: Scope, loser: Known, winner: Known) -> None:
    await readings.move(connection, scope, loser=loser.row.id, winner=winner.row.id)
    await devices.follow(connection, scope, loser=loser.row.id, winner=winner.row.id)
