"""Each behaviour does what its name says, over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from frisket.errors import DecodeError, LabError
from frisket.formats.snmp import ErrorStatus, Message, Pdu, decode_message
from frisket.lab import BEHAVIOURS, Behaviour, Exchange, SnmpAgent, VirtualPrinter, describe, make_behaviour
from frisket.lab.hostile_datagrams import Late, SilentAfterFirst

from .made_up import DESCRIPTIONS, LASER, LEVELS, SYS_DESCR, SYS_NAME, Client, level, request, serving, wait_for

GET_NAME = request(Pdu.GET, SYS_NAME)
IDENTIFY = request(Pdu.GET, SYS_DESCR)
BULK = request(Pdu.GET_BULK, LEVELS, repetitions=3)
# What shows in walks and values only, so that a scan finds the device and comes to it
SHY = ("circular", "endless", "foreign-oid", "huge-string", "length-bomb", "nested", "repeated", "reordered")


@contextmanager
def client_of(behaviour: str | Behaviour) -> Iterator[Client]:
    made = make_behaviour(behaviour) if isinstance(behaviour, str) else behaviour
    with serving(VirtualPrinter(LASER, made)) as [printer], Client(printer) as client:
        yield client


def hear(behaviour: str | Behaviour, data: bytes) -> list[bytes]:
    with client_of(behaviour) as client:
        return client.hear_all(data)


def hear_one(behaviour: str | Behaviour, data: bytes) -> Message:
    [datagram] = hear(behaviour, data)
    return decode_message(datagram)


def test_every_behaviour_says_in_one_line_what_it_does() -> None:
    assert len(BEHAVIOURS) >= 24
    assert all(10 < len(describe(name)) < 100 for name in BEHAVIOURS)


def test_an_unknown_behaviour_is_an_error_that_names_those_there_are() -> None:
    with pytest.raises(LabError, match=r"rude: no such behaviour; known are .*, xss"):
        make_behaviour("rude")


@pytest.mark.parametrize("name", SHY)
def test_behaviours_about_walks_answer_identification_honestly(name: str) -> None:
    assert hear_one(name, IDENTIFY).varbinds == ((SYS_DESCR, b"Imaginary LaserThing 9000"),)


def test_garbage_is_no_message() -> None:
    [datagram] = hear("garbage", IDENTIFY)
    with pytest.raises(DecodeError):
        decode_message(datagram)


def test_truncated_is_cut_off() -> None:
    [honest], [cut] = hear("honest", IDENTIFY), hear("truncated", IDENTIFY)
    assert honest.startswith(cut)
    assert len(cut) < len(honest)


def test_echo_gives_the_question_back() -> None:
    assert hear_one("echo", IDENTIFY).pdu == Pdu.GET


def test_wrong_request_id_answers_no_request_of_ours() -> None:
    answer = hear_one("wrong-request-id", IDENTIFY)
    assert answer.request_id != decode_message(IDENTIFY).request_id
    assert answer.varbinds[0][1] == b"Imaginary LaserThing 9000"


def test_wrong_community_answers_under_another_one() -> None:
    assert hear_one("wrong-community", IDENTIFY).community == b"intruder"


def test_foreign_address_answers_from_elsewhere() -> None:
    with serving(VirtualPrinter(LASER, make_behaviour("foreign-address"))) as [printer], Client(printer) as client:
        answer, (address, port) = client.hear(IDENTIFY)
    assert decode_message(answer).varbinds[0][1] == b"Imaginary LaserThing 9000"
    assert address != printer.address
    assert port == printer.snmp_port


def test_flood_answers_two_hundred_times() -> None:
    heard = hear("flood", IDENTIFY)
    assert 100 < len(heard) <= 200  # a receive buffer may overflow
    assert len(set(heard)) == 1


@pytest.mark.parametrize(("name", "seconds"), [("late", 5.0), ("drip", 0.9)])
def test_late_and_drip_are_slow(name: str, seconds: float) -> None:
    asked = decode_message(IDENTIFY)
    honest = SnmpAgent.of(LASER).respond(asked)
    assert honest is not None
    [datagram] = make_behaviour(name).answer(Exchange(asked, honest))
    assert datagram.after == seconds


def test_a_late_answer_comes_late_but_comes() -> None:
    with client_of(Late(0.2)) as client:
        began = time.monotonic()
        client.hear(IDENTIFY)
        assert 0.19 < time.monotonic() - began < 1


def test_silent_after_first_goes_quiet() -> None:
    with client_of(SilentAfterFirst(2)) as client:
        assert [len(client.hear_all(IDENTIFY, patience=0.2)) for _ in range(4)] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("name", "status"), [("error-always", ErrorStatus.GEN_ERR), ("too-big-always", ErrorStatus.TOO_BIG)]
)
def test_errors_come_to_everything(name: str, status: ErrorStatus) -> None:
    assert {hear_one(name, data).error_status for data in (IDENTIFY, BULK)} == {status}


def test_empty_answers_hold_nothing() -> None:
    assert hear_one("empty", IDENTIFY).varbinds == ()


def test_endless_walks_find_new_rows_for_ever() -> None:
    with client_of("endless") as client:
        rows = client.walk(LEVELS, most=60)
    assert len(rows) == 60
    assert rows == sorted(set(rows))


def test_circular_walks_come_back() -> None:
    with client_of("circular") as client:
        rows = client.walk(LEVELS, most=60)
    assert len(rows) == 60
    assert len(set(rows)) == 5


def test_repeated_walks_stand_still() -> None:
    with client_of("repeated") as client:
        assert len(set(client.walk(LEVELS, most=20))) == 1


@pytest.mark.parametrize(("name", "distinct"), [("endless", 12), ("circular", 5), ("repeated", 1)])
def test_walks_by_getbulk_are_as_bad(name: str, distinct: int) -> None:
    answer = hear_one(name, request(Pdu.GET_BULK, LEVELS, repetitions=12))
    assert len(answer.varbinds) == 12
    assert len({oid for oid, _ in answer.varbinds}) == distinct


def test_an_invented_walk_fits_a_datagram_whatever_is_asked() -> None:
    [datagram] = hear("endless", request(Pdu.GET_BULK, LEVELS, DESCRIPTIONS, repetitions=2**31 - 1))
    assert len(datagram) < 1500


@pytest.mark.parametrize("pdu", [Pdu.GET, Pdu.GET_NEXT, Pdu.GET_BULK])
def test_foreign_oid_answers_for_what_nobody_asked(pdu: Pdu) -> None:
    [(oid, _)] = hear_one("foreign-oid", request(pdu, level(1), repetitions=1)).varbinds
    assert oid < (1, 3, 6, 1, 2)


def test_reordered_turns_the_varbinds_round() -> None:
    answer = hear_one("reordered", request(Pdu.GET, SYS_NAME, level(1)))
    assert answer.varbinds == ((level(1), 3000), (SYS_NAME, b"laser"))


def test_shifted_bulk_gives_each_row_the_value_of_the_next() -> None:
    assert hear_one("shifted-bulk", BULK).varbinds == ((level(1), 60), (level(2), -3), (level(3), 3000))
    assert hear_one("shifted-bulk", request(Pdu.GET, level(1))).varbinds == ((level(1), 3000),)


def test_silent_bulk_drops_more_than_ten_repetitions() -> None:
    assert hear("silent-bulk", request(Pdu.GET_BULK, LEVELS, repetitions=11)) == []
    assert len(hear("silent-bulk", request(Pdu.GET_BULK, LEVELS, repetitions=10))) == 1


def test_huge_string_is_sixty_kilobytes() -> None:
    [(oid, value)] = hear_one("huge-string", GET_NAME).varbinds
    assert (oid, value) == (SYS_NAME, b"A" * 60_000)


@pytest.mark.parametrize("name", ["nested", "length-bomb"])
def test_bombs_are_refused_by_a_decoder_with_limits(name: str) -> None:
    [datagram] = hear(name, BULK)
    assert len(datagram) < 10_000
    with pytest.raises(DecodeError):
        decode_message(datagram)


@pytest.mark.parametrize(
    ("name", "mark"), [("xss", b"alert(1)"), ("control-characters", b"\x1b["), ("formulas", b"=HYPERLINK")]
)
def test_texts_carry_the_attack_and_stay_recognisable(name: str, mark: bytes) -> None:
    answer = hear_one(name, request(Pdu.GET, SYS_DESCR, SYS_NAME, level(1)))
    (_, descr), (_, sys_name), (_, remaining) = answer.varbinds
    assert isinstance(descr, bytes)
    assert mark in descr
    assert b"Imaginary LaserThing 9000" in descr
    assert sys_name != b"laser"
    assert remaining == 3000


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_printer_survives_any_request_in_any_behaviour(name: str) -> None:
    odd = [
        request(pdu, *oids, version=version, repetitions=2)
        for pdu in (*Pdu, 0xA4)
        for oids in ((), (LEVELS,), (SYS_DESCR,) * 300)
        for version in (0, 1, 2)
    ]
    with serving(VirtualPrinter(LASER, make_behaviour(name)), VirtualPrinter(LASER)) as [hostile, healthy]:
        with Client(hostile) as client:
            for data in odd:
                client.send(data)
        with Client(healthy) as client:
            assert client.ask(Pdu.GET, SYS_NAME).varbinds == ((SYS_NAME, b"laser"),)
        wait_for(lambda: hostile.traffic.snmp_requests == len(odd))
