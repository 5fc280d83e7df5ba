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


def parse_device_id(text: str) -> Mapping[str, str]:
    """Values by their short keys; an empty mapping where the text is no device ID."""
    # a raw device ID begins with its length in two octets, which decode to junk in front of the first key
    pairs = (part.partition(":") for part in text.split(";"))
    found: dict[str, str] = {}
    for key, colon, value in pairs:
        name = "".join(char for char in key if char.isascii() and (char.isalnum() or char in " -_")).strip().upper()
        if colon and name and value.strip():
            found.setdefault(_SHORT.get(name, name), value.strip())
    return found
