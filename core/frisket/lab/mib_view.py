"""What one version of SNMP sees of a recording: its OIDs in order, each with its varbind ready to send."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

import attrs

from frisket.formats.snmp import COUNTER64, encode_value, encode_varbind
from frisket.formats.snmprec import RecordedValue
from frisket.model.oid import Oid, is_under


@attrs.frozen
class MibView:
    """`places` count the OIDs in their order; a place behind the last one holds nothing."""

    _oids: list[Oid]
    _varbinds: dict[Oid, bytes]
    _counter64: bool

    @classmethod
    def of(cls, objects: Mapping[Oid, RecordedValue], *, counter64: bool = True) -> MibView:
        """`counter64=False`: what SNMPv1 sees, which has no such type (RFC 3584 4.2.2.1)."""
        return cls([], {}, counter64).with_objects(objects)

    def with_objects(self, objects: Mapping[Oid, RecordedValue]) -> MibView:
        """A view in which these objects are new or have new values; costs little when they are few."""
        varbinds = dict(self._varbinds)
        for oid, recorded in objects.items():
            if self._counter64 or recorded.tag != COUNTER64:
                varbinds[oid] = encode_varbind(oid, encode_value(recorded.tag, recorded.value))
        oids = self._oids if len(varbinds) == len(self._oids) else sorted(varbinds)
        return MibView(oids, varbinds, self._counter64)

    def __len__(self) -> int:
        return len(self._oids)

    def get(self, oid: Oid) -> bytes | None:
        return self._varbinds.get(oid)

    def has_sibling(self, oid: Oid) -> bool:
        """True where something is recorded under the OID's parent: a recording's only sign that a column exists."""
        parent = oid[:-1]
        place = bisect_left(self._oids, parent)
        return len(parent) > 1 and place < len(self._oids) and is_under(self._oids[place], parent)

    def place_after(self, oid: Oid) -> int:
        return bisect_right(self._oids, oid)

    def at(self, place: int) -> bytes | None:
        return self._varbinds[self._oids[place]] if place < len(self._oids) else None

    def last_before(self, place: int) -> Oid:
        return self._oids[place - 1]
