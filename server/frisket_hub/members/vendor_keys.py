"""Which vendor's key signed a request: one that the targets in force name, and a nonce that was never seen."""

from __future__ import annotations

import datetime as dt
import logging
import re

from starlette.requests import Request

from frisket.releases import metadata
from frisket.releases.roles import TARGETS, namespace_of
from frisket.wire.signing import SignatureError, public_key, verify
from frisket_hub.routing import Actor, Refused, signed_message
from frisket_hub.store import members, nonces, tuf
from frisket_hub.store.engine import Store

_log = logging.getLogger(__name__)
_KEY_ID = re.compile(r';keyid="([0-9a-f]{64})"')
# Nonces are kept by ids of 32 characters
_SHORT = 32


async def vendor_behind(http: Request, body: bytes, store: Store, now: dt.datetime) -> Actor:
    """The key as an actor, with the namespaces for which it may sign. Refused with 401 when it is nobody's."""
    try:
        return await _signer(http, body, store, now)
    except SignatureError as error:
        _log.info("a request of a vendor is refused: %s", error)
        raise Refused(401, "not signed with a vendor's key that this hub knows") from None


async def _signer(http: Request, body: bytes, store: Store, now: dt.datetime) -> Actor:
    named = _KEY_ID.search(http.headers.get("signature-input", ""))
    key_id = named.group(1) if named else ""
    async with store.reading() as connection:
        provider = await members.provider(connection)
        targets = await tuf.current(connection, provider.member_id, TARGETS) if provider else None
    known = _keys(targets.content) if targets else {}
    if provider is None or key_id not in known:
        raise SignatureError("no such key")
    hexadecimal, namespaces = known[key_id]
    key = public_key(hexadecimal)
    verified = verify(signed_message(http), body, find_key=lambda asked: key if asked == key_id else None)
    member_id = provider.member_id
    new = await store.write(lambda writing: nonces.remember(writing, member_id, key_id[:_SHORT], verified.nonce, now))
    if not new:
        raise SignatureError(f"{key_id[:16]}: a nonce that was used before")
    return Actor(kind="vendor", id=key_id, member_id=member_id, namespaces=namespaces)


def _keys(targets: bytes) -> dict[str, tuple[str, frozenset[str]]]:
    """Each vendor's public key in hexadecimal digits, and its namespaces, by its id."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for role, delegation in metadata.delegations_of(targets).items():
        namespace = namespace_of(role)
        for key in delegation.keys if namespace else ():
            assert namespace is not None
            _, before = found.get(key.id, ("", frozenset()))
            found[key.id] = (key.hexadecimal, before | {namespace})
    return found
