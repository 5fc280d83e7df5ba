"""Whatever happens on port 9100 costs no more than its bound, and is noted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import attrs
import pytest

from frisket.errors import ProtocolError
from frisket.formats.pjl import query_bytes
from frisket.lab.hostile_pjl import HOSTILE_PJL, ODD_ANSWERS, HostilePrinter, PjlBehaviour
from frisket.lab.pjl import frame
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode
from frisket.model.request import PjlRequest
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.pjl import PjlTransport
from frisket.protocols.session import Budget, NoteBook

ADDRESS = "127.0.77.9"
STATUS = PjlRequest(queries=("INFO STATUS",), timeout=0.6)
BOTH = (STATUS, PjlRequest(queries=("INFO PAGECOUNT",), timeout=0.6))
ANSWER = frame("INFO STATUS", 'CODE=10001\nDISPLAY="READY"')
COUNT = frame("INFO PAGECOUNT", "PAGECOUNT=7")


@attrs.frozen
class Asked:
    answers: Answers
    notes: NoteBook
    budget: Budget
    seconds: float
    printer: HostilePrinter

    @property
    def codes(self) -> list[NoteCode]:
        return [note.code for note in self.notes.all()]


def contact(port: int, *, proved: bool = True) -> Contact:
    budget = Budget(ADDRESS, time.monotonic() + 5)
    return Contact(address=ADDRESS, ports=Ports(pjl=port), budget=budget, notes=NoteBook(), speaks_pjl=proved)


def ask(printer: HostilePrinter, *requests: PjlRequest) -> Asked:
    async def run() -> Asked:
        to = contact(await printer.start(ADDRESS))
        answers = Answers()
        started = time.monotonic()
        try:
            session = await PjlTransport().open(to)
            await session.ask(Plan(requests=requests or (STATUS,)), answers)
        finally:
            await printer.end()
        return Asked(answers, to.notes, to.budget, time.monotonic() - started, printer)

    return asyncio.run(run())


def pieces(*said: bytes | float) -> PjlBehaviour:
    async def behaviour() -> AsyncIterator[bytes | None]:
        for piece in said:
            if isinstance(piece, bytes):
                yield piece
            else:
                await asyncio.sleep(piece)

    return behaviour


@pytest.mark.parametrize("name", sorted(HOSTILE_PJL))
@pytest.mark.parametrize("before_asked", [False, True], ids=["asked", "unasked"])
def test_a_hostile_printer_costs_no_more_than_its_bound(name: str, before_asked: bool) -> None:
    asked = ask(HostilePrinter(HOSTILE_PJL[name], before_asked=before_asked))
    assert asked.answers.replies(STATUS) == []
    assert asked.codes == [NoteCode.REQUEST_FAILED]
    assert asked.seconds < 0.6 + 0.5 + 0.4
    assert asked.budget.bytes_received <= STATUS.max_bytes + 4096
    assert asked.printer.connections == 1
    assert asked.printer.heard in (b"", query_bytes(STATUS.queries))
    assert STATUS in asked.answers.requested


@pytest.mark.parametrize("name", sorted(ODD_ANSWERS))
def test_an_odd_text_is_a_text(name: str) -> None:
    asked = ask(HostilePrinter(pieces(b"@PJL INFO STATUS\r\n" + ODD_ANSWERS[name] + b"\r\n\f")))
    (reply,) = asked.answers.replies(STATUS)
    assert not (set(range(32)) - {9, 10}) & set(reply.octets)
    assert asked.codes == []


@pytest.mark.parametrize("length", range(len(ANSWER)))
def test_truncated_anywhere(length: int) -> None:
    async def cut() -> AsyncIterator[bytes | None]:
        yield ANSWER[:length]
        await asyncio.sleep(0.02)
        yield None

    asked = ask(HostilePrinter(cut))
    whole = b'CODE=10001\nDISPLAY="READY"\n'
    assert all(whole.startswith(reply.octets) for reply in asked.answers.replies(STATUS))
    assert asked.seconds < 0.6


@pytest.mark.parametrize(
    "said",
    [
        (ANSWER, COUNT),
        (COUNT + ANSWER,),
        (0.4, ANSWER, 0.1, COUNT),
        (ANSWER[:9], 0.05, ANSWER[9:], COUNT),
        (b"@PJL INFO STATUS \r\n@PJL INFO PAGECOUNT \r\n", ANSWER + COUNT),
        (COUNT, ANSWER[:-1]),
        (COUNT + COUNT + ANSWER + COUNT,),
    ],
    ids=["alike", "other order", "sleepy", "in parts", "echo", "no form feed", "repeated"],
)
def test_well_meaning_habits(said: tuple[bytes | float, ...]) -> None:
    asked = ask(HostilePrinter(pieces(*said)), *BOTH)
    assert asked.codes == []
    assert [reply.octets for request in BOTH for reply in asked.answers.replies(request)] == [
        b'CODE=10001\nDISPLAY="READY"\n',
        b"PAGECOUNT=7\n",
    ]


def test_what_stays_unanswered_is_asked_alone() -> None:
    asked = ask(HostilePrinter(pieces(ANSWER)), *BOTH)
    assert asked.printer.heard == query_bytes(["INFO STATUS", "INFO PAGECOUNT"]) + query_bytes(["INFO PAGECOUNT"])
    assert asked.codes == [NoteCode.REQUEST_FAILED]
    assert asked.answers.replies(STATUS)


def test_an_answer_of_one_request_is_no_answer_for_another() -> None:
    asked = ask(HostilePrinter(pieces(frame("INFO LOG", "X=1") + ANSWER)))
    assert asked.answers.reply("pjl", "INFO LOG") is None
    assert asked.codes == []


def test_what_does_not_only_read_is_never_sent() -> None:
    asked = ask(HostilePrinter(pieces(ANSWER)), PjlRequest(queries=("INFO ID", "SET COPIES=2")))
    assert asked.printer.connections == 0
    assert asked.codes == [NoteCode.REQUEST_FAILED]


def test_nothing_is_sent_where_nothing_has_proved_pjl() -> None:
    async def run() -> HostilePrinter:
        printer = HostilePrinter(pieces(ANSWER), before_asked=True)
        port = await printer.start(ADDRESS)
        with pytest.raises(ProtocolError, match="proved"):
            await PjlTransport().open(contact(port, proved=False))
        to = contact(port)
        session = await PjlTransport().open(to)
        to.speaks_pjl = False
        with pytest.raises(ProtocolError, match="proved"):
            await session.ask(Plan(requests=(STATUS,)), Answers())
        await asyncio.sleep(0.05)
        await printer.end()
        return printer

    printer = asyncio.run(run())
    assert printer.connections == 0
    assert printer.heard == b""


def test_a_closed_port_is_no_failure() -> None:
    async def run() -> Contact:
        printer = HostilePrinter(pieces())
        to = contact(await printer.start(ADDRESS))
        await printer.end()
        session = await PjlTransport().open(to)
        await session.ask(Plan(requests=(STATUS,)), Answers())
        return to

    assert asyncio.run(run()).notes.all() == ()
