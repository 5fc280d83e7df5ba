from __future__ import annotations

import contextlib
import gzip
import io
import tarfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import ProfileError
from frisket.profile.database import ProfileFile
from frisket.profile.release import MAX_BYTES, pack, sha256, unpack

_NAMES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}/[a-z0-9][a-z0-9-]{0,8}\.yaml", fullmatch=True)
_FILES = st.lists(
    st.builds(ProfileFile, _NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=50)),
    min_size=1,
    max_size=5,
    unique_by=lambda file: file.name,
)


@given(_FILES, st.randoms(use_true_random=False))
def test_what_is_packed_is_unpacked_and_order_makes_no_difference(files: list[ProfileFile], random: object) -> None:
    content = pack(files)
    assert sorted(unpack(content), key=lambda file: file.name) == sorted(files, key=lambda file: file.name)
    assert pack(reversed(files)) == content
    assert len(sha256(content)) == 64


@given(st.binary(max_size=400))
def test_noise_is_refused_in_words(noise: bytes) -> None:
    for content in (noise, gzip.compress(noise)):
        with pytest.raises(ProfileError):
            unpack(content)


@given(_FILES, st.data())
def test_a_spoilt_release_is_refused_or_unpacked_and_never_an_error_of_ours(
    files: list[ProfileFile], data: st.DataObject
) -> None:
    octets = bytearray(zlib.decompress(pack(files), wbits=31))
    for _ in range(data.draw(st.integers(1, 5))):
        octets[data.draw(st.integers(0, min(len(octets), 600) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProfileError):
        unpack(gzip.compress(bytes(octets)))


def _tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for member, content in members:
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def _member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.linkname = kind, size, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    "name",
    [
        "../a.yaml",
        "/etc/a.yaml",
        "a/../b.yaml",
        "a/b/c.yaml",
        "a.yaml",
        "a/b.py",
        "a/.b.yaml",
        "A/b.yaml",
        "a\\b/c.yaml",
    ],
)
def test_a_name_that_is_no_profile_is_refused(name: str) -> None:
    with pytest.raises(ProfileError, match="is called"):
        unpack(_tar((_member(name), b"")))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_anything_but_a_plain_file_is_refused(kind: bytes) -> None:
    with pytest.raises(ProfileError, match="plain files"):
        unpack(_tar((_member("a/b.yaml", kind), b"")))


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    with pytest.raises(ProfileError, match="more than 8 MiB"):
        unpack(gzip.compress(bytes(64 << 20)))


def test_a_sparse_file_of_a_terabyte_is_refused() -> None:
    member = _member("a/b.yaml")
    member.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.size": str(1 << 40), "GNU.sparse.map": f"{1 << 40},0"}
    with pytest.raises(ProfileError):
        unpack(_tar((member, b"")))


def test_too_many_files_and_one_that_stands_twice_are_refused() -> None:
    with pytest.raises(ProfileError, match="at most"):
        pack(ProfileFile(f"a/n{number}.yaml", "") for number in range(2_001))
    with pytest.raises(ProfileError, match="twice"):
        unpack(_tar((_member("a/b.yaml"), b""), (_member("a/b.yaml"), b"")))
    with pytest.raises(ProfileError, match="larger"):
        unpack(bytes(MAX_BYTES + 1))


def test_what_follows_the_end_is_refused() -> None:
    with pytest.raises(ProfileError, match="follows"):
        unpack(pack([ProfileFile("a/b.yaml", "")]) + b"more")
