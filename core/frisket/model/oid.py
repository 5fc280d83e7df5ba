"""Object identifiers: tuples of arcs, compared arc by arc, never as text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

Oid: TypeAlias = tuple[int, ...]

# RFC 2578 3.5: at most 128 sub-identifiers, each below 2**32
MAX_ARCS = 128
MAX_ARC = 2**32 - 1

_TEXT = re.compile(r"\.?[0-9]{1,10}(?:\.[0-9]{1,10})*\Z")


def parse_oid(text: str) -> Oid:
    """`1.3.6.1` or `.1.3.6.1` to `(1, 3, 6, 1)`; ValueError when it is not a numeric OID."""
    if not _TEXT.match(text):
        raise ValueError(f"{text!r} is not an OID")
    arcs = tuple(int(arc) for arc in text.lstrip(".").split("."))
    if len(arcs) > MAX_ARCS or max(arcs) > MAX_ARC:
        raise ValueError(f"{text!r} is not an OID: at most {MAX_ARCS} arcs, each below 2^32")
    return arcs


@lru_cache(maxsize=16_384)  # every value of a reading is told with its object, and devices of a kind have the same
def format_oid(oid: Oid) -> str:
    """`(1, 3, 6, 1)` to `1.3.6.1`."""
    return ".".join(map(str, oid))


def is_under(oid: Oid, prefix: Oid) -> bool:
    """True for the prefix itself and for everything below it."""
    return oid[: len(prefix)] == prefix
