"""The check-in: what the agent has, what it should have, applied as far as the ceiling allows, and confirmed."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import time
from collections.abc import Callable

import attrs

from frisket.agent import ceiling, confirmations
from frisket.agent.errors import CeilingError, UpdateError
from frisket.agent.hub_client import HubClient
from frisket.agent.known_devices import KnownDevices
from frisket.agent.newer_release import NewerReleases
from frisket.agent.state import StateFile
from frisket.agent.updates import Updates
from frisket.agent.versions import versions_of
from frisket.plugins.registry import Registry
from frisket.wire.documents import (
    CheckIn,
    Confirmation,
    Desired,
    Observed,
    ObservedState,
    Refusal,
    ReleaseState,
)

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
    devices: KnownDevices
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
        """Sends the confirmations that have not arrived yet."""
        await confirmations.send(self.state, hub, self.say)

    def _document(self, request: str, spooled: int, thinned: int) -> CheckIn:
        state = self.state.state
        problem = state.trust_problem.partition(":")[0]
        return CheckIn(
            lease=state.lease,
            request=request,
            observed=Observed(
                generation=state.generation, release=self.updates.loaded.release, state=self._observed_state()
            ),
            versions=versions_of(self.registry),
            plugins_failed=[
                f"{report.name}: {report.failure}"[:_SHORT] for report in self.registry.reports if report.failure
            ],
            health=attrs.evolve(state.health, spooled=spooled, thinned=thinned),
            refused=list(state.refused),
            trusted=self.newer_releases().trust.standing().to_wire(problem, dt.datetime.now(dt.UTC)),
            held=[
                Refusal(item=held.id[:_SHORT], reason=ceiling.printable(held.why)[:_SHORT])
                for held in self.updates.loaded.held
            ],
        )

    def _observed_state(self) -> ObservedState:
        """A release that was swapped in is applied, even where the process did not live to remember it."""
        return "applied" if self.updates.on_trial is not None else self.state.state.release_state

    def newer_releases(self) -> NewerReleases:
        return NewerReleases(
            state=self.state,
            updates=self.updates,
            versions=versions_of(self.registry),
            used=self.devices.profiles,
            say=self.say,
        )

    # --- what is desired -----------------------------------------------------------------------

    async def _apply(self, desired: Desired, hub: HubClient) -> bool:
        """False when something is left that the next check-in may bring."""
        allowed = await asyncio.to_thread(self.allowed, desired)
        for refusal in allowed.refused:
            self.say(f"refused: {refusal.item}: {refusal.reason}")
        before = (self.state.state.desired, self.updates.loaded)
        failure = await self.newer_releases().follow(desired, hub)
        # metadata is brought once, and is no setting
        desired = attrs.evolve(desired, metadata=None)
        changed = before != (desired, self.updates.loaded)
        everything = bool(desired.targets) and len(allowed.targets) == 0 and bool(allowed.refused)
        confirmation = self._confirmation(desired, failure, list(allowed.refused), everything=everything)
        # a release that may be had the next time leaves the generation open, so that the hub names it again
        done = failure is None or failure.lasting
        unchanged = confirmation.state == "applied" and confirmation.tried is None
        self.state.change(
            desired=desired,
            generation=desired.generation if done else self.state.state.generation,
            release_state="healthy" if unchanged and self._is_healthy() else confirmation.state,
            refused=list(allowed.refused),
            confirmations=confirmations.with_new(self.state.state.confirmations, confirmation),
            # what changed is scanned soon; a release that is refused each hour changes nothing
            scanned_generation=None if changed else self.state.state.scanned_generation,
        )
        words = f"{len(allowed.targets):,} addresses every {allowed.interval:,} s"
        self.say(f"generation {desired.generation} {confirmation.state}: {words}")
        return done

    def _confirmation(
        self, desired: Desired, failure: UpdateError | None, refused: list[Refusal], *, everything: bool
    ) -> Confirmation:
        """`tried` only where something was to be said of a release: a change of settings judges none."""
        known = self.state.state.why_unusable(desired.release)
        state: ReleaseState = "refused" if everything else "applied"
        if failure is not None:
            state = known.state if known is not None else "failed"
        speaks = failure is not None or self.updates.on_trial is not None
        return Confirmation(
            generation=desired.generation,
            release=self.updates.loaded.release,
            state=state,
            code=failure.code if failure else "",
            detail=failure.detail[:_SHORT] if failure else "",
            refused=refused,
            tried=desired.release if speaks else None,
            profiles=known.profiles if failure is not None and known is not None else {},
        )

    def _is_healthy(self) -> bool:
        return self.state.state.release_state == "healthy" and self.updates.on_trial is None

    def allowed(self, desired: Desired) -> ceiling.Allowed:
        """As far as the ceiling's file, read anew, allows; may look up names. Nothing at all when it cannot be read."""
        try:
            return ceiling.load_ceiling(self.state.folder).apply(desired, port=self.snmp_port)
        except CeilingError as error:
            self.say(str(error))
            return ceiling.nothing_allowed(desired, "ceiling.toml on the agent cannot be read")
