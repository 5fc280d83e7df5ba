"""Fleets: where their printers listen, what network they simulate, and what is said when they cannot start."""

from __future__ import annotations

import asyncio
import errno
import socket
import time

import attrs
import pytest

import frisket.lab
from frisket.errors import LabError
from frisket.formats.snmp import Pdu
from frisket.lab import Fleet, Recording, VirtualPrinter, running_fleet
from frisket.lab.listening import explained
from frisket.lab.places import Place, find_places

from .made_up import BASE, LASER, LIFE_COUNT, OFFSET, SYS_NAME, Client, request, serving, text, wait_for

ASK_NAME = request(Pdu.GET, SYS_NAME)


def named(name: str) -> Recording:
    return attrs.evolve(LASER.replace_objects({SYS_NAME: text(name)}), name=name)


def test_each_printer_has_an_address_of_its_own() -> None:
    names = [f"printer {number}" for number in range(40)]
    with serving(*(VirtualPrinter(named(name)) for name in names)) as printers:
        assert len({printer.address for printer in printers}) == 40
        for printer, name in zip(printers, names, strict=True):
            with Client(printer) as client:
                assert client.ask(Pdu.GET, SYS_NAME).varbinds == ((SYS_NAME, name.encode()),)


def test_a_single_address_gives_each_printer_ports_of_its_own() -> None:
    web = attrs.evolve(LASER, pages={"/index.html": b""}, pjl={"INFO ID": ""})
    with running_fleet(
        [VirtualPrinter(web), VirtualPrinter(named("b"))], port_offset=31_000, single_address=True
    ) as fleet:
        one, other = fleet.printers
        assert (one.address, one.snmp_port) == ("127.0.0.1", 31_161)
        assert (other.address, other.snmp_port) == ("127.0.0.1", 31_171)
        assert (one.place.web_port, one.place.pjl_port) == (31_080, 40_100)
        with Client(other) as client:
            assert client.ask(Pdu.GET, SYS_NAME).varbinds == ((SYS_NAME, b"b"),)


def test_a_fleet_runs_in_the_loop_of_its_caller() -> None:
    async def scenario() -> str:
        async with Fleet([VirtualPrinter(LASER)], base=BASE, port_offset=OFFSET) as fleet:
            return fleet.printers[0].name

    assert asyncio.run(scenario()) == "laser"


def test_a_closed_fleet_can_be_started_again_at_once() -> None:
    web = attrs.evolve(LASER, pages={"/index.html": b""})
    for _ in range(3):
        with serving(VirtualPrinter(web)) as [printer]:
            socket.create_connection((printer.address, printer.place.web_port)).close()


def test_ports_that_a_device_does_not_have_are_closed() -> None:
    with serving(VirtualPrinter(LASER)) as [printer], pytest.raises(ConnectionRefusedError):
        socket.create_connection((printer.address, printer.place.pjl_port))


def test_answers_take_as_long_as_the_delay() -> None:
    with serving(VirtualPrinter(LASER, delay=0.2)) as [printer], Client(printer) as client:
        began = time.monotonic()
        client.hear(ASK_NAME)
        assert 0.19 < time.monotonic() - began < 1


def test_a_delay_does_not_add_up() -> None:
    with serving(VirtualPrinter(LASER, delay=0.3)) as [printer], Client(printer) as client:
        began = time.monotonic()
        for _ in range(9):
            client.send(ASK_NAME)
        assert len(client.hear_all(ASK_NAME, patience=2)) == 10
        assert time.monotonic() - began < 1


def test_loss_is_a_share_of_the_requests() -> None:
    with serving(VirtualPrinter(LASER, loss=0.3)) as [printer], Client(printer) as client:
        for _ in range(199):
            client.send(ASK_NAME)
        assert len(client.hear_all(ASK_NAME)) in range(120, 160)
        assert printer.traffic.snmp_requests == 200


