"""Where each printer of a fleet listens: an address of its own, or ports of its own on the one address there is."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

import attrs

from frisket.errors import LabError
from frisket.lab.facts import IPP_PORT, PJL_PORT, TLS_PORT, WEB_PORT

SNMP_PORT = 161
DEFAULT_BASE = "127.0.10.0"
ONLY_ADDRESS = "127.0.0.1"

# Between the ports of two printers that share an address
_STEP = 10
# From here on, the web ports would run into the first printer's port 9100
_MOST_ON_ONE_ADDRESS = (PJL_PORT - WEB_PORT) // _STEP


@attrs.frozen
class Place:
    """An address, and how far the well-known ports are moved there."""

    address: str
    offset: int

    @property
    def snmp_port(self) -> int:
        return SNMP_PORT + self.offset

    @property
    def pjl_port(self) -> int:
        return PJL_PORT + self.offset

    @property
    def web_port(self) -> int:
        return WEB_PORT + self.offset

    @property
    def tls_port(self) -> int:
        return TLS_PORT + self.offset

    @property
    def ipp_port(self) -> int:
        return IPP_PORT + self.offset


def find_places(count: int, *, base: str, port_offset: int, single_address: bool) -> list[Place]:
    """A place for each printer; LabError when there are not so many."""
    if single_address:
        places = _on_one_address(count, port_offset)
    else:
        addresses = _addresses_from(base)
        places = [Place(next(addresses), port_offset) for _ in range(count)]
    for place in places:
        if not -WEB_PORT < place.offset <= 65535 - PJL_PORT:
            raise LabError(
                f"{place.address}: an offset of {place.offset} moves a port out of 1 to 65535; "
                f"give a --port-offset of at most {65535 - PJL_PORT}, or fewer recordings"
            )
    return places


def _on_one_address(count: int, port_offset: int) -> list[Place]:
    if count > _MOST_ON_ONE_ADDRESS:
        raise LabError(
            f"{ONLY_ADDRESS}: {count} printers need more ports than one address has, which is enough for "
            f"{_MOST_ON_ONE_ADDRESS}; give fewer recordings, or leave --single-address away"
        )
    return [Place(ONLY_ADDRESS, port_offset + _STEP * number) for number in range(count)]


def _addresses_from(base: str) -> Iterator[str]:
    """From the base upwards without .0 and .255. Virtual printers are for this machine only."""
    try:
        address = ipaddress.IPv4Address(base)
    except ValueError:
        raise LabError(f"{base}: not an IPv4 address; give a --base such as {DEFAULT_BASE}") from None
    while address.is_loopback:
        if address.packed[-1] not in (0, 255):
            yield str(address)
        address += 1
    raise LabError(f"{address}: not a loopback address; give a --base such as {DEFAULT_BASE}, or fewer recordings")
