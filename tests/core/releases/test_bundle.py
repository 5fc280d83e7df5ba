"""Bundles: there and back, of one namespace, with names that every file system holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import ProfileError
from frisket.profile.database import ProfileFile
from frisket.releases import archive
from frisket.releases.bundle import MAX_BYTES, Bundle, namespaces_in, pack, read_bundle, unpack

CASE = "hp/laser.cases/one"
_FILES = st.dictionaries(
    st.sampled_from(["device.snmprec", "expect.yaml", "http/index.html", "http/status/page.xml"]),
    st.binary(max_size=300),
    min_size=1,
)


def problem(octets: bytes, namespace: str = "hp") -> str:
    with pytest.raises(ProfileError) as caught:
        unpack(octets, namespace)
    assert str(caught.value).isprintable()
    return str(caught.value)


@given(st.text(max_size=100), st.dictionaries(st.sampled_from([CASE, "hp/laser.cases/two"]), _FILES))
def test_a_bundle_comes_back_as_it_was(text: str, cases: dict[str, dict[str, bytes]]) -> None:
    bundle = Bundle(namespace="hp", profiles=(ProfileFile("hp/laser.yaml", text),), cases=cases)
    assert unpack(pack(bundle), "hp") == bundle


def test_a_folder_becomes_a_bundle(tmp_path: Path) -> None:
    for name in ("hp/laser.yaml", f"{CASE}/device.snmprec", f"{CASE}/http/index.html", "hp/README.md", "ricoh/a.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = read_bundle(tmp_path, "hp")
    assert [profile.name for profile in found.profiles] == ["hp/laser.yaml"]
    assert set(found.cases[CASE]) == {"device.snmprec", "http/index.html"}
    assert namespaces_in(tmp_path) == ["hp", "ricoh"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ricoh/a.yaml", "does not belong"),
        ("hp/../ricoh/a.yaml", "holds"),
        ("/hp/a.yaml", "does not belong"),
        ("hp/A.yaml", "holds"),
        ("hp/a.cases/one/../two", "holds"),
        ("hp/a.cases/one/.hidden", "holds"),
        ("hp/a.cases/one/x\\y", "holds"),
        ("hp/a.cases/one/\x1b[2J", "holds"),
        ("hp/a.cases/" + "/".join("abcdefghijklmn"), "holds"),
        ("hp/a.py", "holds"),
    ],
)
def test_names_that_have_no_place(name: str, words: str) -> None:
    assert words in problem(archive.pack({"hp/a.yaml": b"", name: b""}))


def test_names_that_differ_by_case_only() -> None:
    files = {"hp/a.yaml": b"", "hp/a.cases/one/Aa": b"", "hp/a.cases/one/aA": b""}
    assert "upper and lower case" in problem(archive.pack(files))


def test_a_file_that_is_a_folder_as_well() -> None:
    files = {"hp/a.yaml": b"", "hp/a.cases/one/http": b"", "hp/a.cases/one/http/index.html": b""}
    assert "folder that is a file" in problem(archive.pack(files))


@pytest.mark.parametrize("namespace", ["", "..", "HP", "hp/x", "-hp", "h" * 41, "hp\n"])
def test_what_is_no_namespace(namespace: str) -> None:
    assert problem(archive.pack({f"{namespace}/a.yaml": b""}), namespace)


def test_a_bundle_without_a_profile() -> None:
    assert "no profile" in problem(archive.pack({f"{CASE}/device.snmprec": b""}))


def test_a_profile_that_is_no_text() -> None:
    assert "not UTF-8 at byte 1" in problem(archive.pack({"hp/a.yaml": b"a\xff"}))


def test_too_many_files_and_too_large() -> None:
    files = {f"{CASE}/{number}": b"" for number in range(10_001)}
    assert "10,000 files" in problem(archive.pack({**files, "hp/a.yaml": b""}))
    assert "16 MiB" in problem(bytes(MAX_BYTES + 1))
