"""Who answers? One socket, one prepared request for each version and community, four octets patched an address."""

from __future__ import annotations

import array
import asyncio
import contextlib
import random
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import attrs

from frisket.errors import DecodeError
from frisket.formats.snmp import Message, Pdu, PreparedRequest, Version, decode_message, prepare
from frisket.formats.snmp_v3 import VERSION as V3
from frisket.formats.snmp_v3_discovery import PreparedDiscovery, decode_discovery, prepare_discovery
from frisket.model.oid import Oid
from frisket.model.reading import NoteCode
from frisket.protocols.session import Endpoint, NoteBook
from frisket.protocols.vault import Vault

# Measured (FIELD 5): a small send buffer is what keeps the kernel from dropping packets that wait for ARP, because a
# full one makes us wait; a large receive buffer is what keeps a burst of answers
_SEND_BUFFER = 400_000
_RECEIVE_BUFFER = 4 << 20
# Packets between two looks at what has come in
_BURST = 64
_Prepared: TypeAlias = PreparedRequest | PreparedDiscovery
# A request id holds the number of the pass above this and the number of the target below it
_PASS_SHIFT = 26


@attrs.frozen(kw_only=True)
class Responder:
    """An address that answered: how, how fast (seconds), and what it said: to SNMPv3's discovery, no object."""

    endpoint: Endpoint
    version: int
    community: bytes = attrs.field(repr=False)
    seconds: float
    message: Message | None
    octets: int
    speaks_snmp: bool = True

    @classmethod
    def of_silent(cls, endpoint: Endpoint) -> Responder:
        """An address that is silent in SNMP, and has a print server or a web page."""
        return cls(endpoint=endpoint, version=0, community=b"", seconds=0.0, message=None, octets=0, speaks_snmp=False)


