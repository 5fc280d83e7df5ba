"""The scan of many: one sweep, a bounded number of devices read side by side, results as they come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable

import attrs

from frisket.errors import ProtocolError, SilentError
from frisket.formats.snmp_v3 import VERSION as V3
from frisket.model.reading import Note, NoteCode, Reading, Unread
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.session import Access, Budget, Endpoint, NoteBook
from frisket.protocols.snmp_v3 import find_user
from frisket.protocols.vault import Vault
from frisket.scan.knock import knock
from frisket.scan.reader import Reader, failed
from frisket.scan.sweep import Responder, Sweep, in_chunks
from frisket.scan.targets import Targets

# 65,536 addresses a sweep: the memory of a sweep stays bounded, and so does the time until its first time-out
_CHUNK = 1 << 16
# A device that answers slowly is given this many times its first answer's time, but never more than so many seconds
_PATIENCE = 3
_LONGEST_TIMEOUT = 5.0
# A network of this many addresses is looked at for printers that are silent in SNMP, too: up to three connections each
FEW_ADDRESSES = 256


@attrs.frozen(kw_only=True)
class ScanSettings:
    """`timeout` and `device_deadline` are seconds; `parallel` is how many devices are read at the same time.

    `find_silent`: addresses that are silent in SNMP are looked at for IPP and web pages, too. `ports` says where a
    device's servers listen; the SNMP port is that of each target.
    """

    communities: tuple[bytes, ...] = attrs.field(default=(b"public",), repr=False)
    timeout: float = 1.0
    retries: int = 2
    device_deadline: float = 30.0
    parallel: int = 64
    find_silent: bool = False
    ports: Ports = attrs.field(factory=Ports)
    vault: Vault = attrs.field(factory=Vault, repr=False)


@attrs.define
class Progress:
    """How far a scan is; `swept` counts addresses, in parts of one; `changed` is called after each step."""

    addresses: int = 0
    swept: float = 0.0
    responders: int = 0
    read: int = 0
    printers: int = 0
    requests: int = 0
    changed: Callable[[], None] = lambda: None

    def step(self, name: str, count: float = 1) -> None:
        setattr(self, name, getattr(self, name) + count)
        self.changed()


async def scan(
    targets: Targets, reader: Reader, settings: ScanSettings, progress: Progress | None = None
) -> AsyncGenerator[Reading | Unread]:
    """Every printer among the targets, each as soon as it is read; then notes on addresses that only misbehaved."""
    progress = progress or Progress()
    progress.addresses = len(targets)
    for chunk in in_chunks(targets, _CHUNK):
        async for result in _Chunk(chunk, reader, settings, progress).results():
            yield result


@attrs.define(eq=False)
class _Chunk:
    targets: list[Endpoint]
    reader: Reader
    settings: ScanSettings
    progress: Progress
    _queue: asyncio.Queue[Reading | Unread | None] = attrs.field(factory=asyncio.Queue)
    _seen: set[str] = attrs.field(factory=set)

    async def results(self) -> AsyncGenerator[Reading | Unread]:
        sweep = Sweep(
            self.targets,
            self.reader.sweep_oids(),
            self.settings.communities,
            timeout=self.settings.timeout,
            vault=self.settings.vault,
            progress=lambda count: self.progress.step("swept", count),
        )
        feeding = asyncio.create_task(self._feed(sweep))
        try:
            while (result := await self._queue.get()) is not None:
                yield result
            await feeding
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
        for endpoint, notes in sweep.suspects.items():
            if str(endpoint) not in self._seen:
                yield Unread(address=str(endpoint), notes=notes.all())

    async def _feed(self, sweep: Sweep) -> None:
        """Starts a reading for each responder; ends when the sweep and all readings have."""
        limit = asyncio.Semaphore(self.settings.parallel)
        try:
            async with sweep.listening() as responders, asyncio.TaskGroup() as readings:
                async for responder in responders:
                    self.progress.step("responders")
                    readings.create_task(self._read(responder, limit, sweep.suspects))
                if self.settings.find_silent:
                    async for endpoint in knock(sweep.silent(), self.settings.ports, patience=self.settings.timeout):
                        readings.create_task(self._read(Responder.of_silent(endpoint), limit, sweep.suspects))
        finally:
            self.progress.requests += sweep.requests
            self._queue.put_nowait(None)

    async def _read(self, responder: Responder, limit: asyncio.Semaphore, suspects: dict[Endpoint, NoteBook]) -> None:
        """One device, whatever it does: the boundary behind which no failure reaches another device."""
        name = str(responder.endpoint)
        async with limit:
            result: Reading | Unread | None
            contact = self._contact(responder)
            try:
                async with asyncio.timeout(self.settings.device_deadline + 1):
                    await self._find_access(responder, contact)
                    result = await self.reader.read(responder, contact)
            except ProtocolError as error:
                if isinstance(error, SilentError) or not contact.notes.all():
                    contact.notes.add(NoteCode.DEVICE_SILENT, error.reason)
                result = Unread(address=name, notes=contact.notes.all())
            except TimeoutError:
                result = Unread(address=name, notes=(Note(NoteCode.DEVICE_SLOW, "its time was over"),))
            except Exception as error:  # noqa: BLE001  # the boundary of one device
                result = failed(name, error)
        self.progress.step("read")
        if result is None:
            return
        noticed = suspects.get(responder.endpoint)
        if noticed is not None:
            result = attrs.evolve(result, notes=(*result.notes, *noticed.all()))
        self._seen.add(name)
        if isinstance(result, Reading):
            self.progress.step("printers")
        self._queue.put_nowait(result)

    def _contact(self, responder: Responder) -> Contact:
        endpoint = responder.endpoint
        return Contact(
            address=endpoint.address,
            ports=attrs.evolve(self.settings.ports, snmp=endpoint.port),
            budget=Budget(endpoint.address, time.monotonic() + self.settings.device_deadline),
            notes=NoteBook(),
            vault=self.settings.vault,
            memory=self.reader.memory.of(endpoint.address),
        )

    async def _find_access(self, responder: Responder, contact: Contact) -> None:
        """How the device is to be asked over SNMP, if it is; ProtocolError where its SNMPv3 agent takes no user."""
        if not responder.speaks_snmp:
            return
        patience = min(max(self.settings.timeout, _PATIENCE * responder.seconds), _LONGEST_TIMEOUT)
        access = Access(
            version=responder.version,
            community=responder.community,
            timeout=patience,
            retries=self.settings.retries,
        )
        if responder.version == V3:
            users = self.settings.vault.users_for(contact.address)
            access = await find_user(responder.endpoint, users, access, budget=contact.budget, notes=contact.notes)
        contact.access = access
