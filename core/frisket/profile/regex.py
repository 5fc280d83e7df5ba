"""Regular expressions of profiles: RE2, so that no pattern and no input can make a match take long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import re2

# PROFILES.md 3: an input is cut here, so that a page in a text field costs no more than a long line
MAX_INPUT = 4096


class Match(Protocol):
    """What `search` finds."""

    def group(self, group: int | str = 0, /) -> str | None: ...


class Regex:
    """A compiled pattern; ValueError says what is wrong with one."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        options = re2.Options()
        options.log_errors = False
        try:
            self._compiled = re2.compile(pattern, options)
        except re2.error as error:
            reason = error.args[0] if error.args else "unknown reason"
            text = reason.decode() if isinstance(reason, bytes) else str(reason)
            raise ValueError(f"{pattern!r} is not an RE2 pattern: {text}") from None
        self.groups: int = self._compiled.groups
        self.names: frozenset[str] = frozenset(self._compiled.groupindex)

    def search(self, text: str) -> Match | None:
        found: Match | None = self._compiled.search(text[:MAX_INPUT])
        return found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Regex) and other.pattern == self.pattern

    def __hash__(self) -> int:
        return hash(self.pattern)


class PatternSet:
    """Many patterns, looked for in one text at once: the cost is that of one search, not of one for each."""

    def __init__(self, patterns: Iterable[Regex]) -> None:
        self._patterns = tuple(dict.fromkeys(patterns))
        options = re2.Options()
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for regex in self._patterns:
            self._set.Add(regex.pattern)
        if self._patterns:
            self._set.Compile()

    def found(self, text: str) -> frozenset[Regex]:
        """Those of the patterns that occur in the text."""
        if not self._patterns:
            return frozenset()
        return frozenset(self._patterns[at] for at in self._set.Match(text[:MAX_INPUT]) or ())
