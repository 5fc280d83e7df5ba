"""What a check-in says of the profile database: newer metadata, and the release that this agent should have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

import attrs

from frisket.agent.downloads import Downloads
from frisket.agent.errors import HubError, UpdateError
from frisket.agent.hub_client import HubClient
from frisket.agent.release_files import ReleaseFiles
from frisket.agent.self_test import SELF_TEST
from frisket.agent.state import StateFile, Unusable
from frisket.agent.trust import Trust
from frisket.agent.updates import DOES_NOT_LOAD, Updates, first_lines
from frisket.errors import FrisketError, TrustError
from frisket.releases.client import Client, VerifiedRelease
from frisket.releases.trust_codes import TrustCode
from frisket.wire.documents import Desired, NewMetadata, Release

_CODES = frozenset(code.value for code in TrustCode)


@attrs.frozen(kw_only=True)
class NewerReleases:
    """Follows the hub for one check-in. `used` are the profiles that read devices here."""

    state: StateFile
    updates: Updates
    versions: dict[str, str]
    used: Collection[str]
    say: Callable[[str], None]

    @property
    def trust(self) -> Trust:
        return Trust(self.state.folder)

    async def follow(self, desired: Desired, hub: HubClient) -> UpdateError | None:
        """None when the desired release is current; otherwise why it is not, said and remembered."""
        self._begin_trust(desired.metadata)
        wanted, unusable = desired.release, self._unusable(desired.release)
        if wanted is None or wanted == self.updates.loaded.release or unusable is not None:
            if desired.metadata is not None:
                await self._renew(desired.metadata, hub)
            return unusable
        return await self._take(wanted, desired.metadata, hub)

    def _begin_trust(self, brought: NewMetadata | None) -> None:
        """The first roots that ever come, where there was none at the enrolment."""
        if brought is None or not brought.roots or self.trust.has_root:
            return
        try:
            version = self.trust.begin(brought.roots[0].encode())
        except FrisketError as error:
            self._problem(error)
            return
        words = "this agent was enrolled without one, and trusts from now on what the hub sent first"
        self.say(f"ATTENTION: root {version} of the profile database taken on trust: {words}; compare it with your own")

    def _unusable(self, wanted: Release | None) -> UpdateError | None:
        """Why a release is not tried a second time."""
        known = self.state.state.why_unusable(wanted)
        if known is None or known.versions != self.versions:
            return None
        return UpdateError(known.code, known.detail, lasting=True)

    async def _renew(self, brought: NewMetadata, hub: HubClient) -> None:
        try:
            await asyncio.to_thread(self._client(brought, hub).refresh)
        except FrisketError as error:
            self._problem(error)
        else:
            self._no_problem()

    async def _take(self, wanted: Release, brought: NewMetadata | None, hub: HubClient) -> UpdateError | None:
        try:
            client = self._client(brought, hub)
            taken = await self.updates.take(wanted, lambda: _verified(client, wanted, self.updates.files), self.used)
        except TrustError as error:
            return self._not_taken(wanted, UpdateError(error.code, first_lines(error), lasting=False))
        except UpdateError as error:
            return self._not_taken(wanted, error)
        self._no_problem()
        if taken:
            count = len(self.updates.loaded.database.profiles)
            self.say(f"release {wanted.number} applied, on trial: {count} profiles")
            for held in self.updates.loaded.held:
                self.say(f"held: {held.id} {held.why}")
        return None

    def _client(self, brought: NewMetadata | None, hub: HubClient) -> Client:
        downloads = Downloads(hub, asyncio.get_running_loop(), self.updates.older)
        return self.trust.client(downloads.fetch, brought)

    # --- what is said and remembered -----------------------------------------------------------

    def _not_taken(self, wanted: Release, error: UpdateError) -> UpdateError:
        if error.code in _CODES:
            self._problem(error)
        else:
            self.say(f"release {wanted.number} not taken: {error}")
        if error.code in (DOES_NOT_LOAD, SELF_TEST):
            unusable = Unusable(
                release=wanted, versions=self.versions, state="failed", code=error.code, detail=error.detail
            )
            self.state.change(unusable=self.state.state.with_unusable(unusable))
        return error

    def _problem(self, error: FrisketError) -> None:
        """Said once, and again when it changes; reported with each check-in."""
        words = first_lines(error)
        if isinstance(error, HubError):
            self.say(f"metadata of the profile database not downloaded: {words}")
        elif self.state.state.trust_problem != words:
            self.say(f"no newer profiles are taken: {words}; scanning goes on with what is applied")
            self.state.change(trust_problem=words)

    def _no_problem(self) -> None:
        if self.state.state.trust_problem:
            self.say("the profile database's metadata is trusted again")
            self.state.change(trust_problem="")


def _verified(client: Client, wanted: Release, here: ReleaseFiles) -> VerifiedRelease:
    """Downloads and verifies, in a thread."""
    client.refresh()
    return client.release(wanted.number, wanted.sha256, here.bundle)
