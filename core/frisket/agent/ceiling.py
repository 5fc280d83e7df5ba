"""The ceiling: what no hub may exceed, written by the people of the network into `ceiling.toml`.

    ranges = ["192.168.10.0/24", "10.1.0.0/16"]   # nothing outside is ever asked; default: private addresses
    exclude = ["192.168.10.1"]                    # nothing of this is
    ports = [161]                                 # default: 161, and any port on this machine itself
    smallest_interval = 900                       # seconds between two scans; default 60
    most_addresses = 4096                         # in one scan; default 2^20

Each item of a desired state is checked by itself; what is over the ceiling is refused and reported, the rest applies.
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import attrs

from frisket.agent.errors import CeilingError
from frisket.agent.folder import AgentFolder
from frisket.errors import TargetError
from frisket.scan.targets import MANY_ADDRESSES, Targets, parse_targets
from frisket.wire.documents import Desired, Refusal

# RFC 1918, RFC 6598, RFC 3927 and this machine: where printers stand, and never somebody else's network
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8")
_SNMP = 161
# More items are no list that people made
_MOST_ITEMS = 1_000
_SHORT = 200
# RFC 1035 2.3.4, and a port
_LONGEST_NAME = 253 + 6


@attrs.frozen(kw_only=True)
class Allowed:
    """What is left of a desired state, and what was refused. `interval` is seconds."""

    targets: Targets
    interval: int
    refused: tuple[Refusal, ...]


@attrs.frozen(kw_only=True)
class Ceiling:
    """`ports` None: 161, and any on loopback."""

    ranges: tuple[ipaddress.IPv4Network, ...] = tuple(map(ipaddress.IPv4Network, PRIVATE))
    exclude: tuple[str, ...] = ()
    ports: frozenset[int] | None = None
    smallest_interval: int = 60
    most_addresses: int = MANY_ADDRESSES

    def apply(self, desired: Desired, *, port: int = _SNMP) -> Allowed:
        """Looks names of hosts up, so it may take a while. Whatever the hub says, the result is inside the ceiling."""
        refused: list[Refusal] = []
        exclude = [*self.exclude, *self._excludes(desired.exclude, port, refused)]
        kept: list[Targets] = []
        count = 0
        for item in _at_most(desired.targets, refused):
            targets = self._item(item, exclude, port, refused)
            if count + len(targets) > self.most_addresses:
                refused.append(_refusal(item, f"more than {self.most_addresses:,} addresses in one scan"))
                continue
            count += len(targets)
            kept.append(targets)
        interval = self._interval(desired, refused)
        return Allowed(targets=_joined(kept), interval=interval, refused=tuple(refused))

    def _item(self, item: str, exclude: list[str], port: int, refused: list[Refusal]) -> Targets:
        """No targets for what is refused."""
        nothing = Targets()
        improper = _improper(item)
        if improper:
            refused.append(_refusal(item, improper))
            return nothing
        try:
            targets = parse_targets([item], exclude=exclude, port=port)
        except TargetError as error:
            refused.append(_refusal(item, str(error).removeprefix(f"{item}: ")))
            return nothing
        for span in targets.spans:
            outside = self._breach(span.first, span.last, span.port, port)
            if outside:
                refused.append(_refusal(item, outside))
                return nothing
        return targets

    def _breach(self, first: int, last: int, port: int, default: int) -> str | None:
        low, high = ipaddress.IPv4Address(first), ipaddress.IPv4Address(last)
        if not self._inside(first, last):
            return "outside the ranges of ceiling.toml"
        if self.ports is None:
            allowed = port in (_SNMP, default) or (low.is_loopback and high.is_loopback)
        else:
            allowed = port in self.ports or port == default
        return None if allowed else f"port {port} is none of ceiling.toml's"

    def _inside(self, first: int, last: int) -> bool:
        """Whether the ranges cover every address, one range or several that touch."""
        at = first
        for low, high in sorted((int(net.network_address), int(net.broadcast_address)) for net in self.ranges):
            if low <= at <= high:
                at = high + 1
        return at > last

    def _excludes(self, items: list[str], port: int, refused: list[Refusal]) -> Iterable[str]:
        for item in _at_most(items, refused):
            improper = _improper(item)
            if improper:
                refused.append(_refusal(f"exclude {item}", improper))
                continue
            try:
                parse_targets([item], port=port)
            except TargetError as error:
                refused.append(_refusal(f"exclude {item}", str(error).removeprefix(f"{item}: ")))
            else:
                yield item

    def _interval(self, desired: Desired, refused: list[Refusal]) -> int:
        if desired.scan_interval >= self.smallest_interval:
            return desired.scan_interval
        words = f"ceiling.toml allows one scan in {self.smallest_interval} s, and so it is"
        refused.append(_refusal(f"scan_interval {desired.scan_interval}", words))
        return self.smallest_interval


def _improper(item: str) -> str | None:
    """What a person at the keyboard may name, and a hub may not."""
    if item.startswith("@"):
        return "a file of this machine is nothing for the hub to name"
    if not item.isprintable() or len(item) > _LONGEST_NAME:
        return "not an address, a range or the name of a host"
    return None


def _joined(kept: Iterable[Targets]) -> Targets:
    """One set of addresses, each once at a port."""
    by_port: dict[int, list[str]] = {}
    for span in chain.from_iterable(targets.spans for targets in kept):
        text = f"{ipaddress.IPv4Address(span.first)}-{ipaddress.IPv4Address(span.last)}"
        by_port.setdefault(span.port, []).append(text)
    return Targets(tuple(chain(*(parse_targets(texts, port=port).spans for port, texts in sorted(by_port.items())))))


def nothing_allowed(desired: Desired, reason: str) -> Allowed:
    """Where the ceiling cannot be read: everything is refused."""
    refused = tuple(_refusal(item, reason) for item in desired.targets[:_MOST_ITEMS])
    return Allowed(targets=Targets(), interval=max(desired.scan_interval, 3600), refused=refused)


def _at_most(items: list[str], refused: list[Refusal]) -> list[str]:
    if len(items) > _MOST_ITEMS:
        refused.append(
            _refusal(f"{len(items) - _MOST_ITEMS} items", f"more than {_MOST_ITEMS} items; join them to ranges")
        )
    return items[:_MOST_ITEMS]


def _refusal(item: str, reason: str) -> Refusal:
    return Refusal(item=printable(item)[:_SHORT], reason=printable(reason)[:_SHORT])


def printable(text: str) -> str:
    """What came from outside, for a log, a terminal and UTF-8: no control characters, no halves of surrogates."""
    return "".join(char if char.isprintable() else "?" for char in text)


# --- the file ----------------------------------------------------------------------------------


def load_ceiling(folder: AgentFolder) -> Ceiling:
    """The default one where there is no file; CeilingError says what is wrong with the file."""
    content = folder.read(folder.ceiling)
    if content is None:
        return Ceiling()
    try:
        table = tomllib.loads(content.decode("utf-8"))
        return _structure(table)
    except (UnicodeDecodeError, ValueError, TypeError) as error:
        raise CeilingError(f"{folder.ceiling}: {error}; nothing is scanned until it is mended") from None


def _structure(table: Mapping[str, Any]) -> Ceiling:
    unknown = sorted(set(table) - {field.name for field in attrs.fields(Ceiling)})
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}; a ceiling has ranges, exclude, ports, and two numbers")
    changes: dict[str, Any] = {}
    if "ranges" in table:
        changes["ranges"] = tuple(ipaddress.IPv4Network(text) for text in _list(table, "ranges", str))
    if "exclude" in table:
        exclude = tuple(_list(table, "exclude", str))
        _check_excludes(exclude)
        changes["exclude"] = exclude
    if "ports" in table:
        changes["ports"] = frozenset(_list(table, "ports", int))
    for name in ("smallest_interval", "most_addresses"):
        if name in table:
            changes[name] = _natural(table, name)
    return Ceiling(**changes)


def _check_excludes(items: tuple[str, ...]) -> None:
    try:
        parse_targets(items)
    except TargetError as error:
        raise ValueError(f"exclude: {error}") from None


def _list(table: Mapping[str, Any], name: str, kind: type) -> list[Any]:
    value = table[name]
    if not isinstance(value, list) or not all(type(item) is kind for item in value):
        raise ValueError(f"{name} is a list of {'texts' if kind is str else 'numbers'} in [ ]")
    return value


def _natural(table: Mapping[str, Any], name: str) -> int:
    value = table[name]
    if type(value) is not int or value < 1:
        raise ValueError(f"{name} is a whole number of at least 1")
    return value
