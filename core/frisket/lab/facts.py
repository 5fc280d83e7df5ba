"""What `facts.yaml` says about a recorded device that its SNMP objects cannot say.

    title: a name for people
    demo: true                       it stands in the demo's fleet
    sources: [...]                   where the recording's facts come from, for people
    snmp: {versions: ["1", "2c"], communities: [public]}
    ports: ["80", "443", "9100"]     without it: the ports that something is recorded for, and not 443
    web: {user: admin, password: x, scheme: digest}    who may see the web pages; else everybody may
    life: {pages: {"<oid>": "0.35"}} how much of each printed page counts in a private counter

Every key may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

import attrs

from frisket.errors import RecordingError
from frisket.formats.snmp import Version
from frisket.model.oid import Oid, parse_oid

PJL_PORT = 9100
WEB_PORT = 80
TLS_PORT = 443
IPP_PORT = 631

_VERSIONS = {"1": Version.V1, "2c": Version.V2C}
_PORTS = {str(port): port for port in (WEB_PORT, TLS_PORT, IPP_PORT, PJL_PORT)}
_SCHEMES = ("basic", "digest")
_SHARE = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,6})?")


@attrs.frozen(kw_only=True)
class WebFacts:
    """Who may see the web pages, and how that is proved: `basic` or `digest`."""

    user: str
    password: str
    scheme: str = "digest"


@attrs.frozen(kw_only=True)
class Facts:
    """`ports` is None where the facts do not say; `page_shares` tells counters apart that life makes go up."""

    title: str = ""
    demo: bool = False
    versions: frozenset[int] = frozenset(_VERSIONS.values())
    communities: frozenset[bytes] = frozenset((b"public",))
    ports: frozenset[int] | None = None
    web: WebFacts | None = None
    page_shares: Mapping[Oid, Fraction] = attrs.field(factory=dict)


def parse_facts(plain: object, file: str) -> Facts:
    """From plain YAML, whose scalars are all strings; `file` is for the error message."""
    given = _mapping(plain, file, ("title", "demo", "sources", "snmp", "ports", "web", "life"))
    snmp = _mapping(given.get("snmp"), f"{file}: snmp", ("versions", "communities"))
    life = _mapping(given.get("life"), f"{file}: life", ("pages",))
    communities = _texts(snmp.get("communities", ["public"]), f"{file}: snmp: communities")
    return Facts(
        title=_text(given.get("title", ""), f"{file}: title"),
        demo=given.get("demo") == "true",
        versions=_known(snmp.get("versions", list(_VERSIONS)), f"{file}: snmp: versions", _VERSIONS),
        communities=frozenset(name.encode() for name in communities),
        ports=_known(given["ports"], f"{file}: ports", _PORTS) if "ports" in given else None,
        web=_web(given["web"], f"{file}: web") if "web" in given else None,
        page_shares=_page_shares(life.get("pages"), f"{file}: life: pages"),
    )


def _web(plain: object, where: str) -> WebFacts:
    given = _mapping(plain, where, ("user", "password", "scheme"))
    scheme = _text(given.get("scheme", "digest"), f"{where}: scheme")
    if scheme not in _SCHEMES:
        raise RecordingError(f"{where}: scheme: {scheme!r} is nothing the lab knows; it knows {', '.join(_SCHEMES)}")
    return WebFacts(
        user=_text(given.get("user", ""), f"{where}: user"),
        password=_text(given.get("password", ""), f"{where}: password"),
        scheme=scheme,
    )


def _page_shares(plain: object, where: str) -> Mapping[Oid, Fraction]:
    shares = {}
    for oid, share in _mapping(plain, where).items():
        if not isinstance(share, str) or not _SHARE.fullmatch(share):
            raise RecordingError(f'{where}: {oid}: {share!r} is not a share of a page such as "1" or "0.35"')
        try:
            shares[parse_oid(oid)] = Fraction(share)
        except ValueError as error:
            raise RecordingError(f"{where}: {error}") from None
    return shares


def _mapping(plain: object, where: str, keys: tuple[str, ...] | None = None) -> Mapping[str, object]:
    if plain is None or plain == "":
        return {}
    if not isinstance(plain, dict):
        raise RecordingError(f"{where}: keys with values are needed here, not {plain!r}")
    unknown = [key for key in plain if keys is not None and key not in keys]
    if unknown:
        raise RecordingError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(keys or ())}")
    return plain


def _text(plain: object, where: str) -> str:
    if not isinstance(plain, str):
        raise RecordingError(f"{where}: a text is needed here, not {plain!r}")
    return plain


def _texts(plain: object, where: str) -> list[str]:
    if not isinstance(plain, list):
        raise RecordingError(f"{where}: a list is needed here, not {plain!r}")
    return [_text(item, where) for item in plain]


def _known(plain: object, where: str, known: Mapping[str, int]) -> frozenset[int]:
    texts = _texts(plain, where)
    for text in texts:
        if text not in known:
            raise RecordingError(f"{where}: {text!r} is nothing the lab serves; it serves {', '.join(known)}")
    return frozenset(known[text] for text in texts)
