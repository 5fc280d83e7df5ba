"""A release as its pages show it: how far it has come, what it changes, and what keeps it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from frisket_hub.store.pages import AcceptanceRow, ReleaseRow, RoleRow

# In the order in which somebody should look at them
_KINDS = ("lost", "identity", "unrecognised", "changed", "recognised", "gained")
# How long before its end the metadata of a role is worth a word; each is renewed well before
_SOON = {
    "timestamp": dt.timedelta(hours=12),
    "snapshot": dt.timedelta(days=3),
    "release": dt.timedelta(days=21),
}
_SOON_OTHERS = dt.timedelta(days=30)


@attrs.frozen(kw_only=True)
class Step:
    """`state` is done, now or later; `by` and `at` where it is done and known."""

    name: str
    state: str
    at: dt.datetime | None = None
    by: str = ""


@attrs.frozen(kw_only=True)
class BundleChange:
    """A namespace in this release; `before` is its version in the one before, None where it was not in it."""

    namespace: str
    version: int | None
    before: int | None

    @property
    def kind(self) -> str:
        if self.version is None:
            return "removed"
        if self.before is None:
            return "added"
        return "same" if self.version == self.before else "changed"


@attrs.frozen(kw_only=True)
class Finding:
    """One group of differences. `devices`: how many live ones are read with its profile; None where not known."""

    key: str
    profile: str
    path: str
    count: int
    recordings: Sequence[str]
    example: Mapping[str, Any]
    blocks: bool
    devices: int | None
    accepted: AcceptanceRow | None
    accepted_by: str


@attrs.frozen(kw_only=True)
class Differences:
    """`groups` are the findings by kind; `against` is the release that this one was compared with."""

    against: int | None
    recordings: int
    groups: Sequence[tuple[str, Sequence[Finding]]]
    changed: Mapping[str, Sequence[int]]
    added: Mapping[str, int]
    removed: Mapping[str, int]
    live: int

    @property
    def open_findings(self) -> int:
        """Those that keep the release back until somebody accepts them."""
        return sum(each.blocks and each.accepted is None for _, found in self.groups for each in found)


@attrs.frozen(kw_only=True)
class RoleHealth:
    """`state` is good, soon or over."""

    row: RoleRow
    state: str


def steps_of(row: ReleaseRow, *, names: Mapping[str, str], rollout_state: str) -> list[Step]:
    """The way of a release, whose states are `done` up to where it is."""
    approved, published = row.state in ("approved", "published"), row.is_published
    return [
        Step(name="Prepared", state="done", at=row.prepared_at, by=names.get(row.prepared_by or "", "")),
        Step(
            name="Approved",
            state="done" if approved or published else "now",
            at=row.approved_at,
            by=names.get(row.approved_by or "", ""),
        ),
        Step(
            name="Signed",
            state="done" if published else "now" if approved else "later",
            by=", ".join(f"key {key[:8]}…" for key in row.signed_by),
        ),
        Step(
            name="Published",
            state="done" if published else "later",
            at=row.published_at,
            by=names.get(row.published_by or "", ""),
        ),
        Step(
            name={"": "Rolled out", "done": "Rolled out", "replaced": "Rollout replaced"}.get(
                rollout_state, f"Rollout {rollout_state}"
            ),
            state="done" if rollout_state == "done" else "now" if published else "later",
        ),
    ]


def bundle_changes(row: ReleaseRow, before: ReleaseRow | None) -> list[BundleChange]:
    """What changed stands first, what is gone last."""
    older = before.bundles if before else {}
    changes = [
        BundleChange(namespace=namespace, version=row.bundles.get(namespace), before=older.get(namespace))
        for namespace in sorted({*row.bundles, *older})
    ]
    return sorted(changes, key=lambda each: ("changed", "added", "same", "removed").index(each.kind))


def differences_view(
    report: Mapping[str, Any], acceptances: Iterable[AcceptanceRow], names: Mapping[str, str]
) -> Differences:
    """`report` as `profile_db` keeps it with the release."""
    accepted = {each.finding: each for each in acceptances}
    live, profiles = report.get("live") or {}, report.get("profiles") or {}
    groups = []
    for kind in _KINDS:
        found = [_finding(each, live, accepted, names) for each in report.get("findings") or () if each["kind"] == kind]
        if found:
            groups.append((kind, sorted(found, key=lambda each: (not each.blocks, -each.count, each.key))))
    return Differences(
        against=report.get("against"),
        recordings=report.get("recordings") or 0,
        groups=groups,
        changed=profiles.get("changed") or {},
        added=profiles.get("added") or {},
        removed=profiles.get("removed") or {},
        live=sum(live.values()),
    )


def taken_back_by(row: ReleaseRow, rows: Iterable[ReleaseRow]) -> int | None:
    """The first later release that brought back what was before this one."""
    later = [
        each.number
        for each in rows
        if each.number > row.number and each.is_published and each.content_of is not None
        and each.content_of < row.number
    ]  # fmt: skip
    return min(later, default=None)


def roles_health(rows: Iterable[RoleRow], now: dt.datetime) -> list[RoleHealth]:
    """Those that end first at the top."""
    found = []
    for row in rows:
        soon = row.expires_at - _SOON.get(row.role, _SOON_OTHERS) <= now
        found.append(RoleHealth(row=row, state="over" if row.expires_at <= now else "soon" if soon else "good"))
    return sorted(found, key=lambda each: (each.state == "good", each.row.expires_at))


def _finding(
    said: Mapping[str, Any], live: Mapping[str, int], accepted: Mapping[str, AcceptanceRow], names: Mapping[str, str]
) -> Finding:
    acceptance = accepted.get(said["key"])
    return Finding(
        key=said["key"],
        profile=said["profile"],
        path=said["path"],
        count=said["count"],
        recordings=said["recordings"],
        example=said.get("example") or {},
        blocks=said["blocks"],
        devices=live.get(said["profile"]),
        accepted=acceptance,
        accepted_by=names.get(acceptance.accepted_by, "somebody who has left") if acceptance else "",
    )
