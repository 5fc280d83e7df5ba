"""A contact: all that a transport has to know to talk to one device, and what is shared by its sessions."""

from __future__ import annotations

import attrs

from frisket.protocols.session import Access, Budget, NoteBook
from frisket.protocols.vault import Vault


@attrs.frozen(kw_only=True)
class Ports:
    """Where a device's servers listen; virtual printers without rights have them elsewhere."""

    snmp: int = 161
    http: int = 80
    https: int = 443
    ipp: int = 631
    pjl: int = 9100

    def moved(self, offset: int) -> Ports:
        """All of them by the same number."""
        return Ports(**{name: port + offset for name, port in attrs.asdict(self).items()})


@attrs.define
class DeviceMemory:
    """What was learnt about one device and spares it questions: kept from one reading to the next.

    `absent` holds paths that are no pages there (HTTP 404) and when that was seen, `variants` the path of each request
    that worked, `schemes` whether pages come by http or https, `asked` when a request with `every` was last made; times
    are on the clock of `time.monotonic`.
    """

    absent: dict[str, float] = attrs.field(factory=dict)
    variants: dict[tuple[str, ...], str] = attrs.field(factory=dict)
    schemes: dict[str, str] = attrs.field(factory=dict)
    asked: dict[tuple[str, ...], float] = attrs.field(factory=dict)
    max_repetitions: int | None = None


@attrs.define(kw_only=True)
class Contact:
    """One device. `access` is None where SNMP is silent; `speaks_pjl` is set once SNMP or IPP has proved it.

    `context` is the SNMP context to talk to, empty for the device's own.
    """

    address: str
    ports: Ports = attrs.field(factory=Ports)
    access: Access | None = None
    context: str = ""
    budget: Budget
    notes: NoteBook
    vault: Vault = attrs.field(factory=Vault)
    memory: DeviceMemory = attrs.field(factory=DeviceMemory)
    speaks_pjl: bool = False
