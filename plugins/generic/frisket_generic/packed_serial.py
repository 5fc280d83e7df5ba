"""Serial numbers in IEEE 1284 device IDs that are written as hexadecimal digits of characters."""

from __future__ import annotations

import re

from frisket.plugins import StepError, Value

_LETTERS = re.compile(r"[0-9A-Z]+")


def packed_serial(value: Value) -> Value:
    """A serial number out of its hexadecimal digits; None for text that is not one.

    Epson's `SN:` has eight characters and then one octet of two decimal digits: 583941423030303117 is X9AB0001 and 17,
    its digits as they stand. Others have characters to the end.
    """
    if not isinstance(value, str):
        raise StepError("the digits are text; put `text` before this step")
    try:
        octets = bytes.fromhex(value)
    except ValueError:
        return None
    characters, digits = (octets[:8], octets[8:].hex()) if len(octets) == 9 else (octets, "")
    text = characters.decode("latin-1")
    whole = len(text) >= 8 and _LETTERS.fullmatch(text) and (not digits or digits.isdecimal())
    return text + digits if whole else None
