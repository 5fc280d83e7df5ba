"""Signed requests (RFC 9421, Ed25519): the agent signs, the hub verifies; the one home of that library.

What is covered: method, authority, target URI and the digest of the body, with the time and a nonce. A signature that
covers less, is older than five minutes or is one of several proves nothing.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, MutableMapping

import attrs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

from frisket.errors import FrisketError
from frisket.wire.signature_form import COVERED, LABEL, recognise

# What a signature is verified with
VerifyingKey = Ed25519PublicKey
# As a signature names them: structured strings without parameters (RFC 9421 2)
_ALL = frozenset(f'"{name}"' for name in COVERED)
MAX_AGE = dt.timedelta(seconds=300)
# As far as the library lets two clocks be apart
_SKEW = HTTPMessageVerifier.max_clock_skew
FindKey = Callable[[str], Ed25519PublicKey | None]


class SignatureError(FrisketError):
    """A request that nobody known has signed; the words are for the log, never for the answer."""


@attrs.define
class SignedMessage:
    """A request as the signature sees it. `headers` gets Signature, Signature-Input and Content-Digest when signed."""

    method: str
    url: str
    headers: MutableMapping[str, str]


@attrs.frozen
class Verified:
    """Who signed, the nonce that must not be seen again, and when."""

    key_id: str
    nonce: str
    created: dt.datetime


@attrs.frozen
class _Keys(HTTPSignatureKeyResolver):
    private: Ed25519PrivateKey | None = None
    find: FindKey = lambda _: None

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        assert self.private is not None
        return self.private

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        key = self.find(key_id)
        if key is None:
            raise SignatureError("unknown key")
        return key


def public_key(hexadecimal: str) -> Ed25519PublicKey:
    """The raw 32 octets in hexadecimal digits, as an enrolment and the hub's table hold them."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(hexadecimal))


def sign(message: SignedMessage, body: bytes, *, key: Ed25519PrivateKey, key_id: str, now: dt.datetime) -> None:
    """Adds the headers that prove who sent this request and that nothing of it was changed."""
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(private=key))
    signer.sign(
        message,
        key_id=key_id,
        created=now,
        nonce=secrets.token_urlsafe(16),
        label=LABEL,
        covered_component_ids=COVERED,
        body=body,
    )


def verify(message: SignedMessage, body: bytes, *, find_key: FindKey) -> Verified:
    """SignatureError unless exactly one signature covers everything, is fresh, and is of a known key."""
    return by_own_form(message, body, find_key=find_key) or by_library(message, body, find_key=find_key)


def by_own_form(message: SignedMessage, body: bytes, *, find_key: FindKey) -> Verified | None:
    """The same as the library says, for a good signature in the form that `sign` writes; None for everything else,
    bad ones too, about which the library has the last word.
    """
    form = recognise(message.method, message.url, message.headers)
    if form is None:
        return None
    now, created = dt.datetime.now(dt.UTC), dt.datetime.fromtimestamp(form.created, dt.UTC)
    if created > now + _SKEW or created + MAX_AGE < now - _SKEW:
        return None
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
    if not hmac.compare_digest(form.digest, f"sha-256=:{digest}:"):
        return None
    key = find_key(form.key_id)
    if key is None:
        return None
    try:
        key.verify(form.signature, form.base)
    except InvalidSignature:
        return None
    return Verified(form.key_id, form.nonce, created)


def by_library(message: SignedMessage, body: bytes, *, find_key: FindKey) -> Verified:
    """The same for any form that RFC 9421 knows, and the words of every refusal."""
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(find=find_key))
    try:
        results = verifier.verify(message, max_age=MAX_AGE, body=body)
    except (HTTPMessageSignaturesException, InvalidSignature, ValueError, KeyError) as error:
        raise SignatureError(f"{type(error).__name__}: {error}") from None
    if len(results) != 1:
        raise SignatureError(f"{len(results)} signatures, not one")
    # by the library's own `require_components` this takes as long as the signature itself: it parses each name anew
    if not _ALL.issubset(results[0].covered_components):
        raise SignatureError("a signature that does not cover everything")
    parameters: Mapping[str, object] = results[0].parameters
    key_id, nonce, created = parameters.get("keyid"), parameters.get("nonce"), parameters.get("created")
    if not isinstance(key_id, str) or not isinstance(nonce, str) or not isinstance(created, int) or not nonce:
        raise SignatureError("a signature without keyid, nonce or time")
    return Verified(key_id, nonce, dt.datetime.fromtimestamp(created, dt.UTC))
