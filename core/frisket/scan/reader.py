"""One device from its first answer to its reading: the pipeline's plans, asked over a session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator
from typing import TypeVar

import attrs

from frisket.errors import HostileAnswerError, ProtocolError, SilentError
from frisket.formats.snmp import Missing
from frisket.model.answers import Answers
from frisket.model.oid import Oid
from frisket.model.plan import Plan
from frisket.model.reading import Note, NoteCode, Reading, Unread
from frisket.profile import pipeline
from frisket.profile.database import ProfileDatabase
from frisket.profile.planning import plan_identification
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.session import Access, Budget, NoteBook
from frisket.protocols.transport import Session, Transport
from frisket.scan.sweep import Responder

_T = TypeVar("_T")


def utc_now() -> dt.datetime:
    """Now, to the second: as exact as a reading is."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@attrs.frozen(kw_only=True)
class Reader:
    """Reads devices under one profile database."""

    database: ProfileDatabase
    transport: Transport
    clock: Callable[[], dt.datetime] = utc_now

    def sweep_oids(self) -> tuple[Oid, ...]:
        """What every address is asked: the scalars of std/identity."""
        return plan_identification(self.database.identity, Answers()).instances

    async def read(self, responder: Responder, access: Access, *, deadline: float) -> Reading | Unread | None:
        """A reading; Unread with a note that says why there is none; None for what is no printer."""
        name = str(responder.endpoint)
        try:
            contact = Contact(
                address=responder.endpoint.address,
                ports=Ports(snmp=responder.endpoint.port),
                access=access,
                budget=Budget(responder.endpoint.address, deadline),
                notes=NoteBook(),
            )
            session = await self.transport.open(contact)
        except SilentError as error:
            return Unread(address=name, notes=(Note(NoteCode.DEVICE_SILENT, error.reason),))
        session.budget.count_first_answer(responder.octets)
        try:
            return await self._read(responder, session, name)
        finally:
            session.close()

    async def _read(self, responder: Responder, session: Session, name: str) -> Reading | Unread | None:
        answers = self._first_answers(responder)
        stage = "while being identified"
        try:
            recognised = await _drive(pipeline.recognise(self.database, answers), session, answers)
            if recognised.profile is None:
                notes = session.notes.all()
                return Unread(address=name, notes=notes, cost=session.budget.cost()) if notes else None
            stage = f"while being read as {recognised.profile.reference}"
            steps = pipeline.read(recognised.profile, answers, address=responder.endpoint.address, clock=self.clock)
            reading = await _drive(steps, session, answers)
        except ProtocolError as error:
            _note_failure(session, error, stage)
            return Unread(address=name, notes=session.notes.all(), cost=session.budget.cost())
        notes = (*recognised.notes, *reading.notes, *session.notes.all())
        return attrs.evolve(reading, notes=notes, cost=session.budget.cost())

    def _first_answers(self, responder: Responder) -> Answers:
        """The sweep's answer, as far as it is one to what was asked; an error is left to be asked again in parts."""
        answers = Answers()
        asked = self.sweep_oids()
        if responder.message.error_status:
            return answers
        for oid, value in responder.message.varbinds:
            if oid in asked:
                answers.asked.add(oid)
                if not isinstance(value, Missing):
                    answers.put(oid, value)
        return answers


async def _drive(steps: Generator[Plan, None, _T], session: Session, answers: Answers) -> _T:
    try:
        while True:
            await session.ask(next(steps), answers)
    except StopIteration as end:
        result: _T = end.value
        return result


def _note_failure(session: Session, error: ProtocolError, stage: str) -> None:
    if isinstance(error, HostileAnswerError):
        code = NoteCode.TOO_MANY_BYTES if session.budget.bytes_spent else NoteCode.TOO_MANY_REQUESTS
        code = NoteCode.ANSWER_FLOOD if NoteCode.ANSWER_FLOOD in session.notes else code
    else:
        code = NoteCode.DEVICE_SLOW if session.budget.remaining() <= 0 else NoteCode.DEVICE_SILENT
    if code not in session.notes:
        session.notes.add(code, f"{error.reason} {stage}")


def failed(address: str, error: Exception) -> Unread:
    """What stands for a device on which our own code failed: the one boundary where any exception ends."""
    detail = f"{type(error).__name__}: {error}; please report it with a recording of the device"
    return Unread(address=address, notes=(Note(NoteCode.INTERNAL_ERROR, detail),))
