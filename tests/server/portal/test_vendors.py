"""A vendor's person: its own namespaces, and nothing of members, fleets, agents or other vendors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from frisket_hub.app import declared_routes
from frisket_hub.routing import Audience
from tests.server.portal.hubs import Hub, open_hub, words_of
from tests.server.portal.profile_db import VENDOR

# What anybody may use, and what a vendor's person may
OPEN = {"/preferences", "/sign-out", "/bundles", "/profiles/{namespace}/{name}"}


def play(url: str, scenario: Callable[[Hub], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_hub(url) as hub:
            await scenario(hub)

    asyncio.run(run())


def test_a_vendor_sees_its_own_namespace_only(database_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person(VENDOR) as mira:
            page = await mira.get("/bundles")
            assert page.status_code == 200
            words = words_of(page)
            assert [text for text in ("kyocera", "tonner", "Hand in a bundle") if text not in words] == []
            assert [text for text in ("ricoh", "laserjet", "Harbour", "Northlight", "Fleet") if text in words] == []
            own = await mira.get("/profiles/kyocera/ecosys")
            assert own.status_code == 200
            assert "staff room" not in words_of(own)
            assert "/releases" not in own.text

    play(database_url, scenario)


def test_what_is_not_a_vendors_is_as_absent_as_what_is_not_there(database_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person(VENDOR) as mira:
            nothing = await mira.get("/profiles/nobody/nothing")
            assert nothing.status_code == 404
            paths = [path for name, path in hub.pages().items() if name not in ("fleet", "bundles", "preferences")]
            for path in [*paths, "/profiles/ricoh/aficio", "/profiles/std/printer-mib", "/agents"]:
                answer = await mira.get(path)
                if path == "/audit":
                    assert answer.status_code == 403
                else:
                    assert (answer.status_code, answer.content) == (404, nothing.content), path
            assert (await mira.get("/")).headers["location"] == "/bundles"

    play(database_url, scenario)


def test_no_route_does_anything_for_a_vendor_but_its_own(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        people = (Audience.USER, Audience.ADMIN, Audience.PROVIDER)
        async with hub.person(VENDOR) as mira:
            for declared in declared_routes():
                if declared.audience not in people or declared.path in {"/", *OPEN}:
                    continue
                path = declared.path.replace("{id}", hub.there.agents["active"]).replace("{number}", "3")
                answer = await (mira.get(path) if declared.method == "GET" else mira.post(path))
                assert answer.status_code in (403, 404), f"{declared.method} {declared.path}"

    play(sqlite_url, scenario)


def test_a_member_sees_releases_and_its_own_progress_only(database_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person("dev@harbour.example") as viewer:
            releases = words_of(await viewer.get("/releases"))
            assert "Release 3 is rolling out" in releases
            assert "0 of 2 of your agents healthy" in releases
            assert [
                text for text in ("failed", "vendor-kyocera", "Prepare", "LaserJets", "Alder") if text in releases
            ] == []
            rollout = await viewer.get(f"/rollouts/{hub.there.rollouts['running']}")
            words = words_of(rollout)
            assert "Your agents: 0 of 2 healthy" in words
            assert [text for text in ("reception", "Alder", "hp/laserjet", "Halt", "Ada Quist") if text in words] == []
            assert rollout.text.count("<form") == 1
            absent = await viewer.get("/releases/99")
            prepared = await viewer.get("/releases/4")
            assert (prepared.status_code, prepared.content) == (404, absent.content)
            own = await viewer.get("/releases/3")
            assert own.text.count("<form") == 1
            assert "Ada Quist" not in words_of(own)
            assert (await viewer.get("/audit")).status_code == 403

    play(database_url, scenario)


def test_the_audit_leaves_as_a_table_that_calculates_nothing(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person() as ada:
            table = await ada.get("/audit.csv")
            assert "attachment" in table.headers["content-disposition"]
            assert ",'=as agreed" in table.text
            lines = (await ada.get("/audit.json")).text.splitlines()
            assert len(lines) == len(table.text.splitlines()) - 1
            assert any('"=as agreed"' in line for line in lines)

    play(sqlite_url, scenario)
