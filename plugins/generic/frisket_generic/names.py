"""What the printers of Xerox, Fuji Xerox, Lexmark, Samsung, OKI and those who sell their machines call themselves.

A name stands somewhere between the brand and what nobody wants in a model: firmware levels, the serial number, and
words for what any printer is.

Xerox WorkCentre 5632 v1 Multifunction System; System Software 021.120.045.00003, ESS 060.068.01100
Lexmark T640 4170XYZ NS.NP.N219
Dell S5830dn version NH61.AB.N100 kernel 3.0.0 All-N-1
Samsung ML-2850 Series OS 1.03.00.16 11-22-2007;Engine 1.00.24;NIC V4.01.17;S/N 4F66BAFQ500000
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from frisket.plugins import StepError, Value

if TYPE_CHECKING:
    from frisket.plugins.hookspecs import RegisterStep

BRANDS = (
    "fuji xerox",
    "fujixerox",
    "xerox",
    "tektronix",
    "fujifilm business innovation",
    "fujifilm",
    "fx",
    "lexmark international",
    "lexmark",
    "dell",
    "ibm",
    "toshiba",
    "konica minolta",
    "ricoh",
    "sindoh",
    "samsung electronics",
    "samsung",
    "hp",
    "oki data",
    "okidata",
    "oki",
)
_COMPANY = r"(?:,? (?:inc|corp|corporation|co|ltd)\b[.,]*)*"
_BRAND = re.compile(rf"(?:{'|'.join(BRANDS)}){_COMPANY}(?:[\s_/-]+|$)", re.IGNORECASE)
_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™©]", re.IGNORECASE)
# what follows is about firmware: "; System 61.23", ", ESS", " version NH62", " v1", " OS 1.03", " - 2.12-02"
_TAIL = re.compile(
    r"\s*[;,].*|\s+(?:version|rev(?:ision)?|ver|efi|mib agent)\b.*|\s+v\.? ?\d.*|\s+os \d.*|\s+-+\s.*", re.IGNORECASE
)
# "NS.NP.N219", "551.014", "CXTAT.052.024", "1.10.00.61"
_FIRMWARE = re.compile(r"[A-Z0-9]+(?:\.[A-Z0-9-]+)+", re.IGNORECASE)
_SERIAL = re.compile(r"[A-Z0-9]{7,}")
_NOUNS = frozenset(
    (
        "advanced",
        "color",
        "colour",
        "copier",
        "copier-printer",
        "device",
        "laser",
        "led",
        "mono",
        "multifunction",
        "network",
        "printer",
        "system",
    )
)


def model(value: Value) -> Value:
    """The model in a name; None where nothing is left, as behind a bare brand."""
    words = _words(value)
    # as far as the word that has the number: in "Color 570" and "Color Laser" it is part of the name
    while words and words[-1].lower() in _NOUNS and any(_has_digit(word) for word in words[:-1]):
        words.pop()
    return " ".join(words) or None


def full_model(value: Value) -> Value:
    """As `model`, with the words behind the number: for makers to whom "3130cn Color Laser" is a name."""
    return " ".join(_words(value)) or None


def serial_number(value: Value) -> Value:
    """The serial number in Lexmark's "MODEL SERIAL FIRMWARE"; None where one of them is missing."""
    words = _named(value)
    at = _firmware_at(words)
    return words[at - 1] if at < len(words) and _ends_in_serial(words[:at]) else None


def _words(value: Value) -> list[str]:
    """Without brand, firmware and serial number. Either of the last two may be missing."""
    words = _named(value)
    words = words[: _firmware_at(words)]
    return words[:-1] if _ends_in_serial(words) else words


def _named(value: Value) -> list[str]:
    """Without the brand, as far as words for firmware begin."""
    if not isinstance(value, str):
        raise StepError("a name is text; put `text` before this step")
    text = " ".join(_MARKS.sub(" ", value).split())
    while brand := _BRAND.match(text):
        text = text[brand.end() :]
    return _TAIL.sub("", text).split()


def _firmware_at(words: list[str]) -> int:
    return next((at for at, word in enumerate(words) if at and _is_firmware(word)), len(words))


def _ends_in_serial(words: list[str]) -> bool:
    """A serial number stands behind a word that has the model's number."""
    return bool(words) and _is_serial(words[-1]) and any(_has_digit(word) for word in words[:-1])


def _is_firmware(word: str) -> bool:
    return _has_digit(word) and _FIRMWARE.fullmatch(word) is not None


def _is_serial(word: str) -> bool:
    return sum(character.isdigit() for character in word) >= 2 and _SERIAL.fullmatch(word) is not None


def _has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def register_names(register: RegisterStep) -> None:
    register("generic.model", model)
    register("generic.full_model", full_model)
    register("generic.serial_number", serial_number)
