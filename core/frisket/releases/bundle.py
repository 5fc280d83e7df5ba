"""A bundle: the profiles of one namespace and their recorded cases as one `.tar`, the same octets for the same files.

    acme/laser.yaml
    acme/laser.cases/laser-7/device.snmprec, expect.yaml, http/…

What is unpacked came from outside: its size, its number of files and their names are bounded before anything is read.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from frisket.errors import DecodeError, Problem, ProfileError
from frisket.profile.database import ProfileFile
from frisket.releases import archive
from frisket.releases.roles import is_namespace

MAX_BYTES = 16 << 20
MAX_FILES = 10_000
_PROFILE = re.compile(r"[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9._-]*\.yaml\Z")
_CASE = re.compile(r"([a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9._-]*\.cases/[A-Za-z0-9][A-Za-z0-9._+-]*)/(.+)\Z")
_PART = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9._@+-]*\Z")
_DEEPEST = 12
# As a tar spells a name without an extension: 155 octets of folders, 100 of the file
_LONGEST = 200


@attrs.frozen(kw_only=True)
class Bundle:
    """`cases` are by `acme/laser.cases/laser-7`, each with its files by their names in the case's folder."""

    namespace: str
    profiles: tuple[ProfileFile, ...]
    cases: Mapping[str, Mapping[str, bytes]] = attrs.field(factory=dict)


def read_bundle(folder: Path, namespace: str) -> Bundle:
    """What lies in a folder of profiles under one namespace; ProfileError for what `unpack` would refuse."""
    files = {}
    for path in sorted((folder / namespace).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and (_PROFILE.match(name) or _CASE.match(name)):
            try:
                files[name] = path.read_bytes()
            except OSError as error:
                raise _problem(name, f"cannot be read: {error.strerror}") from None
    return _sorted_out(namespace, files)


def namespaces_in(folder: Path) -> list[str]:
    """Those that hold a profile."""
    return sorted({path.parent.name for path in folder.glob("*/*.yaml") if is_namespace(path.parent.name)})


def pack(bundle: Bundle) -> bytes:
    """The same octets for the same files, whatever their order; ProfileError for what `unpack` would refuse."""
    files = dict(_files_of(bundle))
    _sorted_out(bundle.namespace, files)
    octets = archive.pack(files)
    if len(octets) > MAX_BYTES:
        raise _problem(bundle.namespace, f"the bundle is larger than {MAX_BYTES >> 20} MiB")
    return octets


def unpack(octets: bytes, namespace: str) -> Bundle:
    """ProfileError for whatever is no bundle of this namespace."""
    if len(octets) > MAX_BYTES:
        raise _problem(namespace, f"the bundle is larger than {MAX_BYTES >> 20} MiB")
    try:
        files = dict(itertools.islice(archive.unpack(octets), MAX_FILES + 1))
    except DecodeError as error:
        raise _problem(namespace, f"the bundle is not what `frisket profile sign` packs: {error}") from None
    return _sorted_out(namespace, files)


def sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def _files_of(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    for profile in bundle.profiles:
        yield profile.name, profile.text.encode("utf-8")
    for case, files in bundle.cases.items():
        for name, octets in files.items():
            yield f"{case}/{name}", octets


def _sorted_out(namespace: str, files: Mapping[str, bytes]) -> Bundle:
    """Profiles and cases told apart; ProfileError at the first name that is neither, or another vendor's."""
    if not is_namespace(namespace):
        raise _problem(_shown(namespace), "is no namespace")
    if len(files) > MAX_FILES:
        raise _problem(namespace, f"a bundle holds at most {MAX_FILES:,} files")
    profiles: list[ProfileFile] = []
    cases: dict[str, dict[str, bytes]] = {}
    for name in sorted(files):
        case = _CASE.match(name)
        if not name.startswith(f"{namespace}/") or len(name) > _LONGEST:
            raise _problem(_shown(name), f"does not belong into the bundle of {namespace}")
        if _PROFILE.match(name):
            profiles.append(ProfileFile(name, _text(name, files[name])))
        elif case and all(map(_PART.match, case[2].split("/"))) and case[2].count("/") < _DEEPEST:
            cases.setdefault(case[1], {})[case[2]] = files[name]
        else:
            raise _problem(_shown(name), "a bundle holds <namespace>/<name>.yaml and <name>.cases/<case>/… only")
    if not profiles:
        raise _problem(namespace, "the bundle holds no profile")
    _require_room_for_each(files)
    return Bundle(namespace=namespace, profiles=tuple(profiles), cases=cases)


def _require_room_for_each(files: Mapping[str, bytes]) -> None:
    """Names that every file system can hold beside each other; ProfileError at the first that cannot."""
    seen: dict[str, str] = {}
    for name in sorted(files):
        if name.lower() in seen:
            raise _problem(_shown(name), f"differs from {seen[name.lower()]} by upper and lower case only")
        seen[name.lower()] = name
    for folded, name in seen.items():
        if any(above in seen for above in _folders_of(folded)):
            raise _problem(_shown(name), "lies in a folder that is a file as well")


def _folders_of(name: str) -> Iterator[str]:
    parts = name.split("/")
    return ("/".join(parts[:end]) for end in range(1, len(parts)))


def _text(name: str, octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _problem(name, f"not UTF-8 at byte {error.start}") from None


def _shown(name: str) -> str:
    return ascii(name[:80]).strip("'")


def _problem(file: str, message: str) -> ProfileError:
    return ProfileError((Problem(file, 1, 1, "$", message),))
