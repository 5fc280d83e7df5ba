"""Whether a release made devices worse off: the same devices, read under the release before and under this one.

Pure, on device documents. What a device does by itself is no release's fault: alerts and console messages come and go,
and between two readings a few pages are printed.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
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


def judge(pairs: Pairs) -> dict[str, ProfileHealth]:
    """For each `profile@version` of the newer release: how many devices it read, and how many are worse off."""
    return {profile: judge_profile(found).health for profile, found in pairs.items()}


def is_worse(health: Mapping[str, ProfileHealth]) -> bool:
    """Whether an agent goes back."""
    return any(one.worse for one in health.values())


def reasons(pairs: Pairs) -> list[str]:
    """What is worse, by profile, for people."""
    return [f"{profile}: {reason}" for profile, found in pairs.items() for reason in judge_profile(found).reasons]


def judge_profile(pairs: Sequence[Pair]) -> Judged:
    """Of the devices of one profile."""
    read = [(pair.before, pair.after) for pair in pairs if pair.after is not None]
    lost = _widely_lost(read)
    counts = {
        "unrecognised": sum(pair.after is None and not pair.failed for pair in pairs),
        "errors": sum(pair.after is None and pair.failed for pair in pairs),
        "identity_changed": sum(_other_identity(before, after) for before, after in read),
        "counters_wrong": sum(bool(_wrong_counters(before, after)) for before, after in read),
        "fields_lost": sum(not lost.isdisjoint(_lost(before, after)) for before, after in read),
    }
    wrong = {path for before, after in read for path in _wrong_counters(before, after)}
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


def _other_identity(before: Document, after: Document) -> bool:
    """One that is missing is a lost field."""
    both = ((before.get(name), after.get(name)) for name in _IDENTITY)
    return any(None not in values and values[0] != values[1] for values in both)


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
