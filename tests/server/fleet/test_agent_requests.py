"""Who may speak as an agent: a captured request changed in any way, or sent twice, does nothing."""

from __future__ import annotations

import datetime as dt

import httpx2
import pytest

from frisket.wire import signing

from .conftest import OnHub
from .house import Hand, House, now, packed, reading

_BATCH = packed({"readings": [reading(1, serial_number="X1", manufacturer="Acme")]})
_NOBODY = "not signed by an agent that this hub knows"


def test_a_replayed_request_has_no_effect(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        request = hand.signed("POST", "/agent/v1/readings", _BATCH)
        assert (await house.http.send(request)).status_code == 200
        again = await house.http.send(_copy(request))
        assert (again.status_code, again.json()["error"]) == (401, _NOBODY)
        assert len(await house.readings()) == 1

    on_every_hub(scenario)


@pytest.mark.parametrize("tampered", ["body", "path", "method", "old", "early", "other key", "no signature", "agent"])
def test_a_request_that_was_tampered_with_has_no_effect(on_hub: OnHub, tampered: str) -> None:
    async def scenario(house: House) -> None:
        hand, other = await house.agent(), await house.agent()
        answer = await house.http.send(_tampered(hand, other, tampered))
        assert answer.status_code in (401, 405), answer.text
        if answer.status_code == 401:
            assert answer.json() == {"error": _NOBODY}
        assert await house.readings() == []

    on_hub(scenario)


def _tampered(hand: Hand, other: Hand, how: str) -> httpx2.Request:
    path = "/agent/v1/readings"
    if how == "body":
        return _copy(hand.signed("POST", path, _BATCH), body=packed({"readings": []}))
    if how == "path":
        return _copy(hand.signed("POST", "/agent/v1/confirm", _BATCH), path=path)
    if how == "method":
        return _copy(hand.signed("GET", path, _BATCH), method="PUT")
    if how == "old":
        return hand.signed("POST", path, _BATCH, at=now() - dt.timedelta(hours=1))
    if how == "early":
        return hand.signed("POST", path, _BATCH, at=now() + dt.timedelta(hours=1))
    if how == "other key":
        return Hand(hand.http, id=hand.id).signed("POST", path, _BATCH)
    if how == "agent":
        return other.signed("POST", path, _BATCH, key_id=hand.id)
    return hand.http.build_request("POST", path, content=_BATCH)


def _copy(
    request: httpx2.Request, *, body: bytes | None = None, path: str | None = None, method: str | None = None
) -> httpx2.Request:
    url = request.url.copy_with(path=path) if path else request.url
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx2.Request(method or request.method, url, headers=headers, content=body or request.content)


def test_what_an_agent_usually_sends_is_verified_without_the_library(
    on_hub: OnHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(*_: object, **__: object) -> signing.Verified:
        raise AssertionError("the library was asked")

    # patched, since only the time that it takes tells from outside which way a request went
    monkeypatch.setattr(signing, "by_library", unwanted)

    async def scenario(house: House) -> None:
        hand = await house.agent()
        assert (await hand.check_in()).status_code == 200
        assert (await hand.send_batch(_BATCH)).status_code == 200

    on_hub(scenario)


def test_a_pending_agent_is_told_so_and_delivers_nothing(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent(accept=False)
        answer = await hand.check_in()
        assert (answer.status_code, answer.json()["state"]) == (403, "pending")
        assert (await hand.send_batch(_BATCH)).status_code == 403
        assert await house.readings() == []
        await house.accept(hand)
        assert (await hand.check_in()).status_code == 200

    on_hub(scenario)


def test_a_revoked_agent_opens_nothing(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await hand.check_in()
        await house.revoke(hand)
        for answer in (await hand.check_in(), await hand.send_batch(_BATCH)):
            assert (answer.status_code, answer.json()["state"]) == (403, "revoked")
        assert await house.readings() == []

    on_hub(scenario)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"lease": null}', b'{"lease": null, "lease": null}', b"[" * 99])
def test_a_check_in_that_breaks_the_grammar_is_refused_with_words(on_hub: OnHub, body: bytes) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        answer = await house.http.send(hand.signed("POST", "/agent/v1/check-in", body))
        assert answer.status_code == 400
        assert answer.json()["error"]

    on_hub(scenario)
