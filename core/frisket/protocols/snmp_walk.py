"""Whole subtrees of one SNMP agent with the types of their values: for a recording, not for a scan.

A scan asks what a profile wants and forgets types. A recording wants everything and must be able to say it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

import attrs

from frisket.errors import SilentError
from frisket.formats.snmp import ErrorStatus, Message, Missing, Pdu, Version, decode_tags
from frisket.formats.snmprec import RecordedValue
from frisket.model.oid import Oid, format_oid, is_under
from frisket.model.reading import NoteCode
from frisket.protocols.contact import Contact
from frisket.protocols.never_asked import NEVER_ASKED, may_be_asked
from frisket.protocols.session import Budget, Endpoint, NoteBook
from frisket.protocols.snmp_link import SnmpLink

# FIELD 17: most agents bear so much, and some drop what is larger
_REPETITIONS = 20
# Beside what is never asked, the children of each object on the way are walked up to this arc
_LAST_SIBLING = 64
# What a person waits for once: some 100,000 objects
MAX_REQUESTS = 12_000
MAX_BYTES = 16 * 1024 * 1024


@attrs.define
class WalkBudget(Budget):
    """A recording may cost more than a scan: a person asked for it, of one device."""

    max_requests: int = MAX_REQUESTS
    max_bytes: int = MAX_BYTES

    @property
    def bytes_spent(self) -> bool:
        return self.bytes_received > self.max_bytes

    def spend_request(self) -> None:
        if self.requests >= self.max_requests:
            raise SilentError(self.address, f"would take more than {self.max_requests} requests")
        if self.remaining() <= 0:
            raise SilentError(self.address, "the time for one recording is over")
        self.requests += 1

    def spend_bytes(self, count: int) -> None:
        self.bytes_received += count
        if self.bytes_spent:
            raise SilentError(self.address, f"sent more than {self.max_bytes >> 20} MiB")


@attrs.define(eq=False)
class _TypedLink(SnmpLink):
    """Remembers the BER tags of the answer that was waited for, which a decoded message has no more."""

    tags: tuple[int, ...] = ()
    _datagram: bytes = b""

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._datagram = data
        super().datagram_received(data, addr)

    def _received(self, message: Message) -> None:
        if self._is_expected(message):
            self.tags = decode_tags(self._datagram)
        super()._received(message)


@attrs.define(eq=False)
class SnmpWalk:
    """One agent, walked from one object to the next. Not a Session: nothing is planned here."""

    link: _TypedLink
    notes: NoteBook
    repetitions: int = _REPETITIONS

    async def walk(self, prefix: Oid, objects: dict[Oid, RecordedValue]) -> None:
        """Puts all that lies under a prefix into `objects`, but for what is never asked.

        SilentError where the device falls silent or a limit is reached; what came until then is kept.
        """
        for part in allowed_parts(prefix):
            await self._walk(part, objects)

    def close(self) -> None:
        self.link.close()

    async def _walk(self, part: Oid, objects: dict[Oid, RecordedValue]) -> None:
        cursor: Oid | None = part
        while cursor is not None:
            message = await self._next(cursor)
            cursor = self._take(part, cursor, message, objects)

    async def _next(self, cursor: Oid) -> Message:
        """What comes behind an object: one at a time beside what is never asked, so that no answer reaches it."""
        careful = any(is_under(never, cursor[:7]) for never in NEVER_ASKED)
        while True:
            one = careful or self.repetitions <= 1 or self.link.access.version == Version.V1
            try:
                if one:
                    return await self.link.request(Pdu.GET_NEXT, [cursor])
                message = await self.link.request(Pdu.GET_BULK, [cursor], max_repetitions=self.repetitions)
            except SilentError:
                if one or self.link.budget.remaining() <= 0:
                    raise
                self.repetitions //= 4
                continue
            if message.error_status != ErrorStatus.TOO_BIG and message.varbinds:
                return message
            self.repetitions //= 4

    def _take(self, part: Oid, cursor: Oid, message: Message, objects: dict[Oid, RecordedValue]) -> Oid | None:
        """Where to go on; None at the end, or where the agent is not to be followed."""
        if message.error_status:
            return None
        for (oid, value), tag in zip(message.varbinds, self.link.tags, strict=False):
            if isinstance(value, Missing) or not is_under(oid, part) or not may_be_asked(oid):
                return None
            if oid <= cursor:
                self.notes.add(NoteCode.ANSWER_CIRCULAR, f"after {format_oid(cursor)} comes {format_oid(oid)}")
                return None
            objects[oid] = RecordedValue(tag, value)
            cursor = oid
        return cursor if message.varbinds else None


def allowed_parts(prefix: Oid) -> Iterator[Oid]:
    """A prefix as subtrees without those that are never asked: itself where it holds none.

    Beside one of these lie the children of each object on the way to it. Walking one that comes before it ends at the
    first object behind it, which an agent names without being asked for it; so these are asked one object at a time.
    """
    inside = [never for never in NEVER_ASKED if is_under(never, prefix)]
    if not inside:
        if may_be_asked(prefix):
            yield prefix
        return
    never = inside[0]
    for depth in range(len(prefix), len(never)):
        yield from ((*never[:depth], arc) for arc in range(1, _LAST_SIBLING + 1) if arc != never[depth])


async def open_walk(contact: Contact) -> SnmpWalk:
    """SilentError where the device cannot be reached."""
    if contact.access is None:
        raise SilentError(contact.address, "does not answer SNMP")
    endpoint = Endpoint(contact.address, contact.ports.snmp)
    access = contact.access.within(contact.context)
    loop = asyncio.get_running_loop()
    try:
        _, link = await loop.create_datagram_endpoint(
            lambda: _TypedLink(endpoint, access, contact.budget, contact.notes),
            remote_addr=(endpoint.address, endpoint.port),
        )
    except OSError as error:
        raise SilentError(endpoint.address, f"cannot be reached: {error.strerror or error}") from None
    return SnmpWalk(link, contact.notes)


def without_nested(prefixes: Iterable[Oid]) -> list[Oid]:
    """Subtrees that lie in no other of them, in their order."""
    wanted: list[Oid] = []
    for prefix in sorted(set(prefixes)):
        if not any(is_under(prefix, other) for other in wanted):
            wanted.append(prefix)
    return wanted
