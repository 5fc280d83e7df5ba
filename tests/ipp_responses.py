"""Responses to Get-Printer-Attributes as RFC 8010 has them on the wire, for recordings that are written from facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from frisket.formats import ipp_values as values

INTEGER, TEXT, NAME = 0x21, 0x41, 0x42
_KEYWORDS = ("printer-state-reasons", "marker-types")
_NAMES = ("printer-name", "marker-names", "marker-colors")


def response(attributes: Mapping[str, Sequence[str | int]]) -> bytes:
    """A good one, of a printer with these attributes."""
    head = bytes((2, 0, 0, 0, 0, 0, 0, 1, 1))
    operation = _field(values.CHARSET, "attributes-charset", "utf-8")
    operation += _field(values.NATURAL_LANGUAGE, "attributes-natural-language", "en")
    return head + operation + b"\x04" + b"".join(_attribute(*item) for item in attributes.items()) + b"\x03"


def _attribute(name: str, found: Sequence[str | int]) -> bytes:
    """An additional value has no name."""
    return b"".join(_field(_tag(name, value), "" if at else name, value) for at, value in enumerate(found))


def _tag(name: str, value: str | int) -> int:
    if isinstance(value, int):
        return INTEGER
    return values.KEYWORD if name in _KEYWORDS else NAME if name in _NAMES else TEXT


def _field(tag: int, name: str, value: str | int) -> bytes:
    octets = value.to_bytes(4, "big", signed=True) if isinstance(value, int) else value.encode()
    return bytes((tag,)) + _counted(name.encode()) + _counted(octets)


def _counted(octets: bytes) -> bytes:
    return len(octets).to_bytes(2, "big") + octets
