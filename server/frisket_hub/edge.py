"""Before any page: which host was called, how large the body is, how long it may take; and headers on every answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

import attrs

from frisket_hub.settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Referrer-Policy is not no-referrer: with that, browsers send `Origin: null` with forms, and Origin is what proves
# that a form is ours (Fetch, "append a request Origin header").
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
_OVER_HTTPS = ((b"strict-transport-security", b"max-age=31536000"),)
_HOST = re.compile(r"(\[[0-9a-fA-F:]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::\d{1,5})?\Z")


class TooLargeError(Exception):
    """A body beyond the limit."""


class TooSlowError(Exception):
    """A body that did not come in time."""


@attrs.frozen
class Edge:
    """The outermost layer of the application. `larger`: paths that take larger bodies than all others."""

    inner: Application
    settings: Settings
    larger: Mapping[str, int] = attrs.field(factory=dict)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_security_headers(message.get("headers", ()), scheme=scope["scheme"])
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self.inner(scope, receive, send_with_headers)
        else:
            await _answer(send_with_headers, *refusal)

    def _refusal(self, scope: MutableMapping[str, Any]) -> tuple[int, bytes] | None:
        host = host_name(_values(scope, b"host"))
        if host is None or host not in self.settings.hosts:
            return 400, b"this hub is not called so; start it with --name for each of its names\n"
        announced = _values(scope, b"content-length")
        most = self.larger.get(scope["path"], self.settings.max_body)
        if announced and (not announced[0].isdecimal() or int(announced[0]) > most):
            return 413, f"a request takes at most {self.settings.max_body} octets\n".encode()
        return None


async def read_body(receive: Receive, settings: Settings, most: int | None = None) -> bytes:
    """All of it, up to `most` octets, or those of the settings; TooLargeError and TooSlowError once either is sure."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(settings.time_out.total_seconds()):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise TooSlowError
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > (settings.max_body if most is None else most):
                    raise TooLargeError
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise TooSlowError from None


def with_security_headers(given: Iterable[tuple[bytes, bytes]], *, scheme: str) -> list[tuple[bytes, bytes]]:
    """The given headers, and those of ours that are not among them."""
    headers = list(given)
    present = {name.lower() for name, _ in headers}
    ours = SECURITY_HEADERS + (_OVER_HTTPS if scheme == "https" else ())
    return headers + [header for header in ours if header[0] not in present]


def host_name(values: list[str]) -> str | None:
    """`hub.example` of `Hub.example:8631`; None unless there is exactly one Host and it can be a name."""
    matched = _HOST.match(values[0]) if len(values) == 1 else None
    return matched.group(1).strip("[]").lower() if matched else None


def _values(scope: MutableMapping[str, Any], wanted: bytes) -> list[str]:
    return [str(value, "latin-1") for name, value in scope["headers"] if name.lower() == wanted]


async def _answer(send: Send, status: int, words: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(words)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})
