"""A conversation with one device: a plan's parts, each over a session of its own protocol, opened when it is needed."""

from __future__ import annotations

import time
from collections.abc import Mapping

import attrs

from frisket.errors import ProtocolError
from frisket.formats.pjl_proof import proves_pjl
from frisket.model.answers import Answers
from frisket.model.identity import Identity
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode
from frisket.protocols.contact import Contact
from frisket.protocols.transport import Session, Transport

SNMP = "snmp"
# Seconds that must be left of a device's time for a request to be worth beginning
_WORTH_BEGINNING = 0.2


@attrs.define
class Conversation:
    """What SNMP does not bear ends the conversation (ProtocolError); what another protocol does not costs its answers
    only, and is noted.
    """

    contact: Contact
    protocols: Mapping[str, Transport]
    identity: Identity = attrs.field(factory=Identity)
    _sessions: dict[tuple[str, str], Session] = attrs.field(factory=dict)

    async def ask(self, plan: Plan, answers: Answers) -> None:
        """Everything in the plan is asked, or counts as asked, afterwards."""
        if plan.asks_snmp:
            await self._snmp(plan, answers, "")
        for context, inner in plan.contexts.items():
            try:
                await self._snmp(inner, answers.context(context), context)
            except ProtocolError:
                # a device need not have the context; it answers as before in its own
                _count_as_asked(inner, answers.context(context))
        for protocol in dict.fromkeys(request.protocol for request in plan.requests):
            await self._requests(protocol, plan, answers)

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()

    async def _snmp(self, plan: Plan, answers: Answers, context: str) -> None:
        if self.contact.access is None:
            _count_as_asked(plan, answers)
            return
        session = await self._session(SNMP, context)
        await session.ask(plan, answers)

    async def _requests(self, protocol: str, plan: Plan, answers: Answers) -> None:
        requests = [request for request in plan.requests if request.protocol == protocol]
        notes = self.contact.notes
        if protocol == "pjl" and not proves_pjl(self.identity, answers):
            notes.add(NoteCode.REQUEST_REFUSED, "PJL: nothing proves that the device speaks it")
        elif protocol not in self.protocols:
            notes.add(NoteCode.REQUEST_REFUSED, f"no plugin speaks {protocol}")
        elif self.contact.budget.remaining() < _WORTH_BEGINNING:
            notes.add(NoteCode.DEVICE_SLOW, f"no time was left to ask by {protocol}")
        else:
            # the proof was looked at above, where no profile has a say
            self.contact.speaks_pjl = self.contact.speaks_pjl or protocol == "pjl"
            await self._ask_requests(protocol, attrs.evolve(plan, requests=tuple(requests)), answers)
        answers.requested.update(requests)

    async def _ask_requests(self, protocol: str, plan: Plan, answers: Answers) -> None:
        try:
            session = await self._session(protocol)
            await session.ask(plan, answers)
        except ProtocolError as error:
            self.contact.notes.add(NoteCode.REQUEST_FAILED, f"{protocol}: {error.reason}")
        self.contact.memory.asked.update(dict.fromkeys((one.names for one in plan.requests), time.monotonic()))

    async def _session(self, protocol: str, context: str = "") -> Session:
        """One session for each protocol and SNMP context."""
        key = (protocol, context)
        if key not in self._sessions:
            contact = attrs.evolve(self.contact, context=context) if context else self.contact
            self._sessions[key] = await self.protocols[protocol].open(contact)
        return self._sessions[key]


def _count_as_asked(plan: Plan, answers: Answers) -> None:
    answers.asked.update(plan.instances, plan.columns)
    answers.sampled.update(plan.firsts)
