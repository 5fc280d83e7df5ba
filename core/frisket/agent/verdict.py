"""Whether a release made devices worse off: the same devices, read under the release before and under this one.

Pure, on device documents. What a device does by itself is no release's fault: alerts and console messages come and go,
and between two readings a few pages are printed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from frisket.profile.diffing import count_path
from frisket.wire.documents import ProfileHealth

Document = Mapping[str, Any]
# RELEASES 3: a field that so many devices had may be missing on so many now
_HAD, _LOST = 0.95, 0.05
_IDENTITY = ("manufacturer", "serial_number", "mac_address")
_SCALARS = (*_IDENTITY, "model", "system_name", "system_location", "system_contact")
# Pages between two readings at the same second, and for each second between them: no printer is faster
_AT_ONCE, _A_SECOND = 10, 5


@attrs.frozen(kw_only=True)
class Pair:
    """One device, read under the release before and under this one. `after` is None for what is no printer any more,
    or, where it `failed`, could not be read under this release although it could under the one before.
    """

    before: Document
    after: Document | None
    failed: bool = False


@attrs.frozen(kw_only=True)
class Judged:
    """`reasons` say for people what is worse, the worst first."""

    health: ProfileHealth
    reasons: tuple[str, ...]


Pairs = Mapping[str, Sequence[Pair]]
# By profile, what a person has accepted before the release was signed (releases.manifest.Manifest.expected)
Expected = Mapping[str, frozenset[str]]
NOTHING_EXPECTED: Expected = {}
_ROW = re.compile(r"\[[^\]]*\]")


def judge(pairs: Pairs, expected: Expected = NOTHING_EXPECTED) -> dict[str, ProfileHealth]:
    """For each `profile@version` of the newer release: how many devices it read, and how many are worse off."""
    return {
        profile: judge_profile(found, expected.get(profile.partition("@")[0], frozenset())).health
        for profile, found in pairs.items()
    }


def is_worse(health: Mapping[str, ProfileHealth]) -> bool:
    """Whether an agent goes back."""
    return any(one.worse for one in health.values())


def reasons(pairs: Pairs, expected: Expected = NOTHING_EXPECTED) -> list[str]:
    """What is worse, by profile, for people."""
    return [
        f"{profile}: {reason}"
        for profile, found in pairs.items()
        for reason in judge_profile(found, expected.get(profile.partition("@")[0], frozenset())).reasons
    ]


def judge_profile(pairs: Sequence[Pair], expected: frozenset[str] = frozenset()) -> Judged:
    """Of the devices of one profile. `expected`: paths that may change; the empty one, that a device is no printer."""
    read = [(pair.before, pair.after) for pair in pairs if pair.after is not None]
    lost = _unexpected(_widely_lost(read), expected)
    wrongs = [_unexpected(_wrong_counters(before, after), expected) for before, after in read]
    identities = [_unexpected(_other_identity(before, after), expected) for before, after in read]
    counts = {
        "unrecognised": sum(pair.after is None and not pair.failed and "" not in expected for pair in pairs),
        "errors": sum(pair.after is None and pair.failed for pair in pairs),
        "identity_changed": sum(map(bool, identities)),
        "counters_wrong": sum(map(bool, wrongs)),
        "fields_lost": sum(not lost.isdisjoint(_lost(before, after)) for before, after in read),
    }
    wrong = {path for paths in wrongs for path in paths}
    named = {"fields_lost": _listed(lost), "counters_wrong": _listed(wrong)}
    found = tuple(
        f"{kind.replace('_', ' ')} on {count} of {len(pairs)}{named.get(kind, '')}"
        for kind, count in counts.items()
        if count
    )
    return Judged(health=ProfileHealth(devices=len(pairs), **counts), reasons=found)


def _widely_lost(read: Sequence[tuple[Document, Document]]) -> set[str]:
    """Paths that nearly all devices had, and that more than a few lost."""
    had = Counter(path for before, _ in read for path in _values(before))
    lost = Counter(path for before, after in read for path in _lost(before, after))
    return {path for path, count in lost.items() if had[path] > _HAD * len(read) and count > _LOST * len(read)}


def _lost(before: Document, after: Document) -> set[str]:
    hidden = {name for document in (before, after) for name in document.get("masked", ())}
    return {path for path in _values(before) - _values(after) if path.partition(".")[0].partition("[")[0] not in hidden}


def _values(document: Document) -> set[str]:
    """Paths of what the device said; of a supply its row, and its level where it is known."""
    paths = {name for name in _SCALARS if document.get(name) is not None}
    paths.update(_counters(document))
    for supply in document.get("supplies", ()):
        path = f"supplies[{supply['index']}]"
        paths.add(path)
        if supply["level"]["state"] == "known":
            paths.add(f"{path}.level")
    return paths


def _other_identity(before: Document, after: Document) -> set[str]:
    """One that is missing is a lost field."""
    both = {name: (before.get(name), after.get(name)) for name in _IDENTITY}
    return {name for name, values in both.items() if None not in values and values[0] != values[1]}


def _unexpected(paths: Iterable[str], expected: frozenset[str]) -> set[str]:
    """Those that no accepted path covers. A row's number is the device's own, and says nothing of the profile's."""
    accepted = {_ROW.sub("[]", path) for path in expected}
    return {path for path in paths if not any(_covers(one, _ROW.sub("[]", path)) for one in accepted)}


def _covers(accepted: str, path: str) -> bool:
    """The same path; of a supply also what lies under it, or what it lies under: a level is lost with its percentage.

    `page_counts.total` and `page_counts.total.color` are two counters.
    """
    if accepted == path or not path.startswith("supplies"):
        return accepted == path
    return f"{path}.".startswith(f"{accepted}.") or f"{accepted}.".startswith(f"{path}.")


def _wrong_counters(before: Document, after: Document) -> set[str]:
    """Those that fell or rose by more than can have been printed between the two readings, or count something else."""
    few = _AT_ONCE + _A_SECOND * abs(_read_at(after) - _read_at(before)).total_seconds()
    old, new = _counters(before), _counters(after)
    return {
        path
        for path in old.keys() & new.keys()
        if old[path][1] != new[path][1] or abs(new[path][0] - old[path][0]) > few
    }


def _counters(document: Document) -> dict[str, tuple[int, str]]:
    return {count_path(row): (row["value"], row["unit"]) for row in document.get("page_counts", ())}


def _read_at(document: Document) -> dt.datetime:
    return dt.datetime.fromisoformat(document["read_at"])


def _listed(paths: set[str]) -> str:
    """At most three of them, after a colon."""
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return f": {', '.join(sorted(paths)[:3])}{more}" if paths else ""
