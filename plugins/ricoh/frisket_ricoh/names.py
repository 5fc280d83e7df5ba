"""The names of Ricoh's printers, which are sold under many brands and describe themselves all alike:

RICOH MP C3004ex 1.02 / RICOH Network Printer C model / RICOH Network Scanner C model
brand model firmware / what the controller can do, once more with the brand
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from frisket.plugins import StepError, Value

# brands as the machines write them, to the name on the case; an Aficio without any other word is Ricoh's
_ON_THE_CASE = {
    "ricoh": "Ricoh",
    "lanier": "Lanier",
    "savin": "Savin",
    "nrg": "NRG",
    "gestetner": "Gestetner",
    "infotec": "Infotec",
    "nashuatec": "Nashuatec",
    "rex-rotary": "Rex-Rotary",
    "infoprint": "InfoPrint",
}
BRANDS = tuple(_ON_THE_CASE)
_FIRMWARE = re.compile(r"[vV]?\d+(\.\d+)+[a-z]?")


def model(value: Value) -> Value:
    """The model without brand, firmware and abilities, from sysDescr or hrDeviceDescr."""
    for words in _parts(value):
        if words and words[0].lower() in BRANDS:
            words.pop(0)
        if len(words) > 1 and _FIRMWARE.fullmatch(words[-1]):
            words.pop()
        # "Network Printer C model" is what the controller can do
        if words and words[0].lower() != "network":
            return " ".join(words)
    return None


def brand(value: Value) -> Value:
    """The brand on the case: the first one that begins a part of sysDescr."""
    for words in _parts(value):
        first = words[0].lower() if words else ""
        if first == "aficio":
            return _ON_THE_CASE["ricoh"]
        if first in _ON_THE_CASE:
            return _ON_THE_CASE[first]
    return None


def _parts(value: Value) -> Iterator[list[str]]:
    """The words of each part; a slash without blanks belongs to the model (MP C3501/LD635C)."""
    if not isinstance(value, str):
        raise StepError("a name is text; put `text` before this step")
    for part in re.split(r"\s/\s", value):
        words = part.split()
        if words[:2] and " ".join(words[:2]).lower() == "rex rotary":
            words[:2] = ["rex-rotary"]
        yield words
