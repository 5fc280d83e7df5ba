"""What the agent remembers from one start to the next: `agent.json`, written whole with each change."""

from __future__ import annotations

import json
from typing import Any, Literal

import attrs

from frisket.agent.errors import FolderError
from frisket.agent.folder import AgentFolder
from frisket.errors import DocumentError
from frisket.wire.documents import (
    Confirmation,
    Desired,
    Health,
    ObservedState,
    ProfileHealth,
    Refusal,
    Release,
    from_data,
    to_data,
)
from frisket.wire.json_text import load_object

_MAX_BYTES = 8 << 20
_MOST_UNUSABLE = 8


@attrs.frozen(kw_only=True)
class Unusable:
    """A release that did not load under these versions, or did harm: no reason to try it again each hour."""

    release: Release
    versions: dict[str, str]
    state: Literal["failed", "reverted"]
    code: str
    detail: str
    profiles: dict[str, ProfileHealth] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class AgentState:
    """`agent` is None until the hub has answered the enrolment.

    `request` names a check-in that has no answer yet: repeated under the same name, it is a lost answer and no clone.
    `confirmations` have not arrived yet, the oldest first. `trust_problem` is why no newer metadata was taken, as
    `code: words`. Times are seconds since 1970.
    """

    hub: str
    name: str
    site: str
    agent: str | None = None
    lease: str | None = None
    request: str | None = None
    generation: int = 0
    release_state: ObservedState = "initial"
    desired: Desired | None = None
    refused: list[Refusal] = attrs.field(factory=list)
    confirmations: list[Confirmation] = attrs.field(factory=list)
    unusable: list[Unusable] = attrs.field(factory=list)
    trust_problem: str = ""
    health: Health = attrs.field(factory=lambda: Health(devices=0))
    checked_in_at: int | None = None
    scanned_at: int | None = None
    scanned_generation: int | None = None

    def why_unusable(self, release: Release | None) -> Unusable | None:
        """What is remembered of a release; None for one that nothing is held against."""
        return next((one for one in self.unusable if one.release == release), None)

    def with_unusable(self, new: Unusable) -> list[Unusable]:
        return [*(one for one in self.unusable if one.release != new.release), new][-_MOST_UNUSABLE:]


@attrs.define
class StateFile:
    """The state and its file, never apart."""

    folder: AgentFolder
    state: AgentState

    @classmethod
    def load(cls, folder: AgentFolder) -> StateFile | None:
        """None for a folder that nobody enrolled from; FolderError for a file that cannot be used."""
        content = folder.read(folder.state)
        if content is None:
            return None
        try:
            return cls(folder, from_data(load_object(content, max_bytes=_MAX_BYTES), AgentState))
        except DocumentError as error:
            way_out = "put it back from a backup, or enrol anew in an empty folder"
            raise FolderError(folder.state, f"cannot be used: {error.problems[0]}; {way_out}") from None

    @classmethod
    def create(cls, folder: AgentFolder, state: AgentState) -> StateFile:
        file = cls(folder, state)
        file.change()
        return file

    def change(self, **changes: Any) -> AgentState:
        """Written before it counts."""
        changed = attrs.evolve(self.state, **changes)
        text = json.dumps(to_data(changed), indent=1)
        self.folder.write(self.folder.state, text.encode())
        self.state = changed
        return changed
