"""Disguises: what stands in a recording for what is private. Length and shape stay, the same original always gets the
same disguise, and without the key, which nobody keeps, none leads back.

Octets are text here, one character for each (Latin-1), so that what was found in a page is found in a packet.
"""

from __future__ import annotations

import hmac
import itertools
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

import attrs

# RFC 2606: a top-level domain that is nobody's
_NOBODYS = ".test"
# 555-01xx: telephone numbers that are kept for fiction (NANP)
_NOBODYS_NUMBER = "55501"
_DOMAIN = re.compile(r"(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{2,}(?![\w.-]*@)")
_TOKEN = re.compile(r"[A-Za-z0-9]+|[^\x00-\x7f]+")
# From a salt to a disguise: another salt, another one
_Maker: TypeAlias = Callable[[str], str]
_LATIN = "àáâãäåæçèéêëìíîïðñòóôõöøùúûüý"


@attrs.define
class Disguise:
    """`key` is random for each recording."""

    _key: bytes = attrs.field(repr=False)
    _given: dict[str, str] = attrs.field(factory=dict, repr=False)

    def text(self, original: str) -> str:
        """Word by word, so that a name is the same alone and in a sentence; domains become nobody's."""
        parts, at = [], 0
        for found in _DOMAIN.finditer(original):
            parts += [_TOKEN.sub(self._token, original[at : found.start()]), self._domain(found.group())]
            at = found.end()
        return "".join((*parts, _TOKEN.sub(self._token, original[at:])))

    def phone(self, original: str) -> str:
        """A telephone number of fiction, in the same groups."""
        count = sum(char.isdigit() for char in original)
        digits = iter((_NOBODYS_NUMBER + self._digits(original, 2)).rjust(count, "0")[-count:])
        return "".join(next(digits) if char.isdigit() else char for char in original)

    def mac(self, original: bytes) -> bytes:
        """The first three octets name a maker (IEEE 802) and stay."""
        return original[:3] + bytes(itertools.islice(self._stream(original.hex()), 3))

    def address(self, original: str) -> str:
        """An IPv4 address as long as this one: of RFC 2544's benchmarks or of RFC 1918, where the length allows it."""
        return self._once(original, lambda salt: self._address(original, salt))

    # --- parts ---------------------------------------------------------------------------------

    def _token(self, found: re.Match[str]) -> str:
        token = found.group()
        if token.isascii():
            lower = self._once(token.lower(), lambda salt: _alike(token.lower(), self._stream(token.lower() + salt)))
            return "".join(new.upper() if old.isupper() else new for old, new in zip(token, lower, strict=True))
        return self._once(token, lambda salt: _foreign(token, self._stream(token + salt)))

    def _domain(self, original: str) -> str:
        """The last two labels become one of nobody's; what stands before them goes word by word."""
        labels = original.split(".")
        tail = ".".join(labels[-2:])
        head = original[: len(original) - len(tail)]
        letters = len(tail) - len(_NOBODYS)
        if letters < 1:
            return _TOKEN.sub(self._token, original)
        name = self._once(
            tail.lower(), lambda salt: _alike("g" * letters, self._stream(tail.lower() + salt)) + _NOBODYS
        )
        return _TOKEN.sub(self._token, head) + name

    def _address(self, original: str, salt: str) -> str:
        stream = self._stream(original + salt)
        size = len(original)
        if size >= 15:
            return f"100.{100 + next(stream) % 28}.{100 + next(stream) % 100}.{100 + next(stream) % 100}"
        head, parts = ("198.18.", 2) if size >= 10 else ("10.", 3) if size >= 8 else ("9.", 3)
        room = size - len(head) - (parts - 1)
        widths = [room // parts + (at < room % parts) for at in range(parts)]
        return head + ".".join(_octet(width, stream) for width in widths)

    def _digits(self, original: str, count: int) -> str:
        return "".join(str(octet % 10) for octet in itertools.islice(self._stream(original), count))

    def _once(self, original: str, make: _Maker) -> str:
        """What was given before; else something new that no other original has and that is not the original."""
        if original not in self._given:
            taken = {*self._given.values(), original}
            tries = (make(f"/{attempt}") for attempt in range(64))
            first = make("")
            self._given[original] = next((made for made in (first, *tries) if made not in taken), first)
        return self._given[original]

    def _stream(self, original: str) -> Iterator[int]:
        for block in itertools.count():
            yield from hmac.digest(self._key, f"{block}/{original}".encode("utf-8", "surrogatepass"), "sha256")


def _octet(width: int, stream: Iterator[int]) -> str:
    low, size = {1: (1, 9), 2: (10, 90)}.get(width, (100, 100))
    return str(low + next(stream) % size)


def _alike(token: str, stream: Iterator[int]) -> str:
    """Digits for digits, letters for letters; those of hexadecimal digits stay such."""
    made = []
    for char, octet in zip(token, stream, strict=False):
        if char.isdigit():
            made.append(chr(0x30 + octet % 10))
        elif char in "abcdef":
            made.append("abcdef"[octet % 6])
        else:
            made.append("ghijklmnopqrstuvwxyz"[octet % 20])
    return "".join(made)


def _foreign(token: str, stream: Iterator[int]) -> str:
    """Characters of UTF-8 become others of the same length; octets of other character sets become letters."""
    try:
        chars = token.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return _alike("g" * len(token), stream)
    sizes = {2: lambda octet: _LATIN[octet % len(_LATIN)], 3: lambda octet: chr(0x4E00 + octet)}
    made = (
        sizes.get(len(char.encode()), lambda octet: chr(0x1F300 + octet))(octet)
        for char, octet in zip(chars, stream, strict=False)
    )
    return "".join(made).encode().decode("latin-1")
