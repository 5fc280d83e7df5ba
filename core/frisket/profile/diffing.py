"""What another profile database would change: recorded devices read under both, field by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from frisket.model.answers import Answers
from frisket.model.device import Device
from frisket.profile.database import ProfileDatabase
from frisket.profile.pipeline import replay

ToDocument = Callable[[Device], Mapping[str, Any]]
_READ_AT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# What a device is known by (DESIGN 4): a change makes another device of it, or needs a merge
IDENTITY = ("manufacturer", "serial_number", "mac_address")
_NO_FIELDS = ("schema", "read_at", "ip_address", "masked")
_COUNT_KEY = ("function", "color", "sides", "size")


@attrs.frozen
class Change:
    """One value: `gained` where there was none before, `lost` where there is none any more, else `changed`."""

    path: str
    before: object
    after: object

    @property
    def kind(self) -> str:
        if self.before is None:
            return "gained"
        return "lost" if self.after is None else "changed"

    @property
    def touches_identity(self) -> bool:
        return self.path in IDENTITY and self.before is not None


@attrs.frozen(kw_only=True)
class Difference:
    """One recording: the profiles that win before and after, None for no printer, and every value that changes."""

    recording: str
    before: str | None
    after: str | None
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return self.before != self.after or bool(self.changes)

    @property
    def loses(self) -> bool:
        return (self.before is not None and self.after is None) or any(change.kind == "lost" for change in self.changes)

    @property
    def changes_identity(self) -> bool:
        return any(change.touches_identity for change in self.changes)


def compare(
    old: ProfileDatabase, new: ProfileDatabase, recordings: Iterable[tuple[str, Answers]], to_document: ToDocument
) -> Iterator[Difference]:
    """One Difference for each recording, false where nothing changes; `recordings` are names and what was said."""
    for name, recorded in recordings:
        before, old_values = _read(old, recorded, to_document)
        after, new_values = _read(new, recorded, to_document)
        paths = dict.fromkeys((*old_values, *new_values))
        changes = (Change(path, old_values.get(path), new_values.get(path)) for path in paths)
        yield Difference(
            recording=name,
            before=before,
            after=after,
            changes=tuple(change for change in changes if change.before != change.after),
        )


def _read(
    database: ProfileDatabase, recorded: Answers, to_document: ToDocument
) -> tuple[str | None, Mapping[str, object]]:
    recognised, reading = replay(database, recorded, address=None, clock=lambda: _READ_AT)
    won = None if recognised.profile is None else recognised.profile.id
    return won, {} if reading is None else values_of(to_document(reading.device))


def values_of(document: Mapping[str, Any]) -> dict[str, object]:
    """A device document as values by path; rows are named by what they are, as their order means nothing."""
    values: dict[str, object] = {}
    for name, value in document.items():
        if name == "page_counts":
            values.update({count_path(row): f"{row['value']} {row['unit']}" for row in value})
        elif name == "supplies":
            for row in value:
                values.update(_flat(f"supplies[{row['index']}]", row))
        elif name not in _NO_FIELDS and value not in (None, []):
            values[name] = value
    return values


def count_path(row: Mapping[str, Any]) -> str:
    """`page_counts.copy.color`: what is `all` at the end is left out, as in a profile."""
    parts = [str(row[key]) for key in _COUNT_KEY]
    while len(parts) > 1 and parts[-1] == "all":
        parts.pop()
    return ".".join(("page_counts", *parts))


def _flat(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}", inner)
    elif value is not None and not path.endswith("].index"):
        yield path, value
