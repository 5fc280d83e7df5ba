"""IEEE 1284 device IDs: `MFG:Maker;CMD:PCL;MDL:Model;CLS:PRINTER;`."""

from __future__ import annotations

from collections.abc import Mapping

# IEEE 1284-2000 7.6 allows both spellings of the keys that it requires; makers add the serial number under either
_SHORT = {
    "MANUFACTURER": "MFG",
    "MODEL": "MDL",
    "COMMAND SET": "CMD",
    "DESCRIPTION": "DES",
    "CLASS": "CLS",
    "SERN": "SN",
}

_KEYS = frozenset(_SHORT.values()) | {"CID", "COMMENT"}


def parse_device_id(text: str) -> Mapping[str, str]:
    """Values by their short keys; an empty mapping where the text is no device ID."""
    pairs = (part.partition(":") for part in text.split(";"))
    found: dict[str, str] = {}
    for key, colon, value in pairs:
        name = "".join(char for char in key if char.isascii() and (char.isalnum() or char in " -_")).strip().upper()
        if colon and name and value.strip():
            short = _SHORT.get(name, name)
            found.setdefault(short if found else _without_length(short), value.strip())
    return found


def _without_length(name: str) -> str:
    """A raw device ID begins with its length in two octets, which may read as a letter in front of the first key."""
    inner = next((name[cut:] for cut in (1, 2) if name[cut:] in _KEYS or name[cut:] in _SHORT), None)
    return name if name in _KEYS or inner is None else _SHORT.get(inner, inner)
