"""A plan: what to ask of one device next, in the terms of each protocol."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from frisket.model.oid import Oid
from frisket.model.request import Request


@attrs.frozen
class Plan:
    """SNMP objects: instances by GET, the first instance of columns by GETNEXT, whole columns by GETBULK.

    `contexts` holds plans for further SNMP contexts (RFC 3411 3.3.1) of the device by their names; `requests` are for
    the other protocols. `max_repetitions` is what the devices of the profile bear, `rate` how many requests a second;
    None for no known limit.
    """

    instances: tuple[Oid, ...] = ()
    firsts: tuple[Oid, ...] = ()
    columns: tuple[Oid, ...] = ()
    max_repetitions: int | None = None
    requests: tuple[Request, ...] = ()
    contexts: Mapping[str, Plan] = attrs.field(factory=dict)
    rate: float | None = None

    def __bool__(self) -> bool:
        return self.asks_snmp or bool(self.requests or self.contexts)

    @property
    def asks_snmp(self) -> bool:
        return bool(self.instances or self.firsts or self.columns)
