"""Recordings: all that a device said once, from a folder or a bare `.snmprec` file, or made up in memory.

    device.snmprec          SNMP objects
    facts.yaml              optional; see `frisket.lab.facts`
    pjl/INFO_STATUS.txt     the answer to `@PJL INFO STATUS`, without its framing
    http/a/b.xml            what GET /a/b.xml gives
    device@NAME.snmprec     SNMP objects of the context NAME
    ipp/ipp_print.bin       the response to Get-Printer-Attributes at /ipp/print

All of them may be missing but one that answers; a device without device.snmprec is silent in SNMP.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import attrs

from frisket.errors import ProfileError, RecordingError
from frisket.formats.snmprec import RecordedValue, parse_snmprec
from frisket.lab.facts import IPP_PORT, PJL_PORT, WEB_PORT, Facts, parse_facts
from frisket.lab.mib_view import encode_objects
from frisket.model.oid import Oid, format_oid
from frisket.profile.yaml_text import load_plain

DEVICE_FILE = "device.snmprec"
_CONTEXT_FILES = "device@*.snmprec"
# What answers in place of SNMP
_FOLDERS = ("http", "ipp", "pjl")


@attrs.frozen(kw_only=True)
class Recording:
    """`pjl` is keyed by query (`INFO STATUS`), `pages` and `ipp` by path (`/DevMgmt/ProductUsageDyn.xml`).

    Without `snmp`, the device is silent there. `contexts` are what it says in further SNMP contexts, each to the
    community that has its name behind an `@`.
    """

    name: str
    path: Path | None = None
    objects: Mapping[Oid, RecordedValue] = attrs.field(factory=dict)
    facts: Facts = attrs.field(factory=Facts)
    pjl: Mapping[str, str] = attrs.field(factory=dict)
    pages: Mapping[str, bytes] = attrs.field(factory=dict)
    ipp: Mapping[str, bytes] = attrs.field(factory=dict)
    snmp: bool = True
    contexts: tuple[Recording, ...] = ()

    @cached_property
    def varbinds(self) -> Mapping[Oid, bytes]:
        """The objects encoded, once for all printers that serve this recording."""
        return encode_objects(self.objects)

    @property
    def ports(self) -> frozenset[int]:
        """The TCP ports that the device has open."""
        if self.facts.ports is not None:
            return self.facts.ports
        recorded = {PJL_PORT: self.pjl, WEB_PORT: self.pages, IPP_PORT: self.ipp}
        return frozenset(port for port, answers in recorded.items() if answers)

    def replace_objects(self, objects: Mapping[Oid, RecordedValue]) -> Recording:
        """A copy in which these objects stand, beside all others of this recording."""
        return attrs.evolve(self, objects={**self.objects, **objects})


def find_recordings(paths: Iterable[Path]) -> list[Path]:
    """The recordings that each path is or, for a folder, that lie anywhere in it; RecordingError when none does."""
    return [recording for path in paths for recording in _find(path)]


def _find(path: Path) -> list[Path]:
    if path.is_file() and path.suffix == ".snmprec":
        return [_recording_of(path)]
    if (path / DEVICE_FILE).is_file() or (path.is_dir() and _is_silent(path)):
        return [path]
    if path.is_dir():
        walks = (file for file in path.rglob("*.snmprec") if not file.match(_CONTEXT_FILES))
        found = sorted({*map(_recording_of, walks), *_silent_in(path)})
        if found:
            return found
    state = "holds no recording" if path.is_dir() else "is no recording" if path.exists() else "does not exist"
    raise RecordingError(f"{path}: {state}; give a .snmprec file, or a folder with {DEVICE_FILE} in or below it")


def _silent_in(root: Path) -> Iterator[Path]:
    """Devices without SNMP; a page's own folders may have any name, and are none."""
    for name in _FOLDERS:
        for folder in root.rglob(name):
            inner = folder.relative_to(root).parts[:-1]
            if _is_silent(folder.parent) and not set(inner) & set(_FOLDERS):
                yield folder.parent


def _is_silent(folder: Path) -> bool:
    return not (folder / DEVICE_FILE).is_file() and any((folder / name).is_dir() for name in _FOLDERS)


def _recording_of(file: Path) -> Path:
    return file.parent if file.name == DEVICE_FILE else file


def load_recording(path: Path) -> Recording:
    """One recording as `find_recordings` names it; RecordingError says which file is wrong and where."""
    if path.is_dir():
        return _load_folder(path)
    return Recording(name=path.stem, path=path, objects=parse_snmprec(_read(path), str(path)))


def _load_folder(folder: Path) -> Recording:
    device, facts = folder / DEVICE_FILE, load_facts(folder / "facts.yaml")
    recording = Recording(
        name=folder.resolve().name,
        path=folder,
        objects=parse_snmprec(_read(device), str(device)) if not _is_silent(folder) else {},
        snmp=not _is_silent(folder),
        facts=facts,
        pjl={_query_of(file): _decode(file) for file in sorted(folder.glob("pjl/*.txt"))},
        pages=_load_pages(folder / "http"),
        ipp={f"/{file.stem.replace('_', '/')}": _read(file) for file in sorted(folder.glob("ipp/*.bin"))},
        contexts=tuple(_context(file, facts) for file in sorted(folder.glob(_CONTEXT_FILES))),
    )
    _check_page_shares(recording)
    return recording


def _context(file: Path, facts: Facts) -> Recording:
    name = file.stem.partition("@")[2]
    communities = frozenset(community + b"@" + name.encode() for community in facts.communities)
    return Recording(
        name=name,
        path=file,
        objects=parse_snmprec(_read(file), str(file)),
        facts=attrs.evolve(facts, communities=communities, page_shares={}),
    )


def load_facts(file: Path) -> Facts:
    if not file.exists():
        return Facts()
    try:
        return parse_facts(load_plain(_decode(file), file=str(file)), str(file))
    except ProfileError as error:
        raise RecordingError(str(error)) from None


def _check_page_shares(recording: Recording) -> None:
    for oid in recording.facts.page_shares:
        recorded = recording.objects.get(oid)
        if recorded is None or not isinstance(recorded.value, int):
            where = f"{recording.path}/facts.yaml: life: pages: {format_oid(oid)}"
            raise RecordingError(f"{where}: no number is recorded there in {DEVICE_FILE}")


def _query_of(file: Path) -> str:
    return file.stem.replace("_", " ").upper()


def _load_pages(root: Path) -> Mapping[str, bytes]:
    files = sorted(file for file in root.rglob("*") if file.is_file())
    return {f"/{file.relative_to(root).as_posix()}": _read(file) for file in files}


def _decode(file: Path) -> str:
    try:
        return _read(file).decode()
    except UnicodeDecodeError as error:
        raise RecordingError(f"{file}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise RecordingError(f"{file}: cannot be read: {error.strerror}") from None
