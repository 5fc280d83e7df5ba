"""A plan asked over several protocols: what one of them does not bear costs its own answers only."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import attrs
import pytest
from tests.strategies import database_of, profile_text

from frisket.errors import SilentError
from frisket.model.answers import Answers
from frisket.model.identity import Identity
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode
from frisket.model.request import HttpRequest, IppRequest, PjlRequest, Reply
from frisket.protocols.contact import Contact
from frisket.protocols.session import Access, Budget, NoteBook
from frisket.scan.conversation import Conversation
from frisket.scan.memory import Memory

OID = (1, 3, 6, 1, 2, 1, 1, 1, 0)
PAGE = HttpRequest(paths=("/a",))
QUERY = PjlRequest(queries=("INFO ID",))
PRINTER = IppRequest(paths=("/ipp",), attributes=("all",))


@attrs.define
class FakeTransport:
    """Answers everything that is asked over it, or nothing, and remembers who asked."""

    protocol: str
    silent: bool = False
    contexts: list[str] = attrs.field(factory=list)
    asked: list[Plan] = attrs.field(factory=list)
    closed: int = 0

    async def open(self, contact: Contact) -> FakeSession:
        self.contexts.append(contact.context)
        return FakeSession(self, contact.notes, contact.budget)


@attrs.define
class FakeSession:
    transport: FakeTransport
    notes: NoteBook
    budget: Budget

    async def ask(self, plan: Plan, answers: Answers) -> None:
        self.transport.asked.append(plan)
        if self.transport.silent:
            raise SilentError("192.0.2.7", "hangs")
        for oid in plan.instances:
            answers.put(oid, b"said")
        for request in plan.requests:
            answers.add_reply(Reply(protocol=request.protocol, name=request.names[0], octets=b"said"))
        answers.asked.update(plan.instances)

    def close(self) -> None:
        self.transport.closed += 1


def contact(*, snmp: bool = True, seconds: float = 30.0) -> Contact:
    access = Access(version=1, community=b"public") if snmp else None
    budget = Budget("192.0.2.7", time.monotonic() + seconds)
    return Contact(address="192.0.2.7", access=access, budget=budget, notes=NoteBook())


def ask(
    plan: Plan, transports: Mapping[str, FakeTransport], *, of: Contact | None = None, identity: Identity | None = None
) -> tuple[Answers, Contact]:
    answers, device = Answers(), of or contact()
    conversation = Conversation(device, transports, identity or Identity())

    async def run() -> None:
        try:
            await conversation.ask(plan, answers)
            await conversation.ask(plan, answers)
        finally:
            conversation.close()

    asyncio.run(run())
    return answers, device


def codes(device: Contact) -> list[NoteCode]:
    return [note.code for note in device.notes.all()]


def test_each_protocol_gets_its_part_of_a_plan_over_one_session() -> None:
    transports = {name: FakeTransport(name) for name in ("snmp", "http", "ipp")}
    answers, device = ask(Plan(instances=(OID,), requests=(PAGE, PRINTER)), transports)
    assert answers.get(OID) == b"said"
    assert [reply.octets for reply in (*answers.replies(PAGE), *answers.replies(PRINTER))] == [b"said", b"said"]
    assert [plan.requests for plan in transports["http"].asked] == [(PAGE,), (PAGE,)]
    assert [one.contexts for one in transports.values()] == [[""], [""], [""]]
    assert [one.closed for one in transports.values()] == [1, 1, 1]
    assert codes(device) == []


def test_a_protocol_that_fails_is_noted_and_costs_its_answers_only() -> None:
    transports = {"snmp": FakeTransport("snmp"), "http": FakeTransport("http", silent=True)}
    answers, device = ask(Plan(instances=(OID,), requests=(PAGE,)), transports)
    assert answers.get(OID) == b"said"
    assert PAGE in answers.requested
    assert codes(device) == [NoteCode.REQUEST_FAILED]


def test_snmp_that_fails_ends_the_conversation() -> None:
    with pytest.raises(SilentError):
        ask(Plan(instances=(OID,)), {"snmp": FakeTransport("snmp", silent=True)})


def test_a_device_that_is_silent_in_snmp_is_not_asked_there() -> None:
    transports = {"snmp": FakeTransport("snmp"), "ipp": FakeTransport("ipp")}
    answers, _ = ask(Plan(instances=(OID,), requests=(PRINTER,)), transports, of=contact(snmp=False))
    assert transports["snmp"].asked == []
    assert OID in answers.asked
    assert answers.replies(PRINTER)


def test_a_context_has_a_session_of_its_own_and_need_not_be_there() -> None:
    snmp = FakeTransport("snmp")
    answers, _ = ask(Plan(contexts={"Card": Plan(instances=(OID,))}), {"snmp": snmp})
    assert (snmp.contexts, answers.get(OID), answers.context("Card").get(OID)) == (["Card"], None, b"said")
    answers, device = ask(Plan(contexts={"Card": Plan(instances=(OID,))}), {"snmp": FakeTransport("snmp", silent=True)})
    assert OID in answers.context("Card").asked
    assert codes(device) == []


def test_pjl_needs_a_proof_whatever_a_plan_says() -> None:
    pjl = FakeTransport("pjl")
    answers, device = ask(Plan(requests=(QUERY,)), {"pjl": pjl}, identity=Identity(ieee1284={"CMD": "PCL"}))
    assert (pjl.contexts, codes(device)) == ([], [NoteCode.REQUEST_REFUSED])
    assert not device.speaks_pjl
    assert QUERY in answers.requested
    _, device = ask(Plan(requests=(QUERY,)), {"pjl": pjl}, identity=Identity(ieee1284={"CMD": "PCL,PJL"}))
    assert device.speaks_pjl
    assert len(pjl.asked) == 2


def test_a_protocol_that_nobody_speaks_is_noted() -> None:
    _, device = ask(Plan(requests=(PAGE,)), {})
    assert codes(device) == [NoteCode.REQUEST_REFUSED]


def test_nothing_is_begun_when_the_time_is_over() -> None:
    http = FakeTransport("http")
    _, device = ask(Plan(requests=(PAGE,)), {"http": http}, of=contact(seconds=0.0))
    assert (http.asked, codes(device)) == ([], [NoteCode.DEVICE_SLOW])


# --- memory ------------------------------------------------------------------------------------


def test_a_request_rests_until_its_time_has_come_again() -> None:
    text = "requests: {p: {http: {path: /a, as: json}, every: 60}, q: {http: {path: /b, as: json}}}\n"
    profile = database_of(profile_text("a/b", text)).profiles["a/b"]
    now = [1000.0]
    memory = Memory(clock=lambda: now[0])
    device = memory.of("192.0.2.7")
    assert memory.resting(device, profile) == frozenset()
    device.asked[("/a",)] = device.asked[("/b",)] = 1000.0
    now[0] = 1059.0
    assert memory.resting(memory.of("192.0.2.7"), profile) == {"p"}
    now[0] = 1061.0
    assert memory.resting(device, profile) == frozenset()


def test_memory_forgets_what_was_not_asked_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frisket.scan.memory.MAX_DEVICES", 2)
    memory = Memory()
    first = memory.of("192.0.2.1")
    memory.of("192.0.2.2")
    assert memory.of("192.0.2.1") is first
    memory.of("192.0.2.3")
    assert memory.of("192.0.2.1") is first
    assert set(memory._devices) == {"192.0.2.3", "192.0.2.1"}
