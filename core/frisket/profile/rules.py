"""The match rules of a whole database against each other: rules that tie, and rules that can never win."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import attrs

from frisket.errors import Problem
from frisket.model.oid import Oid, is_under
from frisket.profile.profile import Profile, Rule
from frisket.profile.yaml_text import Node, find


@attrs.frozen
class _Placed:
    """A rule, whose it is, and which of its rules."""

    profile: Profile
    at: int
    rule: Rule
    conditions: frozenset[object]
    # all that the rule says beside its OIDs
    words: object

    @classmethod
    def of(cls, profile: Profile, at: int, rule: Rule) -> _Placed:
        conditions = _conditions(rule)
        return cls(profile, at, rule, conditions, (conditions, rule.not_, frozenset(rule.none_of), rule.priority))


def rule_problems(profiles: Sequence[Profile], root_of: Callable[[str], Node]) -> Iterator[Problem]:
    """`root_of` gives the text of a profile, to say where a rule stands."""
    placed = [_Placed.of(profile, at, rule) for profile in profiles for at, rule in enumerate(profile.match)]
    for number, one in enumerate(placed):
        why = _contradiction(one.rule) or _beaten(one, placed[:number], placed[number + 1 :])
        if why:
            node = find(root_of(one.profile.id), ("match", one.at))
            yield Problem(one.profile.file, node.line, node.column, f"$.match[{one.at}]", why)


def _contradiction(rule: Rule) -> str | None:
    """A rule whose `not` takes away all that its own words allow."""
    if any(_implies(rule, other) for other in rule.excluded):
        return "can never hold: its `not` holds wherever its other conditions do"
    return None


def _beaten(one: _Placed, before: Sequence[_Placed], after: Sequence[_Placed]) -> str | None:
    for other in before:
        if other.words != one.words:
            continue
        ours, theirs = set(one.rule.sys_object_id), set(other.rule.sys_object_id)
        if other.profile is one.profile and ours == theirs:
            return f"says the same as match[{other.at}]"
        if _strangers(one, other) and (ours & theirs or not (ours or theirs)):
            return f"asks the same of a device as a rule of {other.profile.file}: give one of them a priority"
    for other in (*before, *after):
        if other.rule.priority > one.rule.priority and _strangers(one, other) and _covers(other, one):
            return f"can never win: match[{other.at}] of {other.profile.file} holds wherever it does, and has priority"
    return None


def _strangers(one: _Placed, other: _Placed) -> bool:
    """Of two related profiles the child wins; a base only stands where no device's profile does."""
    ours, theirs = one.profile, other.profile
    return ours.kind == theirs.kind and ours.id not in theirs.lineage and theirs.id not in ours.lineage


def _covers(wide: _Placed, narrow: _Placed) -> bool:
    return wide.conditions <= narrow.conditions and _implies(narrow.rule, wide.rule)


def _conditions(rule: Rule) -> frozenset[object]:
    """What a rule asks beside the OID, as things that can be compared."""
    texts = {
        ("sysDescr", rule.sys_descr),
        ("hrDeviceDescr", rule.hr_device_descr),
        ("ipp", rule.ipp),
        ("server", rule.http_server),
        ("title", rule.http_title),
    }
    written = {pair for pair in texts if pair[1] is not None}
    return frozenset({*written, *rule.ieee1284.items(), *rule.probes, *rule.open_ports})


def _implies(narrow: Rule, wide: Rule) -> bool:
    """Whether the wide rule holds wherever the narrow one does, as far as equal words show it."""
    if wide.not_ not in (None, narrow.not_) or not set(wide.none_of) <= set(narrow.none_of):
        return False
    return _within(narrow.sys_object_id, wide.sys_object_id) and _conditions(wide) <= _conditions(narrow)


def _within(narrow: Sequence[Oid], wide: Sequence[Oid]) -> bool:
    if not wide:
        return True
    return bool(narrow) and all(any(is_under(oid, prefix) for prefix in wide) for oid in narrow)
