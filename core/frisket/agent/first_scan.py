"""After the first scan under a release that is on trial: compared with the release before, kept or taken back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

import attrs

from frisket.agent import confirmations
from frisket.agent.comparison import Comparison
from frisket.agent.state import StateFile, Unusable
from frisket.agent.trial import Trial, TrialFile
from frisket.agent.updates import Loaded, Updates, load
from frisket.agent.verdict import NOTHING_EXPECTED, Expected, is_worse, judge, reasons
from frisket.errors import FrisketError
from frisket.protocols.transport import Transport
from frisket.scan.fleet import ScanSettings
from frisket.scan.targets import Targets
from frisket.wire.documents import Confirmation, ProfileHealth, Release

_SHORT = 200
COVERAGE_LOST, CRASHED = "coverage-lost", "crashed"
Say = Callable[[str], None]


@attrs.frozen(kw_only=True)
class FirstScan:
    """What the scan under `release` asked, and how; `read` and `known` are `profile@version` by address, now and in
    earlier scans.
    """

    release: Release | None
    targets: Targets
    settings: ScanSettings
    protocols: Mapping[str, Transport]
    read: Mapping[str, str]
    known: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Judge:
    """Decides on what is on trial. `versions` are those of agent and plugins: under others it may be tried anew."""

    state: StateFile
    updates: Updates
    versions: dict[str, str]
    say: Say

    async def judge(self, scanned: FirstScan) -> dict[str, ProfileHealth]:
        """What each profile did; a release that did harm is taken back."""
        plain = {name: ProfileHealth(devices=count) for name, count in sorted(Counter(scanned.read.values()).items())}
        trial = self.updates.trials.trial
        if trial is None or not trial.release == scanned.release == self.updates.loaded.release:
            return plain
        before = await asyncio.to_thread(self._loaded_before, trial)
        if before is None or trial.verdict is not None:
            self._settle(trial.verdict or self._confirmation(trial, plain), before)
            return plain
        comparison = Comparison(
            targets=scanned.targets,
            settings=scanned.settings,
            protocols=scanned.protocols,
            before=before.database,
            after=self.updates.loaded.database,
        )
        pairs = await comparison.pairs(scanned.read, scanned.known)
        if self.updates.on_trial is None or self.updates.on_trial.release != trial.release:
            return plain  # another one was taken meanwhile, and has a trial of its own
        expected = self._expected(trial)
        health = _together(plain, judge(pairs, expected))
        worse = "; ".join(reasons(pairs, expected))[:_SHORT] if is_worse(health) else ""
        self._settle(self._confirmation(trial, health, code=COVERAGE_LOST if worse else "", detail=worse), before)
        return health

    def _confirmation(
        self, trial: Trial, profiles: dict[str, ProfileHealth], *, code: str = "", detail: str = ""
    ) -> Confirmation:
        return Confirmation(
            generation=self.state.state.generation,
            release=trial.before if code else trial.release,
            state="reverted" if code else "healthy",
            code=code,
            detail=detail,
            tried=trial.release,
            profiles=profiles,
        )

    def _settle(self, verdict: Confirmation, before: Loaded | None) -> None:
        """Written down first; from then on the next scan or the next start would do the rest."""
        self.updates.trials.change(verdict=verdict)
        if verdict.state == "reverted" and before is not None:
            self.updates.go_back(before)
            self.say(f"release {_number(verdict.tried)} taken back: {verdict.code}: {verdict.detail}")
        else:
            self.say(f"release {_number(verdict.tried)} healthy")
        remember(self.state, self.updates.trials, self.versions)

    def _expected(self, trial: Trial) -> Expected:
        """What is changed on purpose since the release before, as the signed manifest says."""
        try:
            return self.updates.files.manifest(trial.release).expected_since(trial.before.number if trial.before else 0)
        except FrisketError:
            return NOTHING_EXPECTED

    def _loaded_before(self, trial: Trial) -> Loaded | None:
        """None where it is damaged: then there is nothing to compare with, and nothing to go back to."""
        try:
            return load(self.updates.files, self.updates.registry, trial.before)
        except FrisketError as error:
            self.say(f"the release before cannot be used, so nothing is compared: {error}")
            return None


def remember(state: StateFile, trials: TrialFile, versions: dict[str, str]) -> None:
    """A verdict's consequences beside the swap: it is to be confirmed, and what did harm is not tried again."""
    assert trials.trial is not None, "something was on trial"
    verdict = trials.trial.verdict
    assert verdict is not None, "it was judged"
    reverted = Unusable(
        release=trials.trial.release,
        versions=versions,
        state="reverted",
        code=verdict.code,
        detail=verdict.detail,
        profiles=verdict.profiles,
    )
    state.change(
        release_state=verdict.state,
        unusable=state.state.with_unusable(reverted) if verdict.state == "reverted" else state.state.unusable,
        confirmations=confirmations.with_new(state.state.confirmations, verdict),
        # after a way back, what the release read wrong is read again soon
        scanned_generation=None if verdict.state == "reverted" else state.state.scanned_generation,
    )
    trials.end()


def _together(plain: Mapping[str, ProfileHealth], found: Mapping[str, ProfileHealth]) -> dict[str, ProfileHealth]:
    """A profile counts all devices that it read, compared or not."""
    together = dict(plain)
    for name, health in found.items():
        devices = max(health.devices, plain[name].devices if name in plain else 0)
        together[name] = attrs.evolve(health, devices=devices)
    return together


def _number(release: Release | None) -> int | str:
    return "?" if release is None else release.number
