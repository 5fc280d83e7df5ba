"""The paths that a profile fills: the disclosed fields as they are written in `fields`, and the disclosed tables."""

from __future__ import annotations

from frisket.model import labels

TEXT_FIELDS = (
    "manufacturer",
    "model",
    "serial_number",
    "mac_address",
    "system_name",
    "system_location",
    "system_contact",
)
TABLES = ("supplies", "alerts")
# What a near miss is compared with
EXAMPLES = (*TEXT_FIELDS, "console_messages", "page_counts.total", "page_counts.print.color")


def is_field(name: str) -> bool:
    """Whether `fields` may hold it."""
    return name in TEXT_FIELDS or name == "console_messages" or _is_count(name)


def can_be_missing(name: str) -> bool:
    """Whether a request can wait for it: a field, or a table that has no row."""
    return is_field(name) or name in TABLES


def shortest(name: str) -> str:
    """The one name of a page count that can be written in several ways: `all` at the end says nothing."""
    while name.startswith("page_counts.") and name.count(".") > 1 and name.endswith(".all"):
        name = name.removesuffix(".all")
    return name


def _is_count(name: str) -> bool:
    """`page_counts.FUNCTION[.COLOR[.SIDES[.SIZE]]]`."""
    head, *parts = name.split(".")
    choices = (labels.FUNCTIONS, labels.COLORS, labels.SIDES, labels.SIZES)
    return (
        head == "page_counts" and 1 <= len(parts) <= 4 and all(map(lambda part, words: part in words, parts, choices))
    )
