"""JSON, and what embedded web servers call JSON: unquoted keys, single quotes, comments, commas at the end.

Values are read in one pass from left to right. `JsonPath`, of `json_path`, finds things in them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from frisket.errors import DecodeError
from frisket.formats.json_path import JsonPath, JsonValue, Located
from frisket.formats.reading import page_text

__all__ = ["JsonPath", "JsonValue", "Located", "parse_json"]

MAX_DEPTH = 64
MAX_VALUES = 50_000
MAX_DIGITS = 20

_BLANKS = re.compile(r"(?:[ \t\r\n\v\f\xa0]++|//[^\n\r]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
# Most of the time the next character is no blank, which this finds out sooner
_MAY_BE_BLANK = frozenset(" \t\r\n\v\f\xa0/")
_STRINGS = {
    '"': re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL),
    "'": re.compile(r"'((?:[^'\\]++|\\.)*+)'", re.DOTALL),
}
_WORD = re.compile(r"""[^\s{}\[\]:,"'/]++""")
_NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": "", "\r": ""}
_WORDS: Mapping[str, JsonValue] = {"true": True, "false": False, "null": None}


def parse_json(octets: bytes) -> JsonValue:
    """The first of two members with one key counts; DecodeError says where the text stops being JSON."""
    reader = _Reader(page_text(octets))
    value = reader.value(0)
    if reader.at < len(reader.text):
        raise reader.error("more text after the value")
    return value


class _Reader:
    """Where in the text we are; blanks and comments are always behind us."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.values = 0
        self._skip()

    def error(self, reason: str) -> DecodeError:
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - self.text.rfind("\n", 0, self.at)
        return DecodeError(f"not JSON: {reason}, in line {line}, column {column}")

    def value(self, depth: int) -> JsonValue:
        self.values += 1
        if depth > MAX_DEPTH:
            raise self.error(f"deeper than {MAX_DEPTH} levels")
        if self.values > MAX_VALUES:
            raise self.error(f"more than {MAX_VALUES:,} values")
        first = self.text[self.at : self.at + 1]
        if first == "{":
            return self._object(depth)
        if first == "[":
            return self._array(depth)
        return self._string() if first in _STRINGS else self._scalar()

    def _object(self, depth: int) -> Mapping[str, JsonValue]:
        found: dict[str, JsonValue] = {}
        self._past("{")
        while not self._is("}"):
            key = self._string() if self.text[self.at : self.at + 1] in _STRINGS else self._word("a key")
            self._past(":")
            found.setdefault(key, self.value(depth + 1))
            if not self._is("}"):
                self._past(",")
        self._past("}")
        return found

    def _array(self, depth: int) -> Sequence[JsonValue]:
        found: list[JsonValue] = []
        self._past("[")
        while not self._is("]"):
            found.append(self.value(depth + 1))
            if not self._is("]"):
                self._past(",")
        self._past("]")
        return found

    def _scalar(self) -> JsonValue:
        start = self.at
        word = self._word("a value")
        if word in _WORDS:
            return _WORDS[word]
        number = _number(word)
        if number is None:
            self.at = start
            raise self.error(f"{word[:40]!r} is no value")
        return number

    def _string(self) -> str:
        match = _STRINGS[self.text[self.at]].match(self.text, self.at)
        if match is None:
            raise self.error("a string without an end")
        self._skip(match.end())
        text = match[1]
        return _without_halves(_ESCAPE.sub(_unescaped, text)) if "\\" in text else text

    def _word(self, what: str) -> str:
        match = _WORD.match(self.text, self.at)
        if match is None:
            raise self.error(f"{what} is missing")
        self._skip(match.end())
        return match[0]

    def _is(self, char: str) -> bool:
        return self.text.startswith(char, self.at)

    def _past(self, char: str) -> None:
        if not self._is(char):
            raise self.error(f"{char!r} is missing")
        self._skip(self.at + 1)

    def _skip(self, start: int = 0) -> None:
        if self.text[start : start + 1] in _MAY_BE_BLANK:
            blanks = _BLANKS.match(self.text, start)
            start = blanks.end() if blanks else start
        self.at = start


def _number(word: str) -> int | float | None:
    """None for NaN, infinities, hexadecimal digits, and more digits than any counter has."""
    if len(word) > 2 * MAX_DIGITS or not _NUMBER.fullmatch(word):
        return None
    if word.lstrip("+-").isdigit():
        return int(word) if len(word.lstrip("+-")) <= MAX_DIGITS else None
    number = float(word)
    return number if math.isfinite(number) else None


def _unescaped(match: re.Match[str]) -> str:
    if match[3] is not None:
        return _LETTERS.get(match[3], match[3])
    return chr(int(match[1] or match[2], 16))


def _without_halves(text: str) -> str:
    r"""Two `\uD8xx\uDCxx` are one character; a half alone is none."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
