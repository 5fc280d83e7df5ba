"""Requests and their answers with one SNMP agent over a connected UDP socket.

The kernel drops what comes from any other address, and a socket of its own keeps one device's flood out of another's
receive buffer.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import Protocol, cast

import attrs

from frisket.errors import DecodeError, HostileAnswerError, ProtocolError, SilentError
from frisket.formats.snmp import Message, Pdu, decode_message, prepare
from frisket.model.oid import Oid
from frisket.model.reading import NoteCode
from frisket.protocols.session import Access, Budget, Endpoint, NoteBook

# Answers that nobody asked for: some networks double packets, a flood goes far beyond
MAX_UNASKED = 32


class Prepared(Protocol):
    """A request to which only its number is missing."""

    def with_id(self, request_id: int, /) -> bytes: ...


@attrs.define(eq=False)
class SnmpLink(asyncio.DatagramProtocol):
    """One request at a time, as printers like it."""

    endpoint: Endpoint
    access: Access
    budget: Budget
    notes: NoteBook
    # requests a second, None for as many as the device answers
    rate: float | None = None
    _next_at: float = 0.0
    _transport: asyncio.DatagramTransport | None = None
    _waiting: asyncio.Future[Message] | None = None
    _expected: int | None = None
    _retired: set[int] = attrs.field(factory=set)
    _unasked: int = 0
    _failure: ProtocolError | None = None
    _next_id: int = attrs.field(factory=lambda: random.randrange(1 << 30))

    # --- asyncio's side ------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def error_received(self, exc: Exception) -> None:
        """Port unreachable and its kin: the device has no agent any more, so there is nothing to wait for."""
        self._fail(SilentError(self.endpoint.address, f"refuses SNMP: {exc}"))

    def datagram_received(self, data: bytes, addr: object) -> None:
        try:
            self.budget.spend_bytes(len(data))
            message = self._decode(data)
        except HostileAnswerError as error:
            self.notes.add(NoteCode.TOO_MANY_BYTES, error.reason)
            self._fail(error)
        except DecodeError as error:
            self._unexpected(NoteCode.ANSWER_GARBAGE, str(error))
        else:
            self._received(message)

    def _decode(self, data: bytes) -> Message:
        return decode_message(data)

    # --- one exchange --------------------------------------------------------------------------

    async def request(
        self, pdu: Pdu, oids: list[Oid], *, max_repetitions: int = 0, tries: int | None = None
    ) -> Message:
        """The answer to one request. SilentError after every try went unanswered."""
        prepared = prepare(self.access.version, self.access.community, pdu, oids, max_repetitions=max_repetitions)
        for _ in range(1 + self.access.retries if tries is None else tries):
            answer = await self._try(prepared)
            if answer is not None:
                return answer
        raise SilentError(self.endpoint.address, "does not answer any more")

    async def _try(self, prepared: Prepared) -> Message | None:
        if self._failure is not None:
            raise self._failure
        await self._keep_the_rate()
        self.budget.spend_request()
        self._next_id = (self._next_id + 1) & 0x7FFFFFFF
        self._expected = self._next_id
        self._waiting = asyncio.get_running_loop().create_future()
        assert self._transport is not None
        self._transport.sendto(prepared.with_id(self._expected))
        try:
            async with asyncio.timeout(min(self.access.timeout, max(self.budget.remaining(), 0))):
                return await self._waiting
        except TimeoutError:
            self._retired.add(self._expected)
            return None
        finally:
            self._expected = self._waiting = None

    async def _keep_the_rate(self) -> None:
        """Waits until the next request may go out to a device that bears so many a second only."""
        if self.rate is None:
            return
        now = time.monotonic()
        if self._next_at > now:
            await asyncio.sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 1 / self.rate

    def _received(self, message: Message) -> None:
        waiting = self._waiting
        if waiting is not None and not waiting.done() and self._is_expected(message):
            self._retired.add(message.request_id)
            waiting.set_result(message)
        elif message.request_id in self._retired:
            self._unexpected(NoteCode.ANSWER_LATE, "answers after its time or more than once")
        else:
            self._unexpected(NoteCode.ANSWER_WRONG_REQUEST, "answers what nobody asked")

    def _is_expected(self, message: Message) -> bool:
        return (
            message.request_id == self._expected
            and message.pdu == Pdu.RESPONSE
            and message.community == self.access.community
            and message.version == self.access.version
        )

    def _unexpected(self, code: NoteCode, detail: str) -> None:
        self.notes.add(code, detail)
        self._unasked += 1
        if self._unasked > MAX_UNASKED:
            self.notes.add(NoteCode.ANSWER_FLOOD, f"more than {MAX_UNASKED} answers that nobody asked for")
            self._fail(HostileAnswerError(self.endpoint.address, "floods us with answers that nobody asked for"))

    def _fail(self, error: ProtocolError) -> None:
        self._failure = error
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
        self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