@attrs.define(eq=False)
class Sweep:
    """Asks every target once, and those that stay silent once more, in SNMPv1 too; then for its SNMPv3 engine what is
    silent still, if `vault` has users there.

    `suspects` holds notes on addresses that answered, but not as SNMP agents do; `progress` is told how much of the
    sweep is done, in addresses: one that is asked in three passes counts a third in each.
    """

    targets: Sequence[Endpoint]
    oids: Sequence[Oid]
    communities: Sequence[bytes]
    timeout: float = 1.0
    vault: Vault = attrs.field(factory=Vault)
    progress: Callable[[float], None] = lambda _: None
    suspects: dict[Endpoint, NoteBook] = attrs.field(factory=dict)
    requests: int = 0
    _mask: int = attrs.field(factory=lambda: random.getrandbits(31))
    _found: set[int] = attrs.field(factory=set)
    _passes: list[tuple[int, bytes]] = attrs.field(factory=list)
    _sent_at: list[array.array[float]] = attrs.field(factory=list)
    _queue: asyncio.Queue[Responder | None] = attrs.field(factory=asyncio.Queue)
    _over: bool = False
    _done: float = 0.0
    _places: dict[tuple[str, int], int] = attrs.field(factory=dict)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[AsyncIterator[Responder]]:
        """Responders as they come, until every target had its time.

        The socket listens as long as the context is open, so that answers that come too late are still noticed.
        """
        self._places = {(target.address, target.port): at for at, target in enumerate(self.targets)}
        with _open_socket() as sock:
            receiving = asyncio.create_task(self._receive(sock))
            sending = asyncio.create_task(self._send_all(sock))
            try:
                yield self._responders()
                await sending  # raises what went wrong there
            finally:
                for task in (sending, receiving):
                    task.cancel()
                await asyncio.gather(sending, receiving, return_exceptions=True)

    async def _responders(self) -> AsyncIterator[Responder]:
        while (responder := await self._queue.get()) is not None:
            yield responder

    # --- out -----------------------------------------------------------------------------------

    def _rounds(self) -> Iterable[list[tuple[Version, bytes]]]:
        """v2c first, as most speak it; silence is asked again, and then in v1, too, for it may be deaf to v2c."""
        for community in self.communities:
            yield [(Version.V2C, community)]
            yield [(Version.V2C, community), (Version.V1, community)]

    async def _send_all(self, sock: socket.socket) -> None:
        try:
            for round_ in self._rounds():
                for version, community in round_:
                    await self._send_pass(sock, version, community)
                await self._settle()
                if len(self._found) == len(self.targets):
                    break
            await self._discover(sock)
            self._advance(len(self.targets))
        finally:
            self._over = True
            self._queue.put_nowait(None)

    async def _settle(self) -> None:
        """Waits for answers: the whole time-out, or less when nobody is left to answer."""
        until = time.monotonic() + self.timeout
        # two things can end this, and one of them is time
        while time.monotonic() < until and len(self._found) < len(self.targets):  # noqa: ASYNC110
            await asyncio.sleep(min(0.01, self.timeout))

    async def _send_pass(self, sock: socket.socket, version: Version, community: bytes) -> None:
        request = prepare(version, community, Pdu.GET, self.oids)
        base = len(self._passes) << _PASS_SHIFT
        passes = sum(map(len, self._rounds()))
        self._passes.append((version, community))
        sent_at = array.array("d", bytes(8 * len(self.targets)))
        self._sent_at.append(sent_at)
        for at, target in enumerate(self.targets):
            if at % _BURST == 0:
                self._advance(self._done + min(_BURST, len(self.targets) - at) / passes)
                await asyncio.sleep(0)
            if at not in self._found:
                sent_at[at] = time.monotonic()
                await self._send(sock, request, (base | at) ^ self._mask, target)

    async def _discover(self, sock: socket.socket) -> None:
        """SNMPv3 engines among the addresses for which there are users, asked twice as all others are."""
        known = self.vault.users
        wanted = [at for at, target in enumerate(self.targets) if known and self.vault.users_for(target.address)]
        for _ in range(2):
            silent = [at for at in wanted if at not in self._found]
            if not silent:
                return
            base = len(self._passes) << _PASS_SHIFT
            self._passes.append((V3, b""))
            sent_at = array.array("d", bytes(8 * len(self.targets)))
            self._sent_at.append(sent_at)
            for count, at in enumerate(silent):
                if count % _BURST == 0:
                    await asyncio.sleep(0)
                sent_at[at] = time.monotonic()
                await self._send(sock, prepare_discovery(), (base | at) ^ self._mask, self.targets[at])
            await self._settle()

    def _advance(self, done: float) -> None:
        self.progress(done - self._done)
        self._done = done

    async def _send(self, sock: socket.socket, request: _Prepared, request_id: int, target: Endpoint) -> None:
        data = request.with_id(request_id)
        self.requests += 1
        try:
            sock.sendto(data, (target.address, target.port))
        except BlockingIOError:
            await asyncio.get_running_loop().sock_sendto(sock, data, (target.address, target.port))
        except OSError:
            pass  # no route, no neighbour: as good as silence, and the next address may have one

    # --- in ------------------------------------------------------------------------------------

    async def _receive(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                data, address = await loop.sock_recvfrom(sock, 65535)
                self._take(data, address)
                for _ in range(_BURST):
                    data, address = sock.recvfrom(65535)
                    self._take(data, address)
                await asyncio.sleep(0)
            except BlockingIOError:
                continue
            except OSError:
                await asyncio.sleep(0)  # Windows tells of unreachable ports here; the address stays silent

    def _take(self, data: bytes, address: tuple[str, int]) -> None:
        sender = self._places.get(address[:2])
        try:
            message = self._decode(data)
        except DecodeError as error:
            if sender is not None:
                self._suspect(sender, NoteCode.ANSWER_GARBAGE, str(error))
            return
        number = message.request_id ^ self._mask
        pass_, asked = number >> _PASS_SHIFT, number & ((1 << _PASS_SHIFT) - 1)
        if not (message.pdu == Pdu.RESPONSE and 0 <= pass_ < len(self._passes) and asked < len(self.targets)):
            if sender is not None:
                self._suspect(sender, NoteCode.ANSWER_WRONG_REQUEST, "answers what nobody asked")
        elif sender != asked:
            self._suspect(asked, NoteCode.ANSWER_FOREIGN_ADDRESS, f"its answer came from {address[0]}")
        elif (message.version == V3) != (self._passes[pass_][0] == V3):
            self._suspect(asked, NoteCode.ANSWER_WRONG_REQUEST, "answers in a version that was not asked")
        elif message.community != self._passes[pass_][1]:
            self._suspect(asked, NoteCode.ANSWER_WRONG_REQUEST, "answers with a community that was not asked")
        else:
            self._answered(asked, message, len(data), time.monotonic() - self._sent_at[pass_][asked])

    def _decode(self, data: bytes) -> Message:
        """A Report of SNMPv3's discovery counts as an answer without objects."""
        try:
            return decode_message(data)
        except DecodeError:
            if not self.vault.users:
                raise
        report = decode_discovery(data)
        return Message(V3, b"", Pdu.RESPONSE, report.message_id, 0, 0, ())

    def _answered(self, at: int, message: Message, octets: int, seconds: float) -> None:
        if at in self._found:
            return
        self._found.add(at)
        if self._over:
            self._suspect(at, NoteCode.ANSWER_LATE, f"answers {seconds:.1f} s after it was asked")
            return
        responder = Responder(
            endpoint=self.targets[at],
            version=message.version,
            community=message.community,
            seconds=seconds,
            message=message,
            octets=octets,
        )
        self._queue.put_nowait(responder)

    def silent(self) -> list[Endpoint]:
        """Targets that did not answer so far."""
        return [target for at, target in enumerate(self.targets) if at not in self._found]

    def _suspect(self, at: int, code: NoteCode, detail: str) -> None:
        self.suspects.setdefault(self.targets[at], NoteBook()).add(code, detail)


@contextlib.contextmanager
def _open_socket() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)  # noqa: FBT003  # its only argument
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        sock.bind(("", 0))
        yield sock


def in_chunks(targets: Iterable[Endpoint], size: int) -> Iterable[list[Endpoint]]:
    """Targets in lists of at most this many, the numbers that a request id can hold."""
    chunk: list[Endpoint] = []
    for target in targets:
        chunk.append(target)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
