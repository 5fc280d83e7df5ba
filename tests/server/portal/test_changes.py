"""What people change through the portal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
from sqlalchemy import update

from frisket_hub.store import agents as stored
from frisket_hub.store import members
from frisket_hub.store.schema import agents, devices
from tests.server.portal.fleets import EMAIL, PASSWORD
from tests.server.portal.hubs import Hub, open_hub, words_of


def play(url: str, scenario: Callable[[Hub], Awaitable[None]], what: str = "rich") -> None:
    async def run() -> None:
        async with open_hub(url, what) as hub:
            await scenario(hub)

    asyncio.run(run())


async def agent_of(hub: Hub, name: str) -> stored.Agent:
    async with hub.store.reading() as connection:
        found = await stored.of_credential(connection, hub.there.agents[name])
    assert found is not None
    return found


def test_a_change_of_ranges_is_desired_until_the_agent_confirms_it(database_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        path = f"/agents/{hub.there.agents['active']}"
        async with hub.person() as ada:
            assert "confirmed by the agent" in words_of(await ada.get(f"{path}/state"))
            answer = await ada.post(path, interval="30", targets="10.1.0.0/24\r\n\r\n10.2.0.7\r\n", exclude="10.1.0.1")
            assert (answer.status_code, answer.headers["location"]) == (303, path)
            changed = await agent_of(hub, "active")
            assert (changed.scan_interval, changed.generation) == (1800, 4)
            assert (changed.targets, changed.exclude) == (["10.1.0.0/24", "10.2.0.7"], ["10.1.0.1"])
            assert "waits for the agent" in words_of(await ada.get(f"{path}/state"))
            said = {**(changed.observed or {}), "observed": {"generation": 4, "release": None, "state": "healthy"}}
            await hub.store.write(
                lambda connection: connection.execute(
                    update(agents).where(agents.c.id == changed.id).values(observed=said)
                )
            )
            assert "Settings 4" in words_of(await ada.get(f"{path}/state"))

    play(database_url, scenario)


def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        path = f"/agents/{hub.there.agents['active']}"
        before = await agent_of(hub, "active")
        async with hub.person() as ada:
            page = await ada.post(
                path, interval="soon", targets="10.1.0.0/24\nprinter.local <b>", exclude="10.0.0.0/7\n-"
            )
            assert page.status_code == 422
            assert 'id="interval-error"' in page.text
            assert 'aria-describedby="targets-error targets-hint"' in page.text
            assert 'id="exclude-error"' in page.text
            assert 'value="soon"' in page.text
            assert "10.1.0.0/24\nprinter.local &lt;b&gt;</textarea>" in page.text
            page = await ada.post(path, interval="60", targets="0.0.0.0/0", exclude="")
            assert "narrow them" in words_of(page)
        assert await agent_of(hub, "active") == before

    play(sqlite_url, scenario)


def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        path = f"/agents/{hub.there.agents['pending']}/accept"
        async with hub.person() as ada:
            assert (await ada.client.post(path, data={}, headers={"origin": "http://127.0.0.1"})).status_code == 403
            foreign = {"origin": "http://evil.example"}
            assert (await ada.client.post(path, data={"csrf": ada.csrf}, headers=foreign)).status_code == 403
            assert (await agent_of(hub, "pending")).state == "pending"
            assert (await ada.post(path)).status_code == 303
            assert (await agent_of(hub, "pending")).state == "active"
            assert (await ada.post(path.replace("accept", "revoke"))).status_code == 303
            assert (await agent_of(hub, "pending")).state == "revoked"

    play(sqlite_url, scenario)


def test_a_token_is_shown_once_with_the_command(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person() as ada:
            page = await ada.post("/agents/tokens", member=hub.there.provider)
            assert page.status_code == 200
            assert "frisket agent enroll http://127.0.0.1 --token" in page.text
            assert page.headers["cache-control"] == "no-store"
            assert "--token …" not in page.text
            assert "It is shown this once" not in (await ada.get("/agents")).text

    play(sqlite_url, scenario)


def test_people_come_and_go(database_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        new = {"name": "Flo <i>Berg</i>", "email": "Flo@Northlight.example", "member": hub.there.provider}
        async with hub.person() as ada:
            page = await ada.post("/people", **new, role="admin")
            assert "flo@northlight.example can sign in" in words_of(page).lower()
            assert "Flo &lt;i&gt;Berg&lt;/i&gt;" in page.text
            twice = await ada.post("/people", **new, role="admin")
            assert twice.status_code == 422
            assert "has an account already" in words_of(twice)
            assert 'value="Flo@Northlight.example"' in twice.text
            wrong = await ada.post("/people", **{**new, "email": "gus"}, role="owner")
            assert wrong.status_code == 422
            assert (await ada.post("/people", **{**new, "member": "m_0"}, role="viewer")).status_code == 404
            async with hub.store.reading() as connection:
                flo = await members.user_by_email(connection, "flo@northlight.example")
            assert flo is not None
            assert (await ada.post(f"/people/{flo.id}/remove")).status_code == 303
            assert "Flo" not in (await ada.get("/people")).text
            mine = await ada.post(f"/people/{hub.there.users[EMAIL]}/remove")
            assert (mine.status_code, "cannot remove yourself" in words_of(mine)) == (422, True)

    play(database_url, scenario)


def test_preferences_and_password(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        async with hub.person() as ada, hub.person() as elsewhere:
            odd = await ada.post("/preferences", name="Ada", time_zone="Mars/Olympus", theme="dark")
            assert (odd.status_code, 'id="time_zone-error"' in odd.text) == (422, True)
            good = await ada.post("/preferences", name="Ada Q.", time_zone="Asia/Tokyo", theme="dark")
            assert good.headers["location"] == "/preferences?saved=settings"
            page = await ada.get("/preferences?saved=settings")
            assert 'data-theme="dark"' in page.text
            assert "Ada Q." in page.text
            assert "Times are in Asia/Tokyo" in page.text
            wrong = await ada.post("/preferences", form="password", current="no", new="a longer one than that")
            assert (wrong.status_code, 'id="current-error"' in wrong.text) == (422, True)
            short = await ada.post("/preferences", form="password", current=PASSWORD, new="short")
            assert (short.status_code, 'id="new-error"' in short.text) == (422, True)
            changed = await ada.post("/preferences", form="password", current=PASSWORD, new="a longer one than that")
            assert changed.headers["location"] == "/preferences?saved=password"
            assert (await ada.get("/")).status_code == 200
            assert (await elsewhere.get("/")).headers["location"].startswith("/sign-in")

    play(sqlite_url, scenario)


def test_a_merged_device_leads_to_the_one_that_it_became(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        old, new = hub.there.devices[:2]
        await hub.store.write(
            lambda connection: connection.execute(update(devices).where(devices.c.id == old).values(merged_into=new))
        )
        async with hub.person() as ada:
            assert (await ada.get(f"/devices/{old}")).headers["location"] == f"/devices/{new}"
            assert "9 printers" in words_of(await ada.get("/"))

    play(sqlite_url, scenario)


def test_static_files_are_a_closed_list(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        transport = httpx2.ASGITransport(app=hub.application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as stranger:
            style = await stranger.get("/static/frisket.css?v=1")
            assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
            assert "url(" not in style.text
            assert "@import" not in style.text
            assert (await stranger.get("/static/..%2frendering.py")).status_code == 404
            assert (await stranger.get("/static/nothing.css")).status_code == 404

    play(sqlite_url, scenario)


def test_an_agent_that_never_came_counts_as_silent_in_words_and_in_numbers(sqlite_url: str) -> None:
    async def scenario(hub: Hub) -> None:
        old = {"last_check_in_at": None, "next_check_in_at": None, "observed": None}
        await hub.store.write(
            lambda connection: connection.execute(
                update(agents).where(agents.c.id == hub.there.agents["active"]).values(**old)
            )
        )
        async with hub.person() as ada:
            assert "2 agents silent" in words_of(await ada.get("/"))
            assert words_of(await ada.get("/agents")).count("✕ silent") == 2

    play(sqlite_url, scenario)
