"""What a vendor hands in, and what a release is made of: there and back, and every breach told."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DocumentError, TrustError
from frisket.releases import archive, compression
from frisket.releases.manifest import BundleReference, Manifest, from_octets, to_octets
from frisket.releases.offer import MAX_PACKED, Offer, pack, unpack

SHA = "ab" * 32
MANIFEST: dict[str, Any] = {
    "schema": "frisket.release/1",
    "number": 3,
    "bundles": {"hp": [1, SHA, 10]},
    "expected": {},
}

# --- offers --------------------------------------------------------------------------------------


@given(st.binary(max_size=500), st.binary(max_size=2000))
def test_an_offer_comes_back_as_it_was(metadata: bytes, bundle: bytes) -> None:
    offer = Offer(metadata=metadata, bundle=bundle)
    assert unpack(pack(offer)) == offer


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"noise",
        compression.compress(b"noise"),
        compression.compress(archive.pack({"metadata.json": b"{}"})),
        compression.compress(archive.pack({"metadata.json": b"{}", "bundle.tar": b"", "more": b""})),
        compression.compress(archive.pack({"metadata.json": b"{}", "../bundle.tar": b""})),
        compression.compress(bytes(64 << 20)),
    ],
)
def test_what_is_no_offer(octets: bytes) -> None:
    with pytest.raises(TrustError) as caught:
        unpack(octets)
    assert caught.value.code == "unreadable"


def test_an_offer_that_is_too_large() -> None:
    with pytest.raises(TrustError) as caught:
        unpack(bytes(MAX_PACKED + 1))
    assert caught.value.code == "too-large"


@given(st.data())
def test_damage_to_an_offer_is_seen_or_lies_in_its_parts(data: st.DataObject) -> None:
    octets = pack(Offer(metadata=b'{"a": 1}', bundle=bytes(range(256)) * 10))
    at = data.draw(st.integers(0, len(octets) - 1))
    damaged = octets[:at] + bytes([octets[at] ^ data.draw(st.integers(1, 255))]) + octets[at + 1 :]
    for candidate in (damaged, octets[:at]):
        with contextlib.suppress(TrustError):
            found = unpack(candidate)
            assert (len(found.metadata), len(found.bundle)) == (8, 2560)


# --- manifests -----------------------------------------------------------------------------------

_NAMESPACES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,39}", fullmatch=True)
_NATURAL = st.integers(1, (1 << 53) - 1)
_REFERENCES = st.builds(
    BundleReference, version=_NATURAL, sha256=st.binary(min_size=32, max_size=32).map(bytes.hex), length=_NATURAL
)


@given(_NATURAL, st.dictionaries(_NAMESPACES, _REFERENCES, min_size=1))
def test_a_manifest_comes_back_as_it_was(number: int, bundles: dict[str, BundleReference]) -> None:
    manifest = Manifest(number=number, bundles=bundles)
    assert from_octets(to_octets(manifest)) == manifest
    assert to_octets(from_octets(to_octets(manifest))) == to_octets(manifest)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "frisket.release/2"},
        {"more": 1},
        {"number": 0},
        {"number": True},
        {"number": "3"},
        {"number": 1 << 53},
        {"bundles": {}},
        {"bundles": []},
        {"bundles": {"../hp": [1, SHA, 10]}},
        {"bundles": {"\x1b[2J": [1, SHA, 10]}},
        {"bundles": {"hp": [1, SHA]}},
        {"bundles": {"hp": [1, SHA.upper(), 10]}},
        {"bundles": {"hp": [1, "../" + SHA, 10]}},
        {"bundles": {"hp": [1, SHA, -1]}},
        {"bundles": {"hp": [1.0, SHA, 10]}},
        {"bundles": {"hp": {"version": 1}}},
        {"expected": []},
        {"expected": {"hp/a": ["serial_number"]}},
        {"expected": {"hp/a": {"serial_number": "3"}}},
        {"expected": {"hp/a": {"serial_number": 0}}},
    ],
)
def test_what_breaks_a_manifest(change: dict[str, Any]) -> None:
    with pytest.raises(DocumentError) as caught:
        from_octets(json.dumps({**MANIFEST, **change}).encode())
    assert all(problem.isprintable() for problem in caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{" * 100_000,
        '{"a":' * 100_000,
        '{"schema": "frisket.release/1", "number": 3, "number": 4, "bundles": {}, "expected": {}}',
        json.dumps(MANIFEST).replace("3", "NaN"),
        json.dumps(MANIFEST).replace("3", "9" * 5000),
        json.dumps(MANIFEST) + " " * (1 << 20),
        json.dumps(MANIFEST) + "x",
    ],
)
def test_texts_that_are_no_manifest(text: str) -> None:
    with pytest.raises(DocumentError):
        from_octets(text.encode())


@given(st.binary(max_size=200))
def test_noise_is_no_manifest(octets: bytes) -> None:
    with pytest.raises(DocumentError):
        from_octets(octets)


def test_what_was_accepted_is_expected_by_those_that_come_from_before_it() -> None:
    accepted = {"hp/a": {"serial_number": 4, "page_counts.total": 7}, "hp/b": {"": 7}}
    manifest = Manifest(
        number=9, bundles={"hp": BundleReference(version=1, sha256="a" * 64, length=1)}, expected=accepted
    )
    assert from_octets(to_octets(manifest)) == manifest
    assert manifest.expected_since(0)["hp/a"] == {"serial_number", "page_counts.total"}
    assert manifest.expected_since(4) == {"hp/a": {"page_counts.total"}, "hp/b": {""}}
    assert not any(manifest.expected_since(7).values())
