"""What is found for a field or a cell: a value, what the device said before it was piped, and where."""

from __future__ import annotations

import attrs

from frisket.model.oid import Oid, format_oid
from frisket.profile.picks import Raw
from frisket.profile.steps import Value


@attrs.frozen
class Where:
    """The object that said it, in the terms of its protocol."""

    protocol: str
    object: str


# What the profile itself says
CONSTANT = Where("profile", "constant")


def snmp(oid: Oid) -> Where:
    """An object of the device's SNMP agent."""
    return Where("snmp", format_oid(oid))


@attrs.frozen
class Found:
    """A value after its pipe, what the device said before it, and where; `reason` says why there is no value."""

    value: Value
    raw: Raw | None
    where: Where
    reason: str = ""
    unit: str | None = None

    @property
    def usable(self) -> bool:
        return self.value is not None and self.value != ""
