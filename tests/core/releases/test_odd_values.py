"""Every value of every signed document, replaced by an odd one and signed by whoever may: refused by a code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.formats import encode_canonical
from tests.core.releases.repository import TIMESTAMP_FILE, Published, Repository, small_bundle

from frisket.errors import TrustError
from frisket.releases import metadata
from frisket.releases.keys import SigningKey
from frisket.releases.roles import RELEASE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP

_ODD = [5, None, [], {}, "", "\x1b[2J", -1, 10**30, ["a"], {"a": 1}, "9" * 5000]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in it with every key."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


def variants(document: Any) -> Iterator[Any]:
    for holder, key in list(places(document)):
        whole = holder[key]
        for odd in _ODD:
            holder[key] = odd
            yield document
        holder[key] = whole


def signed(document: Any, *keys: SigningKey) -> bytes:
    payload = str(encode_canonical(document)).encode()
    signatures = [{"keyid": key.public.id, "sig": key.private.sign(payload).hex()} for key in keys]
    return json.dumps({"signatures": signatures, "signed": document}).encode()


def without_lengths(octets: bytes) -> Any:
    document = json.loads(octets)["signed"]
    for file in document["meta"].values():
        for name in ("length", "hashes"):
            file.pop(name, None)
    return document


def loosened(repository: Repository) -> None:
    """Its snapshot and timestamp name versions only, so that any document of a version fits."""
    snapshot = signed(without_lengths(repository.current[SNAPSHOT]), repository.snapshot)
    repository.files["metadata/1.snapshot.json"] = snapshot
    timestamp = signed(without_lengths(repository.current[TIMESTAMP]), repository.timestamp)
    repository.files[TIMESTAMP_FILE] = timestamp


@pytest.fixture
def published() -> tuple[Repository, Published]:
    repository = Repository.of("hp")
    return repository, repository.publish({"hp": small_bundle("hp")})


@pytest.mark.parametrize("role", [ROOT, TARGETS, SNAPSHOT, TIMESTAMP, RELEASE, "vendor-hp"])
def test_odd_values(role: str, published: tuple[Repository, Published], tmp_path: Path) -> None:
    repository, release = published
    loosened(repository)
    keys = {SNAPSHOT: [repository.snapshot], TIMESTAMP: [repository.timestamp], RELEASE: [repository.release]}
    keys["vendor-hp"] = [repository.vendors["hp"]]
    octets = repository.files[TIMESTAMP_FILE] if role == TIMESTAMP else repository.current[role]
    document = json.loads(octets)["signed"]
    document["version"] += role == ROOT
    name = TIMESTAMP_FILE if role == TIMESTAMP else f"metadata/{1 + (role == ROOT)}.{role}.json"
    refused = 0
    for at, odd in enumerate(variants(document)):
        repository.files[name] = signed(odd, *keys.get(role, repository.people[:2]))
        try:
            assert repository.update(tmp_path / str(at), release).sha256 == release.sha256
        except TrustError as error:
            refused += 1
            assert error.detail.isprintable()  # noqa: PT017  # whether it is refused is not what is asked here
        read_as_the_hub_does(repository.files[name])
    assert refused > 30


def read_as_the_hub_does(octets: bytes) -> None:
    for read in (
        metadata.describe,
        metadata.keys_of_root,
        metadata.delegations_of,
        metadata.targets_of,
        metadata.versions_in,
    ):
        try:
            read(octets)
        except TrustError:
            continue


@pytest.mark.parametrize("odd", [5, None, [], {}, "", "zz", "\u0660", "00" * 64])
@pytest.mark.parametrize("part", ["keyid", "sig"])
def test_odd_signatures(part: str, odd: object, published: tuple[Repository, Published], tmp_path: Path) -> None:
    repository, release = published
    document = json.loads(repository.files[TIMESTAMP_FILE])
    document["signatures"][0][part] = odd
    repository.files[TIMESTAMP_FILE] = json.dumps(document).encode()
    with pytest.raises(TrustError):
        repository.update(tmp_path, release)
    read_as_the_hub_does(repository.files[TIMESTAMP_FILE])
