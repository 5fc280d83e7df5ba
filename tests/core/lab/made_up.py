"""A small printer that nobody ever built, and a client that asks it over a socket."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from frisket.formats import ber, snmp
from frisket.formats.snmp import Message, Pdu, Version, decode_message, encode_message, encode_missing
from frisket.formats.snmprec import RecordedValue
from frisket.lab import Recording, RunningPrinter, VirtualPrinter, running_fleet
from frisket.model.oid import Oid, parse_oid

# Test runs at the same time on one machine keep out of each other's way
BASE = f"127.{100 + os.getpid() % 100}.{os.getpid() // 100 % 250}.0"
OFFSET = 20_000

SYS_DESCR = parse_oid("1.3.6.1.2.1.1.1.0")
SYS_NAME = parse_oid("1.3.6.1.2.1.1.5.0")
LIFE_COUNT = parse_oid("1.3.6.1.2.1.43.10.2.1.4.1.1")
POWER_ON_COUNT = parse_oid("1.3.6.1.2.1.43.10.2.1.5.1.1")
SUPPLIES = parse_oid("1.3.6.1.2.1.43.11.1.1")
DESCRIPTIONS = (*SUPPLIES, 6)
LEVELS = (*SUPPLIES, 9)
CONSOLE_LINE = parse_oid("1.3.6.1.2.1.43.16.5.1.2.1.1")
ALERTS = parse_oid("1.3.6.1.2.1.43.18.1.1")
COPIES = parse_oid("1.3.6.1.4.1.99999.1.0")
BIG_COUNTER = parse_oid("1.3.6.1.4.1.99999.2.0")
LAST = parse_oid("1.3.6.1.4.1.99999.3.0")


def text(value: str) -> RecordedValue:
    return RecordedValue(ber.OCTET_STRING, value.encode())


def integer(value: int) -> RecordedValue:
    return RecordedValue(ber.INTEGER, value)


def counter(value: int) -> RecordedValue:
    return RecordedValue(snmp.COUNTER32, value)


def supply(index: int, *, class_: int, type_: int, unit: int, capacity: int, level: int) -> dict[Oid, RecordedValue]:
    columns = {4: class_, 5: type_, 7: unit, 8: capacity, 9: level}
    row = {(*SUPPLIES, column, 1, index): integer(value) for column, value in columns.items()}
    return {**row, (*DESCRIPTIONS, 1, index): text(f"Supply {index}")}


OBJECTS = {
    SYS_DESCR: text("Imaginary LaserThing 9000"),
    parse_oid("1.3.6.1.2.1.1.2.0"): RecordedValue(ber.OBJECT_IDENTIFIER, parse_oid("1.3.6.1.4.1.99999.7")),
    SYS_NAME: text("laser"),
    LIFE_COUNT: counter(1000),
    POWER_ON_COUNT: counter(10),
    **supply(1, class_=3, type_=3, unit=7, capacity=6000, level=3000),
    **supply(2, class_=4, type_=4, unit=13, capacity=100, level=60),
    **supply(3, class_=3, type_=9, unit=19, capacity=100, level=-3),
    CONSOLE_LINE: text("Ready"),
    COPIES: integer(500),
    BIG_COUNTER: RecordedValue(snmp.COUNTER64, 1 << 40),
    LAST: text("the end"),
}
LASER = Recording(name="laser", objects=dict(sorted(OBJECTS.items())))


def level(index: int) -> Oid:
    return (*LEVELS, 1, index)


def request(
    pdu: int, *oids: Oid, version: int = Version.V2C, community: bytes = b"public", repetitions: int = 0, first: int = 0
) -> bytes:
    """`first` is the number of non-repeaters."""
    names = [encode_missing(oid, snmp.Missing.UNSPECIFIED) for oid in oids]
    return encode_message(version, community, pdu, 77, names, error_status=first, error_index=repetitions)


@contextmanager
def serving(*printers: VirtualPrinter) -> Iterator[list[RunningPrinter]]:
    with running_fleet(printers, base=BASE, port_offset=OFFSET) as fleet:
        yield fleet.printers


class Client:
    """Sends to one printer; hears everybody."""

    def __init__(self, printer: RunningPrinter) -> None:
        self._peer = (printer.address, printer.snmp_port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendto(data, self._peer)

    def hear(self, data: bytes, *, seconds: float = 2.0) -> tuple[bytes, tuple[str, int]]:
        """The first datagram that comes back, and from where; TimeoutError when none does."""
        self.send(data)
        self._socket.settimeout(seconds)
        answer, sender = self._socket.recvfrom(65535)
        return answer, sender

    def hear_all(self, data: bytes, *, patience: float = 0.5) -> list[bytes]:
        """Everything that comes back; `patience` is for the first answer, the others must follow at once."""
        heard = []
        try:
            heard.append(self.hear(data, seconds=patience)[0])
            self._socket.settimeout(0.05)
            while True:
                heard.append(self._socket.recv(65535))
        except TimeoutError:
            return heard

    def ask(self, pdu: Pdu, *oids: Oid, repetitions: int = 0) -> Message:
        return decode_message(self.hear(request(pdu, *oids, repetitions=repetitions))[0])

    def walk(self, column: Oid, *, most: int = 50) -> list[Oid]:
        """The OIDs that a careless GETNEXT walk below a column meets."""
        oids = [column]
        for _ in range(most):
            [(oid, _)] = self.ask(Pdu.GET_NEXT, oids[-1]).varbinds
            if oid[: len(column)] != column:
                break
            oids.append(oid)
        return oids[1:]


def wait_for(true: Callable[[], bool], *, seconds: float = 2.0) -> None:
    """Until it is true; what happens in a fleet's thread takes its time to show here."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not become true in time"
        time.sleep(0.005)
