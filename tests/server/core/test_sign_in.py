"""Sign in, sign out, and everything that must not get a session."""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
import time

import pytest
from sqlalchemy import select

from frisket_hub.members import passwords, people
from frisket_hub.members.sign_in import WRONG, local_path
from frisket_hub.settings import Settings
from frisket_hub.store import audit, members, schema

from .conftest import InTown
from .town import PASSWORD, URL, Town, now, open_town

NEVER = dt.timedelta()
DEALER, VIEWER, CUSTOMER = "admin@dealer.example", "viewer@dealer.example", "admin@customer.example"


def test_a_person_signs_in_and_out(in_every_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser(DEALER) as browser:
            assert (await browser.get("/preferences")).status_code == 200
            left = browser.cookie
            out = await browser.post("/sign-out")
            assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
            assert browser.cookie == ""
            browser.http.cookies.set("frisket", left, domain="127.0.0.1")
            assert (await browser.get("/preferences")).status_code == 303
        noted = await entries(town, "Dealer")
        assert [entry.action for entry in noted] == ["session.begin"]

    in_every_town(scenario)


async def entries(town: Town, member: str) -> list[audit.Entry]:
    async with town.store.reading() as connection:
        return await audit.entries(connection, town.scope(member))


def test_the_cookie_is_for_this_host_alone_and_not_for_scripts(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser() as browser:
            cookie = (await browser.sign_in(DEALER)).headers["set-cookie"]
            assert cookie.startswith("frisket=")
            assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
            assert "Domain" not in cookie
        async with town.browser() as browser:
            browser.http.base_url = "https://127.0.0.1:8631"
            form = {"email": DEALER, "password": PASSWORD}
            answer = await browser.http.post("/sign-in", data=form, headers={"origin": "https://127.0.0.1:8631"})
            assert answer.headers["set-cookie"].startswith("__Host-frisket=")
            assert "Secure" in answer.headers["set-cookie"]
            assert answer.headers["strict-transport-security"]

    in_town(scenario)


def test_the_database_holds_no_cookie_and_no_password(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser(DEALER) as browser, town.store.reading() as connection:
            rows = [
                *(await connection.execute(select(schema.sessions))),
                *(await connection.execute(select(schema.users))),
            ]
            assert browser.cookie not in repr(rows)
            assert browser.csrf not in repr(rows)
            assert PASSWORD not in repr(rows)

    in_town(scenario)


def test_a_copy_of_the_database_signs_nobody_in(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser(DEALER), town.store.reading() as connection:
            rows = [
                *(await connection.execute(select(schema.sessions))),
                *(await connection.execute(select(schema.users))),
            ]
        for text in {value for row in rows for value in row if isinstance(value, str)}:
            async with town.browser() as browser:
                browser.http.cookies.set("frisket", text.encode("ascii", "replace").decode(), domain="127.0.0.1")
                assert (await browser.get("/preferences")).status_code == 303
        async with town.browser() as browser:
            assert (await browser.sign_in(DEALER, town.users[DEALER].password_hash)).status_code == 401

    in_town(scenario)


def test_an_unknown_person_a_wrong_password_and_a_disabled_account_get_the_same_answer(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        gone = town.users[VIEWER]
        await town.store.write(
            lambda writing: members.change_user(writing, town.scope("Dealer"), gone.id, disabled=True)
        )
        answers = set()
        for email, password in ((DEALER, "wrong password"), ("nobody@dealer.example", PASSWORD), (VIEWER, PASSWORD)):
            async with town.browser() as browser:
                answer = await browser.sign_in(email, password)
                answers.add((answer.status_code, answer.text.replace(email, "EMAIL")))
                assert browser.cookie == ""
        assert len(answers) == 1
        assert answers.pop()[0] == 401

    in_town(scenario)


def test_nobody_takes_as_long_as_somebody() -> None:
    async def seconds(kept: str | None) -> float:
        began = time.perf_counter()
        assert not await passwords.matches(kept, "wrong password")
        return time.perf_counter() - began

    async def scenario() -> None:
        kept = await passwords.hashed("correct horse battery")
        somebody = [await seconds(kept) for _ in range(9)]
        nobody = [await seconds(None) for _ in range(9)]
        assert statistics.median(nobody) > statistics.median(somebody) / 2
        assert statistics.median(somebody) > statistics.median(nobody) / 2

    asyncio.run(scenario())


def test_a_session_given_to_a_browser_beforehand_opens_nothing(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser() as browser:
            browser.http.cookies.set("frisket", "planted", domain="127.0.0.1")
            answer = await browser.sign_in(DEALER)
            assert "planted" not in answer.headers["set-cookie"]
        async with town.browser() as attacker:
            attacker.http.cookies.set("frisket", "planted", domain="127.0.0.1")
            assert (await attacker.get("/preferences")).status_code == 303

    in_town(scenario)


def test_signing_in_again_ends_the_session_before(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser(DEALER) as browser:
            before = browser.cookie
            await browser.sign_in(DEALER)
            assert browser.cookie != before
            async with town.browser() as other:
                other.http.cookies.set("frisket", before, domain="127.0.0.1")
                assert (await other.get("/preferences")).status_code == 303

    in_town(scenario)


def test_guessing_slows_down_for_the_account_and_for_the_network(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        statuses = []
        for number in range(8):
            async with town.browser(address=f"192.0.2.{number}") as browser:
                statuses.append((await browser.sign_in(DEALER, f"guess number {number}")).status_code)
        assert statuses == [401] * 5 + [429] * 3
        async with town.browser(address="198.51.100.7") as browser:
            answers = [await browser.sign_in(f"somebody{number}@dealer.example", "a guess") for number in range(25)]
        assert [answer.status_code for answer in answers].count(401) <= 22
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 3
        assert WRONG not in answers[-1].text

    in_town(scenario)


# The origin and the token of a form: wrong in one way each
FORGED = (("http://evil.example", None), (None, None), ("null", None), (URL, ""), (URL, "0" * 64), (URL, "\u00fc"))


def test_a_form_from_elsewhere_or_without_its_token_changes_nothing(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser(DEALER) as browser:
            form = {"name": "Mallory", "time_zone": "UTC", "theme": "dark"}
            for origin, csrf in FORGED:
                assert (await browser.post("/preferences", form, origin=origin, csrf=csrf)).status_code == 403
                assert (await browser.post("/sign-out", origin=origin, csrf=csrf)).status_code == 403
            assert (await browser.get("/preferences")).status_code == 200
        async with town.store.reading() as connection:
            user = await members.find_user(connection, town.scope("Dealer"), town.users[DEALER].id)
        assert user == town.users[DEALER]

    in_town(scenario)


def test_the_token_of_another_session_is_none_here(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser(DEALER) as browser, town.browser(CUSTOMER) as other:
            assert (await browser.post("/sign-out", csrf=other.csrf)).status_code == 403

    in_town(scenario)


def test_nobody_is_signed_in_from_another_page(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser() as browser:
            form = {"email": DEALER, "password": PASSWORD}
            assert (await browser.post("/sign-in", form, origin="http://evil.example")).status_code == 403
            assert browser.cookie == ""

    in_town(scenario)


def test_a_session_ends_with_the_last_role_and_with_the_account(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        actor = await town.actor(DEALER)
        async with town.browser(VIEWER) as viewer, town.browser(CUSTOMER) as customer:
            gone = town.users[VIEWER]
            await town.store.write(
                lambda writing: members.revoke(writing, town.scope("Dealer"), gone.member_id, gone.id)
            )
            assert (await viewer.get("/preferences")).status_code == 303
            await town.store.write(lambda writing: people.remove_person(writing, actor, town.users[CUSTOMER].id, now()))
            assert (await customer.get("/preferences")).status_code == 303
            async with town.browser() as again:
                assert (await again.sign_in(CUSTOMER)).status_code == 401

    in_town(scenario)


def test_a_new_password_ends_every_other_session(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        actor = await town.actor(DEALER)
        async with town.browser(DEALER) as stolen:
            await town.store.write(lambda writing: people.change_password(writing, actor, "-", keep=None, now=now()))
            assert (await stolen.get("/preferences")).status_code == 303

    in_town(scenario)


@pytest.mark.parametrize("settings", [Settings(session_idle=NEVER), Settings(session_lifetime=NEVER)])
def test_a_session_ends_by_itself(sqlite_url: str, settings: Settings) -> None:
    async def scenario() -> None:
        async with open_town(sqlite_url, settings) as town, town.browser(DEALER) as browser:
            assert (await browser.get("/preferences")).status_code == 303

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/devices/d_1?tab=2", "/devices/d_1?tab=2"),
        ("", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("/sign-in?next=/", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_hub(wanted: str, path: str) -> None:
    assert local_path(wanted) == path


def test_after_signing_in_one_is_where_one_wanted_to_be(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        for wanted, path in (("/devices/d_1?tab=2", "/devices/d_1?tab=2"), ("//evil.example", "/")):
            async with town.browser() as browser:
                assert (await browser.sign_in(DEALER, next=wanted)).headers["location"] == path

    in_town(scenario)


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(in_town: InTown) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser() as browser:
            answer = await browser.get("/devices/d_1?days=7&x=%2F")
            assert answer.headers["location"] == "/sign-in?next=/devices/d_1%3Fdays%3D7%26x%3D%252F"
            assert (await browser.get(answer.headers["location"])).status_code == 200
            assert (await browser.post("/people")).status_code == 401

    in_town(scenario)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "admin@dealer.example", "x1y2" * 100])
def test_passwords_that_are_guessed_first_are_not_accepted(password: str) -> None:
    with pytest.raises(passwords.PasswordError):
        passwords.accept(password, "Admin@Dealer.example")


def test_a_password_is_the_same_however_a_keyboard_puts_it_together() -> None:
    async def scenario() -> None:
        kept = await passwords.hashed("Schlüssel unterm Stein")
        assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert await passwords.matches(kept, "Schlu\u0308ssel unterm Stein")
        assert not await passwords.matches(kept, "Schlussel unterm Stein")

    asyncio.run(scenario())
