"""One device from its first answer to its reading: the pipeline's plans, asked over a session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

import attrs

from frisket.errors import HostileAnswerError, ProtocolError
from frisket.formats.snmp import Missing
from frisket.model.answers import Answers
from frisket.model.oid import Oid
from frisket.model.plan import Plan
from frisket.model.reading import Note, NoteCode, Reading, Unread
from frisket.profile import pipeline
from frisket.profile.database import ProfileDatabase
from frisket.profile.planning import plan_identification
from frisket.protocols.contact import Contact
from frisket.protocols.transport import Transport
from frisket.scan.conversation import Conversation
from frisket.scan.memory import Memory
from frisket.scan.sweep import Responder

_T = TypeVar("_T")


def utc_now() -> dt.datetime:
    """Now, to the second: as exact as a reading is."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@attrs.frozen(kw_only=True)
class Reader:
    """Reads devices under one profile database, over the protocols that plugins brought."""

    database: ProfileDatabase
    protocols: Mapping[str, Transport]
    memory: Memory = attrs.field(factory=Memory)
    clock: Callable[[], dt.datetime] = utc_now

    def sweep_oids(self) -> tuple[Oid, ...]:
        """What every address is asked: the scalars of std/identity."""
        return plan_identification(self.database.identity, Answers()).instances

    async def read(self, responder: Responder, contact: Contact) -> Reading | Unread | None:
        """A reading; Unread with a note that says why there is none; None for what is no printer."""
        contact.budget.count_first_answer(responder.octets)
        conversation = Conversation(contact, self.protocols)
        try:
            return await self._read(responder, conversation, str(responder.endpoint))
        finally:
            conversation.close()

    async def _read(self, responder: Responder, conversation: Conversation, name: str) -> Reading | Unread | None:
        answers, contact = self._first_answers(responder), conversation.contact
        stage = "while being identified"
        try:
            recognised = await _drive(pipeline.recognise(self.database, answers), conversation, answers)
            if recognised.profile is None:
                notes = contact.notes.all()
                return Unread(address=name, notes=notes, cost=contact.budget.cost()) if notes else None
            stage = f"while being read as {recognised.profile.reference}"
            conversation.identity = recognised.identity
            steps = pipeline.read(
                recognised.profile,
                answers,
                identity=recognised.identity,
                address=contact.address,
                clock=self.clock,
                resting=self.memory.resting(contact.memory, recognised.profile),
            )
            reading = await _drive(steps, conversation, answers)
        except ProtocolError as error:
            _note_failure(contact, error, stage)
            return Unread(address=name, notes=contact.notes.all(), cost=contact.budget.cost())
        notes = (*recognised.notes, *reading.notes, *contact.notes.all())
        return attrs.evolve(reading, notes=notes, cost=contact.budget.cost())

    def _first_answers(self, responder: Responder) -> Answers:
        """The sweep's answer, as far as it is one to what was asked; an error is left to be asked again in parts."""
        answers = Answers()
        asked = self.sweep_oids()
        if responder.message is None or responder.message.error_status:
            return answers
        for oid, value in responder.message.varbinds:
            if oid in asked:
                answers.asked.add(oid)
                if not isinstance(value, Missing):
                    answers.put(oid, value)
        return answers


async def _drive(steps: Generator[Plan, None, _T], conversation: Conversation, answers: Answers) -> _T:
    try:
        while True:
            await conversation.ask(next(steps), answers)
    except StopIteration as end:
        result: _T = end.value
        return result


def _note_failure(contact: Contact, error: ProtocolError, stage: str) -> None:
    notes, budget = contact.notes, contact.budget
    if isinstance(error, HostileAnswerError):
        code = NoteCode.TOO_MANY_BYTES if budget.bytes_spent else NoteCode.TOO_MANY_REQUESTS
        code = NoteCode.ANSWER_FLOOD if NoteCode.ANSWER_FLOOD in notes else code
    else:
        code = NoteCode.DEVICE_SLOW if budget.remaining() <= 0 else NoteCode.DEVICE_SILENT
    if code not in notes:
        notes.add(code, f"{error.reason} {stage}")


def failed(address: str, error: Exception) -> Unread:
    """What stands for a device on which our own code failed: the one boundary where any exception ends."""
    detail = f"{type(error).__name__}: {error}; please report it with a recording of the device"
    return Unread(address=address, notes=(Note(NoteCode.INTERNAL_ERROR, detail),))
