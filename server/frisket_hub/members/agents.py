"""Which agent signed a request: RFC 9421, a nonce that was never seen, and an agent that may still speak."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from frisket.wire.signing import SignatureError, public_key, verify
from frisket_hub.routing import Actor, Refused, signed_message
from frisket_hub.store import agents, nonces
from frisket_hub.store.agents import Agent
from frisket_hub.store.engine import Store
from frisket_hub.store.scope import Scope

_log = logging.getLogger(__name__)
_KEY_ID = re.compile(r';keyid="([A-Za-z0-9_]{1,64})"')

# Verified with where no agent has this id, so that it takes as long (RFC 8032, 7.1, test 1; nobody's here)
_NOBODYS_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

_STATES = {
    "pending": "this agent waits to be accepted in the portal",
    "revoked": "this agent was revoked; enrol it again with a new token",
    "quarantined": "two programs speak as this agent; revoke it and enrol each with a token of its own",
}


async def agent_behind(http: Request, body: bytes, store: Store, now: dt.datetime) -> Actor:
    """The agent that signed. Refused: 401 when that is nobody, 403 with the state when it may not speak."""
    try:
        agent = await _signer(http, body, store, now)
    except SignatureError as error:
        _log.info("a request of an agent is refused: %s", error)
        raise Refused(401, "not signed by an agent that this hub knows") from None
    if agent.state != "active":
        words = _STATES.get(agent.state, f"this agent is {agent.state}")
        raise Refused(403, words, {"state": agent.state})
    own = Scope.of([agent.member_id])
    return Actor(kind="agent", id=agent.id, member_id=agent.member_id, scope=own, name=agent.name)


async def _signer(http: Request, body: bytes, store: Store, now: dt.datetime) -> Agent:
    """SignatureError unless a known agent's key signed exactly this, lately, and for the first time."""
    named = _KEY_ID.search(http.headers.get("signature-input", ""))
    key_id = named.group(1) if named else ""
    async with store.reading() as connection:
        agent = await agents.of_credential(connection, key_id) if key_id else None
    key = public_key(agent.public_key if agent else _NOBODYS_KEY)
    verified = verify(signed_message(http), body, find_key=lambda asked: key if asked == key_id else None)
    if agent is None:
        raise SignatureError("no such agent")
    if not await store.write(_remembers(agent, verified.nonce, now)):
        raise SignatureError(f"{agent.id}: a nonce that was used before")
    return agent


def _remembers(agent: Agent, nonce: str, now: dt.datetime) -> Callable[[AsyncConnection], Awaitable[bool]]:
    return lambda connection: nonces.remember(connection, agent.member_id, agent.id, nonce, now)
