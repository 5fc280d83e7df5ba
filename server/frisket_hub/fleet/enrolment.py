"""How an agent becomes one of a member's: a token that works once, a key that it proves, a person who accepts it."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import Enrolled, Enrolment
from frisket.wire.signing import SignatureError, SignedMessage, public_key, verify
from frisket_hub.errors import HubError
from frisket_hub.profile_db.repository import root_for
from frisket_hub.routing import Actor, NotFound, Refused
from frisket_hub.store import agents, audit, members, sites
from frisket_hub.store.agents import Agent
from frisket_hub.store.schema import new_id
from frisket_hub.store.scope import Scope

TOKEN_LIFE = dt.timedelta(hours=1)
_TOKEN_BYTES = 16


class EnrolmentError(HubError):
    """The token or the proof is no good; which of them, and why, is nobody's business."""


def prove(message: SignedMessage, body: bytes, document: Enrolment) -> None:
    """EnrolmentError unless the request is signed with the key that it brings."""
    try:
        key = public_key(document.public_key)
        verify(message, body, find_key=lambda key_id: key if key_id == document.public_key else None)
    except (SignatureError, ValueError):
        raise EnrolmentError("not signed with the key that it brings") from None


async def enrol(connection: AsyncConnection, document: Enrolment, *, now: dt.datetime) -> Enrolled:
    """EnrolmentError leaves the token as it was; ValueError for a name that is none."""
    name, site = _name(document.name, "agent"), _name(document.site, "site")
    token_hash = hash_token(document.token)
    member_id = await agents.use_token(connection, token_hash, now)
    if member_id is None:
        return await _again(connection, token_hash, document, now)
    agent_id = new_id("a")
    added = await agents.add(
        connection,
        {
            "member_id": member_id,
            "id": agent_id,
            "site_id": await sites.find_or_add(connection, member_id, site),
            "name": name,
            "public_key": document.public_key,
            "state": "pending",
            "enrolled_at": now,
            "targets": [],
            "exclude": [],
        },
    )
    if not added:
        raise EnrolmentError("this key is enrolled already")
    entry = audit.Entry(member_id=member_id, at=now, actor=agent_id, action="agent.enrol", subject=agent_id)
    await audit.note(connection, entry)
    return Enrolled(agent=agent_id, state="pending", root=await root_for(connection, member_id))


async def _again(connection: AsyncConnection, token_hash: str, document: Enrolment, now: dt.datetime) -> Enrolled:
    """The same key with the token that it used: the answer was lost, and is given again. Nothing is used twice."""
    member_id = await agents.used_token_member(connection, token_hash, now)
    agent = await agents.of_key(connection, Scope.of([member_id] if member_id else []), document.public_key)
    if agent is None or agent.last_check_in_at is not None or agent.state not in ("pending", "active"):
        raise EnrolmentError("no such token")
    root = await root_for(connection, agent.member_id)
    return Enrolled(agent=agent.id, state="pending" if agent.state == "pending" else "active", root=root)


async def make_token(connection: AsyncConnection, scope: Scope, member_id: str, actor: Actor, now: dt.datetime) -> str:
    """A token for one agent of this member, good for an hour; only its hash is kept. NotFound outside the scope."""
    if await members.find(connection, scope, member_id) is None:
        raise NotFound(member_id)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = {
        "member_id": member_id,
        "token_hash": hash_token(token),
        "created_by": actor.id or None,
        "created_at": now,
        "expires_at": now + TOKEN_LIFE,
    }
    await agents.add_token(connection, row)
    entry = audit.Entry(
        member_id=member_id, at=now, actor=actor.id or actor.kind, action="token.make", subject=member_id
    )
    await audit.note(connection, entry)
    return token


async def accept(connection: AsyncConnection, scope: Scope, agent_id: str, actor: Actor, now: dt.datetime) -> None:
    """A pending agent may deliver from now on; a quarantined one again, its lease begun anew.

    NotFound outside the scope; Refused for an agent that was revoked.
    """
    agent = await _find(connection, scope, agent_id)
    if agent.state == "revoked":
        raise Refused(409, "This agent was revoked. Enrol it again with a new token.")
    if agent.state == "active":
        return
    fresh = {"lease": None, "previous_lease": None, "lease_request": None}
    await agents.change(connection, scope, agent_id, state="active", accepted_by=actor.id or None, **fresh)
    entry = audit.Entry(
        member_id=agent.member_id, at=now, actor=actor.id or actor.kind, action="agent.accept", subject=agent_id
    )
    await audit.note(connection, entry)


async def revoke(connection: AsyncConnection, scope: Scope, agent_id: str, actor: Actor, now: dt.datetime) -> None:
    """Its key opens nothing any more; what it delivered stays. NotFound outside the scope."""
    agent = await _find(connection, scope, agent_id)
    if agent.state != "revoked":
        await agents.change(connection, scope, agent_id, state="revoked")
        entry = audit.Entry(
            member_id=agent.member_id, at=now, actor=actor.id or actor.kind, action="agent.revoke", subject=agent_id
        )
        await audit.note(connection, entry)


def hash_token(token: str) -> str:
    """A token is 128 random bits: nothing slower than SHA-256 would make it harder to guess."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def _find(connection: AsyncConnection, scope: Scope, agent_id: str) -> Agent:
    agent = await agents.find(connection, scope, agent_id, lock=True)
    if agent is None:
        raise NotFound(agent_id)
    return agent


def _name(text: str, what: str) -> str:
    name = text.strip()
    if not name or not name.isprintable():
        raise ValueError(f"the {what}'s name has to be at least one character, all of them printable")
    return name
