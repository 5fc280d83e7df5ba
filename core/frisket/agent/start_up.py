"""What an earlier process left of a trial: a swap that did not come about, a verdict half done, or a death."""

from __future__ import annotations

from collections.abc import Callable

from frisket.agent.errors import UpdateError
from frisket.agent.first_scan import CRASHED, remember
from frisket.agent.folder import AgentFolder
from frisket.agent.release_files import Pointer, ReleaseFiles
from frisket.agent.state import StateFile
from frisket.agent.trial import MOST_DEATHS, Trial, TrialFile
from frisket.wire.documents import Confirmation

Say = Callable[[str], None]


def resume_trial(state: StateFile, trials: TrialFile, versions: dict[str, str], say: Say) -> None:
    """Before anything of the release is loaded: what is on trial may be what kills."""
    trial = trials.trial
    if trial is None:
        return
    if trial.verdict is None and _current(state.folder).release != trial.release:
        trials.end()
        return
    if trial.verdict is None:
        trial = trials.change(deaths=trial.deaths + trial.running, running=True)
    if trial.verdict is None and trial.deaths < MOST_DEATHS:
        return
    verdict = trial.verdict or _crashed(trial, state.state.generation)
    trials.change(verdict=verdict)
    if verdict.state == "reverted":
        say(f"release {trial.release.number} is taken back: {verdict.code}: {verdict.detail}")
        ReleaseFiles(state.folder).point(Pointer(release=trial.before))
    remember(state, trials, versions)


def _current(folder: AgentFolder) -> Pointer:
    try:
        return ReleaseFiles(folder).pointer()
    except UpdateError:
        return Pointer()


def _crashed(trial: Trial, generation: int) -> Confirmation:
    return Confirmation(
        generation=generation,
        release=trial.before,
        state="reverted",
        code=CRASHED,
        detail=f"the agent ended {trial.deaths} times in the midst of work under it",
        tried=trial.release,
    )
