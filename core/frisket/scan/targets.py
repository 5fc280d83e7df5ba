"""TARGETs to addresses: an address, a CIDR, a range `a-b`, a host name, or `@file` with one of these in each line."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import attrs

from frisket.errors import TargetError
from frisket.protocols.session import Endpoint

# What nobody asks for by accident; more needs a word from the person at the keyboard
MANY_ADDRESSES = 1 << 20
# A network of so many is looked at for printers that are silent in SNMP, too: up to three connections each
FEW_ADDRESSES = 256
_SNMP = 161
_PRINT_PORTS = range(9100, 9108)


@attrs.frozen(order=True)
class _Span:
    """Addresses from `first` to `last`, both included, as numbers."""

    first: int
    last: int
    port: int

    def __len__(self) -> int:
        return self.last - self.first + 1


@attrs.frozen
class Targets:
    """Addresses to scan, each once, in the order of their numbers; never held as a list, however many."""

    spans: tuple[_Span, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.spans))

    def __iter__(self) -> Iterator[Endpoint]:
        for span in self.spans:
            for number in range(span.first, span.last + 1):
                yield Endpoint(str(ipaddress.IPv4Address(number)), span.port)

    def __contains__(self, endpoint: object) -> bool:
        if not isinstance(endpoint, Endpoint):
            return False
        number = int(ipaddress.IPv4Address(endpoint.address))
        return any(span.first <= number <= span.last and span.port == endpoint.port for span in self.spans)


def parse_targets(texts: Iterable[str], *, exclude: Iterable[str] = (), port: int = _SNMP) -> Targets:
    """TargetError names the text that is none, and what would be one. Several at once are told at once."""
    errors: list[TargetError] = []
    wanted = _spans(texts, port, errors)
    unwanted = _spans(exclude, port, errors)
    if errors:
        raise TargetError("targets", "\n".join(map(str, errors))) if len(errors) > 1 else errors[0]
    return Targets(tuple(_subtract(_merge(wanted), _merge(unwanted))))


def _spans(texts: Iterable[str], port: int, errors: list[TargetError]) -> list[_Span]:
    spans = []
    for text in _expand(texts, errors):
        try:
            spans.append(_parse(text, port))
        except TargetError as error:
            errors.append(error)
    return spans


def _expand(texts: Iterable[str], errors: list[TargetError]) -> Iterator[str]:
    for text in texts:
        if not text.startswith("@"):
            yield text
            continue
        try:
            lines = Path(text[1:]).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            errors.append(TargetError(text, f"the file cannot be read: {reason}"))
            continue
        for line in lines:
            yield from line.partition("#")[0].split()


def _parse(text: str, port: int) -> _Span:
    if not text.isprintable():  # the resolver would stop reading at a NUL
        raise TargetError(ascii(text), "a target has no control characters")
    if "/" in text:
        return _network(text, port)
    first, dash, last = text.partition("-")
    if dash and _is_dotted(first):
        return _range(text, first, last, port)
    host, colon, own_port = text.rpartition(":")
    if colon and ":" not in host:
        return _host(text, host, _port(text, own_port))
    return _host(text, text, port)


def _is_dotted(text: str) -> bool:
    return bool(text) and all(char.isdigit() or char == "." for char in text)


def _network(text: str, port: int) -> _Span:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise TargetError(text, f"not a CIDR: {error}; write it as 192.0.2.0/24") from None
    if isinstance(network, ipaddress.IPv6Network):
        raise _no_ipv6(text)
    first, last = int(network.network_address), int(network.broadcast_address)
    # the network's own address and its broadcast address are nobody's; a /31 and a /32 have neither (RFC 3021)
    return _Span(first, last, port) if network.prefixlen >= 31 else _Span(first + 1, last - 1, port)


def _range(text: str, first: str, last: str, port: int) -> _Span:
    if last.isdigit():  # 192.0.2.10-20
        last = f"{first.rpartition('.')[0]}.{last}"
    try:
        low, high = int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last))
    except ValueError as error:
        raise TargetError(text, f"not a range: {error}; write it as 192.0.2.10-192.0.2.20") from None
    if low > high:
        raise TargetError(text, "the range ends before it begins; swap its ends")
    return _Span(low, high, port)


def _port(text: str, port: str) -> int:
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise TargetError(text, f"{port!r} is not a port; write it as 192.0.2.10:161")
    if int(port) in _PRINT_PORTS:
        raise TargetError(text, f"port {port} is for print data; what comes there may be printed")
    return int(port)


def _host(text: str, host: str, port: int) -> _Span:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = _resolve(text, host)
    if isinstance(address, ipaddress.IPv6Address):
        raise _no_ipv6(text)
    return _Span(int(address), int(address), port)


def _resolve(text: str, host: str) -> ipaddress.IPv4Address:
    if _is_dotted(host) or not host:
        raise TargetError(text, "not an IPv4 address: four numbers from 0 to 255, such as 192.0.2.10")
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TargetError(text, f"no such host: {reason}; check its spelling or give its address") from None
    return ipaddress.IPv4Address(found[0][4][0])


def _no_ipv6(text: str) -> TargetError:
    return TargetError(text, "IPv6 is not scanned yet; give the printer's IPv4 address")


def _merge(spans: Sequence[_Span]) -> list[_Span]:
    """Sorted, with no address twice."""
    merged: list[_Span] = []
    for span in sorted(spans, key=lambda span: (span.port, span.first)):
        if merged and merged[-1].port == span.port and span.first <= merged[-1].last + 1:
            merged[-1] = _Span(merged[-1].first, max(merged[-1].last, span.last), span.port)
        else:
            merged.append(span)
    return merged


def _subtract(spans: Sequence[_Span], holes: Sequence[_Span]) -> Iterator[_Span]:
    """What of the spans lies in no hole; a hole is meant for every port."""
    for span in spans:
        first = span.first
        for hole in sorted(holes, key=lambda hole: hole.first):
            if first < hole.first <= span.last:
                yield _Span(first, hole.first - 1, span.port)
            if hole.first <= span.last and hole.last >= first:
                first = hole.last + 1
        if first <= span.last:
            yield _Span(first, span.last, span.port)
