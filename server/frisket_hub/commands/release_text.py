"""A release for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from frisket_hub.store.releases import PUBLISHED, Acceptance, ReleaseRecord

_KINDS = {
    "unrecognised": "no printer any more",
    "identity": "known by something else",
    "lost": "lost",
    "changed": "changed",
    "gained": "gained",
    "recognised": "a printer now",
}


def list_lines(records: Sequence[ReleaseRecord]) -> list[str]:
    return [f"{record.number:>4}  {record.state:<9}  {_when(record)}  {record.notes}".rstrip() for record in records]


def release_lines(record: ReleaseRecord, accepted: Mapping[str, Acceptance]) -> list[str]:
    """What is in it, what it changes, and what is to be done next."""
    return [
        f"release {record.number}, {record.state}  {record.sha256}",
        *([f"  {record.notes}"] if record.notes else []),
        *([f"  the content of release {record.content_of}"] if record.content_of else []),
        f"  {', '.join(f'{name}@{version}' for name, version in sorted(record.bundles.items()))}",
        *_differences(record.differences, accepted),
        *_next(record, accepted),
    ]


def _differences(report: Mapping[str, Any], accepted: Mapping[str, Acceptance]) -> Iterator[str]:
    if report.get("against") is None:
        return
    yield f"against release {report['against']}, on {report['recordings']} recordings:"
    for kind, profiles in report["profiles"].items():
        if profiles:
            yield f"  {len(profiles)} profile{'s' * (len(profiles) != 1)} {kind}: {', '.join(profiles)}"
    for profile, devices in report.get("live", {}).items():
        if devices:
            yield f"  {devices:,} live devices are read with {profile}"
    for finding in report["findings"]:
        yield from _finding(finding, accepted.get(finding["key"]))


def _finding(finding: Mapping[str, Any], acceptance: Acceptance | None) -> Iterator[str]:
    mark = ("✔" if acceptance else "✖") if finding["blocks"] else " "
    example = finding["example"]
    yield f"{mark} {finding['key']}  {_KINDS[finding['kind']]}, {_times(finding['count'])}"
    yield f"    {example['recording']}: {example['before']!r} → {example['after']!r}"
    if acceptance:
        yield f"    accepted by {acceptance.accepted_by}: {acceptance.reason}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _next(record: ReleaseRecord, accepted: Mapping[str, Acceptance]) -> Iterator[str]:
    open_ = [finding for finding in record.blocking if finding["key"] not in accepted]
    if record.state == "prepared" and open_:
        yield f"{len(open_)} to accept: frisket hub release accept {record.number} FINDING --reason WHY"
    elif record.state == "prepared":
        yield f"nothing keeps it back: frisket hub release approve {record.number}"
    elif record.state == "approved":
        yield f"to be signed elsewhere: frisket hub release request {record.number} -o FILE"


def _when(record: ReleaseRecord) -> str:
    at = record.published_at if record.state == PUBLISHED else record.prepared_at
    return f"{at:%Y-%m-%d %H:%M}" if at else ""
