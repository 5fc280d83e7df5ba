"""Which paths are asked for, and which redirects are followed: those on the same device, and no others."""

from __future__ import annotations

from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import attrs

from frisket.protocols.contact import Contact

_LONGEST = 2048


def path_refusal(path: str) -> str | None:
    """Why a path is not asked for; None where it may be."""
    if len(path) > _LONGEST:
        return f"has more than {_LONGEST:,} characters"
    if not path.isascii() or not path.isprintable() or any(char in path for char in " \\#"):
        return "has characters that no path has"
    if not path.startswith("/") or path.startswith("//"):
        return "is no path from the root of the device"
    if ".." in unquote(path.partition("?")[0]).replace("\\", "/").split("/"):
        return "climbs"
    return None


@attrs.frozen
class Target:
    """A page of a device: `scheme` is http or https."""

    scheme: str
    path: str


def redirected(target: Target, location: str, contact: Contact) -> Target | str:
    """Where a redirect leads on the same device; a text says why it is not followed.

    Only from http to https, and to other paths. A name in place of the address is not followed, though it may be the
    device's own: nobody here can know.
    """
    try:
        parts = urlsplit(urljoin(f"{target.scheme}://{_host(contact)}{target.path}", location))
        port = parts.port
    except ValueError:
        return "a redirect to no address"
    if parts.scheme not in ("http", "https") or (target.scheme == "https" and parts.scheme == "http"):
        return f"a redirect to {parts.scheme[:20]!a}"
    if parts.hostname != _host(contact).strip("[]").lower() or parts.username is not None:
        return "a redirect off the device"
    if port not in (None, port_of(parts.scheme, contact)):
        return f"a redirect to port {port}"
    path = _path(parts)
    refusal = path_refusal(path)
    return Target(parts.scheme, path) if refusal is None else f"a redirect to a path that {refusal}"


def port_of(scheme: str, contact: Contact) -> int:
    return contact.ports.https if scheme == "https" else contact.ports.http


def host_header(contact: Contact, scheme: str, port: int) -> str:
    """RFC 9110 7.2: with the port where it is not the scheme's own."""
    default = {"http": 80, "https": 443}[scheme]
    return _host(contact) if port == default else f"{_host(contact)}:{port}"


def _host(contact: Contact) -> str:
    """RFC 6874 2: the zone of a link-local address means nothing to the other side."""
    address = contact.address.partition("%")[0]
    return f"[{address}]" if ":" in address else address


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
