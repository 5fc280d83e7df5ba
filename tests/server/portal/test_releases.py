"""The steps of a release and of a rollout, as a person of the provider takes them in the portal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import select

from frisket_hub.profile_db import online
from frisket_hub.profile_db.online import OnlineKeys
from frisket_hub.routing import Actor
from frisket_hub.settings import Settings
from frisket_hub.store import members, schema
from tests.server.portal.fleets import EMAIL
from tests.server.portal.hubs import Hub, Person, open_hub, words_of
from tests.server.profile_db.provider import Provider, acme, std

Scenario = Callable[[Hub, Provider, Person], Awaitable[None]]


def play(url: str, folder: Path, scenario: Scenario) -> None:
    """With two vendors whose first bundles are accepted, and keys installed."""

    async def run() -> None:
        keys = folder / "online-keys"
        online.make(keys)
        async with open_hub(url, "empty", settings=Settings(online_keys=keys)) as hub, hub.person() as ada:
            async with hub.store.reading() as connection:
                member = await members.provider(connection)
            assert member is not None
            actor = Actor(kind="user", id=hub.there.users[EMAIL], provider=True)
            provider = Provider(hub.store, member, actor, online=OnlineKeys.load(keys))
            await provider.begin()
            for bundle in (std(), acme()):
                await provider.hand_in(bundle)
            await scenario(hub, provider, ada)

    asyncio.run(run())


async def published(provider: Provider, ada: Person, number: int) -> None:
    """Approved, signed elsewhere and handed in as text."""
    assert (await ada.post(f"/releases/{number}/approve")).status_code == 303
    request = await ada.get(f"/releases/{number}/signing-request")
    assert f'filename="release-{number}.request.json"' in request.headers["content-disposition"]
    signed = (await provider.signed(number)).decode()
    answer = await ada.post(f"/releases/{number}/publish", signed=signed)
    assert answer.status_code == 303, words_of(answer)


def test_from_prepared_to_rolled_out(database_url: str, tmp_path: Path) -> None:
    async def scenario(hub: Hub, provider: Provider, ada: Person) -> None:
        answer = await ada.post("/releases", notes="The first", content_of="")
        assert answer.headers["location"] == "/releases/1"
        early = await ada.get("/releases/1/signing-request")
        assert (early.status_code, "is prepared, not approved" in words_of(early)) == (422, True)
        assert "Next: approve it" in words_of(await ada.get("/releases/1"))
        await published(provider, ada, 1)
        page = words_of(await ada.get("/releases/1"))
        assert [text for text in ("Next: roll it out", "The first", "key ") if text not in page] == []
        wrong = await ada.post("/releases/1/rollout", rings="10, x", soak="soon", minimum="-1")
        assert [f'id="{name}-error"' in wrong.text for name in ("rings", "soak", "minimum")] == [True] * 3
        down = await ada.post("/releases/1/rollout", rings="50, 10", soak="120", minimum="3")
        assert (down.status_code, "rise to 1" in words_of(down)) == (422, True)
        started = await ada.post("/releases/1/rollout", rings="10 %, 100 %", soak="0.5", minimum="3")
        rollout = started.headers["location"]
        assert "is rolling out" in words_of(await ada.get(rollout))
        assert "Release 1 is rolling out" in words_of(await ada.get("/releases"))
        unsaid = await ada.post(f"{rollout}/halt", reason=" ")
        assert (unsaid.status_code, "Why is it halted?" in words_of(unsaid)) == (422, True)
        assert (await ada.post(f"{rollout}/pause", reason="lunch")).status_code == 303
        assert "Paused: lunch" in words_of(await ada.get(rollout))
        assert (await ada.post(f"{rollout}/resume")).status_code == 303
        assert (await ada.post(f"{rollout}/halt", reason="smoke")).status_code == 303
        assert "Halted: smoke" in words_of(await ada.get(rollout))
        again = await ada.post(f"{rollout}/resume")
        assert (again.status_code, "is halted already" in words_of(again)) == (422, True)
        done = [row.split()[0] for row in await audited(hub)]
        assert [verb for verb in ("release.publish", "rollout.start", "rollout.halt") if verb not in done] == []

    play(database_url, tmp_path, scenario)


async def audited(hub: Hub) -> list[str]:
    async with hub.store.reading() as connection:
        return list((await connection.scalars(select(schema.audit.c.action))).all())


def test_a_lost_field_keeps_a_release_back_until_a_person_says_why(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(hub: Hub, provider: Provider, ada: Person) -> None:
        await ada.post("/releases", notes="", content_of="")
        await published(provider, ada, 1)
        await provider.hand_in(acme(2, serial=None))
        assert (await ada.post("/releases", notes="", content_of="")).headers["location"] == "/releases/2"
        page = await ada.get("/releases/2")
        assert "keeps the release back" in words_of(page)
        assert "serial_number" in words_of(page)
        assert 'action="/releases/2/approve"' not in page.text
        early = await ada.post("/releases/2/approve")
        assert (early.status_code, "is not accepted" in words_of(early)) == (422, True)
        finding = "lost:acme/laser:serial_number"
        silent = await ada.post("/releases/2/accept", finding=finding, reason="")
        assert (silent.status_code, "with a reason only" in words_of(silent)) == (422, True)
        assert (await ada.post("/releases/2/accept", finding="lost:no/such:thing", reason="so")).status_code == 404
        assert (await ada.post("/releases/2/accept", finding=finding, reason="It was made up")).status_code == 303
        page = await ada.get("/releases/2")
        assert "accepted by Ada Quist" in words_of(page)
        assert "It was made up" in words_of(page)
        await published(provider, ada, 2)
        assert (await ada.post("/releases", notes="", content_of="1")).headers["location"] == "/releases/3"
        assert "Brings back the content of" in words_of(await ada.get("/releases/3"))

    play(sqlite_url, tmp_path, scenario)


def test_what_is_wrong_is_said_and_changes_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(hub: Hub, provider: Provider, ada: Person) -> None:
        await ada.post("/releases", notes="", content_of="")
        await ada.post("/releases/1/approve")
        nonsense = await ada.post("/releases/1/publish", signed="{}")
        assert nonsense.status_code == 422
        assert "That did not work" in words_of(nonsense)
        assert "Next: have it signed" in words_of(await ada.get("/releases/1"))
        await published_after_approval(provider, ada)
        same = await ada.post("/releases", notes="kept", content_of="")
        assert (same.status_code, "holds exactly this" in words_of(same), "kept" in same.text) == (422, True, True)
        odd = await ada.post("/releases", notes="", content_of="seven")
        assert (odd.status_code, 'id="content_of-error"' in odd.text) == (422, True)
        for path in ("/releases/9", "/releases/0", "/releases/x", "/releases/9/signing-request"):
            assert (await ada.get(path)).status_code == 404, path
        assert (await ada.post("/releases/9/rollout", rings="100", soak="1", minimum="1")).status_code == 404

    play(sqlite_url, tmp_path, scenario)


async def published_after_approval(provider: Provider, ada: Person) -> None:
    signed = (await provider.signed(1)).decode()
    assert (await ada.post("/releases/1/publish", signed=signed)).status_code == 303


def test_a_member_is_pinned_for_a_while_and_unpinned(sqlite_url: str, tmp_path: Path) -> None:
    async def scenario(hub: Hub, provider: Provider, ada: Person) -> None:
        await ada.post("/releases", notes="", content_of="")
        await published(provider, ada, 1)
        for days, reason in (("400", "so"), ("30", ""), ("", "so")):
            wrong = await ada.post("/releases/1/pins", member=provider.id, reason=reason, days=days)
            assert (wrong.status_code, 'id="pin-error"' in wrong.text) == (422, True)
        pinned = await ada.post("/releases/1/pins", member=provider.id, reason="Until the move", days="30")
        assert pinned.status_code == 303
        assert "Until the move" in words_of(await ada.get("/releases/1"))
        assert "Pinned members" in words_of(await ada.get("/releases"))
        assert (await ada.post(f"/releases/pins/{provider.id}/remove")).status_code == 303
        assert "Pinned members" not in words_of(await ada.get("/releases"))

    play(sqlite_url, tmp_path, scenario)
