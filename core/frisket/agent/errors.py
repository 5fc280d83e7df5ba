"""Every error of the agent.

AgentError
├── FolderError             the data folder cannot be used
├── CeilingError            ceiling.toml cannot be read: nothing is scanned
├── SpoolError              a reading that could not be taken
│   ├── SpoolDamagedError   the spool was set aside and a new one begun
│   └── SpoolFullError      thinning left no room
├── HubError                no agreement with the hub this time
│   ├── UnreachableError    no connection, no certificate that verifies, no answer in time, a proxy in the way
│   ├── BusyError           the hub cannot now; carries when to come back
│   ├── RefusedError        the hub will not; carries the status
│   └── NonsenseError       an answer that no hub gives
└── UpdateError             a release that is not taken; carries a code
"""

from __future__ import annotations

from pathlib import Path

from frisket.errors import FrisketError

__all__ = [
    "AgentError",
    "BusyError",
    "CeilingError",
    "FolderError",
    "HubError",
    "NonsenseError",
    "RefusedError",
    "SpoolDamagedError",
    "SpoolError",
    "SpoolFullError",
    "UnreachableError",
    "UpdateError",
]


class AgentError(FrisketError):
    """The base of the tree above."""


class FolderError(AgentError):
    """The data folder or a file in it cannot be used; `path` says which."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class CeilingError(AgentError):
    """A ceiling that cannot be read; until it can, nothing is scanned."""


class SpoolError(AgentError):
    """A reading that could not be taken."""


class SpoolDamagedError(SpoolError):
    """The spool was damaged; it lies in `aside`, and a new one was begun."""

    def __init__(self, aside: Path, reason: str) -> None:
        super().__init__(f"the spool is damaged ({reason}); it was set aside as {aside}, and a new one was begun")
        self.aside = aside


class SpoolFullError(SpoolError):
    """The limit is reached, and thinning left no room."""


class HubError(AgentError):
    """No agreement with the hub this time. `retry_after` is seconds, None where the hub named none."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnreachableError(HubError):
    """No connection, or none that can be trusted."""


class BusyError(HubError):
    """429 or 5xx: the hub cannot now."""


class RefusedError(HubError):
    """Any other status: the hub will not, and `words` says why in its own words."""

    def __init__(self, message: str, *, status: int, words: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.status = status
        self.words = words


class NonsenseError(HubError):
    """An answer that no hub gives: a captive portal, a wrong address, or a hub that is broken."""


class UpdateError(AgentError):
    """A release that is not taken; `lasting`: it would not be taken a second time either."""

    def __init__(self, code: str, detail: str, *, lasting: bool) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.lasting = lasting
