"""Folders of profiles and recordings, as the sub-commands of `frisket profile` take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from frisket.cli.workbench import read_own_folder
from frisket.errors import FrisketError, TrustError
from frisket.formats.scrub import Raw
from frisket.formats.snmprec import parse_snmprec
from frisket.model.answers import Answers
from frisket.plugins.registry import Registry
from frisket.profile.database import ProfileFile, read_folder
from frisket.releases import compression, offer
from frisket.releases.bundle import MAX_BYTES, Bundle, unpack
from frisket.scan.recording import answers_of

_FOLDERS = ("http", "pjl", "ipp")
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def profile_files(path: Path) -> list[ProfileFile]:
    """A folder of profiles, an offer, a bundle, or a single file, which is named by its last two parts."""
    if path.is_dir():
        return read_own_folder(path)
    octets = read_octets(path)
    if octets.startswith(_ZSTANDARD) or path.name.endswith(".tar"):
        return list(_bundle(octets).profiles)
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FrisketError(f"{path}: cannot be read: {error}") from None
    absolute = path.absolute()
    return [ProfileFile(f"{absolute.parent.name}/{absolute.name}", text)]


def _bundle(octets: bytes) -> Bundle:
    """Of an offer, or of a bundle that stands alone, compressed or not."""
    if octets.startswith(_ZSTANDARD):
        try:
            octets = offer.unpack(octets).bundle
        except TrustError:
            octets = compression.expand(octets, MAX_BYTES)
    namespace = octets[:40].partition(b"/")[0].decode("ascii", "replace")
    return unpack(octets, namespace)


def installed_files(registry: Registry) -> dict[str, ProfileFile]:
    """By their names."""
    return {file.name: file for folder in registry.profile_folders for file in read_folder(folder)}


def read_recording(path: Path) -> Raw:
    """A folder with device.snmprec and what lies beside it, or a bare `.snmprec` file."""
    file = path / "device.snmprec" if path.is_dir() else path
    objects = parse_snmprec(read_octets(file), str(file))
    found = (one for kind in _FOLDERS for one in sorted((path / kind).rglob("*")) if path.is_dir() and one.is_file())
    return Raw(objects=objects, files={one.relative_to(path).as_posix(): read_octets(one) for one in found})


def recorded_cases(folders: Iterable[Path]) -> Iterator[tuple[str, Answers]]:
    """Every recording below some folders of profiles, by `<namespace>/<name>.cases/<case>`."""
    for folder in folders:
        for file in sorted(folder.rglob("device.snmprec")):
            yield file.parent.relative_to(folder).as_posix(), answers_of(read_recording(file.parent))


def read_octets(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FrisketError(f"{file}: cannot be read: {error.strerror}") from None
