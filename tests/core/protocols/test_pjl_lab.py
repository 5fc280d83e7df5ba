"""PJL with the lab's printer, and with recordings of a real one."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from frisket.formats.pjl import PjlRef
from frisket.formats.pjl_reader import PjlReader
from frisket.lab.pjl import PjlConversation, PjlQuirk
from frisket.lab.tcp_server import TcpServer
from frisket.lab.traffic import Traffic
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.reading import Note
from frisket.model.request import PjlRequest, Reply
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.pjl import PjlTransport
from frisket.protocols.session import Budget, NoteBook

ADDRESS, PORT = "127.0.77.21", 21_900 + os.getpid() % 4_000
TEXTS = {"INFO ID": '"Example L1"\n', "INFO STATUS": "CODE=10001\nONLINE=TRUE\n", "INFO PAGECOUNT": "PAGECOUNT=7\n"}
REQUEST = PjlRequest(queries=(*TEXTS, "INFO SUPPLIES"), timeout=3)
CORPUS = Path(os.environ.get("FRISKET_CORPUS", Path(__file__).parents[4] / "shared" / "corpus")) / "pjl"


def ask(quirks: Iterable[PjlQuirk]) -> tuple[list[Reply], tuple[Note, ...], Traffic]:
    async def run() -> tuple[list[Reply], tuple[Note, ...], Traffic]:
        traffic, answers = Traffic(), Answers()
        server = TcpServer(partial(PjlConversation, TEXTS, traffic, frozenset(quirks)))
        await server.start(ADDRESS, PORT)
        contact = Contact(
            address=ADDRESS,
            ports=Ports(pjl=PORT),
            budget=Budget(ADDRESS, time.monotonic() + 10),
            notes=NoteBook(),
            speaks_pjl=True,
        )
        session = await PjlTransport().open(contact)
        await session.ask(Plan(requests=(REQUEST,)), answers)
        await session.ask(Plan(requests=(REQUEST,)), answers)
        server.close()
        await asyncio.sleep(0.01)
        return answers.replies(REQUEST), contact.notes.all(), traffic

    return asyncio.run(run())


@pytest.mark.parametrize(
    "quirks",
    [
        [],
        [PjlQuirk.OUT_OF_ORDER],
        [PjlQuirk.ECHO],
        [PjlQuirk.NO_FORM_FEED],
        [PjlQuirk.ECHO, PjlQuirk.OUT_OF_ORDER, PjlQuirk.NO_FORM_FEED],
    ],
    ids=lambda quirks: "+".join(quirks) or "none",
)
def test_every_quirk_reads_alike(quirks: list[PjlQuirk]) -> None:
    replies, notes, _ = ask(quirks)
    assert {reply.name: reply.octets.decode() for reply in replies} == {**TEXTS, "INFO SUPPLIES": '"?"\n'}
    assert notes == ()


def test_what_was_asked_is_not_asked_again() -> None:
    _, _, traffic = ask([])
    assert traffic.pjl_bytes == len("\x1b%-12345X") * 2 + sum(len(f"@PJL {query}\r\n") for query in REQUEST.queries)


def test_a_printer_that_takes_one_query_at_a_time() -> None:
    replies, notes, _ = ask([PjlQuirk.FIRST_ONLY])
    assert len(replies) == 4
    assert notes == ()


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus of real recordings beside the checkout; set FRISKET_CORPUS")
def test_real_recordings_are_read() -> None:
    for file in sorted(CORPUS.glob("*.txt")):
        reader = PjlReader()
        octets = file.read_bytes()
        reader.feed(octets)
        assert len(reader.answers) == len(set(re.findall(rb"@PJL INFO [A-Z]+", octets)))
        texts = {query.removeprefix("INFO "): text for query, text in reader.answers.items()}
        assert all(count.isdigit() for count in PjlRef("PAGECOUNT").find(texts))
        assert ("STATUS" in texts) == bool(PjlRef("STATUS.DISPLAY").find(texts))
        assert ("ID" in texts) == bool(PjlRef("ID").find(texts))
        assert PjlRef("SUPPLIES").find(texts) == []
