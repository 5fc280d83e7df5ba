"""Paths into JSON values: `status.hrDeviceStatus`, `toner_*.@key`, `bins[0]`, `'odd key'.x`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import attrs

JsonValue: TypeAlias = "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"

MAX_PATH = 500


@attrs.frozen
class Located:
    """A value and the key under which it stands in its parent, an item's index as text; empty at the top."""

    key: str
    value: JsonValue


@attrs.frozen
class _Member:
    """A member by its key, or by a glob over keys; `*` alone takes items, too."""

    key: str
    is_glob: bool

    def find(self, at: Located) -> Iterator[Located]:
        value = at.value
        if isinstance(value, Mapping):
            if not self.is_glob:
                yield from (Located(self.key, value[self.key]),) if self.key in value else ()
                return
            yield from (Located(key, member) for key, member in value.items() if _fits(key, self.key.split("*")))
        elif self.is_glob and self.key == "*":
            yield from (Located(str(index), item) for index, item in enumerate(_items(value)))


@attrs.frozen
class _Item:
    index: int

    def find(self, at: Located) -> Iterator[Located]:
        yield from (Located(str(self.index), item) for item in _items(at.value)[self.index : self.index + 1])


@attrs.frozen
class _Key:
    def find(self, at: Located) -> Iterator[Located]:
        if at.key:
            yield Located(at.key, at.key)


_Step: TypeAlias = "_Member | _Item | _Key"


@attrs.frozen
class JsonPath:
    """Where to look; ValueError for a text that is no such path. `.` alone is where one stands."""

    text: str
    _steps: tuple[_Step, ...] = attrs.field(init=False, eq=False, repr=False)

    @_steps.default
    def _parsed(self) -> tuple[_Step, ...]:
        return tuple(_parse(self.text))

    def find(self, value: JsonValue | Located) -> list[Located]:
        """What stands there, in the order of the text; nothing where there is no such thing."""
        found: Iterable[Located] = [value if isinstance(value, Located) else Located("", value)]
        for step in self._steps:
            found = [inner for outer in found for inner in step.find(outer)]
        return list(found)


def _items(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


_STEP = re.compile(
    r"""(?P<key>[^\s.\[\]'"@$?/]+) | '(?P<single>[^']+)' | "(?P<double>[^"]+)"
    | (?P<at>@key) | \[(?P<index>[0-9]{1,5})\]""",
    re.VERBOSE,
)


def _parse(text: str) -> Iterator[_Step]:
    if len(text) > MAX_PATH:
        raise ValueError(f"a JSON path of {len(text)} characters; at most {MAX_PATH} are read")
    if text == ".":
        return
    at = 0
    while True:
        match = _STEP.match(text, at)
        if match is None:
            raise ValueError(f"{text!r}, position {at + 1}: a key, a 'quoted key', *, [index] or @key is missing")
        yield _step(match)
        at = match.end()
        if at == len(text):
            return
        if match["at"]:
            raise ValueError(f"{text!r}, position {at + 1}: nothing can follow @key")
        if text[at] != "[":
            if text[at] != ".":
                raise ValueError(f"{text!r}, position {at + 1}: '.' or [index] is missing")
            at += 1
            if text.startswith("[", at):
                raise ValueError(f"{text!r}, position {at + 1}: an index follows its list without a dot")


def _step(match: re.Match[str]) -> _Step:
    if match["at"]:
        return _Key()
    if match["index"]:
        return _Item(int(match["index"]))
    if match["key"]:
        return _Member(match["key"], "*" in match["key"])
    return _Member(match["single"] or match["double"], is_glob=False)


def _fits(key: str, parts: Sequence[str]) -> bool:
    """A glob by its literal parts: each where it is first found after the one before."""
    first, *middle, last = parts
    if len(key) < len(first) + len(last) or not key.startswith(first) or not key.endswith(last):
        return False
    at, end = len(first), len(key) - len(last)
    for part in middle:
        at = key.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
