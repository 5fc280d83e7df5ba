"""The ways in which devices write one thing: plain, as hexadecimal digits, as UTF-16, with the octets of each pair
swapped. Octets are text here, one character for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from frisket.formats.private_words import IP, MAC, Private

_SEPARATORS = ("", " ", ":", "-")
# Two octets of a text in UTF-16 and two digits of one in hexadecimal would be everywhere
_SHORTEST = 4
_SHORTEST_SWAPPED = 6
_BETWEEN_DIGITS = re.compile(r"[\s:.-]")


def forms(kind: str, text: str, disguise: str) -> Iterator[tuple[str, str]]:
    """Each form of a text with the same form of its disguise, which is as long."""
    if kind == MAC:
        yield from _mac_forms(_octets_of(text), _octets_of(disguise))
        return
    yield text, disguise
    if kind == IP:
        yield _packed(text).encode("latin-1").hex(), _packed(disguise).encode("latin-1").hex()
    elif len(text) >= _SHORTEST:
        yield from zip(_other_forms(text), _other_forms(disguise), strict=True)


def _other_forms(text: str) -> Iterator[str]:
    octets = text.encode("latin-1")
    for spelt in (octets, octets.lower(), octets.upper()) if len(octets) < 64 else (octets,):
        yield from (_spelt(spelt, separator) for separator in _SEPARATORS)
    yield from (wide(text, order) for order in ("le", "be"))
    if len(text) >= _SHORTEST_SWAPPED:
        yield swapped(text)


def _mac_forms(octets: bytes, disguise: bytes) -> Iterator[tuple[str, str]]:
    for one, other in ((octets, disguise), (octets[::-1], disguise[::-1])):
        yield one.decode("latin-1"), other.decode("latin-1")
        for separator in _SEPARATORS:
            yield _spelt(one, separator), _spelt(other, separator)
    dotted = ("", ".")
    yield dotted[1].join(re.findall("....", octets.hex())), dotted[1].join(re.findall("....", disguise.hex()))
    # many host names end in the second half of the address
    if any(char.isalpha() for char in octets[3:].hex()):
        yield octets[3:].hex(), disguise[3:].hex()


def _spelt(octets: bytes, separator: str) -> str:
    return octets.hex(separator) if separator else octets.hex()


def _octets_of(mac: str) -> bytes:
    return bytes.fromhex(re.sub(r"[:.-]", "", mac))


def _packed(address: str) -> str:
    return "".join(chr(int(part)) for part in address.split("."))


def wide(text: str, order: str) -> str:
    """UTF-16 of a text of which one octet is one character."""
    return text.encode(f"utf-16-{order}").decode("latin-1")


def swapped(text: str) -> str:
    """Octets of each pair exchanged, as devices with words of 16 bits write them; a last odd one is left out."""
    pairs = zip(text[1::2], text[::2], strict=False)
    return "".join(map("".join, pairs))


def occurs(private: Private, text: str) -> bool:
    """Whether something private stands in a text in any form. Made without `forms`: it proves what they did."""
    low, needle = text.lower(), private.text.lower()
    if private.kind == MAC:
        octets = _octets_of(needle)
        found = octets.decode("latin-1") in text or octets[::-1].decode("latin-1") in text
        return found or octets.hex() in _BETWEEN_DIGITS.sub("", low)
    if private.kind == IP:
        return bool(re.search(rf"(?<![\d.]){re.escape(needle)}(?!\d|\.\d)", low))
    if len(needle) < _SHORTEST:
        return False
    if private.bounded or needle.isdigit():
        edge = "[a-z0-9]" if private.bounded else r"\d"
        if re.search(rf"(?<!{edge}){re.escape(needle)}(?!{edge})", low):
            return True
    elif needle in low or (len(needle) >= _SHORTEST_SWAPPED and swapped(needle) in low):
        return True
    if wide(needle, "le") in low or wide(needle, "be") in low:
        return True
    packed = _BETWEEN_DIGITS.sub("", low)
    octets = private.text.encode("latin-1")
    return any(spelt.hex() in packed for spelt in {octets, octets.lower(), octets.upper()})
