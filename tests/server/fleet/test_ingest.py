"""Readings are taken exactly once; a bad one is named and takes no other with it; nothing unpacks without end."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import json
import random
from typing import Any

import pytest
from sqlalchemy import select

from frisket_hub.fleet.batch import MAX_UNPACKED_BYTES, BatchError, unpack
from frisket_hub.store.schema import readings as readings_table

from .conftest import OnHub
from .house import LONG_AGO, House, now, packed, reading


def _acme(number: int, **fields: Any) -> dict[str, Any]:
    return reading(number, **{"manufacturer": "Acme", "serial_number": f"SN{number}", "ip_address": None, **fields})


def test_delivering_twice_is_delivering_once(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        assert (await hand.deliver(_acme(1), _acme(2))).json() == {"numbers": [1, 2], "rejected": []}
        assert (await hand.deliver(_acme(2), _acme(3), _acme(3))).json()["numbers"] == [2, 3]
        assert [row["number"] for row in await house.readings()] == [1, 2, 3]
        assert len(await house.devices()) == 3

    on_hub(scenario)


def test_what_is_acknowledged_is_what_was_sent(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        sent = _acme(7, total=41, notes=["device-slow"])
        await hand.deliver(sent)
        (row,) = await house.readings()
        assert row["document"] == sent["device"]
        assert row["envelope"] == {name: sent[name] for name in ("sources", "notes", "counts")}
        (device,) = await house.devices()
        assert (device.latest, device.sources, device.notes) == (sent["device"], sent["sources"], ["device-slow"])
        assert device.last_seen_at == row["read_at"] == LONG_AGO

    on_every_hub(scenario)


def test_random_redelivery_in_any_order_and_at_once_loses_and_doubles_nothing(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        rng = random.Random(3)
        hand = await house.agent()
        sent = [_acme(at, serial_number=f"SN{at % 7}", at=LONG_AGO + dt.timedelta(hours=at)) for at in range(60)]
        deliveries = [sent[at : at + 10] for at in range(0, 60, 5)] * 2
        rng.shuffle(deliveries)
        for at in range(0, len(deliveries), 4):
            answers = await asyncio.gather(*(hand.deliver(*batch) for batch in deliveries[at : at + 4]))
            assert {answer.status_code for answer in answers} == {200}
        assert [row["number"] for row in await house.readings()] == list(range(60))
        found = await house.devices()
        assert len(found) == 7
        assert {device.latest["read_at"] for device in found} == {each["device"]["read_at"] for each in sent[-7:]}

    on_every_hub(scenario)


def _spoilt(number: int) -> list[tuple[str, dict[str, Any]]]:
    def changed(where: str, name: str, value: Any) -> dict[str, Any]:
        document = _acme(number)
        (document if where == "reading" else document[where])[name] = value
        return document

    return [
        ("community", changed("device", "community", "public")),
        ("community", changed("reading", "community", "public")),
        ("schema", changed("device", "schema", "frisket.device/2")),
        ("read_at", changed("device", "read_at", "yesterday")),
        ("character", changed("device", "system_name", "a\x00b")),
        ("character", changed("device", "system_name", "\ud800")),
        ("longer", changed("device", "system_name", "x" * 1_025)),
        ("64 bits", changed("counts", "bytes", 1 << 70)),
        ("twelve", changed("sources", "raw_answer", {"protocol": "snmp", "object": "1.3", "profile": "a/b@1"})),
        ("console_messages", changed("device", "console_messages", ["x"] * 257)),
        ("note", changed("reading", "notes", ["the-text-of-an-answer"])),
        ("nobody could tell", changed("device", "serial_number", None)),
    ]


def test_bad_readings_are_named_with_their_problems_and_the_others_are_taken(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        bad = [(words, {**document, "number": 100 + at}) for at, (words, document) in enumerate(_spoilt(9))]
        good = [_acme(at) for at in range(len(bad))]
        mixed = [each for pair in zip(good, (document for _, document in bad), strict=True) for each in pair]
        answer = (await hand.deliver(*mixed)).json()
        assert answer["numbers"] == [each["number"] for each in good]
        rejected = {each["number"]: "\n".join(each["problems"]) for each in answer["rejected"]}
        for words, document in bad:
            assert words in rejected[document["number"]]
        assert [row["number"] for row in await house.readings()] == answer["numbers"]

    on_every_hub(scenario)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"readings": {}},
        {"readings": [], "more": 1},
        {"readings": [1]},
        {"readings": [{"number": "1"}]},
        {"readings": [{"number": True}]},
        {"readings": [{"number": 1 << 63}]},
        {"readings": [{"number": 1}] * 201},
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(on_hub: OnHub, document: dict[str, Any]) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        answer = await hand.send_batch(packed(document))
        assert answer.status_code == 400
        assert answer.json()["error"]
        assert await house.readings() == []

    on_hub(scenario)


def test_an_empty_batch_is_a_batch(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        assert (await (await house.agent()).deliver()).json() == {"numbers": [], "rejected": []}

    on_hub(scenario)


_BOMB = gzip.compress(bytes(MAX_UNPACKED_BYTES + 1), mtime=0)
_WHOLE = packed({"readings": []})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (_BOMB, "unpacks to more"),
        (_WHOLE + _BOMB, "one whole"),
        (_WHOLE + b"x", "one whole"),
        (_WHOLE[:-3], "one whole"),
        (b"", "one whole"),
        (b'{"readings": []}', "not gzip"),
        (bytes(1 << 21), "larger"),
    ],
)
def test_only_one_whole_bounded_gzip_stream_is_unpacked(body: bytes, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        unpack(body)


def test_a_bomb_is_refused_and_the_hub_goes_on(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        assert (await hand.send_batch(_BOMB)).status_code == 400
        assert (await hand.send_batch(gzip.compress(b"[" * 100_000))).status_code == 400
        assert (await hand.send_batch(bytes(2 << 20))).status_code == 413
        assert (await hand.deliver(_acme(1))).status_code == 200

    on_hub(scenario)


def test_a_clock_that_runs_ahead_keeps_no_later_reading_out(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        await hand.deliver(_acme(1, serial_number="S1", at=now() + dt.timedelta(days=36_500)))
        await hand.deliver(_acme(2, serial_number="S1", at=now() + dt.timedelta(seconds=1), system_name="later"))
        (device,) = await house.devices()
        assert device.latest["system_name"] == "later"
        assert device.last_seen_at <= now()

    on_hub(scenario)


def test_two_members_never_mix(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        other = await house.member("Other", house.provider)
        hand, stranger = await house.agent(), await house.agent(other)
        same = _acme(1, mac_address="00:00:aa:01:02:03", ip_address="192.0.2.1", total=5)
        await hand.deliver(same)
        await stranger.deliver({**same, "device": {**same["device"], "system_name": "theirs"}})
        (ours,), (theirs,) = await house.devices(), await house.devices(other)
        assert ours.id != theirs.id
        assert (ours.latest["system_name"], theirs.latest["system_name"]) == (None, "theirs")
        assert await house.find_device(theirs.id) is None
        rows = await house.rows(select(readings_table.c.member_id, readings_table.c.device_id))
        assert {(row["member_id"], row["device_id"]) for row in rows} == {
            (house.customer.member_id, ours.id),
            (other.member_id, theirs.id),
        }

    on_every_hub(scenario)


def test_what_was_acknowledged_is_there_after_the_hub_was_opened_anew(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        answer = await hand.deliver(*(_acme(at) for at in range(5)))
        assert json.loads(answer.content)["numbers"] == [0, 1, 2, 3, 4]
        reopened = await type(house.store).open(house.store.engine.url.render_as_string(hide_password=False))
        try:
            async with reopened.reading() as connection:
                rows = (await connection.execute(select(readings_table.c.number))).scalars().all()
            assert sorted(rows) == [0, 1, 2, 3, 4]
        finally:
            await reopened.close()

    on_hub(scenario)
