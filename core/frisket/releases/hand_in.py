"""An offer on its way to the hub, signed with the vendor's key; and what the hub says of it."""

from __future__ import annotations

import datetime as dt
import ipaddress
from urllib.parse import urlsplit

import httpx2

import frisket
from frisket.errors import DocumentError, FrisketError
from frisket.releases.keys import SigningKey
from frisket.wire.documents import HandedIn, from_data
from frisket.wire.json_text import load_object
from frisket.wire.signing import SignedMessage, sign

PATH = "/vendor/v1/bundles"
_MAX_ANSWER = 4 << 20
# The hub replays every case of every vendor before it answers
_SECONDS = httpx2.Timeout(300, connect=10)
_WITH_A_REPORT = (200, 422)


class HandInError(FrisketError):
    """The hub was not reached, or did not look at the offer."""


def hand_in(url: str, offer: bytes, key: SigningKey, *, now: dt.datetime) -> HandedIn:
    """What became of the offer; HandInError where the hub did not say."""
    address = _checked(url) + PATH
    message = SignedMessage("POST", address, {"content-type": "application/octet-stream"})
    sign(message, offer, key=key.private, key_id=key.public.id, now=now)
    headers = {**message.headers, "user-agent": f"frisket/{frisket.__version__}"}
    try:
        answer = httpx2.post(
            address, content=offer, headers=headers, timeout=_SECONDS, follow_redirects=False, trust_env=_is_far(url)
        )
        body = answer.content[:_MAX_ANSWER]
    except httpx2.HTTPError as error:
        raise HandInError(f"{url}: cannot be reached: {error}") from None
    try:
        said = load_object(body, max_bytes=_MAX_ANSWER)
        if answer.status_code in _WITH_A_REPORT:
            return from_data(said, HandedIn)
    except DocumentError:
        raise HandInError(f"{url}: answered {answer.status_code}, and not as a hub does") from None
    raise HandInError(f"{url}: refused ({answer.status_code}: {said.get('error', 'without a reason')})")


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise HandInError(f"{url}: not the address of a hub; write it as https://hub.example")
    if parts.scheme == "http" and _is_far(url):
        raise HandInError(f"{url}: a hub is reached over https; http is for a hub on this machine only")
    return url.rstrip("/")


def _is_far(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
