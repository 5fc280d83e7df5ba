"""Units of page counts: converted inside a family only. Impressions and sheets are none: a sheet has one or two."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# Micrometers in each unit of length (PrtMarkerCounterUnitTC)
_LENGTHS: Mapping[str, float] = MappingProxyType(
    {"tenThousandthsOfInches": 2.54, "micrometers": 1.0, "feet": 304_800.0, "meters": 1_000_000.0}
)


def convert(value: float, unit: str, wanted: str) -> float | None:
    """The value in the wanted unit; None where the two do not measure the same."""
    if unit == wanted:
        return value
    if unit in _LENGTHS and wanted in _LENGTHS:
        return value * _LENGTHS[unit] / _LENGTHS[wanted]
    return None
