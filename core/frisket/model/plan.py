"""A plan: what to ask of one device next, as objects of its protocol."""

from __future__ import annotations

import attrs

from frisket.model.oid import Oid


@attrs.frozen
class Plan:
    """SNMP objects: instances by GET, the first instance of columns by GETNEXT, whole columns by GETBULK.

    `max_repetitions` is what the devices of the profile bear, None for no known limit.
    """

    instances: tuple[Oid, ...] = ()
    firsts: tuple[Oid, ...] = ()
    columns: tuple[Oid, ...] = ()
    max_repetitions: int | None = None

    def __bool__(self) -> bool:
        return bool(self.instances or self.firsts or self.columns)
