"""What an agent may be told to scan: addresses, CIDRs and ranges, and nothing that it would have to look up.

The agent's own reader of targets knows more (host names, `@file`); from a hub those would read its files and its DNS.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

MAX_ADDRESSES = 1 << 20
MAX_LINES = 1_000


def check_targets(texts: Iterable[str]) -> list[str]:
    """The targets without blanks and repetitions; ValueError with every one that is none, each on a line."""
    wanted = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if len(wanted) > MAX_LINES:
        raise ValueError(f"{len(wanted)} targets are more than {MAX_LINES}; write neighbours as one range")
    problems: list[str] = []
    addresses = 0
    for text in wanted:
        try:
            addresses += _size(text)
        except ValueError as error:
            problems.append(f"{text[:60]}: {error}")
    if problems:
        raise ValueError("\n".join(problems))
    if addresses > MAX_ADDRESSES:
        raise ValueError(
            f"{addresses:,} addresses are more than the {MAX_ADDRESSES:,} that an agent scans; narrow them"
        )
    return wanted


def _size(text: str) -> int:
    """How many addresses a target names."""
    if "/" in text:
        return _network(text)
    first, dash, last = text.partition("-")
    if dash:
        return _range(first, last)
    host, colon, port = text.rpartition(":")
    if not colon or ":" in host:
        _address(text)
    else:
        _address(host)
        if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
            raise ValueError(f"{port[:20]!r} is not a port; write it as 192.0.2.10:161")
    return 1


def _network(text: str) -> int:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("not a CIDR; write it as 192.0.2.0/24") from None
    if network.version != 4:
        raise ValueError("IPv6 is not scanned yet; give IPv4 addresses")
    return network.num_addresses


def _range(first: str, last: str) -> int:
    if last.isascii() and last.isdigit():  # 192.0.2.10-20
        last = f"{first.rpartition('.')[0]}.{last}"
    low, high = _address(first), _address(last)
    if low > high:
        raise ValueError("the range ends before it begins; swap its ends")
    return high - low + 1


def _address(text: str) -> int:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise ValueError(
            "neither address, CIDR nor range; write 192.0.2.10, 192.0.2.0/24 or 192.0.2.10-192.0.2.20"
        ) from None
    if address.version != 4:
        raise ValueError("IPv6 is not scanned yet; give IPv4 addresses")
    return int(address)
