"""SNMP: a plan's objects, batched into as few requests as a device bears."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import attrs

from frisket.errors import SilentError
from frisket.formats.snmp import ErrorStatus, Message, Missing, Pdu, VarBind, Version
from frisket.model.answers import Answers, SnmpValue
from frisket.model.oid import Oid, format_oid, is_under
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode
from frisket.protocols.contact import Contact, DeviceMemory
from frisket.protocols.never_asked import may_be_asked
from frisket.protocols.session import Access, Budget, Endpoint, NoteBook
from frisket.protocols.snmp_link import SnmpLink
from frisket.protocols.snmp_v3 import open_v3_link

# What one request asks for: some 28 octets a varbind fill one Ethernet frame with about 50
MAX_GET = 24
MAX_VARBINDS = 48
# Agents differ in how much GETBULK they bear; more than this no agent needs
MAX_REPETITIONS = 24
# The longest text of Printer-MIB has 255 octets, of any vendor's MIB that is known here some 2,000
MAX_OCTETS = 8192
# No column of a printer is longer, and none lasts through so many answers in which no other column comes to its end:
# what does is made up as it is asked for
MAX_COLUMN = 2048
MAX_ANSWERS_WITHOUT_END = 150


@attrs.define
class _Walk:
    """A column on its way: where it starts, where it stands."""

    column: Oid
    cursor: Oid
    count: int = 0


@attrs.define(eq=False)
class SnmpSession:
    """One agent. What it does to GETBULK is learnt in the first requests, and remembered for the next reading."""

    link: SnmpLink
    notes: NoteBook
    budget: Budget
    memory: DeviceMemory = attrs.field(factory=DeviceMemory)
    max_repetitions: int = MAX_REPETITIONS
    max_varbinds: int = MAX_VARBINDS

    async def ask(self, plan: Plan, answers: Answers) -> None:
        """See Session.ask. Stops at the first SilentError or HostileAnswerError; what came before it is kept."""
        for limit in (plan.max_repetitions, self.memory.max_repetitions):
            if limit is not None:
                self.max_repetitions = min(self.max_repetitions, limit)
        self.link.rate = plan.rate or self.link.rate
        await self._get_all([oid for oid in plan.instances if may_be_asked(oid)], answers)
        await self._first_all([oid for oid in plan.firsts if may_be_asked(oid)], answers)
        await self._walk_all([oid for oid in plan.columns if may_be_asked(oid)], answers)
        answers.asked.update(plan.instances, plan.columns)
        answers.sampled.update(plan.firsts)

    def close(self) -> None:
        self.link.close()

    # --- GET -----------------------------------------------------------------------------------

    async def _get_all(self, oids: Sequence[Oid], answers: Answers) -> None:
        pending = [list(oids[at : at + MAX_GET]) for at in range(0, len(oids), MAX_GET)]
        while pending:
            batch = pending.pop(0)
            message = await self.link.request(Pdu.GET, batch)
            if message.error_status:
                pending[:0] = self._smaller(batch, message)
                continue
            self._expect_all(batch, message)
            for asked, (oid, value) in zip(batch, message.varbinds, strict=False):
                if oid != asked:
                    self._foreign(asked, oid)
                else:
                    self._put(oid, value, answers)

    def _smaller(self, batch: list[Oid], message: Message) -> list[list[Oid]]:
        """What is left to ask after an error: without the object at fault, or in halves where it is not known.

        RFC 1157 4.1.2: one missing object fails the whole GET, and error-index says which.
        """
        at = message.error_index - 1
        if message.error_status != ErrorStatus.TOO_BIG and 0 <= at < len(batch):
            rest = batch[:at] + batch[at + 1 :]
            self._errors(message, batch[at])
            return [rest] if rest else []
        if len(batch) == 1:
            self._errors(message, batch[0])
            return []
        half = len(batch) // 2
        return [batch[:half], batch[half:]]

    def _errors(self, message: Message, oid: Oid) -> None:
        if message.error_status != ErrorStatus.NO_SUCH_NAME:
            self.notes.add(NoteCode.ANSWER_ERROR, f"error {message.error_status} for {format_oid(oid)}")

    def _foreign(self, asked: Oid, got: Oid) -> None:
        self.notes.add(NoteCode.ANSWER_FOREIGN_OID, f"asked for {format_oid(asked)}, answered {format_oid(got)}")

    # --- GETNEXT -------------------------------------------------------------------------------

    async def _first_all(self, columns: Sequence[Oid], answers: Answers) -> None:
        """The first instance of each column."""
        pending = [list(columns[at : at + MAX_GET]) for at in range(0, len(columns), MAX_GET)]
        while pending:
            batch = pending.pop(0)
            message = await self.link.request(Pdu.GET_NEXT, batch)
            if message.error_status:
                pending[:0] = self._smaller(batch, message)
                continue
            self._expect_all(batch, message)
            for oid, varbind in zip(batch, message.varbinds, strict=False):
                self._step(_Walk(oid, oid), varbind, answers)

    # --- columns -------------------------------------------------------------------------------

    async def _walk_all(self, columns: Sequence[Oid], answers: Answers) -> None:
        """Every column to its end, side by side: short ones drop out and leave their room to the long ones."""
        walks = [_Walk(column, column) for column in dict.fromkeys(columns)]
        lasting = 0
        while walks:
            if lasting == MAX_ANSWERS_WITHOUT_END:
                for walk in walks:
                    self._endless(walk, answers)
                return
            batch = walks[: self.max_varbinds]
            message = await self._next_rows(batch)
            if message.error_status:
                walks = await self._after_error(walks, batch, message)
                continue
            ended = self._take_rows(batch, message, answers)
            lasting = 0 if ended else lasting + 1
            walks = [walk for walk in walks if walk.column not in ended]

    async def _next_rows(self, batch: Sequence[_Walk]) -> Message:
        oids = [walk.cursor for walk in batch]
        if self.link.access.version == Version.V1:
            return await self.link.request(Pdu.GET_NEXT, oids)
        halved = False
        while True:
            repetitions = max(1, min(self.max_repetitions, self.max_varbinds // len(oids)))
            try:
                message = await self.link.request(Pdu.GET_BULK, oids, max_repetitions=repetitions, tries=self._tries())
            except SilentError:
                # some agents drop a GETBULK whose answer would be large (FIELD 17): ask for less before giving up
                if self.max_varbinds <= len(oids) and self.max_repetitions <= 1:
                    raise
                if self.budget.remaining() <= 0:
                    raise
                self.max_repetitions = repetitions // 2 or 1
                self.max_varbinds = max(len(oids), self.max_varbinds // 2)
                halved = True
            else:
                # what helped once is begun with the next time; a device that was only off taught nothing
                self.memory.max_repetitions = self.max_repetitions if halved else self.memory.max_repetitions
                return message

    def _tries(self) -> int:
        """While there is something to halve, one repeat is enough; a lost packet is made good by the next size."""
        return 2 if self.max_repetitions > 1 else 1 + self.link.access.retries

    async def _after_error(self, walks: list[_Walk], batch: list[_Walk], message: Message) -> list[_Walk]:
        at = message.error_index - 1
        if message.error_status == ErrorStatus.TOO_BIG and (self.max_varbinds > 1):
            self.max_varbinds = max(1, min(self.max_varbinds, len(batch) * self.max_repetitions) // 2)
            self.max_repetitions = max(1, self.max_repetitions // 2)
            return walks
        ended = batch[at] if 0 <= at < len(batch) else batch[0] if len(batch) == 1 else None
        if ended is not None:
            self._errors(message, ended.cursor)
            return [walk for walk in walks if walk is not ended]
        self.max_varbinds = max(1, len(batch) // 2)
        return walks

    def _take_rows(self, batch: Sequence[_Walk], message: Message, answers: Answers) -> set[Oid]:
        """Columns that came to their end with this answer."""
        ended: set[Oid] = set()
        if not message.varbinds:
            self.notes.add(NoteCode.ANSWER_INCOMPLETE, f"asked for {len(batch)} columns at once, answered none")
            return {walk.column for walk in batch}
        for at, varbind in enumerate(message.varbinds):
            walk = batch[at % len(batch)]
            if walk.column not in ended and not self._step(walk, varbind, answers):
                ended.add(walk.column)
        return ended

    def _step(self, walk: _Walk, varbind: VarBind, answers: Answers) -> bool:
        """Takes one instance of a column; False where the column is at its end, or the agent is not to be followed."""
        oid, value = varbind
        if isinstance(value, Missing):
            return False
        if oid <= walk.cursor:
            self._backwards(walk, oid)
            return False
        if not is_under(oid, walk.column):
            return False
        if walk.count >= MAX_COLUMN:
            self._endless(walk, answers)
            return False
        walk.cursor = oid
        walk.count += 1
        self._put(oid, value, answers)
        return True

    def _endless(self, walk: _Walk, answers: Answers) -> None:
        """Rows that are made up as they are asked for are no facts."""
        self.notes.add(NoteCode.ANSWER_ENDLESS, f"no end after {walk.count} rows under {format_oid(walk.column)}")
        answers.forget(walk.column)

    def _put(self, oid: Oid, value: SnmpValue | Missing, answers: Answers) -> None:
        if isinstance(value, bytes) and len(value) > MAX_OCTETS:
            self.notes.add(NoteCode.ANSWER_OVERSIZED, f"{len(value):,} octets for {format_oid(oid)}")
        elif not isinstance(value, Missing):
            answers.put(oid, value)

    def _expect_all(self, batch: Sequence[Oid], message: Message) -> None:
        """RFC 3416 4.2: as many varbinds come back as were sent."""
        if len(message.varbinds) != len(batch):
            detail = f"asked for {len(batch)} objects at once, answered {len(message.varbinds)}"
            self.notes.add(NoteCode.ANSWER_INCOMPLETE, detail)

    def _backwards(self, walk: _Walk, oid: Oid) -> None:
        if is_under(oid, walk.column):
            detail = f"after {format_oid(walk.cursor)} comes {format_oid(oid)}"
            self.notes.add(NoteCode.ANSWER_CIRCULAR, detail)
        else:
            self._foreign(walk.cursor, oid)


class SnmpTransport:
    """Opens a session on a connected UDP socket."""

    async def open(self, contact: Contact) -> SnmpSession:
        if contact.access is None:
            raise SilentError(contact.address, "does not answer SNMP")
        endpoint = Endpoint(contact.address, contact.ports.snmp)
        try:
            link = await self._link(endpoint, contact, contact.access)
        except OSError as error:
            raise SilentError(endpoint.address, f"cannot be reached: {error.strerror or error}") from None
        return SnmpSession(link, contact.notes, contact.budget, contact.memory)

    async def _link(self, endpoint: Endpoint, contact: Contact, access: Access) -> SnmpLink:
        if access.user is not None:
            return await open_v3_link(endpoint, access, contact.budget, contact.notes, context=contact.context)
        access = access.within(contact.context)
        _, link = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: SnmpLink(endpoint, access, contact.budget, contact.notes),
            remote_addr=(endpoint.address, endpoint.port),
        )
        return link
