"""One device from its first answer to its reading: identify, match, then plan, ask and map until nothing is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import attrs

from frisket.errors import HostileAnswerError, SilentError
from frisket.formats.snmp import Missing
from frisket.model.answers import Answers
from frisket.model.oid import Oid
from frisket.model.reading import Note, NoteCode, Reading, Unread
from frisket.profile.database import ProfileDatabase
from frisket.profile.mapping import map_identity, map_reading, read_charsets
from frisket.profile.matching import match
from frisket.profile.planning import plan_identification, plan_probes, plan_reading
from frisket.profile.profile import Profile
from frisket.profile.steps import Charsets
from frisket.protocols.session import Access, Session, Transport
from frisket.scan.sweep import Responder

# Asking for charsets may show another text that needs one; probes come three to a rule
_MAX_ROUNDS = 8


@attrs.frozen(kw_only=True)
class Reader:
    """Reads devices under one profile database. `clock` gives UTC."""

    database: ProfileDatabase
    transport: Transport
    clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    def sweep_oids(self) -> tuple[Oid, ...]:
        """What every address is asked: the scalars of std/identity."""
        return plan_identification(self.database.identity, Answers()).instances

    async def read(self, responder: Responder, access: Access, *, deadline: float) -> Reading | Unread | None:
        """A reading; Unread with a note that says why there is none; None for what is no printer."""
        session = await self.transport.open(responder.endpoint, access, deadline=deadline)
        session.budget.requests += 1
        session.budget.bytes_received += responder.octets
        answers = self._first_answers(responder)
        profile: Profile | None = None
        try:
            profile = await self._identify(session, answers)
            if profile is None and not session.notes.all():
                return None
            if profile is None:
                return Unread(
                    address=str(responder.endpoint), notes=session.notes.all(), cost=session.budget.cost()
                )
            reading = await self._read(session, profile, answers, responder.endpoint.address)
        except (SilentError, HostileAnswerError) as error:
            return self._unread(responder, session, profile, error)
        finally:
            session.close()
        notes = (*reading.notes, *session.notes.all())
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

    async def _identify(self, session: Session, answers: Answers) -> Profile | None:
        await session.ask(plan_identification(self.database.identity, answers), answers)
        identity = map_identity(self.database.identity, answers)
        for _ in range(_MAX_ROUNDS):
            outcome = match(self.database, identity, answers)
            if not outcome.probes:
                break
            await session.ask(plan_probes(outcome.probes, answers), answers)
        if outcome.profile is not None and outcome.ties:
            session.notes.add(NoteCode.PROFILE_TIE, f"{outcome.profile.id} and {', '.join(outcome.ties)} fit alike")
        return outcome.profile

    async def _read(self, session: Session, profile: Profile, answers: Answers, address: str) -> Reading:
        charsets = Charsets()
        for _ in range(_MAX_ROUNDS):
            plan = plan_reading(profile, answers, charsets.wanted)
            if not plan:
                break
            await session.ask(plan, answers)
            charsets = Charsets(self._declared(profile, answers), charsets.wanted)
            reading = map_reading(profile, answers, address=address, read_at=self.clock(), charsets=charsets)
        return reading

    def _declared(self, profile: Profile, answers: Answers) -> Mapping[str, str | None]:
        return read_charsets(profile, answers)

    def _unread(
        self, responder: Responder, session: Session, profile: Profile | None, error: SilentError | HostileAnswerError
    ) -> Unread:
        code = NoteCode.TOO_MANY_REQUESTS
        if isinstance(error, SilentError):
            code = NoteCode.DEVICE_SLOW if session.budget.remaining() <= 0 else NoteCode.DEVICE_SILENT
        done = f"while being read as {profile.reference}" if profile else "while being identified"
        if isinstance(error, SilentError) or not session.notes.all():
            session.notes.add(code, f"{error.reason} {done}")
        return Unread(address=str(responder.endpoint), notes=session.notes.all(), cost=session.budget.cost())


def failed(address: str, error: Exception) -> Unread:
    """What stands for a device on which our own code failed: the one boundary where any exception ends."""
    detail = f"{type(error).__name__}: {error}; please report it with a recording of the device"
    return Unread(address=address, notes=(Note(NoteCode.INTERNAL_ERROR, detail),))
