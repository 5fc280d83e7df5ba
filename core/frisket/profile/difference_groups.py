"""Differences of many recordings as a few findings: one for each kind of change, profile and value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from frisket.profile.diffing import Change, Difference

LOST, IDENTITY, CHANGED, GAINED, UNRECOGNISED, RECOGNISED = (
    "lost", "identity", "changed", "gained", "unrecognised", "recognised"
)  # fmt: skip
# What a person has to take responsibility for before such a release goes out
_BLOCKING = (UNRECOGNISED, IDENTITY, LOST)
_ORDER = (*_BLOCKING, CHANGED, GAINED, RECOGNISED)
# Bills are made from these: another number is as grave as none, and agents go back over it
_COUNTERS = "page_counts"
_ROW = re.compile(r"\[[^]]*\]")
_MOST_RECORDINGS = 20


@attrs.define(kw_only=True)
class Finding:
    """One group. `path` is empty where a whole device appears or vanishes; `example` is the first recording's."""

    kind: str
    profile: str
    path: str
    example: dict[str, Any]
    count: int = 0
    recordings: list[str] = attrs.field(factory=list)

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.profile}:{self.path}"[:200]

    @property
    def blocks(self) -> bool:
        return self.kind in _BLOCKING or (self.kind == CHANGED and self.path.startswith(_COUNTERS))

    def to_data(self) -> dict[str, Any]:
        return {"key": self.key, **attrs.asdict(self), "blocks": self.blocks}


def findings(differences: Iterable[Difference]) -> list[Finding]:
    """What keeps a release back first."""
    found: dict[tuple[str, str, str], Finding] = {}
    for difference in differences:
        for kind, path, before, after in _parts(difference):
            profile = difference.after or difference.before or ""
            example = {"recording": difference.recording, "before": before, "after": after}
            one = found.setdefault(
                (kind, profile, path), Finding(kind=kind, profile=profile, path=path, example=example)
            )
            one.count += 1
            if difference.recording not in one.recordings and len(one.recordings) < _MOST_RECORDINGS:
                one.recordings.append(difference.recording)
    return sorted(found.values(), key=lambda one: (not one.blocks, _ORDER.index(one.kind), one.profile, one.path))


def _parts(difference: Difference) -> Iterator[tuple[str, str, object, object]]:
    """(kind, path, before, after); of a device that appears or vanishes that alone, and not each of its values."""
    if not difference:
        return
    if difference.after is None:
        yield UNRECOGNISED, "", difference.before, None
    elif difference.before is None:
        yield RECOGNISED, "", None, difference.after
    else:
        if difference.before != difference.after:
            yield CHANGED, "profile", difference.before, difference.after
        for change in difference.changes:
            yield _kind(change), _ROW.sub("[*]", change.path), change.before, change.after


def _kind(change: Change) -> str:
    """A serial number that is gone is lost; another one in its place is another identity."""
    return IDENTITY if change.touches_identity and change.kind == CHANGED else change.kind
