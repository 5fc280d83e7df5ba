"""A release of the profile database as one file: a `.tar.gz` of `<namespace>/<name>.yaml`, known by its SHA-256.

What is unpacked came from outside: its size, its number of files and their names are bounded before anything is read.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
import zlib
from collections.abc import Iterable

from frisket.errors import Problem, ProfileError
from frisket.profile.database import ProfileFile

# Of the packed file, and of all texts together
MAX_BYTES = 8 << 20
MAX_FILES = 2_000
# A tar spends a header and padding on each file, and as much again on one with a long name
_TAR_OVERHEAD = 3 * 512
_BUNDLE = "bundle.tar.gz"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9._-]*\.yaml\Z")


def pack(files: Iterable[ProfileFile]) -> bytes:
    """The same octets for the same files, whatever their order; ProfileError for what `unpack` would refuse."""
    packed, tar = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file in _checked(files):
            content = file.text.encode("utf-8")
            member = tarfile.TarInfo(file.name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    # gzip.compress leaves one octet of the header to the platform
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as out:
        out.write(tar.getvalue())
    content = packed.getvalue()
    if len(content) > MAX_BYTES:
        raise _problem(_BUNDLE, f"the release is larger than {MAX_BYTES >> 20} MiB")
    return content


def unpack(content: bytes) -> list[ProfileFile]:
    """The files of a release by their names; ProfileError for whatever is no release."""
    if len(content) > MAX_BYTES:
        raise _problem(_BUNDLE, f"the release is larger than {MAX_BYTES >> 20} MiB")
    try:
        with tarfile.open(fileobj=io.BytesIO(_decompress(content)), mode="r:") as archive:
            return _checked(_read(archive))
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise _problem(_BUNDLE, f"not a tar archive: {error}") from None


def sha256(content: bytes) -> str:
    """What a release is known by."""
    return hashlib.sha256(content).hexdigest()


def _decompress(content: bytes) -> bytes:
    """One gzip member, whole; never more than a release can hold."""
    most = MAX_BYTES + (MAX_FILES + 20) * _TAR_OVERHEAD
    decompressor = zlib.decompressobj(wbits=31)
    try:
        tar = decompressor.decompress(content, most + 1)
    except zlib.error as error:
        raise _problem(_BUNDLE, f"not a gzip file: {error}") from None
    if len(tar) > most:
        raise _problem(_BUNDLE, f"the release holds more than {MAX_BYTES >> 20} MiB")
    if not decompressor.eof or decompressor.unused_data:
        raise _problem(_BUNDLE, "the file is cut off, or something follows its end")
    return tar


def _read(archive: tarfile.TarFile) -> Iterable[ProfileFile]:
    for member in archive:
        # a sparse file says that it is regular, and may claim any size
        if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
            raise _problem(_shown(member.name), "a release holds plain files only, no folders and no links")
        opened = archive.extractfile(member)
        octets = b"" if opened is None else opened.read(MAX_BYTES + 1)
        try:
            yield ProfileFile(member.name, octets.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise _problem(_shown(member.name), f"not UTF-8 at byte {error.start}") from None


def _checked(files: Iterable[ProfileFile]) -> list[ProfileFile]:
    """Sorted by name; ProfileError at the first file that goes over a limit."""
    found: dict[str, ProfileFile] = {}
    octets = 0
    for file in files:
        octets += len(file.text.encode("utf-8", "surrogatepass"))
        if not _NAME.match(file.name) or len(file.name) > 100:
            raise _problem(_shown(file.name), "a file of a release is called <namespace>/<name>.yaml")
        if file.name in found:
            raise _problem(file.name, "stands twice in the release")
        if octets > MAX_BYTES or len(found) == MAX_FILES:
            raise _problem(_BUNDLE, f"a release holds at most {MAX_FILES:,} files and {MAX_BYTES >> 20} MiB")
        found[file.name] = file
    if not found:
        raise _problem(_BUNDLE, "the release holds no profile")
    return [found[name] for name in sorted(found)]


def _shown(name: str) -> str:
    return ascii(name[:80]).strip("'")


def _problem(file: str, message: str) -> ProfileError:
    return ProfileError((Problem(file, 1, 1, "$", message),))
