"""A release on trial: from the swap until its first scan was judged. The file outlives the process that it may kill.

A verdict is written here first, and only then acted upon: whatever is cut off then is done again at the next start.
"""

from __future__ import annotations

from typing import Any

import attrs

from frisket.agent.folder import AgentFolder
from frisket.errors import DocumentError
from frisket.wire.documents import Confirmation, Release, from_data, to_data
from frisket.wire.json_text import dump, load_object

_MAX_BYTES = 8 << 20
# Processes that a release may take with it before it is said to be its fault
MOST_DEATHS = 2


@attrs.frozen(kw_only=True)
class Trial:
    """`before` is what to go back to, None for the profiles that came with the agent. `running`: a process was at work
    under the release, and did not end by itself. `verdict` is what is to be confirmed.
    """

    release: Release
    before: Release | None
    deaths: int = 0
    running: bool = True
    verdict: Confirmation | None = None


@attrs.define
class TrialFile:
    """The trial of one folder, and its file, never apart; `trial` is None while nothing is on trial."""

    folder: AgentFolder
    trial: Trial | None = None

    @classmethod
    def load(cls, folder: AgentFolder) -> TrialFile:
        """One that cannot be read is none: the release is used, and judged by nobody."""
        content = folder.read(folder.trial, most=_MAX_BYTES)
        try:
            found = None if content is None else from_data(load_object(content, max_bytes=_MAX_BYTES), Trial)
        except DocumentError:
            found = None
        return cls(folder, found)

    def begin(self, release: Release, before: Release | None) -> None:
        """Before the swap: a trial of a release that is not in use yet means nothing."""
        self._write(Trial(release=release, before=before))

    def change(self, **changes: Any) -> Trial:
        assert self.trial is not None, "something is on trial"
        return self._write(attrs.evolve(self.trial, **changes))

    def end(self) -> None:
        self.folder.remove(self.folder.trial)
        self.trial = None

    def _write(self, trial: Trial) -> Trial:
        self.folder.write(self.folder.trial, dump(to_data(trial)))
        self.trial = trial
        return trial
