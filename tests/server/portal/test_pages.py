"""Every page, with much, with nothing, and with attacks in every text."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

import frisket_hub.portal
from tests.server.portal.fleets import XSS
from tests.server.portal.hubs import Hub, open_hub, words_of

_FOLDER = Path(frisket_hub.portal.__file__).parent
Scenario = Callable[[Hub], Awaitable[None]]


def play(url: str, scenario: Scenario, what: str = "rich", payload: str = "") -> None:
    async def run() -> None:
        async with open_hub(url, what, payload) as hub:
            await scenario(hub)

    asyncio.run(run())


def test_every_page_shows_a_rich_fleet(database_url: str) -> None:
    expected = {
        "fleet": ["10 printers", "3 with low supplies", "Xerox WorkCentre 7845", "178,024", "some left", "implausible"],
        "device": ["Supplies", "260 of 26,000 impressions left", "Paper jam in tray 2", "prtMarkerLifeCount", "a day"],
        "agents": ["staff room", "waits for acceptance", "silent", "quarantined", "confirmed"],
        "agent": ["Settings 5", "Settings 4", "10.0.0.0/8", "over the ceiling of this machine"],
        "releases": ["duplex counters", "1 of 3", "2 of 3", "Release 3 is rolling out", "ends", "vendor-kyocera"],
        "release": ["keeps the release back", "accepted by Ada Quist", "123 live devices", "CNRXB12345", "was 13"],
        "rollout": ["0 of 3 healthy", "1 failed", "Ring by ring", "hp/laserjet@13 lost serial_number", "Halt for good"],
        "profile": ["Version 13", "release 3", "version: 13", "desk-1", "staff room"],
        "bundles": ["kyocera", "tonner", "Mira Kell", "frisket profile sign"],
        "audit": ["release.accept 4", "=as agreed", "Ada Quist", "command"],
        "people": ["Quay Office Supply", "dev@harbour.example", "viewer"],
        "preferences": ["Europe/Berlin", "At least 12 characters"],
    }

    async def scenario(hub: Hub) -> None:
        async with hub.person() as ada:
            for name, path in hub.pages().items():
                page = await ada.get(path)
                assert page.status_code == 200, name
                assert [text for text in expected[name] if text not in words_of(page)] == [], name
            for device in hub.there.devices:
                assert (await ada.get(f"/devices/{device}")).status_code == 200
            for agent in hub.there.agents.values():
                assert (await ada.get(f"/agents/{agent}")).status_code == 200
                assert (await ada.get(f"/agents/{agent}/state")).status_code == 200

    play(database_url, scenario)


def test_an_empty_hub_says_what_to_do_next(database_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person() as ada:
            pages = {name: words_of(await ada.get(path)) for name, path in hub.pages().items()}
        assert "frisket agent enroll http://127.0.0.1" in pages["fleet"]
        assert "frisket agent enroll http://127.0.0.1" in pages["agents"]
        assert "frisket hub release" in pages["releases"]
        assert "Add a person" in pages["people"]

    play(database_url, scenario, "empty")


@pytest.mark.parametrize("payload", ["".join(XSS[:3]), "".join(XSS[3:])], ids=["markup", "code"])
def test_no_text_of_anybody_becomes_markup(sqlite_url: str, payload: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person() as ada:
            pages = {name: await ada.get(path) for name, path in hub.pages().items()}
            pages |= {
                f"device {number}": await ada.get(f"/devices/{id_}") for number, id_ in enumerate(hub.there.devices)
            }
        for name, page in pages.items():
            assert page.status_code == 200, name
            inside = re.sub(r'<script src="/static/[a-z-]+\.js', "", page.text)
            assert re.search(r"<script|<img src=x|<svg on|\son\w+=(?!\S*&)|href=\"javascript:", inside) is None, name
            assert "49{%" not in page.text

    play(sqlite_url, scenario, payload=payload)


def test_templates_hold_nothing_that_the_policy_forbids_and_trust_no_text() -> None:
    for template in sorted((_FOLDER / "templates").glob("*.html")):
        text = template.read_text(encoding="utf-8")
        assert re.search(r"\|\s*safe|\{%\s*autoescape|\bstyle=|\son[a-z]+=|<style|<script(?! src=)", text) is None, (
            template
        )
        assert re.search(r"(src|href)=\"(https?:)?//", text) is None, template


def test_search_filters_and_order(database_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person() as ada:

            async def names(query: str) -> list[str]:
                return re.findall(r'<a href="/devices/d_\w+">([^<]+)</a>', (await ada.get(f"/?{query}")).text)

            assert await names("q=7845") == ["Xerox WorkCentre 7845"]
            assert await names("q=staff+1ST+floor") == ["Xerox WorkCentre 7845"]
            assert await names("q=e154m540117") == ["Ricoh MP C3004"]
            assert await names("q=%25") == []
            assert await names("maker=HP") == ["HP LaserJet M402dn"]
            assert await names("low=1") == ["Konica Minolta bizhub C258", "Ricoh MP C3004", "Xerox WorkCentre 7845"]
            assert await names("alerts=1&maker=Lexmark") == ["Lexmark MS415dn"]
            assert await names("unseen=1") == ["Lexmark MS415dn", "Unnamed printer"]
            assert (await names("sort=pages&order=down"))[:2] == ["Ricoh MP C3004", "Xerox WorkCentre 7845"]
            assert (await names("sort=level"))[:2] == ["Xerox WorkCentre 7845", "Konica Minolta bizhub C258"]
            assert (await names("sort=seen"))[0] == "Unnamed printer"
            assert len(await names("sort=nonsense&page=-7&order=sideways")) == 10

    play(database_url, scenario)


def test_somebody_sees_the_own_members_only_and_a_foreign_id_is_an_absent_one(database_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        foreign_device, foreign_agent = hub.there.devices[0], hub.there.agents["active"]
        async with hub.person("eve@alder.example") as eve:
            fleet, people, agents = [words_of(await eve.get(path)) for path in ("/", "/people", "/agents")]
            assert "Canon iR-ADV C3520" in fleet
            assert "Xerox" not in fleet + agents
            assert "Harbour" not in fleet + people + agents
            assert "duplex counters" in words_of(await eve.get("/releases"))
            for path, absent in (
                (f"/devices/{foreign_device}", "/devices/d_0"),
                (f"/agents/{foreign_agent}", "/agents/a_0"),
                (f"/agents/{foreign_agent}/state", "/agents/a_0/state"),
            ):
                one, other = await eve.get(path), await eve.get(absent)
                assert (one.status_code, one.content) == (404, other.content)
            for verb in ("", "/accept", "/revoke"):
                one = await eve.post(f"/agents/{foreign_agent}{verb}", interval="60", targets="", exclude="")
                other = await eve.post(f"/agents/a_0{verb}", interval="60", targets="", exclude="")
                assert (one.status_code, one.content) == (404, other.content)
            one = await eve.post("/agents/tokens", member=hub.there.provider)
            assert (one.status_code, one.content) == (404, (await eve.post("/agents/tokens", member="m_0")).content)

    play(database_url, scenario)


def test_a_viewer_is_offered_nothing_to_change(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person("dev@harbour.example") as viewer:
            for path in ("/agents", "/people", f"/agents/{hub.there.agents['active']}"):
                assert 'action="/sign-out"' in (page := await viewer.get(path)).text
                assert page.text.count("<form") == 1
            assert (await viewer.post("/agents/tokens", member=hub.there.provider)).status_code == 403

    play(sqlite_url, scenario)


def test_fifty_devices_a_page(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person() as ada:
            seen: list[str] = []
            for page in ("1", "2", "3", "99"):
                text = (await ada.get(f"/?q=many&page={page}")).text
                ids = re.findall(r'href="/devices/(d_\w+)"', text)
                assert len(ids) == (50 if page in "12" else 20)
                seen += ids
            assert 'rel="next"' not in text
            assert 'rel="prev"' in text
            assert len(set(seen)) == 120

    play(sqlite_url, scenario, "many")
