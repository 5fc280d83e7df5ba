"""The client's folder: whatever became of it, the next honest update works, or the message says what to mend."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from tests.core.releases.repository import TIMESTAMP_FILE, Published, Repository, small_bundle

from frisket.errors import FrisketError, TrustError
from frisket.releases.keys import SigningKey


@pytest.fixture
def released() -> tuple[Repository, Published]:
    repository = Repository.of("hp")
    repository.publish({"hp": small_bundle("hp")})
    repository.timestamp = SigningKey.make()
    repository.sign_root()
    return repository, repository.publish({"hp": small_bundle("hp", "second")})


def primed(repository: Repository) -> dict[str, bytes]:
    """What a check-in brings to an agent that says it has the newest root."""
    return {TIMESTAMP_FILE: repository.files[TIMESTAMP_FILE]}


@pytest.mark.parametrize("damage", [lambda _: b"", lambda octets: octets[: len(octets) // 2], lambda _: b"\xff" * 99])
@pytest.mark.parametrize("brought", [True, False])
def test_every_file_damaged(
    brought: bool, damage: Callable[[bytes], bytes], released: tuple[Repository, Published], tmp_path: Path
) -> None:
    """A power cut may leave files empty, for python-tuf writes them without fsync."""
    repository, release = released
    repository.update(tmp_path, release)
    files = [path for path in tmp_path.rglob("*.json") if not path.is_symlink()]
    assert len(files) == 7
    for file in [*files, None]:
        for damaged in files if file is None else [file]:
            damaged.write_bytes(damage(damaged.read_bytes()))
        client = repository.client(tmp_path, primed(repository) if brought else None)
        client.refresh()
        assert client.release(release.number, release.sha256, lambda _: None).manifest.number == 2


def test_an_empty_folder_though_the_check_in_brought_no_roots(
    released: tuple[Repository, Published], tmp_path: Path
) -> None:
    repository, release = released
    client = repository.client(tmp_path / "new", primed(repository))
    client.refresh()
    assert client.release(release.number, release.sha256, lambda _: None).manifest.number == 2


def test_a_folder_that_is_a_file(released: tuple[Repository, Published], tmp_path: Path) -> None:
    repository, release = released
    (tmp_path / "trusted").write_text("x", encoding="utf-8")
    with pytest.raises(FrisketError, match="cannot be written") as caught:
        repository.update(tmp_path / "trusted", release)
    assert not isinstance(caught.value, TrustError)


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write everywhere")
def test_a_folder_that_is_not_ours(released: tuple[Repository, Published], tmp_path: Path) -> None:
    repository, release = released
    tmp_path.chmod(0o500)
    with pytest.raises(FrisketError, match="may this user write"):
        repository.update(tmp_path / "trusted", release)


def test_a_hub_that_goes_away_at_any_request(released: tuple[Repository, Published], tmp_path: Path) -> None:
    """The n-th request fails, for every n; the error is the transport's own, and the next try goes on from there."""
    repository, release = released

    def fails_at(last: int) -> Callable[[str, int], bytes]:
        def fetch(path: str, most: int) -> bytes:
            if len(repository.asked) >= last:
                raise FrisketError("the hub is away")
            return repository.fetch(path, most)

        return fetch

    for last in itertools.count():
        folder = tmp_path / str(last)
        repository.asked.clear()
        client = attrs.evolve(repository.client(folder), fetch=fails_at(last))
        with contextlib.suppress(FrisketError):
            client.release(release.number, release.sha256, lambda _: None)
            break
        with pytest.raises(FrisketError, match="the hub is away"):
            client.release(release.number, release.sha256, lambda _: None)
        assert repository.update(folder, release).manifest.number == 2
    assert last == 9


def test_a_client_that_was_refused_is_used_again(released: tuple[Repository, Published], tmp_path: Path) -> None:
    repository, release = released
    client = repository.client(tmp_path)
    kept = repository.files.pop(next(path for path in repository.files if path.endswith("2.snapshot.json")))
    for _ in range(2):
        with pytest.raises(TrustError):
            client.release(release.number, release.sha256, lambda _: None)
    repository.files["metadata/2.snapshot.json"] = kept
    assert client.release(release.number, release.sha256, lambda _: None).manifest.number == 2
