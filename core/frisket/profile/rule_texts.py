"""Which patterns of all rules occur in what a device says of itself: each of its texts is looked through once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import attrs

from frisket.model.identity import Identity
from frisket.profile.profile import Rule
from frisket.profile.regex import PatternSet, Regex

# By the name of the text, the patterns that occur in it
Heard: TypeAlias = Mapping[str, frozenset[Regex]]


@attrs.frozen
class RuleTexts:
    """The patterns of a database's rules by the text that they are for."""

    _sets: Mapping[str, PatternSet]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> RuleTexts:
        patterns: dict[str, list[Regex]] = {}
        for rule in _with_excluded(rules):
            for name, regex in rule.texts:
                patterns.setdefault(name, []).append(regex)
        return cls({name: PatternSet(found) for name, found in patterns.items()})

    def hear(self, identity: Identity) -> Heard:
        return {name: self._sets[name].found(text) for name, text in identity.texts().items() if name in self._sets}


def _with_excluded(rules: Iterable[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield rule
        yield from _with_excluded(rule.excluded)
