"""The honest case: what a repository publishes is what a client takes, octet for octet."""

from __future__ import annotations

from pathlib import Path

from tests.core.releases.repository import Repository, small_bundle


def test_a_client_takes_each_release_whole(tmp_path: Path) -> None:
    repository = Repository.of("hp", "ricoh")
    for words in ("first", "second"):
        contents = {"hp": small_bundle("hp", words), "ricoh": small_bundle("ricoh")}
        released = repository.publish(contents)
        taken = repository.update(tmp_path / "trusted", released)
        assert (taken.manifest.number, dict(taken.bundles)) == (released.number, contents)
    assert taken.manifest.bundles["hp"].version == 2
    assert taken.manifest.bundles["ricoh"].version == 1


def test_one_changed_bundle_costs_a_primed_client_five_requests(tmp_path: Path) -> None:
    repository = Repository.of("hp", "ricoh")
    contents = {"hp": small_bundle("hp"), "ricoh": small_bundle("ricoh")}
    repository.update(tmp_path, repository.publish(contents))
    kept = {digest.split("/")[-1][:64]: octets for digest, octets in repository.files.items() if "targets/" in digest}
    released = repository.publish({**contents, "hp": small_bundle("hp", "second")})
    repository.asked.clear()
    client = repository.client(tmp_path, {"metadata/timestamp.json": repository.files["metadata/timestamp.json"]})
    client.refresh()
    client.release(released.number, released.sha256, kept.get)
    # snapshot, release role, manifest, vendor role, bundle
    assert len(repository.asked) == 5
