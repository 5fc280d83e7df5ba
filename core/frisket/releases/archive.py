"""Files as one `.tar`, in one way only: plain ones, sorted by name, without owners and times.

Reading takes nothing but what `pack` writes, so that no extension of the format (links, sparse files, PAX headers,
long names of GNU's) has a reader here that could be led astray.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator, Mapping

from frisket.errors import DecodeError

_BLOCK = 512
_END = bytes(_BLOCK)
_SIZE = re.compile(rb"[0-7]{11}\0")


def pack(files: Mapping[str, bytes]) -> bytes:
    """The same octets for the same files, whatever their order."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            archive.addfile(_plain(name, len(files[name])), io.BytesIO(files[name]))
    return tar.getvalue()


def unpack(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """The files in their order; DecodeError, at the latest at the end, for whatever `pack` does not make."""
    at, last = 0, ""
    while (header := octets[at : at + _BLOCK]) != _END:
        name, size = _described(header)
        if name <= last:
            raise DecodeError(f"{name[:80]!a} stands twice, or not in its place")
        body = octets[at + _BLOCK : at + _BLOCK + size]
        at, last = at + _BLOCK + size + -size % _BLOCK, name
        if at > len(octets) or octets[at - (-size % _BLOCK) : at].strip(b"\0"):
            raise DecodeError(f"{name[:80]!a} is cut off, or runs on")
        yield name, body
    if octets[at:].strip(b"\0"):
        raise DecodeError("something follows the end of the archive")


def _described(header: bytes) -> tuple[str, int]:
    """Name and size, of a header that is the very one that `pack` writes for them."""
    try:
        name, folder = (_text(header[start:end]) for start, end in ((0, 100), (345, 500)))
    except UnicodeDecodeError:
        raise DecodeError("a name in it is not UTF-8") from None
    name = f"{folder}/{name}" if folder else name
    size = int(header[124:135], 8) if _SIZE.fullmatch(header[124:136]) else 0
    try:
        expected = _plain(name, size).tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
    except ValueError:
        expected = b""
    if header != expected:
        raise DecodeError(f"holds plain files only, and {name[:80]!a} is none; or it is cut off, or no tar archive")
    return name, size


def _plain(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    return member


def _text(field: bytes) -> str:
    return field.rstrip(b"\0").decode("utf-8")
