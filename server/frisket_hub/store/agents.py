"""Agents, the tokens that enrol them, and what they confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import attrs
from sqlalchemy import CursorResult, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.dialects import insert_once
from frisket_hub.store.schema import agents, confirmations, enrolment_tokens, members
from frisket_hub.store.scope import Scope, within


@attrs.frozen(kw_only=True)
class Speaker:
    """As much of a row of `agents` as a check-in needs that brings nothing new; each further column costs all of them.

    `observed` is what the last check-in said, `generation` that of what it should have.
    """

    member_id: str
    id: str
    name: str
    state: str
    lease: str | None = attrs.field(repr=False)
    previous_lease: str | None = attrs.field(repr=False)
    lease_request: str | None
    answered: str | None
    observed: dict[str, Any] | None
    generation: int
    release_number: int | None


@attrs.frozen(kw_only=True)
class Agent(Speaker):
    """A whole row."""

    site_id: str
    public_key: str = attrs.field(repr=False)
    enrolled_at: dt.datetime
    accepted_by: str | None
    last_check_in_at: dt.datetime | None
    next_check_in_at: dt.datetime | None
    scan_interval: int
    targets: list[str]
    exclude: list[str]


async def find(connection: AsyncConnection, scope: Scope, agent_id: str, *, lock: bool = False) -> Agent | None:
    """`lock`: nobody else changes it before this transaction ends (SQLite has one writer anyway)."""
    statement = within(select(agents), agents, scope).where(agents.c.id == agent_id)
    return await _one(connection, statement.with_for_update() if lock else statement)


async def of_credential(connection: AsyncConnection, agent_id: str) -> Agent | None:
    """The one look-up without a scope: whose key a signature's keyid names. What follows is within its member."""
    return await _one(connection, select(agents).where(agents.c.id == agent_id))


async def of_key(connection: AsyncConnection, scope: Scope, public_key: str) -> Agent | None:
    return await _one(connection, within(select(agents), agents, scope).where(agents.c.public_key == public_key))


async def _one(connection: AsyncConnection, statement: Any) -> Agent | None:
    row = (await connection.execute(statement)).mappings().first()
    return None if row is None else Agent(**row)


async def add(connection: AsyncConnection, row: dict[str, Any]) -> bool:
    """False when the key is enrolled already, by whomever."""
    return await insert_once(connection, agents, row)


async def change(connection: AsyncConnection, scope: Scope, agent_id: str, **values: Any) -> bool:
    """Sets columns; False when the scope holds no such agent."""
    statement = within(update(agents), agents, scope).where(agents.c.id == agent_id)
    result: CursorResult[Any] = await connection.execute(statement.values(**values))
    return result.rowcount == 1


async def checked_in(
    connection: AsyncConnection,
    agent: Speaker,
    *,
    lease: tuple[str, str | None, str | None, str],
    observed: dict[str, Any],
    now: dt.datetime,
    next_at: dt.datetime,
) -> None:
    """Writes down a check-in, with the generation and release that `agent` has now. `lease`: current, previous, the
    request that it was given for, and marks of those answered before. What was observed is written only where it
    differs: it is most of the row.
    """
    given = {
        "of_member": agent.member_id,
        "of_agent": agent.id,
        "lease": lease[0],
        "previous_lease": lease[1],
        "lease_request": lease[2],
        "answered": lease[3],
        "last_check_in_at": now,
        "next_check_in_at": next_at,
        "generation": agent.generation,
        "release_number": agent.release_number,
    }
    if observed == agent.observed:
        await connection.execute(_CHECKED_IN, given)
    else:
        await connection.execute(_CHECKED_IN_WITH_NEWS, {**given, "observed": observed})


_OWN_ROW = update(agents).where(agents.c.member_id == bindparam("of_member"), agents.c.id == bindparam("of_agent"))
_ALWAYS = (
    "lease",
    "previous_lease",
    "lease_request",
    "answered",
    "last_check_in_at",
    "next_check_in_at",
    "generation",
    "release_number",
)
_CHECKED_IN = _OWN_ROW.values({name: bindparam(name) for name in _ALWAYS})
_CHECKED_IN_WITH_NEWS = _OWN_ROW.values({name: bindparam(name) for name in (*_ALWAYS, "observed")})


# --- Enrolment tokens --------------------------------------------------------------------------


async def add_token(connection: AsyncConnection, row: dict[str, Any]) -> None:
    await connection.execute(insert(enrolment_tokens).values(**row))


async def use_token(connection: AsyncConnection, token_hash: str, now: dt.datetime) -> str | None:
    """The token's member, for exactly one caller; None for a token that is unknown, expired or used."""
    statement = (
        update(enrolment_tokens)
        .where(
            enrolment_tokens.c.token_hash == token_hash,
            enrolment_tokens.c.used_at.is_(None),
            enrolment_tokens.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(enrolment_tokens.c.member_id)
    )
    member_id: str | None = (await connection.execute(statement)).scalar_one_or_none()
    return member_id


async def used_token_member(connection: AsyncConnection, token_hash: str, now: dt.datetime) -> str | None:
    """The member of a token that was used and would not yet have expired."""
    statement = select(enrolment_tokens.c.member_id).where(
        enrolment_tokens.c.token_hash == token_hash,
        enrolment_tokens.c.used_at.is_not(None),
        enrolment_tokens.c.expires_at > now,
    )
    return (await connection.execute(statement)).scalar_one_or_none()


# --- Confirmations -----------------------------------------------------------------------------


async def confirm(connection: AsyncConnection, row: dict[str, Any]) -> bool:
    """False when this state of this generation was confirmed before."""
    return await insert_once(connection, confirmations, row)


# --- What they read with -----------------------------------------------------------------------


async def profiles_in_use(connection: AsyncConnection, provider: str) -> AsyncIterator[tuple[str, int]]:
    """`hp/laserjet@12` and a number of devices, as each agent of the provider and below said at its last check-in."""
    path = select(members.c.path).where(members.c.member_id == provider).scalar_subquery()
    below = select(members.c.member_id).where(func.substr(members.c.path, 1, func.length(path)) == path)
    statement = select(agents.c.observed).where(agents.c.member_id.in_(below), agents.c.state == "active")
    for observed in await connection.scalars(statement):
        health = (observed or {}).get("health", {}).get("by_profile", {})
        for reference, found in health.items():
            yield reference, int(found["devices"])
