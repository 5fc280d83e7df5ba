"""What one version of SNMP sees of a recording: its OIDs in order, each with its varbind ready to send."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

import attrs

from frisket.formats.snmp import encode_value, encode_varbind
from frisket.formats.snmprec import RecordedValue
from frisket.model.oid import Oid, is_under


def encode_objects(objects: Mapping[Oid, RecordedValue]) -> dict[Oid, bytes]:
    """The varbind of each object."""
    return {oid: encode_varbind(oid, encode_value(recorded.tag, recorded.value)) for oid, recorded in objects.items()}


@attrs.frozen
class MibView:
    """A place counts the OIDs in their order; one behind the last holds nothing."""

    _oids: list[Oid] = attrs.field(factory=list)
    _varbinds: dict[Oid, bytes] = attrs.field(factory=dict)

    def with_varbinds(self, varbinds: Mapping[Oid, bytes]) -> MibView:
        """A view in which these varbinds are new or stand for older ones; costs little when they are few."""
        merged = {**self._varbinds, **varbinds}
        oids = self._oids if len(merged) == len(self._oids) else sorted(merged)
        return MibView(oids, merged)

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
