"""Which device a reading is of, through every change that a printer goes through."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

from frisket_hub.fleet.seen import usable_mac, usable_serial
from frisket_hub.store.devices import DeviceRow

from .conftest import OnHub
from .house import LONG_AGO, House, reading

MAC, OTHER_MAC = "00:00:aa:01:02:03", "00:00:aa:0a:0b:0c"


def _in_turn(*described: dict[str, Any]) -> list[dict[str, Any]]:
    """Readings an hour apart, numbered, unless they say when."""
    return [
        reading(at, **{"at": LONG_AGO + dt.timedelta(hours=at), **fields}) for at, fields in enumerate(described, 1)
    ]


async def _story(house: House, *described: dict[str, Any]) -> list[DeviceRow]:
    """One delivery for each reading; the same in a single delivery has to come to the same devices."""
    told = _in_turn(*described)
    hand = await house.agent()
    for each in told:
        assert (await hand.deliver(each)).json()["rejected"] == []
    devices = await house.devices()
    other = await house.member("At once", house.provider)
    at_once = await house.agent(other)
    await at_once.deliver(*told)
    keep = ("serial_number", "mac_address", "ip_address", "provisional", "latest", "notes", "first_seen_at")
    assert [[getattr(row, name) for name in keep] for row in devices] == [
        [getattr(row, name) for name in keep] for row in await house.devices(other)
    ]
    return devices


X1 = {"manufacturer": "Acme", "model": "One", "serial_number": "X1"}
X2 = {"manufacturer": "Acme", "model": "One", "serial_number": "X2"}


def test_a_serial_number_is_followed_to_another_address_and_another_mac(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        moved = {**X1, "ip_address": "192.0.2.9", "mac_address": OTHER_MAC}
        (device,) = await _story(house, {**X1, "mac_address": MAC}, moved)
        assert (device.ip_address, device.mac_address, device.notes) == ("192.0.2.9", OTHER_MAC, [])

    on_hub(scenario)


def test_the_same_serial_number_of_two_makers_is_two_devices(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        devices = await _story(house, X1, {**X1, "manufacturer": "Brand", "ip_address": "192.0.2.2"})
        assert [device.manufacturer for device in devices] == ["Acme", "Brand"]

    on_hub(scenario)


def test_a_mac_is_followed_and_gets_its_serial_number_later(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        (device,) = await _story(
            house,
            {"mac_address": MAC},
            {"mac_address": MAC, "ip_address": "192.0.2.5"},
            {**X1, "mac_address": MAC, "ip_address": "192.0.2.6"},
            {"mac_address": MAC, "ip_address": "192.0.2.6"},
        )
        assert (device.serial_number, device.manufacturer, device.notes) == ("X1", "Acme", [])
        assert len(await house.readings(device)) == 4

    on_hub(scenario)


def test_a_mac_and_a_serial_number_that_turn_out_to_be_one_device_are_merged(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        (device,) = await _story(
            house,
            {**X1, "ip_address": "192.0.2.7"},
            {"mac_address": MAC, "ip_address": "192.0.2.8"},
            {**X1, "mac_address": MAC, "ip_address": "192.0.2.8"},
        )
        assert len(await house.readings(device)) == 3
        assert device.first_seen_at == LONG_AGO + dt.timedelta(hours=1)

    on_every_hub(scenario)


def test_a_provisional_device_gets_its_name(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        nameless = {"manufacturer": "Acme", "model": "One"}
        (device,) = await _story(house, nameless, nameless, {**X1, "mac_address": MAC})
        assert not device.provisional
        assert len(await house.readings(device)) == 3

    on_hub(scenario)


def test_a_provisional_device_is_merged_into_the_one_that_is_known(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        nameless = {"manufacturer": "Acme", "model": "One"}
        told = _in_turn(X1, nameless, {**nameless, "total": 8}, {**X1, "total": 9})
        await hand.deliver(*told[:1])
        await hand.deliver(*told[1:3])
        known, provisional = await house.devices()
        assert provisional.provisional
        await hand.deliver(*told[3:])
        (device,) = await house.devices()
        assert device.id == known.id
        assert [row["number"] for row in await house.readings(device)] == [1, 2, 3, 4]
        merged = await house.find_device(provisional.id)
        assert merged is not None
        assert merged.id == known.id

    on_every_hub(scenario)


@pytest.mark.parametrize(
    "nameless",
    [
        {},
        {"manufacturer": "Acme", "model": "Two"},
        {"manufacturer": "Brand", "model": "One"},
        {"manufacturer": "Acme", "model": "One", "total": 1_000},
    ],
    ids=["says nothing", "another model", "another maker", "more pages"],
)
def test_the_address_alone_proves_nothing(on_hub: OnHub, nameless: dict[str, Any]) -> None:
    async def scenario(house: House) -> None:
        devices = await _story(house, nameless, {**X1, "total": 10})
        assert sorted(device.provisional for device in devices) == [False, True]
        assert len(await house.readings(devices[0])) == 1

    on_hub(scenario)


def test_another_model_at_the_address_is_another_provisional_device(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        devices = await _story(
            house, {"manufacturer": "Acme", "model": "One"}, {"manufacturer": "Acme", "model": "Two"}
        )
        assert [device.model for device in devices] == ["One", "Two"]

    on_hub(scenario)


def test_the_same_address_at_two_sites_is_two_devices(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        for site in ("North", "South"):
            await (await house.agent(site=site)).deliver(reading(1, model="One"))
        assert len(await house.devices()) == 2

    on_hub(scenario)


def test_a_device_that_another_site_reads_has_moved(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        north, south = await house.agent(site="North"), await house.agent(site="South")
        first, second = _in_turn(X1, X1)
        await north.deliver(first)
        await south.deliver(second)
        (device,) = await house.devices()
        assert (device.agent_id, device.site_id) == (south.id, (await house.row(south)).site_id)
        await north.deliver({**first, "number": 9})
        (device,) = await house.devices()
        assert device.agent_id == south.id

    on_hub(scenario)


def test_an_older_reading_never_overwrites_a_newer_one(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        hand = await house.agent()
        told = _in_turn({**X1, "total": 1}, {**X1, "total": 2, "mac_address": MAC}, {**X1, "total": 3})
        for at in (2, 0, 1):
            await hand.deliver(told[at])
        (device,) = await house.devices()
        assert device.latest == told[2]["device"]
        assert device.first_seen_at == LONG_AGO + dt.timedelta(hours=1)
        assert (device.mac_address, device.notes) == (MAC, [])

    on_hub(scenario)


def test_a_counter_that_fell_is_noted_and_shown(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        (device,) = await _story(house, {**X1, "total": 500}, {**X1, "total": 20}, {**X1, "total": 21})
        assert device.notes == ["counter-fell"]
        assert device.latest["page_counts"][0]["value"] == 21
        assert len(await house.readings(device)) == 3

    on_hub(scenario)


def test_another_serial_number_at_the_address_is_noted_on_the_new_device(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        old, new = await _story(house, X1, X2, X2)
        assert (old.notes, new.notes) == ([], ["identity-changed"])

    on_hub(scenario)


def test_a_serial_number_that_a_new_profile_reads_otherwise_is_no_new_device(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        wired = {**X1, "mac_address": MAC, "profile": "acme/one@1"}
        (device,) = await _story(house, wired, {**X2, "mac_address": MAC, "profile": "acme/one@2"})
        assert (device.serial_number, device.notes) == ("X2", ["identity-changed"])

    on_hub(scenario)


def test_a_network_card_that_moved_to_another_printer_takes_no_history_along(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        devices = await _story(house, {**X1, "mac_address": MAC}, {**X2, "mac_address": MAC, "ip_address": "192.0.2.2"})
        assert [device.serial_number for device in devices] == ["X1", "X2"]

    on_hub(scenario)


def test_a_brand_that_a_new_profile_names_otherwise_is_no_new_device(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        wired = {**X1, "mac_address": MAC}
        (device,) = await _story(house, wired, {**wired, "manufacturer": "Brand"}, {**X1, "manufacturer": "Brand"})
        assert device.manufacturer == "Brand"

    on_hub(scenario)


@pytest.mark.parametrize("missing", [0, 1])
def test_a_maker_that_is_only_known_sometimes_is_no_other_maker(on_hub: OnHub, missing: int) -> None:
    async def scenario(house: House) -> None:
        told = [dict(X1), dict(X1)]
        told[missing].pop("manufacturer")
        (device,) = await _story(house, *told)
        assert device.manufacturer == "Acme"

    on_hub(scenario)


def test_serial_numbers_that_are_none_collapse_nothing(on_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        blank = {**X1, "serial_number": "000000"}
        devices = await _story(
            house, {**blank, "mac_address": MAC}, {**blank, "mac_address": OTHER_MAC, "ip_address": "192.0.2.2"}
        )
        assert [device.mac_address for device in devices] == [MAC, OTHER_MAC]
        assert all(device.latest["serial_number"] == "000000" for device in devices)

    on_hub(scenario)


def test_any_order_of_delivery_ends_with_the_same_devices(on_every_hub: OnHub) -> None:
    async def scenario(house: House) -> None:
        told = _in_turn(X1, {**X1, "mac_address": MAC}, {"mac_address": MAC}, X2)
        for at, order in enumerate(itertools.islice(itertools.permutations(told), 0, None, 3)):
            member = await house.member(f"Member {at}", house.provider)
            hand = await house.agent(member)
            for each in order:
                await hand.deliver(each)
            rows = await house.devices(member)
            assert [(row.serial_number, row.mac_address) for row in rows] == [("X1", MAC), ("X2", None)]
            assert rows[0].latest == told[2]["device"]

    on_every_hub(scenario)


@pytest.mark.parametrize("serial", ["", " ", "0", "00000", "XXXXXXXX", "unknown", "N/A", "None", "x" * 201 + "y", None])
def test_what_is_no_serial_number(serial: str | None) -> None:
    assert usable_serial(serial) is None


@pytest.mark.parametrize("mac", ["", "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "00:00:aa", "x", None])
def test_what_is_no_mac(mac: str | None) -> None:
    assert usable_mac(mac) is None


def test_names_are_taken_as_they_are_meant() -> None:
    assert usable_serial(" 3913850890 ") == "3913850890"
    assert usable_mac("00-00-AA-01-02-03") == MAC
