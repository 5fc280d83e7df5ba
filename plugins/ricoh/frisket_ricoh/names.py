"""The names of Ricoh's printers, which are sold under seven brands and describe themselves all alike:

RICOH MP C3004ex 1.02 / RICOH Network Printer C model / RICOH Network Scanner C model
brand model firmware / what the controller can do, once more with the brand
"""

from __future__ import annotations

from frisket.plugins import StepError, Value

BRANDS = ("ricoh", "lanier", "savin", "nrg", "gestetner", "infotec", "nashuatec", "rex-rotary")


def model(value: Value) -> Value:
    """The model without brand, firmware and abilities, from sysDescr or hrDeviceDescr."""
    if not isinstance(value, str):
        raise StepError("a name is text; put `text` before this step")
    # " / " parts the abilities; a slash without blanks belongs to the model (MP C3501/LD635C)
    words = value.split(" / ")[0].split()
    if words and words[0].lower() in BRANDS:
        words.pop(0)
    if len(words) > 1 and _is_firmware(words[-1]):
        words.pop()
    return " ".join(words) or None


def _is_firmware(word: str) -> bool:
    """`1.02`, `2.20.1`."""
    return "." in word and all(part.isdigit() for part in word.split("."))
