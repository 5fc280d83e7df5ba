"""Which agent signed a request: RFC 9421, a nonce that was never seen, and an agent that may still speak."""

from __future__ import annotations

import datetime as dt
import logging
import re

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from frisket.wire.signing import SignatureError, VerifyingKey, public_key, verify
from frisket_hub.routing import Actor, Refused, signed_message
from frisket_hub.store import agents, nonces, standing
from frisket_hub.store.agents import Speaker
from frisket_hub.store.engine import Store
from frisket_hub.store.scope import Scope
from frisket_hub.store.standing import Spoken

_log = logging.getLogger(__name__)
_KEY_ID = re.compile(r';keyid="([A-Za-z0-9_]{1,64})"')

# Verified with where no agent has this id, so that it takes as long (RFC 8032, 7.1, test 1; nobody's here)
_NOBODYS_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

_STATES = {
    "pending": "this agent waits to be accepted in the portal",
    "revoked": "this agent was revoked; enrol it again with a new token",
    "quarantined": "two programs speak as this agent; revoke it and enrol each with a token of its own",
}


@attrs.frozen
class Proof:
    """A good signature. It counts once, which is for `spend` to see to, and says nothing of the agent's state."""

    member_id: str
    agent_id: str
    nonce: str


@attrs.define
class Keys:
    """Whose key is which. An agent's key never changes, so that it is looked up once; whether it still counts is
    asked every time, in `spend`.
    """

    most: int = 100_000
    _known: dict[str, tuple[str, VerifyingKey]] = attrs.field(factory=dict)

    async def find(self, store: Store, key_id: str) -> tuple[str, VerifyingKey] | None:
        """The agent's member and key; None for an id that nobody has."""
        if key_id not in self._known:
            async with store.reading() as connection:
                agent = await agents.of_credential(connection, key_id)
            if agent is None:
                return None
            if len(self._known) >= self.most:
                self._known.clear()
            self._known[key_id] = (agent.member_id, public_key(agent.public_key))
        return self._known[key_id]


async def agent_behind(http: Request, body: bytes, store: Store, keys: Keys, now: dt.datetime) -> Actor:
    """The agent that signed. Refused: 401 when that is nobody, 403 with the state when it may not speak."""
    proof = await proof_of(http, body, store, keys)
    spoken = await store.write(lambda connection: spend(connection, proof, now))
    return actor_of(spoken.agent)


async def proof_of(http: Request, body: bytes, store: Store, keys: Keys) -> Proof:
    """Refused with 401 unless a known agent's key signed exactly this, lately."""
    named = _KEY_ID.search(http.headers.get("signature-input", ""))
    key_id = named.group(1) if named else ""
    found = await keys.find(store, key_id) if key_id else None
    key = found[1] if found else public_key(_NOBODYS_KEY)
    try:
        verified = verify(signed_message(http), body, find_key=lambda asked: key if asked == key_id else None)
    except SignatureError as error:
        raise _refused(error) from None
    if found is None:
        raise _refused(SignatureError("no such agent"))
    return Proof(found[0], key_id, verified.nonce)


async def spend(connection: AsyncConnection, proof: Proof, now: dt.datetime) -> Spoken:
    """Remembers the nonce, and reads the agent. Refused with 401 for a nonce that was used."""
    if not await nonces.remember(connection, proof.member_id, proof.agent_id, proof.nonce, now):
        raise _refused(SignatureError(f"{proof.agent_id}: a nonce that was used before"))
    found = await standing.of_agent(connection, proof.member_id, proof.agent_id, now=now)
    if found is None:
        raise _refused(SignatureError(f"{proof.agent_id}: no such agent any more"))
    return Spoken(connection, *found)


def actor_of(agent: Speaker) -> Actor:
    """Refused with 403 and the state for an agent that may not speak."""
    if agent.state != "active":
        words = _STATES.get(agent.state, f"this agent is {agent.state}")
        raise Refused(403, words, {"state": agent.state})
    own = Scope.of([agent.member_id])
    return Actor(kind="agent", id=agent.id, member_id=agent.member_id, scope=own, name=agent.name)


def _refused(error: SignatureError) -> Refused:
    _log.info("a request of an agent is refused: %s", error)
    return Refused(401, "not signed by an agent that this hub knows")
