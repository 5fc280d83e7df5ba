"""Releases: numbered without gaps, never changed, never broken, and only for those whose provider made them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import select

import frisket_profiles
from frisket.profile.database import ProfileFile, read_folder
from frisket.profile.release import pack, sha256
from frisket.wire.documents import Release
from frisket_hub.profile_db.releases import ReleaseError, publish
from frisket_hub.store.members import Member
from frisket_hub.store.schema import audit, releases

from .conftest import OnHub
from .house import House, now


def _bundled() -> list[ProfileFile]:
    """What std/printer-mib needs, which is little and loads fast."""
    folder = Path(frisket_profiles.__file__).parent
    return [file for file in read_folder(folder) if file.name.startswith("std/")]


def _version(number: int) -> bytes:
    """The same profiles, told apart by a comment."""
    return pack([ProfileFile(file.name, f"{file.text}# {number}\n") for file in _bundled()])


async def _publish(house: House, content: bytes, member: Member | None = None) -> Release:
    member_id = (member or house.provider).member_id
    return await house.store.write(
        lambda writing: publish(writing, member_id, content, "what is new", house.admin, now())
    )


def test_a_release_is_numbered_offered_and_handed_out(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        assert (await hand.check_in(generation=1)).status_code == 204
        first, second = _version(1), _version(2)
        assert (await _publish(house, first)).number == 1
        release = await _publish(house, second)
        assert release == Release(number=2, sha256=sha256(second))
        offered = (await hand.check_in(generation=1, state="applied")).json()
        assert offered["generation"] == 3
        assert offered["release"] == {"number": 2, "sha256": release.sha256}
        for content in (second, first):
            answer = await hand.get(f"/agent/v1/releases/{sha256(content)}")
            assert answer.content == content
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["etag"] == f'"{sha256(content)}"'
        running = {"number": 2, "sha256": release.sha256}
        assert (await hand.check_in(generation=3, release=running, state="applied")).status_code == 204
        assert (await hand.check_in(generation=3, release=None, state="failed")).status_code == 200

    on_every_hub(scenario)


def test_what_a_release_holds_is_written_beside_it(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        await _publish(house, _version(1))
        (row,) = await house.rows(select(releases))
        assert {"std/identity", "std/printer-mib"} <= set(row["profiles"])
        assert all(isinstance(version, int) for version in row["profiles"].values())
        (entry,) = await house.rows(select(audit.c.action, audit.c.actor).where(audit.c.subject == row["sha256"]))
        assert entry == {"action": "release.publish 1", "actor": house.admin.id}

    on_hub(scenario)


def _broken() -> Iterable[tuple[bytes, str]]:
    files = {file.name: file.text for file in _bundled()}
    twice = {name: text.replace("version:", "vresion:") for name, text in files.items()}
    yield pack([ProfileFile(*pair) for pair in twice.items()]), r"(?s)std/identity\.yaml.*std/printer-mib\.yaml"
    without = [ProfileFile(*pair) for pair in files.items() if pair[0] != "std/identity.yaml"]
    yield pack(without), "no profile std/identity"
    yield pack([ProfileFile("std/identity.yaml", "a: [")]), r"std/identity\.yaml"
    yield b"", "gzip|cut off"
    yield _version(1)[:-1], "cut off"


@pytest.mark.parametrize(("content", "words"), list(_broken()))
def test_a_broken_release_is_refused_with_all_its_problems_and_changes_nothing(
    on_hub: OnHub, content: bytes, words: str
) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        with pytest.raises(ReleaseError, match=words):
            await _publish(house, content)
        assert await house.rows(select(releases.c.number)) == []
        assert (await house.row(hand)).generation == 1
        assert (await _publish(house, _version(1))).number == 1

    on_hub(scenario)


def test_the_same_octets_are_no_second_release(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await _publish(house, _version(1))
        with pytest.raises(ReleaseError, match="release 1 holds exactly this"):
            await _publish(house, _version(1))
        assert (await house.row(hand)).generation == 2
        assert (await _publish(house, _version(2))).number == 2

    on_hub(scenario)


def test_going_back_is_a_new_number_with_older_content(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        await house.agent()
        first = await _publish(house, _version(1))
        await _publish(house, _version(2))
        back = await _publish(house, _version(1))
        assert (back.number, back.sha256) == (3, first.sha256)

    on_hub(scenario)


def test_numbers_have_no_gaps_when_many_publish_at_once(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        published = await asyncio.gather(*(_publish(house, _version(at)) for at in range(4)))
        assert sorted(release.number for release in published) == [1, 2, 3, 4]

    on_every_hub(scenario)


def test_only_those_under_the_provider_see_its_release(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        stranger = await house.member("Another provider", None)
        ours, theirs = await house.agent(), await house.agent(stranger)
        below = await house.agent(await house.member("Customer's customer", house.customer))
        content = _version(1)
        await _publish(house, content)
        path = f"/agent/v1/releases/{sha256(content)}"
        for hand in (ours, below):
            assert (await hand.get(path)).status_code == 200
            assert (await hand.check_in(generation=1)).json()["release"]["number"] == 1
        foreign, absent = await theirs.get(path), await theirs.get(f"/agent/v1/releases/{0:064}")
        assert (foreign.status_code, foreign.content) == (404, absent.content)
        assert (await theirs.check_in(generation=1)).status_code == 204

    on_every_hub(scenario)


@pytest.mark.parametrize("name", ["x", "0" * 63, "A" * 64, "%00" * 64])
def test_what_is_no_hash_is_not_there(on_hub: OnHub, name: str) -> None:
    async def scenario(house: House) -> None:
        assert (await (await house.agent()).get(f"/agent/v1/releases/{name}")).status_code == 404

    on_hub(scenario)
