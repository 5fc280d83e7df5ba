"""PJL over TCP: read-only queries to printers of which SNMP or IPP has proved that they speak it.

A printer that does not speak PJL prints what comes to this port, so that nothing is sent on a guess (THREATS 20), and
nothing but what `query_bytes` makes: its closing UEL goes out with the queries, whatever comes of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence

import attrs

from frisket.errors import DecodeError, ProtocolError
from frisket.formats.pjl import query_bytes
from frisket.formats.pjl_reader import MAX_BYTES, PjlReader
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode
from frisket.model.request import PjlRequest, Reply
from frisket.protocols.contact import Contact
from frisket.protocols.session import Budget, NoteBook

# After its first answer a printer that is silent for so long will not answer the rest
_QUIET = 1.5
_CHUNK = 4096
_CLOSING = 0.5


class PjlTransport:
    """Opens sessions; the connection is made when there is something to ask."""

    async def open(self, contact: Contact) -> PjlSession:
        """ProtocolError where nothing has proved that the device speaks PJL."""
        _expect_proof(contact)
        return PjlSession(contact)


@attrs.define(eq=False)
class PjlSession:
    """One printer: for each plan one connection, on which everything is asked at once."""

    contact: Contact

    @property
    def notes(self) -> NoteBook:
        return self.contact.notes

    @property
    def budget(self) -> Budget:
        return self.contact.budget

    async def ask(self, plan: Plan, answers: Answers) -> None:
        """See Session.ask. What goes wrong is noted and costs only these requests."""
        wanted = [one for one in plan.requests if isinstance(one, PjlRequest) and one not in answers.requested]
        if not wanted:
            return
        _expect_proof(self.contact)
        asking = _Asking(wanted, self.budget)
        reason = "does not answer in time"
        try:
            await asking.run(self.contact.address, self.contact.ports.pjl)
        except ConnectionRefusedError:
            # that a service is not there is no failure
            asking.absent = True
        except (DecodeError, OSError, ProtocolError, ValueError) as error:
            reason = str(error)
        for query, text in asking.reader.answers.items():
            if query in asking.queries:
                answers.add_reply(Reply(protocol="pjl", name=query, octets=text.encode()))
        answers.requested.update(wanted)
        if asking.unanswered and not asking.absent:
            self.notes.add(NoteCode.REQUEST_FAILED, f"PJL {', '.join(asking.unanswered)}: {reason}")

    def close(self) -> None:
        """No connection outlives its questions."""


@attrs.define
class _Asking:
    """The queries of some requests, and what they may cost together."""

    requests: Sequence[PjlRequest]
    budget: Budget
    reader: PjlReader = attrs.field(factory=PjlReader)
    absent: bool = False
    _octets: int = 0
    _heard: bool = False

    @property
    def queries(self) -> list[str]:
        return list(dict.fromkeys(query for request in self.requests for query in request.queries))

    @property
    def unanswered(self) -> list[str]:
        return [query for query in self.queries if query not in self.reader.answers]

    async def run(self, address: str, port: int) -> None:
        """All queries at once; those that stay unanswered one at a time, in as much time again.

        Some printers take one query a job. One that answers none of them has said enough.
        """
        query_bytes(self.queries)  # ValueError before there is a connection
        timeout = max(request.timeout for request in self.requests)
        self.budget.spend_request()
        async with _connected(address, port, self._until(timeout)) as (stream, writer):
            await self._exchange(stream, writer, self.queries, self._until(timeout))
            until = self._until(timeout)
            unanswered = self.unanswered if len(self.unanswered) < len(self.queries) else []
            for at, query in enumerate(unanswered):
                now = time.monotonic()
                if now < until and not stream.at_eof():
                    self._heard = False
                    self.budget.spend_request()
                    await self._exchange(stream, writer, [query], now + (until - now) / (len(unanswered) - at))

    async def _exchange(
        self, stream: asyncio.StreamReader, writer: asyncio.StreamWriter, queries: Sequence[str], until: float
    ) -> None:
        """Ends with the last answer, with silence, or with the connection; DecodeError when too much comes."""
        writer.write(query_bytes(queries))
        while any(query not in self.reader.answers for query in queries):
            data = await self._read(stream, until)
            if not data:
                break
            self._heard = True
            self.reader.feed(data)
        self.reader.finish()

    async def _read(self, stream: asyncio.StreamReader, until: float) -> bytes:
        """Nothing where the printer has nothing more to say."""
        seconds = until - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, min(seconds, _QUIET) if self._heard else seconds)):
                data = await stream.read(_CHUNK)
        except TimeoutError:
            return b""
        self.budget.count_bytes(len(data))
        self._octets += len(data)
        if self._octets > min(MAX_BYTES, max(request.max_bytes for request in self.requests)):
            raise DecodeError(f"more than {self._octets - len(data):,} octets")
        return data

    def _until(self, timeout: float) -> float:
        return min(time.monotonic() + timeout, self.budget.deadline)


def _expect_proof(contact: Contact) -> None:
    if not contact.speaks_pjl:
        raise ProtocolError(contact.address, "nothing has proved that it speaks PJL, and it may print what it is sent")


@contextlib.asynccontextmanager
async def _connected(
    address: str, port: int, until: float
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    try:
        async with asyncio.timeout(max(0.0, until - time.monotonic())):
            stream, writer = await asyncio.open_connection(address, port, limit=_CHUNK)
    except TimeoutError:
        raise ProtocolError(address, "takes no connection for PJL in time") from None
    try:
        yield stream, writer
    finally:
        writer.close()
        try:
            async with asyncio.timeout(_CLOSING):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            writer.transport.abort()
