"""PJL on port 9100: recorded INFO queries are answered, every byte is counted."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import attrs
import pytest

from frisket.lab import RunningPrinter, VirtualPrinter
from frisket.lab.pjl import info_query

from .made_up import LASER, serving, wait_for

UEL = b"\x1b%-12345X"
SPEAKER = attrs.evolve(LASER, pjl={"INFO ID": '"LaserThing 9000"\n', "INFO STATUS": "CODE=10001\nONLINE=TRUE\n"})


@pytest.fixture
def printer() -> Iterator[RunningPrinter]:
    with serving(VirtualPrinter(SPEAKER)) as [running]:
        yield running


def connect(printer: RunningPrinter) -> socket.socket:
    return socket.create_connection((printer.address, printer.place.pjl_port), timeout=2)


def converse(printer: RunningPrinter, *parts: bytes, answers: int) -> bytes:
    """What comes back until so many form feeds."""
    heard = b""
    with connect(printer) as connection:
        for part in parts:
            connection.sendall(part)
        while heard.count(b"\f") < answers:
            heard += connection.recv(4096)
    return heard


def test_a_recorded_query_is_answered_with_itself_its_text_and_a_form_feed(printer: RunningPrinter) -> None:
    heard = converse(printer, UEL + b"@PJL INFO STATUS\r\n" + UEL, answers=1)
    assert heard == b"@PJL INFO STATUS\r\nCODE=10001\r\nONLINE=TRUE\r\n\f"


def test_an_unknown_query_is_answered_with_a_question_mark(printer: RunningPrinter) -> None:
    assert converse(printer, UEL + b"@PJL INFO SUPPLIES\r\n", answers=1) == b'@PJL INFO SUPPLIES\r\n"?"\r\n\f'


def test_queries_are_answered_however_they_are_cut_up(printer: RunningPrinter) -> None:
    heard = converse(printer, UEL, b"@PJL IN", b"FO ID\r\n@PJL info id\n", answers=2)
    assert heard == b'@PJL INFO ID\r\n"LaserThing 9000"\r\n\f' * 2


def test_pages_are_swallowed_and_every_byte_counts(printer: RunningPrinter) -> None:
    job = b"A page to print\n" * 1000
    heard = converse(printer, job, b"x" * 100_000 + b"\n", b"@PJL INFO ID\r\n", answers=1)
    assert heard == b'@PJL INFO ID\r\n"LaserThing 9000"\r\n\f'
    assert printer.traffic.pjl_bytes == len(job) + 100_001 + 14


def test_nothing_is_counted_before_a_byte_comes(printer: RunningPrinter) -> None:
    with connect(printer):
        assert printer.traffic.pjl_bytes == 0


def test_the_printer_does_not_end_the_connection_before_it_ends_itself(printer: RunningPrinter) -> None:
    with connect(printer) as connection:
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_connection_too_many_is_closed_and_the_others_stay(printer: RunningPrinter) -> None:
    connections = [connect(printer) for _ in range(16)]
    for connection in connections:
        connection.sendall(b"-")
    wait_for(lambda: printer.traffic.pjl_bytes == 16)
    with connect(printer) as one_too_many:
        assert one_too_many.recv(1) == b""
    connections[0].sendall(b"@PJL INFO ID\r\n-@PJL INFO ID\r\n\r\n@PJL INFO ID\r\n")
    assert connections[0].recv(1) == b"@"
    for connection in connections:
        connection.close()


def test_a_closed_printer_ends_its_connections() -> None:
    with serving(VirtualPrinter(SPEAKER)) as [running]:
        connection = connect(running)
        connection.sendall(b"-")
        wait_for(lambda: running.traffic.pjl_bytes == 1)
    with connection:
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    ("line", "query"),
    [
        (UEL + b"@PJL INFO ID\r", "INFO ID"),
        (UEL + UEL + b"@PJL  info   pagecount ", "INFO PAGECOUNT"),
        (b"@PJL INFO", None),
        (b"@PJL SET COPIES=99", None),
        (b"print @PJL INFO ID", None),
        (b"\xff\xfe", None),
        (b"", None),
    ],
)
def test_only_info_queries_are_queries(line: bytes, query: str | None) -> None:
    assert info_query(line) == query