def test_time_passes_in_a_printer() -> None:
    with serving(VirtualPrinter(LASER, pages_per_minute=6000)) as [printer], Client(printer) as client:

        def life_count() -> object:
            return client.ask(Pdu.GET, LIFE_COUNT).varbinds[0][1]

        wait_for(lambda: life_count() != 1000)


def test_traffic_is_counted_for_each_printer() -> None:
    with serving(VirtualPrinter(LASER), VirtualPrinter(LASER)) as [one, other]:
        with Client(one) as client:
            for _ in range(3):
                client.ask(Pdu.GET, SYS_NAME)
        assert (one.traffic.snmp_requests, other.traffic.snmp_requests) == (3, 0)


def test_a_port_in_use_is_named_with_what_to_do() -> None:
    with serving(VirtualPrinter(LASER)) as [printer]:
        says = rf"{printer.address} port {printer.snmp_port}: in use by another program; give another --port-offset"
        with pytest.raises(LabError, match=says), serving(VirtualPrinter(LASER)):
            pass


def test_a_fleet_that_cannot_start_leaves_nothing_open() -> None:
    [_, second] = find_places(2, base=BASE, port_offset=OFFSET, single_address=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as in_the_way:
        in_the_way.bind((second.address, second.snmp_port))
        with pytest.raises(LabError, match=second.address), serving(VirtualPrinter(LASER), VirtualPrinter(LASER)):
            pass
    with serving(VirtualPrinter(LASER), VirtualPrinter(LASER)) as printers:
        assert len(printers) == 2


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EACCES, "only an administrator may listen here; give --port-offset 10000"),
        (errno.EADDRNOTAVAIL, "this system does not have the address; give --single-address"),
        (errno.ENOBUFS, "cannot listen: out of buffers"),
    ],
)
def test_why_a_printer_cannot_listen_comes_with_advice(number: int, advice: str) -> None:
    with pytest.raises(LabError, match=f"127.0.10.1 port 161: {advice}"), explained("127.0.10.1", 161):
        raise OSError(number, "out of buffers")


def test_addresses_ending_in_0_and_255_are_left_out() -> None:
    places = find_places(300, base="127.0.10.250", port_offset=0, single_address=False)
    assert [place.address for place in places[4:7]] == ["127.0.10.254", "127.0.11.1", "127.0.11.2"]
    assert places[0] == Place("127.0.10.250", 0)
    assert places[0].snmp_port == 161


@pytest.mark.parametrize(
    ("base", "count", "says"),
    [
        ("192.0.2.1", 1, r"192\.0\.2\.1: not a loopback address; give a --base such as 127\.0\.10\.0"),
        ("127.255.255.254", 2, r"128\.0\.0\.0: not a loopback address"),
        ("localhost", 1, r"localhost: not an IPv4 address; give a --base"),
    ],
)
def test_printers_stay_on_this_machine(base: str, count: int, says: str) -> None:
    with pytest.raises(LabError, match=says):
        find_places(count, base=base, port_offset=0, single_address=False)


@pytest.mark.parametrize(
    ("count", "offset", "says"),
    [
        (1, 60_000, "an offset of 60000 moves a port out of 1 to 65535; give a --port-offset of at most 56435"),
        (1, -80, "an offset of -80 moves a port"),
        (900, 50_000, "an offset of 56440 moves a port"),
        (903, 0, "903 printers need more ports than one address has"),
    ],
)
def test_ports_that_do_not_exist_are_an_error(count: int, offset: int, says: str) -> None:
    with pytest.raises(LabError, match=rf"127\.0\.0\.1: {says}"):
        find_places(count, base=BASE, port_offset=offset, single_address=True)


def test_printers_on_one_address_never_share_a_port() -> None:
    places = find_places(902, base=BASE, port_offset=0, single_address=True)
    ports = [port for place in places for port in (place.web_port, place.pjl_port)]
    assert len(set(ports)) == len(ports)


def test_the_public_names_of_the_lab_are_sorted_and_exist() -> None:
    assert frisket.lab.__all__ == sorted(frisket.lab.__all__)
    assert all(hasattr(frisket.lab, name) for name in frisket.lab.__all__)
