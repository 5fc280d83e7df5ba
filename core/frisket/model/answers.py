"""Answers: what a device said, in its protocol's terms, before anything is made of it."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from typing import TypeAlias

import attrs

from frisket.model.oid import Oid, is_under
from frisket.model.request import Reply, Request

# INTEGER and its kin as int, OCTET STRING, Opaque and IpAddress as bytes, OBJECT IDENTIFIER as a tuple of arcs
SnmpValue: TypeAlias = int | bytes | Oid


@attrs.define
class Answers:
    """SNMP values by OID, in the order of the OIDs, replies of other protocols, and what was asked for, so that nothing
    is asked twice.

    `asked` holds instances, and columns that were walked to their end; `sampled` holds columns of which only the first
    instance was asked. `requested` holds requests that were made, whatever came of them; `contexts` the answers of
    further SNMP contexts.
    """

    _values: dict[Oid, SnmpValue] = attrs.field(factory=dict)
    _order: list[Oid] = attrs.field(factory=list)
    asked: set[Oid] = attrs.field(factory=set)
    sampled: set[Oid] = attrs.field(factory=set)
    requested: set[Request] = attrs.field(factory=set)
    contexts: dict[str, Answers] = attrs.field(factory=dict)
    _replies: dict[tuple[str, str], Reply] = attrs.field(factory=dict)
    _arrived: int = 0

    @classmethod
    def of(cls, values: Mapping[Oid, SnmpValue]) -> Answers:
        return cls(dict(values), sorted(values))

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Oid]:
        return iter(self._order)

    def put(self, oid: Oid, value: SnmpValue) -> None:
        if oid not in self._values:
            insort(self._order, oid)
        self._values[oid] = value

    def forget(self, prefix: Oid) -> None:
        """Everything under a column, for answers that turned out to be made up."""
        start = bisect_left(self._order, prefix)
        end = start
        while end < len(self._order) and is_under(self._order[end], prefix):
            del self._values[self._order[end]]
            end += 1
        del self._order[start:end]

    def get(self, oid: Oid) -> SnmpValue | None:
        return self._values.get(oid)

    def column(self, prefix: Oid) -> list[tuple[Oid, SnmpValue]]:
        """Every instance under a column as (index, value), in the order of the indexes."""
        rows = []
        for at in range(bisect_left(self._order, prefix), len(self._order)):
            oid = self._order[at]
            if not is_under(oid, prefix):
                break
            rows.append((oid[len(prefix) :], self._values[oid]))
        return rows

    # --- other protocols -----------------------------------------------------------------------

    def add_reply(self, reply: Reply) -> None:
        self._replies[reply.protocol, reply.name] = reply
        self._arrived += 1

    def reply(self, protocol: str, name: str) -> Reply | None:
        return self._replies.get((protocol, name))

    @property
    def beyond_snmp(self) -> int:
        """How much came over other protocols and in further SNMP contexts."""
        return self._arrived + sum(map(len, self.contexts.values()))

    def replies(self, request: Request) -> list[Reply]:
        """What came for a request, in the order of its names."""
        found = (self.reply(request.protocol, name) for name in request.names)
        return [reply for reply in found if reply is not None]

    def open_ports(self) -> frozenset[int]:
        """TCP ports that were tried and found open."""
        return frozenset(int(name) for protocol, name in self._replies if protocol == "port")

    def context(self, name: str) -> Answers:
        """The answers of a further SNMP context."""
        return self.contexts.setdefault(name, Answers())
