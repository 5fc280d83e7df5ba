"""The agent at work: check-in, scan and upload side by side, none of which waits for another or falls with it.

There is no listening socket: nothing is ever pushed to an agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import attrs

from frisket.agent import ceiling, upload
from frisket.agent.back_off import LONGEST_WAIT, BackOff
from frisket.agent.check_in import CheckIns, Say
from frisket.agent.envelope import seal
from frisket.agent.errors import (
    AgentError,
    CeilingError,
    FolderError,
    HubError,
    NonsenseError,
    RefusedError,
    SpoolDamagedError,
    SpoolError,
)
from frisket.agent.first_scan import FirstScan, Judge
from frisket.agent.folder import AgentFolder
from frisket.agent.history import History
from frisket.agent.hub_client import HubClient
from frisket.agent.identity import load_identity
from frisket.agent.known_devices import KnownDevices
from frisket.agent.signals import told_to_end
from frisket.agent.spool import Spool, SpoolLimits
from frisket.agent.start_up import resume_trial
from frisket.agent.state import StateFile
from frisket.agent.tally import Tally
from frisket.agent.trial import TrialFile
from frisket.agent.trust import Trust
from frisket.agent.updates import Updates
from frisket.agent.versions import versions_of
from frisket.errors import FrisketError
from frisket.model.reading import Reading
from frisket.plugins.registry import Registry
from frisket.protocols.vault import Vault
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.memory import Memory
from frisket.scan.reader import Reader
from frisket.scan.targets import FEW_ADDRESSES
from frisket.wire.documents import MAX_BATCH, Health

_HOURLY = 3600.0
# However soon a hub would like to hear of an agent again
_SOONEST = 30.0
# Seconds for what is under way after a signal
_ENDING = 1.5
_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class Settings:
    """Seconds. `check_in_every` and `scan_every` are for trials: they stand instead of what hub and ceiling say."""

    snmp_port: int = 161
    communities: tuple[bytes, ...] = attrs.field(default=(b"public",), repr=False)
    check_in_every: float | None = None
    scan_every: float | None = None
    first_back_off: float = 30.0
    vault: Vault = attrs.field(factory=Vault, repr=False)
    limits: SpoolLimits = attrs.field(factory=SpoolLimits)


@attrs.define(eq=False)
class Agent:
    """One folder's agent, from `opened` until its end."""

    state: StateFile
    spool: Spool
    hub: HubClient
    updates: Updates
    check_ins: CheckIns
    history: History
    devices: KnownDevices
    judge: Judge
    registry: Registry
    settings: Settings
    say: Say
    _spool_thread: ThreadPoolExecutor = attrs.field(factory=lambda: ThreadPoolExecutor(1, "spool"))
    _changed: asyncio.Event = attrs.field(factory=asyncio.Event)
    # a generation that stays incomplete is asked for ever less often, or one bad release brings every agent to the hub
    _incomplete: BackOff | None = None
    _to_send: asyncio.Event = attrs.field(factory=asyncio.Event)
    _checked_in: asyncio.Event = attrs.field(factory=asyncio.Event)
    # when the last scan began, on the monotonic clock
    _scanned: float | None = None
    _failures: dict[str, str] = attrs.field(factory=dict)
    _memory: Memory = attrs.field(factory=Memory)

    # --- scan ----------------------------------------------------------------------------------

    def scan_due_in(self) -> float | None:
        """Seconds; None where there is nothing to scan. After a change, or an unfinished scan, as soon as may be."""
        state = self.state.state
        if state.desired is None:
            return None
        try:
            smallest = ceiling.load_ceiling(self.state.folder).smallest_interval
        except CeilingError:
            smallest = round(_HOURLY)
        if self.settings.scan_every is not None:
            interval = smallest = round(self.settings.scan_every)
        else:
            interval = max(state.desired.scan_interval, smallest)
        wait = interval if state.scanned_generation == state.desired.generation else smallest
        return 0.0 if self._scanned is None else max(0.0, self._scanned + wait - time.monotonic())

    async def scan(self) -> bool:
        """One scan of what the ceiling allows; each reading is taken as it comes. False when some were not."""
        desired = self.state.state.desired
        if desired is None:
            self.say("scan: the hub has not said yet what to scan")
            return True
        self._scanned, started = time.monotonic(), time.monotonic()
        self.state.change(scanned_at=int(time.time()), scanned_generation=None)
        allowed = await asyncio.to_thread(self.check_ins.allowed, desired)
        tally = Tally()
        protocols = self.registry.protocols
        if "snmp" not in protocols:
            raise AgentError("no plugin speaks snmp; `frisket plugins` shows which one failed")
        loaded = self.updates.loaded
        reader = Reader(database=loaded.database, protocols=protocols, memory=self._memory)
        settings = ScanSettings(
            communities=self.settings.communities,
            find_silent=len(allowed.targets) <= FEW_ADDRESSES,
            vault=self.settings.vault,
        )
        async with contextlib.aclosing(scan(allowed.targets, reader, settings)) as results:
            async for result in results:
                if isinstance(result, Reading):
                    await self._take(result, tally)
                else:
                    tally.unread += 1
        self.say(tally.words(len(allowed.targets), time.monotonic() - started))
        self.state.change(scanned_generation=desired.generation)
        first_scan = FirstScan(
            release=loaded.release,
            targets=allowed.targets,
            settings=settings,
            protocols=protocols,
            read=tally.read,
            known=self.devices.by_address,
        )
        by_profile = await self.judge.judge(first_scan)
        self.state.change(health=Health(devices=tally.taken + tally.lost, by_profile=by_profile))
        self.history.save()
        self.devices.save(tally.read)
        return not tally.lost

    async def _take(self, reading: Reading, tally: Tally) -> None:
        tally.read[reading.device.ip_address or ""] = reading.profile
        try:
            sealed = seal(self.history.marked(reading))
            try:
                number = await self._on_spool(self.spool.add, sealed)
            except SpoolDamagedError as error:
                self.say(str(error))
                number = await self._on_spool(self.spool.add, sealed)
        except (SpoolError, AgentError) as error:
            tally.lost += 1
            if tally.lost == 1:
                self.say(f"not taken: {error}")
            return
        tally.taken += 1
        tally.first = tally.first or number
        tally.last = number

    # --- hub -----------------------------------------------------------------------------------

    async def check_in(self) -> float:
        """Seconds until the next one."""
        counts = await self._on_spool(self.spool.counts)
        generation = self.state.state.desired
        outcome = await self.check_ins.check_in(self.hub, spooled=counts.waiting, thinned=counts.thinned)
        if self.state.state.desired != generation or self.state.state.scanned_generation is None:
            self._changed.set()
        self._to_send.set()
        self._checked_in.set()
        if not outcome.complete:
            self._incomplete = self._incomplete or BackOff(self.settings.first_back_off)
            return self._incomplete.wait()
        self._incomplete = None
        if self.settings.check_in_every is not None:
            return self.settings.check_in_every
        return min(max(outcome.retry_after or _HOURLY, _SOONEST), LONGEST_WAIT)

    async def upload(self) -> int:
        """Everything that waits, batch by batch; how many readings the hub has taken or will never take."""
        done, most = 0, MAX_BATCH
        while (batch := await self._on_spool(lambda: upload.next_batch(self.spool, most=most))) is not None:  # noqa: B023
            try:
                received = await self.hub.upload(batch.body)
            except RefusedError as error:
                if error.status != 413:
                    raise
                most = await self._on_spool(upload.too_large, self.spool, batch, error)
                continue
            settled = await self._on_spool(upload.settle, self.spool, batch, received)
            if not settled:
                raise NonsenseError(f"{self.hub.url}: acknowledges none of {len(batch.numbers)} readings")
            done += settled
            if received.rejected:
                self.say(f"the hub rejects {len(received.rejected)} readings; they are kept aside in the spool")
            most = MAX_BATCH
        if done:
            self.say(f"upload: {done:,} readings")
        return done

    async def _on_spool(self, function: Callable[..., _T], *args: object) -> _T:
        """In the one thread that uses the connection, so that a slow disk holds nothing else up."""
        return await asyncio.get_running_loop().run_in_executor(self._spool_thread, function, *args)

    # --- once, or until it is told to end ------------------------------------------------------

    async def once(self, *, scan_now: bool | None = None) -> bool:
        """Check-in, a scan if one is due (or as `scan_now` says), upload, confirmation; False when some failed."""
        known = await self._attempt("check-in", self.check_in) is not None
        due = self.scan_due_in()
        fine = known
        if scan_now or (scan_now is None and due == 0):
            fine = await self._attempt("scan", self.scan) is True and fine
        elif scan_now is None and due is not None:
            self.say(f"scan: not due for {due:,.0f} s")
        if known:
            fine = await self._attempt("upload", self.upload) is not None and fine
            await self._attempt("confirmation", lambda: self.check_ins.confirm(self.hub))
        waiting = (await self._on_spool(self.spool.counts)).waiting
        if waiting:
            self.say(f"{waiting:,} readings wait in the spool")
        state = self.state.state
        return fine and state.release_state not in ("failed", "reverted") and not state.confirmations

    async def run(self) -> None:
        """Until SIGINT or SIGTERM."""
        with told_to_end() as end:
            loops = [asyncio.create_task(loop) for loop in (self._checking_in(), self._scanning(), self._uploading())]
            await end.wait()
            self.say("ending")
            self._ended()
            for loop in loops:
                loop.cancel()
            await asyncio.wait(loops, timeout=_ENDING)

    async def close(self) -> None:
        """The spool last, with whatever was being committed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await self.hub.close()
        self._spool_thread.shutdown(wait=True)
        self.spool.close()
        self._ended()

    def _ended(self) -> None:
        """By itself, or as it was told: what is on trial has nothing to do with it."""
        if self.updates.on_trial is not None:
            with contextlib.suppress(AgentError):
                self.updates.trials.change(running=False)

    async def _checking_in(self) -> None:
        back_off = BackOff(self.settings.first_back_off)
        while True:
            wait = await self._attempt("check-in", self.check_in, back_off)
            await asyncio.sleep(back_off.wait() if wait is None else wait)

    async def _scanning(self) -> None:
        while True:
            self._changed.clear()
            due = self.scan_due_in()
            if due == 0:
                await self._attempt("scan", self.scan)
                self._to_send.set()
                if self.state.state.confirmations:
                    await self._attempt("confirmation", lambda: self.check_ins.confirm(self.hub))
                continue
            await _wait(self._changed, due)

    async def _uploading(self) -> None:
        back_off = BackOff(self.settings.first_back_off)
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            self._checked_in.clear()
            if await self._attempt("upload", self.upload, back_off) is None:
                # a check-in that came about shows that the hub is there again
                await _wait(self._checked_in, back_off.wait())
                self._to_send.set()

    async def _attempt(
        self, what: str, work: Callable[[], Awaitable[_T]], back_off: BackOff | None = None
    ) -> _T | None:
        """None when it failed: the one boundary of the agent's loops, behind which no failure reaches another."""
        try:
            result = await work()
        except HubError as error:
            self._failed(what, str(error))
            if back_off is not None and error.retry_after:
                await asyncio.sleep(min(error.retry_after, LONGEST_WAIT))
            return None
        except FrisketError as error:
            self._failed(what, str(error))
            return None
        except Exception as error:  # noqa: BLE001  # the boundary
            self._failed(what, f"{type(error).__name__}: {error}; please report it")
            return None
        if self._failures.pop(what, None) is not None:
            self.say(f"{what}: works again")
        if back_off is not None:
            back_off.reset()
        return result

    def _failed(self, what: str, words: str) -> None:
        """Said once, and again when it changes."""
        if self._failures.get(what) != words:
            self._failures[what] = words
            self.say(f"{what} failed: {words}")


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    """Until the event or the time, whichever comes first."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


@contextlib.asynccontextmanager
async def opened(folder: AgentFolder, registry: Registry, settings: Settings, say: Say) -> AsyncIterator[Agent]:
    """An enrolled folder's agent; what is wrong with the folder is an error, a spool that is damaged only said."""
    state = StateFile.load(folder)
    if state is None or state.state.agent is None:
        raise AgentError(f"{folder.path}: not enrolled; `frisket agent enroll HUB_URL --token …` comes first")
    identity = load_identity(folder)
    versions, trials = versions_of(registry), TrialFile.load(folder)
    try:
        resume_trial(state, trials, versions, say)
    except FolderError as error:
        say(f"a trial's outcome cannot be remembered: {error}")
    Trust(folder).tidy()
    updates = Updates.open(folder, registry, trials)
    if updates.problem:
        release = updates.loaded.release
        instead = "the profiles that came with the agent" if release is None else f"those of release {release.number}"
        say(f"{updates.problem}; {instead} stand in until the hub gives another")
        # as one that has nothing yet: the hub names the release again
        state.change(generation=0, release_state="failed")
    spool = Spool.open(folder, settings.limits)
    if spool.set_aside is not None:
        say(f"the spool was damaged; it was set aside as {spool.set_aside}, and a new one was begun")
    hub = HubClient(state.state.hub, identity, state.state.agent)
    devices = KnownDevices.load(folder)
    check_ins = CheckIns(state, updates, registry, say, devices, snmp_port=settings.snmp_port)
    agent = Agent(
        state,
        spool,
        hub,
        updates,
        check_ins,
        History.load(folder),
        devices,
        Judge(state=state, updates=updates, versions=versions, say=say),
        registry,
        settings,
        say,
        scanned=_since(state.state.scanned_at),
    )
    try:
        yield agent
    finally:
        await agent.close()


def _since(scanned_at: int | None) -> float | None:
    """A time of the wall clock on the monotonic one; None where it lies in the future, after which nobody may wait."""
    if scanned_at is None or scanned_at > time.time():
        return None
    return time.monotonic() - (time.time() - scanned_at)
