"""All rules of a database, found by what a device says.

Each of its texts is looked through once, and only rules for its sysObjectID or its texts are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import attrs

from frisket.model.identity import Identity
from frisket.model.oid import Oid
from frisket.profile.profile import Profile, Rule
from frisket.profile.regex import PatternSet, Regex

# By the name of the text, the patterns that occur in it
Heard: TypeAlias = Mapping[str, frozenset[Regex]]
Placed: TypeAlias = tuple[Profile, Rule]


@attrs.frozen
class RuleIndex:
    """`_by_oid`: rules by each of their sysObjectIDs; `_by_text`: rules without one by their first pattern; `_others`
    say nothing of either.
    """

    _sets: Mapping[str, PatternSet]
    _by_oid: Mapping[Oid, Sequence[Placed]]
    _lengths: Sequence[int]
    _by_text: Mapping[tuple[str, Regex], Sequence[Placed]]
    _others: Sequence[Placed]

    @classmethod
    def of(cls, profiles: Iterable[Profile], further: Iterable[Rule]) -> RuleIndex:
        """Over the rules of profiles; those of `further` are not found, but their patterns are heard."""
        placed = [(profile, rule) for profile in profiles for rule in profile.match]
        by_oid: dict[Oid, list[Placed]] = {}
        by_text: dict[tuple[str, Regex], list[Placed]] = {}
        others: list[Placed] = []
        for one in placed:
            rule = one[1]
            for prefix in rule.sys_object_id:
                by_oid.setdefault(prefix, []).append(one)
            if not rule.sys_object_id:
                (by_text.setdefault(rule.texts[0], []) if rule.texts else others).append(one)
        lengths = sorted({len(prefix) for prefix in by_oid})
        return cls(_sets_of([*(rule for _, rule in placed), *further]), by_oid, lengths, by_text, others)

    def hear(self, identity: Identity) -> Heard:
        """Which patterns of all rules occur in what the device says."""
        return {name: self._sets[name].found(text) for name, text in identity.texts().items() if name in self._sets}

    def candidates(self, identity: Identity, heard: Heard) -> Iterator[Placed]:
        """Rules whose sysObjectID, or else whose first pattern, fits; and those that have neither."""
        found: dict[int, Placed] = {}
        oid = identity.sys_object_id or ()
        for length in self._lengths:
            if length > len(oid):
                break
            # a rule may have two prefixes that fit
            found.update((id(one[1]), one) for one in self._by_oid.get(oid[:length], ()))
        yield from found.values()
        for name, patterns in heard.items():
            for regex in patterns:
                yield from self._by_text.get((name, regex), ())
        yield from self._others


def _sets_of(rules: Iterable[Rule]) -> Mapping[str, PatternSet]:
    patterns: dict[str, list[Regex]] = {}
    for rule in _with_excluded(rules):
        for name, regex in rule.texts:
            patterns.setdefault(name, []).append(regex)
    return {name: PatternSet(found) for name, found in patterns.items()}


def _with_excluded(rules: Iterable[Rule]) -> Iterator[Rule]:
    for rule in rules:
        yield rule
        yield from _with_excluded(rule.excluded)
