"""An honest repository, an agent that runs its second release, and how an attack on them ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.core.releases.repository import Published, Repository, small_bundle
from tuf.api.metadata import Metadata

from frisket.errors import TrustError
from frisket.releases.client import VerifiedRelease
from frisket.releases.keys import SigningKey
from frisket.releases.roles import vendor_role

HP, RICOH = vendor_role("hp"), vendor_role("ricoh")
# What whoever took over a hub holds
HUB = ("snapshot", "timestamp")


@attrs.define
class Agent:
    """What one agent trusts and runs."""

    folder: Path
    runs: VerifiedRelease | None = None

    def take(self, repository: Repository, release: Published) -> VerifiedRelease:
        self.runs = repository.update(self.folder, release)
        return self.runs

    def refuses(self, repository: Repository, release: Published) -> str:
        """The code; what it runs stays what it was."""
        with pytest.raises(TrustError) as caught:
            self.take(repository, release)
        assert caught.value.detail.isprintable()
        assert 0 < len(caught.value.detail) <= 200
        return caught.value.code


@attrs.define
class Site:
    """An honest repository with two releases, and an agent that runs the second."""

    honest: Repository
    first: Published
    second: Published
    agent: Agent
    new_agent: Agent

    def goes_on(self) -> bool:
        """Whether the agent still runs the last good release, and takes the next one from an honest hub."""
        assert self.agent.runs is not None
        ran = self.agent.runs.sha256 == self.second.sha256
        next_one = publish(self.honest, "next")
        return ran and self.agent.take(self.honest, next_one).sha256 == next_one.sha256

    def recovers(self) -> bool:
        """The same, once the online keys that the attacker holds are replaced by new ones."""
        self.honest.snapshot, self.honest.timestamp = SigningKey.make(), SigningKey.make()
        self.honest.sign_root()
        return self.goes_on()


def publish(repository: Repository, words: str) -> Published:
    return repository.publish({"hp": small_bundle("hp", words), "ricoh": small_bundle("ricoh", words)})


def old(site: Site, role: str, version: int) -> bytes:
    return site.honest.files[f"metadata/{version}.{role}.json"]


def edited(octets: bytes, edit: Callable[[Any], object]) -> bytes:
    """What is signed, after `edit`, of the next version and without signatures."""
    document: Metadata[Any] = Metadata.from_bytes(octets)
    edit(document.signed)
    document.signed.version += 1
    document.signatures.clear()
    return document.to_bytes()
