"""What whoever runs the hub does from the command line, on the database itself: no account is needed, or looked at."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.errors import HubError
from frisket_hub.fleet import desired, enrolment
from frisket_hub.members import passwords, people
from frisket_hub.members.grants import PROVIDER
from frisket_hub.routing import Actor
from frisket_hub.store import members
from frisket_hub.store.address import database_url
from frisket_hub.store.engine import Store
from frisket_hub.store.members import Member
from frisket_hub.store.pages import AgentRow, agent_rows
from frisket_hub.store.pages.fleet import PAGE, FleetQuery, FleetRow, fleet_rows

_T = TypeVar("_T")


@attrs.frozen
class Desk:
    """One transaction of the person at the command line, who may do everything."""

    connection: AsyncConnection
    actor: Actor
    provider: Member
    now: dt.datetime

    async def member(self, name: str | None) -> Member:
        """By name or id; the provider when none is given."""
        if name is None:
            return self.provider
        by_id = await members.find(self.connection, self.actor.scope, name)
        found = [by_id] if by_id else await members.named(self.connection, self.actor.scope, name)
        if len(found) == 1:
            return found[0]
        raise HubError(
            f"{len(found)} members are called {name}: {', '.join(member.member_id for member in found)}; take the id"
            if found
            else f"no member is called {name}; `frisket hub member list` shows them"
        )

    async def agent(self, name: str) -> AgentRow:
        rows = await agent_rows(self.connection, self.actor.scope)
        found = [row for row in rows if name in (row.id, row.name)]
        if len(found) == 1:
            return found[0]
        raise HubError(
            f"{len(found)} agents are called {name}: {', '.join(agent.id for agent in found)}; take the id"
            if found
            else f"no agent is called {name}; `frisket hub agent list` shows them"
        )


async def set_up(data: Path, *, provider: str, email: str, name: str, password: str) -> None:
    """The database, the provider and its first user. HubError when there is a provider already."""
    passwords.accept(password, email)
    _make_folder(data)
    hashed = await passwords.hashed(password)

    async def work(connection: AsyncConnection) -> None:
        now = dt.datetime.now(dt.UTC)
        if await members.provider(connection) is not None:
            raise HubError(f"{data}: this hub is set up already; `frisket hub user add` adds people")
        root = await members.add(connection, provider, parent=None, now=now)
        desk = Desk(connection, await _actor(connection, root), root, now)
        await _add_person(desk, root, email=email, name=name, role=PROVIDER, hashed=hashed)

    async with opened(data) as store:
        await store.write(work)


async def at_desk(data: Path, work: Callable[[Desk], Awaitable[_T]]) -> _T:
    """Runs this in one transaction on the hub's database, beside a running hub or without one."""

    async def with_connection(connection: AsyncConnection) -> _T:
        provider = await members.provider(connection)
        if provider is None:
            raise HubError(f"{data}: this hub is not set up; run `frisket hub init` first")
        return await work(Desk(connection, await _actor(connection, provider), provider, dt.datetime.now(dt.UTC)))

    async with opened(data) as store:
        return await store.write(with_connection)


@contextlib.asynccontextmanager
async def opened(data: Path) -> AsyncIterator[Store]:
    store = await Store.open(database_url(data))
    try:
        yield store
    finally:
        await store.close()


async def add_member(desk: Desk, name: str, parent: str | None) -> Member:
    if not name.strip() or not name.isprintable() or len(name) > 200:
        raise HubError(f"{name!r} is no name for a member")
    return await members.add(desk.connection, name.strip(), parent=await desk.member(parent), now=desk.now)


async def list_members(desk: Desk) -> list[Member]:
    return await members.in_scope(desk.connection, desk.actor.scope)


async def add_user(desk: Desk, *, email: str, name: str, member: str | None, role: str, hashed: str) -> str:
    return await _add_person(desk, await desk.member(member), email=email, name=name, role=role, hashed=hashed)


async def make_token(desk: Desk, member: str | None) -> str:
    where = await desk.member(member)
    return await enrolment.make_token(desk.connection, desk.actor.admin, where.member_id, desk.actor, desk.now)


async def accept_agent(desk: Desk, name: str) -> None:
    agent = await desk.agent(name)
    try:
        await enrolment.accept(desk.connection, desk.actor.admin, agent.id, desk.actor, desk.now)
    except ValueError as error:
        raise HubError(f"{name}: {error}") from None


async def change_agent(
    desk: Desk, name: str, *, minutes: int | None, targets: tuple[str, ...], exclude: tuple[str, ...]
) -> int:
    """The new generation. What is not given stays."""
    agent = await desk.agent(name)
    try:
        return await desired.change(
            desk.connection,
            desk.actor.admin,
            agent.id,
            scan_interval=agent.scan_interval if minutes is None else minutes * 60,
            targets=targets or tuple(agent.targets),
            exclude=exclude or tuple(agent.exclude),
            actor=desk.actor,
            now=desk.now,
        )
    except ValueError as error:
        raise HubError(f"{name}: {error}") from None


async def list_agents(desk: Desk) -> list[AgentRow]:
    return await agent_rows(desk.connection, desk.actor.scope)


async def list_devices(desk: Desk) -> list[FleetRow]:
    """Every device of every member, a page at a time."""
    rows: list[FleetRow] = []
    while page := await fleet_rows(desk.connection, desk.actor.scope, FleetQuery(page=1 + len(rows) // PAGE)):
        rows += page
        if len(page) < PAGE:
            break
    return rows


async def _add_person(desk: Desk, member: Member, *, email: str, name: str, role: str, hashed: str) -> str:
    return await people.add_person(
        desk.connection,
        desk.actor,
        member_id=member.member_id,
        email=email,
        name=name,
        role=role,
        password_hash=hashed,
        now=desk.now,
    )


async def _actor(connection: AsyncConnection, provider: Member) -> Actor:
    everything = await members.under(connection, [provider.path])
    return Actor(kind="command", member_id=provider.member_id, scope=everything, admin=everything, provider=True)


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HubError(f"{data}: cannot be made ({error.strerror}); take another --data") from None
