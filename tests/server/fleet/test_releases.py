"""Releases over HTTP: signed files for everybody, their first root for agents, and offers from those who may."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from frisket.releases import compression, metadata, offer
from frisket.releases.keys import SigningKey
from frisket.releases.offer import MAX_PACKED
from frisket.releases.roles import ROOT
from frisket.wire.signing import SignedMessage, sign
from frisket_hub.members import vendors
from frisket_hub.store import schema
from tests.server.core.town import HASH, Town, open_town
from tests.server.fleet.conftest import OnHub
from tests.server.fleet.house import URL, Hand, House, now
from tests.server.profile_db.provider import Provider, acme, std

_BUNDLES = "/vendor/v1/bundles"


async def _provider(house: House) -> Provider:
    provider = Provider(house.store, house.provider, house.admin)
    await provider.begin()
    return provider


async def _hand_in(http: httpx2.AsyncClient, octets: bytes, key: SigningKey) -> httpx2.Response:
    message = SignedMessage("POST", f"{URL}{_BUNDLES}", {})
    sign(message, octets, key=key.private, key_id=key.public.id, now=now())
    return await http.post(_BUNDLES, content=octets, headers=dict(message.headers))


def test_an_agent_gets_its_first_root_when_it_enrols(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        early, token = await Hand(house.http).enrol(await house.token()), await house.token()
        assert early.json()["root"] is None
        provider = await _provider(house)
        hand = Hand(house.http)
        for _ in range(2):
            # the same once more, as after an answer that was lost
            hand.id = ""
            assert (await hand.enrol(token)).json()["root"].encode() == provider.root

    on_every_hub(scenario)


def test_everybody_may_download_what_is_published_and_keep_it_for_ever(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        provider = await _provider(house)
        release = await provider.release_of(std(), acme())
        manifest = f"/tuf/targets/releases/{release.sha256}.1.json"
        for path in (manifest, f"{manifest}.zst", "/tuf/metadata/1.root.json", "/tuf/metadata/1.vendor-acme.json"):
            answer = await house.http.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        for path in ("/tuf/metadata/timestamp.json", "/tuf/metadata/timestamp.json.zst"):
            assert (await house.http.get(path)).headers["cache-control"] == "no-cache"
        root = await house.http.get("/tuf/metadata/1.root.json.zst")
        assert compression.expand(root.content, 1 << 20) == provider.root
        assert root.headers["content-type"] == "application/zstd"

    on_every_hub(scenario)


@pytest.mark.parametrize(
    "path", ["", "x", "metadata/2.root.json", "metadata/%2e%2e/x", "metadata/1.root.json%00", "%ff"]
)
def test_what_is_not_published_is_not_there(on_hub: OnHub, path: str) -> None:
    async def scenario(house: House) -> None:
        await (await _provider(house)).release_of(std())
        answer = await house.http.get(f"/tuf/{path}")
        assert answer.status_code == 404
        assert answer.headers["cache-control"] == "no-store"

    on_hub(scenario)


def test_a_vendor_hands_in_with_its_key(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        provider = await _provider(house)
        octets = offer.pack(provider.offer(std()))
        answer = await _hand_in(house.http, octets, provider.vendors["std"])
        assert answer.status_code == 200, answer.text
        assert answer.json() | {"id": ""} == {
            "id": "", "namespace": "std", "version": 1, "state": "accepted", "problems": [], "cases": 0
        }  # fmt: skip
        (row,) = await provider.rows(schema.contributions)
        assert (row["key_id"], row["handed_in_by"]) == (provider.vendors["std"].public.id, None)
        again = await _hand_in(house.http, octets, provider.vendors["std"])
        assert again.status_code == 422
        assert any("comes next" in problem for problem in again.json()["problems"])

    on_every_hub(scenario)


def test_only_vendors_keys_open_the_way_in_and_each_for_its_own(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        provider = await _provider(house)
        octets = offer.pack(provider.offer(std()))
        for key in (SigningKey.make(), provider.release, provider.people[0]):
            assert (await _hand_in(house.http, octets, key)).status_code == 401
        foreign = await _hand_in(house.http, octets, provider.vendors["acme"])
        assert foreign.status_code == 422
        assert foreign.json()["problems"] == ["std is not yours to hand in for"]
        message = SignedMessage("POST", f"{URL}{_BUNDLES}", {})
        key = provider.vendors["std"]
        sign(message, octets, key=key.private, key_id=key.public.id, now=now())
        headers = dict(message.headers)
        assert (await house.http.post(_BUNDLES, content=b"other", headers=headers)).status_code == 401
        assert (await house.http.post(_BUNDLES, content=octets, headers=headers)).status_code == 200
        assert (await house.http.post(_BUNDLES, content=octets, headers=headers)).status_code == 401, "a replay"
        assert (await house.http.post(_BUNDLES, content=octets)).status_code == 401

    on_hub(scenario)


def test_an_offer_may_be_larger_than_other_bodies_but_not_endless(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        provider = await _provider(house)
        large = await _hand_in(house.http, b"x" * (2 << 20), provider.vendors["std"])
        assert large.status_code == 422
        endless = await _hand_in(house.http, b"x" * (MAX_PACKED + 1), provider.vendors["std"])
        assert endless.status_code == 413
        other = await house.http.post("/agent/v1/readings", content=b"x" * (2 << 20))
        assert other.status_code == 413

    on_hub(scenario)


def test_a_revoked_vendor_hands_nothing_in(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        provider = await _provider(house)
        await provider.hand_in(std())
        key = provider.vendors.pop("acme")
        await provider.install_targets(revoke=["acme"])
        octets = offer.pack(provider.offer(acme(), key=key))
        assert (await _hand_in(house.http, octets, key)).status_code == 401

    on_hub(scenario)


async def _may_hand_in(town: Town, email: str, namespace: str) -> bool:
    actor, member_id = await town.actor("root@provider.example"), town.members["Provider"].member_id
    return await town.store.write(
        lambda writing: vendors.add(
            writing, actor, member_id, email=email, namespace=namespace, password_hash=HASH, now=now()
        )
    )


def test_a_vendors_person_hands_in_for_its_own_namespace_and_sees_no_member(database_url: str) -> None:
    async def scenario(town: Town) -> None:
        actor = await town.actor("root@provider.example")
        provider = Provider(town.store, town.members["Provider"], actor)
        await provider.begin()
        assert await _may_hand_in(town, "vic@acme.example", "acme")
        assert not await _may_hand_in(town, "vic@acme.example", "other"), "the account is there already"
        await provider.hand_in(std())
        octets = offer.pack(provider.offer(acme()))
        async with town.browser("vic@acme.example") as browser:
            headers = {"origin": URL, "frisket-csrf": browser.csrf}
            for wrong in (
                {"origin": URL},
                {"frisket-csrf": browser.csrf},
                {**headers, "origin": "http://evil.example"},
            ):
                assert (await browser.http.post("/api/v1/bundles", content=octets, headers=wrong)).status_code == 403
            answer = await browser.http.post("/api/v1/bundles", content=octets, headers=headers)
            assert answer.status_code == 200, answer.text
            foreign = await browser.http.post(
                "/api/v1/bundles", content=offer.pack(provider.offer(std(2))), headers=headers
            )
            assert (foreign.status_code, foreign.json()["problems"]) == (422, ["std is not yours to hand in for"])
            for path in ("/agents", "/people", "/devices/d_x"):
                assert (await browser.get(path)).status_code in (403, 404), path
        rows = await provider.rows(schema.contributions)
        by_people = [(row["namespace"], row["state"]) for row in rows if row["handed_in_by"]]
        assert sorted(by_people) == [("acme", "accepted"), ("std", "refused")]

    async def play() -> None:
        async with open_town(database_url) as town:
            await scenario(town)

    asyncio.run(play())


def test_the_root_that_is_served_is_the_one_that_was_signed(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        provider = await _provider(house)
        served = (await house.http.get("/tuf/metadata/1.root.json")).content
        metadata.require_signed(served, above=served, role=ROOT)
        assert served == provider.root

    on_hub(scenario)
