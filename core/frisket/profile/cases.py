"""Cases: a recording and what is true of its device. Replaying one costs a millisecond, so all are replayed always.

    <namespace>/<name>.cases/<case>/device.snmprec, expect.yaml, facts.yaml, http/, pjl/, ipp/

`expect.yaml` says which `profile` wins (`null` for no printer) and the `device` document, or parts of it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from frisket.errors import RecordingError
from frisket.model.device import Device
from frisket.model.reading import Reading
from frisket.profile.database import ProfileDatabase
from frisket.profile.pipeline import Recognised, replay
from frisket.profile.recorded import answers_of, files_of
from frisket.profile.yaml_text import Plain, load_plain

ToDocument = Callable[[Device], dict[str, Any]]
# A replayed case has no time of its own
_READ_AT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_EXPECTED = "expect.yaml"


@attrs.frozen(kw_only=True)
class Case:
    """`files` are the recording's, by their names in its folder. `expected` is None where it says nothing of what is
    true. `folder` is where it lies; of one that came in a bundle, where it lies in that.
    """

    name: str
    files: Mapping[str, bytes] = attrs.field(repr=False)
    folder: Path
    profile: str | None
    expected: dict[str, Plain] | None


@attrs.frozen(kw_only=True)
class CaseResult:
    """`differences` are lines `path: expected …, read …`; none when the case holds."""

    case: Case
    reading: Reading | None
    differences: tuple[str, ...]


def find_cases(folder: Path) -> Iterator[Case]:
    """Every case of every profile below a folder of namespaces, or of one profile's `.cases` folder."""
    for path in sorted(folder.rglob(_EXPECTED)):
        name = path.parent.relative_to(folder).as_posix()
        yield case_of(files_of(path.parent), name=name, folder=path.parent)


def case_of(files: Mapping[str, bytes], *, name: str, folder: Path | None = None) -> Case:
    """RecordingError or ProfileError for an `expect.yaml` that cannot be used."""
    folder = folder or Path(name)
    file = folder / _EXPECTED
    plain = load_plain(files.get(_EXPECTED, b"").decode("utf-8", "replace"), file=f"{name}/{_EXPECTED}")
    if not isinstance(plain, dict) or not isinstance(plain.get("profile"), str):
        raise RecordingError(f"{file}: say `profile: <the id that wins>`, or `profile: null` for no printer")
    unknown = sorted(set(plain) - {"profile", "device"})
    if unknown:
        raise RecordingError(f"{file}: unknown key {unknown[0]!r}; a case has profile and device")
    expected = plain.get("device", {})
    if not isinstance(expected, dict) and expected != "null":
        raise RecordingError(f"{file}: device must be a mapping of the document's fields, or null for no printer")
    profile = str(plain["profile"])
    return Case(
        name=name,
        files=files,
        folder=folder,
        profile=None if profile == "null" else profile,
        expected=expected if isinstance(expected, dict) else None,
    )


def run_cases(database: ProfileDatabase, cases: Iterable[Case], to_document: ToDocument) -> Iterator[CaseResult]:
    """Each case replayed; `to_document` turns a device into its document."""
    for case in cases:
        yield run_case(database, case, to_document)


def run_case(database: ProfileDatabase, case: Case, to_document: ToDocument) -> CaseResult:
    """One case replayed and compared."""
    recorded = answers_of(case.files, name=str(case.folder))
    recognised, reading = replay(database, recorded, address=None, clock=lambda: _READ_AT)
    differences = list(_profile_difference(case, recognised))
    if reading is not None and case.expected is not None:
        # through JSON, as a reader of the document would see it
        document = json.loads(json.dumps(to_document(reading.device)))
        differences += _compare("device", case.expected, document)
    return CaseResult(case=case, reading=reading, differences=tuple(differences))


def _profile_difference(case: Case, recognised: Recognised) -> Iterator[str]:
    won = None if recognised.profile is None else recognised.profile.id
    for note in recognised.notes:
        yield f"profile: {note.detail}; give the better rule a priority or one more condition"
    if won != case.profile:
        yield f"profile: expected {case.profile or 'no printer'}, {won or 'no printer'} won"


def _compare(path: str, expected: Plain, read: object) -> Iterator[str]:
    """Mappings may leave out keys; lists are whole. Scalars of YAML are text: they are compared as they are written."""
    if isinstance(expected, dict) and isinstance(read, dict):
        for key, value in expected.items():
            if key not in read:
                yield f"{path}.{key}: no such field in a device document"
            else:
                yield from _compare(f"{path}.{key}", value, read[key])
    elif isinstance(expected, list) and isinstance(read, list):
        if path.endswith(".page_counts"):
            expected, read = sorted(expected, key=_count_key), sorted(read, key=_count_key)
        if len(expected) != len(read):
            yield f"{path}: expected {len(expected)} rows, read {len(read)}"
        for at, (one, other) in enumerate(zip(expected, read, strict=False)):
            yield from _compare(f"{path}[{at}]", one, other)
    elif not _same(expected, read):
        yield f"{path}: expected {expected!r}, read {read!r}"


def _count_key(row: Any) -> tuple[str, ...]:
    return tuple(str(row.get(name, "all")) for name in ("function", "color", "sides", "size"))


def _same(expected: Plain, read: object) -> bool:
    if read is None:
        return expected in ("null", "")
    if isinstance(read, float):
        return expected in (str(read), f"{read:g}")
    return expected == str(read)
