"""The device document `frisket.device/1`: the twelve disclosed fields and when they were read.

`None` says that the device did not say. Zero is a value. Nothing is ever invented.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from frisket.model import labels

SCHEMA = "frisket.device/1"
# A whole device document; more is the work of a hostile device
MAX_ROWS = 256
MAX_TEXT = 1024

TWELVE_FIELDS = (
    "manufacturer",
    "model",
    "serial_number",
    "mac_address",
    "ip_address",
    "system_name",
    "system_location",
    "system_contact",
    "page_counts",
    "supplies",
    "console_messages",
    "alerts",
)

_Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]
_optional = attrs.validators.optional
# What a column of 64 bits holds; no counter of a printer is larger (RFC 2578: Counter64)
_LARGEST = 2**63 - 1
_natural = attrs.validators.and_(
    attrs.validators.instance_of(int), attrs.validators.ge(0), attrs.validators.le(_LARGEST)
)


def _one_of(words: Sequence[str]) -> _Validator:
    return attrs.validators.in_(tuple(dict.fromkeys(words)))


@attrs.frozen(kw_only=True)
class PageCount:
    """One life count. A device has at most one row per function, color, sides and size."""

    function: str = attrs.field(validator=_one_of(labels.FUNCTIONS))
    color: str = attrs.field(default="all", validator=_one_of(labels.COLORS))
    sides: str = attrs.field(default="all", validator=_one_of(labels.SIDES))
    size: str = attrs.field(default="all", validator=_one_of(labels.SIZES))
    unit: str = attrs.field(default="impressions", validator=_one_of(labels.PAGE_COUNT_UNITS))
    value: int = attrs.field(validator=_natural)

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.function, self.color, self.sides, self.size)


@attrs.frozen(kw_only=True)
class Level:
    """How full a supply is; for a receptacle the space that is left (RFC 3805 prtMarkerSuppliesLevel).

    `percent` (0 to 100, one decimal) only when `state` is `known` and the capacity is; `remaining` and `capacity`
    count `unit`, a PrtMarkerSuppliesSupplyUnitTC label.
    """

    state: str = attrs.field(validator=_one_of(labels.LEVEL_STATES))
    percent: float | None = attrs.field(
        default=None, validator=_optional(attrs.validators.and_(attrs.validators.ge(0), attrs.validators.le(100)))
    )
    remaining: int | None = attrs.field(default=None, validator=_optional(_natural))
    capacity: int | None = attrs.field(default=None, validator=_optional(_natural))
    unit: str | None = attrs.field(default=None, validator=_optional(_one_of(tuple(labels.SUPPLY_UNITS.values()))))

    def __attrs_post_init__(self) -> None:
        if self.percent is not None and self.state != "known":
            raise ValueError(f"a level that is {self.state} has no percentage")


@attrs.frozen(kw_only=True)
class Supply:
    """A row of prtMarkerSuppliesTable. `index` is the row's (`1.3`), or `source.n` for a supply with no such row."""

    index: str
    type: str | None = attrs.field(default=None, validator=_optional(_one_of(tuple(labels.SUPPLY_TYPES.values()))))
    class_: str | None = attrs.field(default=None, validator=_optional(_one_of(("consumed", "receptacle"))))
    colorant: str | None = None
    description: str | None = None
    level: Level


@attrs.frozen(kw_only=True)
class Alert:
    """A row of prtAlertTable. `code` is the PrtAlertCodeTC number, `location` the maker's number of the place."""

    severity: str = attrs.field(validator=_one_of(tuple(labels.ALERT_SEVERITIES.values())))
    group: str | None = attrs.field(default=None, validator=_optional(_one_of(tuple(labels.ALERT_GROUPS.values()))))
    code: int | None = None
    location: int | None = None
    description: str | None = None


def _distinct(what: str, keys: Sequence[object]) -> None:
    if len(set(keys)) != len(keys):
        raise ValueError(f"{what} holds the same row twice")


@attrs.frozen(kw_only=True)
class Device:
    """What one device said at one time. `read_at` is UTC; `masked` names the fields that its site does not disclose."""

    read_at: dt.datetime
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    mac_address: str | None = None
    ip_address: str | None = None
    system_name: str | None = None
    system_location: str | None = None
    system_contact: str | None = None
    page_counts: tuple[PageCount, ...] = ()
    supplies: tuple[Supply, ...] = ()
    console_messages: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()
    masked: tuple[str, ...] = attrs.field(
        default=(), validator=attrs.validators.deep_iterable(attrs.validators.in_(TWELVE_FIELDS))
    )

    def __attrs_post_init__(self) -> None:
        if self.read_at.utcoffset() != dt.timedelta(0):
            raise ValueError("read_at is not UTC")
        _distinct("page_counts", [count.key for count in self.page_counts])
        _distinct("supplies", [supply.index for supply in self.supplies])

    def count(self, function: str, color: str = "all", *, sides: str = "all", size: str = "all") -> int | None:
        """The value of one page count, or None where the device did not say."""
        key = (function, color, sides, size)
        return next((row.value for row in self.page_counts if row.key == key), None)
