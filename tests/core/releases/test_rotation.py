"""Every key is replaced while agents go on: one that is there each time, one that was away for all of it, a new one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.core.releases.repository import Repository, small_bundle
from tests.core.releases.site import HP, HUB, Agent, Site, publish

from frisket.errors import TrustError
from frisket.releases import metadata
from frisket.releases.keys import SigningKey
from frisket.releases.roles import RELEASE, ROOT


def replace_a_person(repository: Repository) -> None:
    """A root that the old people and the new ones sign; then the targets, which are the same people's."""
    leaving, staying, third = repository.people
    repository.people = [SigningKey.make(), staying, third]
    repository.sign_root(leaving, staying, repository.people[0])
    repository.sign_targets()


def replace_everybody(repository: Repository) -> None:
    before = repository.people
    repository.people = [SigningKey.make() for _ in range(3)]
    repository.sign_root(*before, *repository.people)
    repository.sign_targets(*repository.people)


def replace_online_keys(repository: Repository) -> None:
    repository.snapshot, repository.timestamp = SigningKey.make(), SigningKey.make()
    repository.sign_root()


def replace_a_vendors_key(repository: Repository) -> None:
    repository.vendors["hp"] = SigningKey.make()
    repository.sign_targets()
    repository.sign_role(HP, repository.vendors["hp"])


def replace_the_release_key(repository: Repository) -> None:
    repository.release = SigningKey.make()
    repository.sign_targets()
    repository.sign_role(RELEASE, repository.release)


ROTATIONS = [
    replace_a_person,
    replace_everybody,
    replace_online_keys,
    replace_a_vendors_key,
    replace_the_release_key,
]


@pytest.mark.parametrize("rotate", ROTATIONS)
def test_agents_go_on_while_a_key_is_replaced(rotate: Callable[[Repository], None], site: Site) -> None:
    rotate(site.honest)
    site.honest.sign_online()
    # what runs stays verifiable under the new keys, and so does what comes
    assert site.agent.take(site.honest, site.second).manifest.number == 2
    third = publish(site.honest, "three")
    for agent in (site.agent, site.new_agent):
        assert agent.take(site.honest, third).manifest.number == 3


def test_every_key_one_after_the_other_and_again(site: Site, tmp_path: Path) -> None:
    away = Agent(tmp_path / "away")
    away.take(site.honest, site.second)
    for number, rotate in enumerate(ROTATIONS * 2, start=3):
        rotate(site.honest)
        released = publish(site.honest, str(number))
        assert site.agent.take(site.honest, released).manifest.number == number
    for agent in (away, site.new_agent):
        assert agent.take(site.honest, released).manifest.number == number


def test_an_agent_a_hundred_roots_behind(site: Site) -> None:
    for _ in range(100):
        replace_a_person(site.honest)
    third = publish(site.honest, "three")
    assert site.agent.take(site.honest, third).manifest.number == 3
    assert metadata.describe(site.honest.current[ROOT]).version == 101


def test_old_online_keys_are_worth_nothing(site: Site) -> None:
    """Whoever copied them signs on; an agent that has seen the new root believes them no more."""
    stolen = site.honest.taken_over(*HUB)
    replace_online_keys(site.honest)
    third = publish(site.honest, "three")
    site.agent.take(site.honest, third)
    stolen.files |= {name: octets for name, octets in site.honest.files.items() if name not in stolen.files}
    for _ in range(5):
        stolen.sign_online()
    for agent in (site.agent, site.new_agent):
        with pytest.raises(TrustError) as caught:
            agent.take(stolen, third)
        assert caught.value.code == "not-signed"
    assert site.agent.take(site.honest, publish(site.honest, "four")).manifest.number == 4


@pytest.mark.parametrize("old", [0, 1])
def test_new_people_without_enough_of_the_old_ones(old: int, site: Site) -> None:
    evil = site.honest.taken_over("people", *HUB)
    before = evil.people
    evil.people = [SigningKey.make() for _ in range(3)]
    evil.sign_root(*before[:old], *evil.people)
    evil.sign_online()
    assert site.agent.refuses(evil, site.second) == "not-signed"
    assert site.recovers()


@pytest.mark.parametrize("new", [0, 1])
def test_old_people_without_enough_of_the_new_ones(new: int, site: Site) -> None:
    """Otherwise nobody could ever sign the root after it."""
    evil = site.honest.taken_over("people", *HUB)
    before = evil.people
    evil.people = [SigningKey.make() for _ in range(3)]
    evil.sign_root(*before, *evil.people[:new])
    evil.sign_online()
    assert site.agent.refuses(evil, site.second) == "not-signed"


def test_a_root_that_skips_a_version(site: Site) -> None:
    replace_a_person(site.honest)
    replace_a_person(site.honest)
    third = publish(site.honest, "three")
    whole = site.honest.files["metadata/2.root.json"]
    site.honest.files["metadata/2.root.json"] = site.honest.files["metadata/3.root.json"]
    # the person who left signed the second with a key that the third does not know: the first root cannot vouch for it
    assert site.agent.refuses(site.honest, third) in {"not-signed", "mixed"}
    site.honest.files["metadata/2.root.json"] = whole
    assert site.agent.take(site.honest, third).manifest.number == 3


def test_a_root_under_the_number_of_another(site: Site) -> None:
    """The same people throughout, so that the version is all that is wrong."""
    site.honest.sign_root()
    site.honest.files["metadata/2.root.json"] = site.honest.sign_root()
    site.honest.sign_online()
    assert site.agent.refuses(site.honest, site.second) == "mixed"


def test_a_withheld_root_keeps_the_old_keys_for_as_long_as_it_lives(site: Site) -> None:
    """A man in the middle who hides the new root: what the new keys sign is refused, the last release stays."""
    replace_online_keys(site.honest)
    third = publish(site.honest, "three")
    hidden = site.honest.files.pop("metadata/2.root.json")
    assert site.agent.refuses(site.honest, third) == "not-signed"
    site.honest.files["metadata/2.root.json"] = hidden
    assert site.agent.take(site.honest, third).manifest.number == 3


def test_a_vendor_that_left_comes_back(site: Site) -> None:
    gone = site.honest.vendors.pop("hp")
    site.honest.sign_targets()
    third = site.honest.publish({"ricoh": small_bundle("ricoh", "three")})
    assert set(site.agent.take(site.honest, third).bundles) == {"ricoh"}
    site.honest.vendors["hp"] = gone
    site.honest.sign_targets()
    assert set(site.agent.take(site.honest, publish(site.honest, "four")).bundles) == {"hp", "ricoh"}
