"""Archives: there and back, one form only, and nothing else is read."""

from __future__ import annotations

import contextlib
import io
import tarfile
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DecodeError
from frisket.releases import archive

_PARTS = st.from_regex(r"[a-zA-Z0-9_@][a-zA-Z0-9._@+-]{0,20}", fullmatch=True)
_NAMES = st.lists(_PARTS, min_size=1, max_size=4).map("/".join)
FILES = {"hp/a.yaml": b"a", "hp/b.yaml": bytes(513), "hp/c.yaml": b""}


@given(st.dictionaries(_NAMES, st.binary(max_size=1500), max_size=6))
def test_files_come_back_as_they_were(files: dict[str, bytes]) -> None:
    assert dict(archive.unpack(archive.pack(files))) == files


@given(st.permutations(sorted(FILES)))
def test_the_order_of_files_changes_nothing(names: list[str]) -> None:
    assert archive.pack({name: FILES[name] for name in names}) == archive.pack(FILES)


def test_a_long_name_is_split_as_tar_does() -> None:
    files = {"/".join(["folder" * 4] * 5 + ["file" * 20]): b"x"}
    assert dict(archive.unpack(archive.pack(files))) == files
    with tarfile.open(fileobj=io.BytesIO(archive.pack(files))) as opened:
        assert opened.getnames() == list(files)


def test_every_truncation_is_seen_or_cuts_nothing_but_the_padding() -> None:
    octets = archive.pack(FILES)
    needed = len(octets.rstrip(b"\0"))
    for length in range(len(octets)):
        try:
            assert dict(archive.unpack(octets[:length])) == FILES
            assert length > needed
        except DecodeError:
            assert length < len(octets)


def test_a_flip_in_any_octet_is_seen_or_changes_content_only() -> None:
    octets = archive.pack(FILES)
    for at in range(len(octets)):
        flipped = octets[:at] + bytes([octets[at] ^ (1 << at % 8)]) + octets[at + 1 :]
        with contextlib.suppress(DecodeError):
            assert list(dict(archive.unpack(flipped))) == list(FILES)


@given(st.binary(max_size=2000))
def test_noise_is_no_archive(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        dict(archive.unpack(octets))


def made(change: Callable[[tarfile.TarInfo], object], form: int = tarfile.USTAR_FORMAT) -> bytes:
    """By the standard library, after a change to its only member."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=form) as opened:
        member = tarfile.TarInfo("hp/a.yaml")
        member.size, member.mode = 3, 0o644
        change(member)
        opened.addfile(member, io.BytesIO(bytes(member.size)))
    return tar.getvalue()


def test_what_the_standard_library_writes_is_read_where_it_is_plain() -> None:
    assert dict(archive.unpack(made(lambda _: None))) == {"hp/a.yaml": bytes(3)}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_only_plain_files(kind: bytes) -> None:
    def change(member: tarfile.TarInfo) -> None:
        member.type, member.linkname, member.size = kind, "/etc/passwd", 0

    with pytest.raises(DecodeError, match="plain files only"):
        dict(archive.unpack(made(change)))


@pytest.mark.parametrize(
    "change",
    [
        lambda member: setattr(member, "mode", 0o4755),
        lambda member: setattr(member, "uid", 1),
        lambda member: setattr(member, "mtime", 1),
        lambda member: setattr(member, "uname", "root"),
    ],
)
def test_owners_times_and_modes_have_no_place(change: Callable[[tarfile.TarInfo], object]) -> None:
    with pytest.raises(DecodeError):
        dict(archive.unpack(made(change)))


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_extensions_are_not_read(form: int) -> None:
    with pytest.raises(DecodeError):
        dict(archive.unpack(made(lambda member: setattr(member, "name", "hp/" + "a" * 200), form)))


def test_a_tower_of_extended_headers_costs_nothing() -> None:
    """Tarfile descends once for each of them."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 10
    block = header.tobuf(tarfile.USTAR_FORMAT) + b"10 a=bcde\n".ljust(512, b"\0")
    started = time.perf_counter()
    with pytest.raises(DecodeError):
        dict(archive.unpack(block * 16_000))
    assert time.perf_counter() - started < 1


def test_a_name_that_stands_twice() -> None:
    one = archive.pack({"a": b"1"})[:1024]
    with pytest.raises(DecodeError, match="twice"):
        dict(archive.unpack(one + archive.pack({"a": b"2"})))


def test_what_follows_the_end() -> None:
    with pytest.raises(DecodeError, match="follows"):
        dict(archive.unpack(archive.pack(FILES) + b"more"))
