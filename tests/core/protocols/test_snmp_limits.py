"""What a device bears: requests a second, and rows in one answer, which are remembered for the next reading."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import attrs

from frisket.formats import ber
from frisket.formats.snmprec import RecordedValue
from frisket.lab import Recording, VirtualPrinter, make_behaviour, running_fleet
from frisket.model.answers import Answers
from frisket.model.oid import Oid
from frisket.model.plan import Plan
from frisket.protocols.contact import Contact, DeviceMemory, Ports
from frisket.protocols.session import Access, Budget, NoteBook
from frisket.protocols.snmp import SnmpTransport

COLUMN = (1, 3, 6, 1, 2, 1, 43, 11, 1, 1, 9, 1)
OBJECTS: Mapping[Oid, RecordedValue] = {(*COLUMN, row): RecordedValue(ber.INTEGER, row) for row in range(1, 41)}
PRINTER = Recording(name="one", objects=OBJECTS)


def read(memory: DeviceMemory, *plans: Plan, behaviour: str = "honest") -> tuple[Answers, int, float]:
    """(answers, requests, seconds) of one session with a virtual printer."""
    virtual = VirtualPrinter(PRINTER, make_behaviour(behaviour))
    with running_fleet([virtual], base="127.0.43.0", port_offset=23_400) as fleet:
        (printer,) = fleet.printers
        contact = Contact(
            address=printer.address,
            ports=Ports(snmp=printer.snmp_port),
            access=Access(version=1, community=b"public", timeout=0.15),
            budget=Budget(printer.address, time.monotonic() + 20),
            notes=NoteBook(),
            memory=memory,
        )

        async def run() -> Answers:
            answers = Answers()
            session = await SnmpTransport().open(contact)
            for plan in plans:
                await session.ask(plan, answers)
            session.close()
            return answers

        started = time.monotonic()
        answers = asyncio.run(run())
        return answers, contact.budget.requests, time.monotonic() - started


def test_a_device_is_asked_no_faster_than_it_bears() -> None:
    plan = Plan(columns=(COLUMN,), max_repetitions=4, rate=40)
    answers, requests, seconds = read(DeviceMemory(), plan)
    assert len(answers) == 40
    assert requests >= 10
    assert seconds >= (requests - 1) / 40
    quick = read(DeviceMemory(), attrs.evolve(plan, rate=None))
    assert quick[2] < seconds


def test_what_a_device_bears_of_getbulk_is_remembered() -> None:
    memory = DeviceMemory()
    learning = read(memory, Plan(columns=(COLUMN,)), behaviour="silent-bulk")
    assert len(learning[0]) == 40
    assert memory.max_repetitions is not None
    knowing = read(memory, Plan(columns=(COLUMN,)), behaviour="silent-bulk")
    assert len(knowing[0]) == 40
    assert knowing[1] < learning[1], "silence is not met again"


def test_an_honest_device_leaves_nothing_to_remember() -> None:
    memory = DeviceMemory()
    read(memory, Plan(columns=(COLUMN,)))
    assert memory.max_repetitions is None
