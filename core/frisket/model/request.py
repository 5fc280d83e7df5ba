"""Requests: what is asked of a device over a protocol that answers with a page, a text or octets.

Requests are compared by what they ask, so that what two profiles want is asked once. SNMP has no requests: its objects
stand in the plan itself.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

import attrs


@attrs.frozen(kw_only=True)
class HttpRequest:
    """GET of the first of `paths` that the device has: variants of one page, as by language.

    `auth` names the slot of the agent's own store whose credentials may be used; `timeout` is in seconds.
    """

    protocol: ClassVar[str] = "http"
    paths: tuple[str, ...]
    auth: str | None = None
    timeout: float = 10.0
    max_bytes: int = 256 * 1024

    @property
    def names(self) -> tuple[str, ...]:
        return self.paths


@attrs.frozen(kw_only=True)
class PjlRequest:
    """`@PJL` queries without the `@PJL`: `INFO STATUS`."""

    protocol: ClassVar[str] = "pjl"
    queries: tuple[str, ...]
    timeout: float = 5.0
    max_bytes: int = 64 * 1024

    @property
    def names(self) -> tuple[str, ...]:
        return self.queries


@attrs.frozen(kw_only=True)
class IppRequest:
    """Get-Printer-Attributes (RFC 8011 4.2.5) of the first of `paths` that is a printer."""

    protocol: ClassVar[str] = "ipp"
    paths: tuple[str, ...]
    attributes: tuple[str, ...]
    timeout: float = 10.0
    max_bytes: int = 256 * 1024

    @property
    def names(self) -> tuple[str, ...]:
        return self.paths


@attrs.frozen(kw_only=True)
class PortRequest:
    """Whether a TCP port is open: a connection, and no byte. Never one of 9100 to 9107."""

    protocol: ClassVar[str] = "port"
    port: int
    timeout: float = 2.0

    @property
    def names(self) -> tuple[str, ...]:
        return (str(self.port),)


# What a rule's `http` looks at: the page that a browser shows first
START_PAGE = HttpRequest(paths=("/",))

Request: TypeAlias = HttpRequest | PjlRequest | IppRequest | PortRequest


@attrs.frozen(kw_only=True)
class Reply:
    """What a device said to one name of a request: a page under its path, a PJL text under its query, the octets of an
    IPP response under its path; nothing for an open port.

    `media_type` and `server` are HTTP's Content-Type and Server headers.
    """

    protocol: str
    name: str
    octets: bytes = b""
    media_type: str = ""
    server: str = ""
