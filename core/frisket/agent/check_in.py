"""The check-in: what the agent has, what it should have, applied as far as the ceiling allows, and confirmed."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

import attrs

import frisket
from frisket.agent import ceiling
from frisket.agent.errors import (
    BusyError,
    CeilingError,
    NonsenseError,
    RefusedError,
    UnreachableError,
    UpdateError,
)
from frisket.agent.hub_client import HubClient
from frisket.agent.state import StateFile, Unusable
from frisket.agent.updates import Updates
from frisket.plugins.registry import Registry
from frisket.wire.documents import CheckIn, Confirmation, Desired, Observed, Release, ReleaseState

_SHORT = 200
Say = Callable[[str], None]


@attrs.frozen(kw_only=True)
class Outcome:
    """`retry_after`: seconds until the hub wants to hear of this agent again, None where it did not say."""

    retry_after: float | None
    complete: bool


@attrs.define(eq=False)
class CheckIns:
    """One agent's check-ins. `say` gets a line for people on each thing that changed."""

    state: StateFile
    updates: Updates
    registry: Registry
    say: Say
    snmp_port: int = 161

    async def check_in(self, hub: HubClient, *, spooled: int, thinned: int) -> Outcome:
        """HubError when it did not come about; what was applied by then stays applied."""
        request = self.state.state.request or secrets.token_hex(16)
        # before it is sent: after a crash it is repeated under the same name, as one whose answer was lost
        self.state.change(request=request)
        answer = await hub.check_in(self._document(request, spooled, thinned))
        self.state.change(lease=answer.lease, request=None, checked_in_at=int(time.time()))
        complete = True
        if answer.desired is not None:
            complete = await self._apply(answer.desired, hub)
        else:
            self.say("check-in: nothing new")
        await self.confirm(hub)
        return Outcome(retry_after=answer.retry_after, complete=complete)

    async def confirm(self, hub: HubClient) -> None:
        """Sends the confirmation that has not arrived yet, if there is one."""
        confirmation = self.state.state.confirmation
        if confirmation is None:
            return
        try:
            await hub.confirm(confirmation)
        except RefusedError as error:
            if error.status in (401, 403):
                raise
            self.say(f"confirmation of generation {confirmation.generation}: {error}")
        self.state.change(confirmation=None)

    def _document(self, request: str, spooled: int, thinned: int) -> CheckIn:
        state = self.state.state
        release = self.updates.loaded.release
        return CheckIn(
            lease=state.lease,
            request=request,
            observed=Observed(generation=state.generation, release=release, state=state.release_state),
            versions=self.versions(),
            plugins_failed=[
                f"{report.name}: {report.failure}"[:_SHORT] for report in self.registry.reports if report.failure
            ],
            health=attrs.evolve(state.health, spooled=spooled, thinned=thinned),
            refused=list(state.refused),
        )

    def versions(self) -> dict[str, str]:
        """Of the agent and its plugins, as their distributions say."""
        pairs = (report.origin.rpartition(" ") for report in self.registry.reports)
        return {"agent": frisket.__version__, **{name: version for name, _, version in pairs if name}}

    # --- what is desired -----------------------------------------------------------------------

    async def _apply(self, desired: Desired, hub: HubClient) -> bool:
        """False when something is left that the next check-in may bring."""
        allowed = await asyncio.to_thread(self.allowed, desired)
        for refusal in allowed.refused:
            self.say(f"refused: {refusal.item}: {refusal.reason}")
        failure: UpdateError | None = None
        before = (self.state.state.desired, self.updates.loaded)
        if desired.release is not None:
            failure = await self._release(desired.release, hub)
        changed = before != (desired, self.updates.loaded)
        everything = bool(desired.targets) and len(allowed.targets) == 0 and bool(allowed.refused)
        state: ReleaseState = "failed" if failure else "refused" if everything else "applied"
        confirmation = Confirmation(
            generation=desired.generation,
            release=self.updates.loaded.release,
            state=state,
            code=failure.code if failure else "",
            detail=failure.detail[:_SHORT] if failure else "",
            refused=list(allowed.refused),
        )
        # a release that may be had the next time leaves the generation open, so that the hub names it again
        done = failure is None or failure.lasting
        self.state.change(
            desired=desired,
            generation=desired.generation if done else self.state.state.generation,
            release_state=state,
            refused=list(allowed.refused),
            confirmation=confirmation,
            # what changed is scanned soon; a release that is refused each hour changes nothing
            scanned_generation=None if changed else self.state.state.scanned_generation,
        )
        words = f"{len(allowed.targets):,} addresses every {allowed.interval:,} s"
        self.say(f"generation {desired.generation} {state}: {words}")
        return done

    def allowed(self, desired: Desired) -> ceiling.Allowed:
        """As far as the ceiling's file, read anew, allows; may look up names. Nothing at all when it cannot be read."""
        try:
            return ceiling.load_ceiling(self.state.folder).apply(desired, port=self.snmp_port)
        except CeilingError as error:
            self.say(str(error))
            return ceiling.nothing_allowed(desired, "ceiling.toml on the agent cannot be read")

    async def _release(self, wanted: Release, hub: HubClient) -> UpdateError | None:
        """None when the release is current; otherwise why it is not, said and remembered."""
        known = self.state.state.unusable
        if known is not None and known.sha256 == wanted.sha256 and known.versions == self.versions():
            return UpdateError(known.code, known.detail, lasting=True)
        try:
            taken = await self.updates.take(wanted, hub.release)
        except UpdateError as error:
            self.say(f"release {wanted.number} not taken: {error}")
            if error.code == "does-not-load":
                unusable = Unusable(
                    sha256=wanted.sha256, versions=self.versions(), code=error.code, detail=error.detail
                )
                self.state.change(unusable=unusable)
            return error
        except (UnreachableError, BusyError, NonsenseError) as error:
            self.say(f"release {wanted.number} not downloaded: {error}")
            return UpdateError("no-download", str(error)[:_SHORT], lasting=False)
        if taken:
            self.say(f"release {wanted.number} applied: {len(self.updates.loaded.database.profiles)} profiles")
        return None
