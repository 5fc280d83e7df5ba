"""Every error that Frisket raises on purpose.

    FrisketError
    ├── TargetError           a TARGET on the command line that names no address
    ├── ProtocolError         a device and we did not understand each other
    │   ├── SilentError       no answer in time
    │   └── HostileAnswerError  an answer that no well-meaning device gives
    ├── CredentialsError      a file of credentials that cannot be used; says every mistake, and no secret
    ├── DecodeError           bytes that are not what their format promises
    ├── ProfileError          profiles that cannot be loaded; carries every Problem
    ├── StepError             a value that a step cannot use
    ├── PluginError           a plugin that cannot be loaded or registers what is taken
    ├── RecordingError        a recording that cannot be read
    ├── DocumentError         a device document that breaks its schema
    ├── TrustError            what was downloaded is not what vendor and provider signed; carries a code
    └── LabError              a virtual printer that cannot be started

A message says what happened, to what, and what to do next.
"""

from __future__ import annotations

import attrs

__all__ = [
    "CredentialsError",
    "DecodeError",
    "DocumentError",
    "FrisketError",
    "HostileAnswerError",
    "LabError",
    "PluginError",
    "Problem",
    "ProfileError",
    "ProtocolError",
    "RecordingError",
    "SilentError",
    "StepError",
    "TargetError",
    "TrustError",
]


class FrisketError(Exception):
    """The base of the tree above."""


class TargetError(FrisketError):
    """A target that cannot be turned into addresses; `target` is the text as it was given."""

    def __init__(self, target: str, reason: str) -> None:
        super().__init__(f"{target}: {reason}")
        self.target = target


class ProtocolError(FrisketError):
    """A device and we did not understand each other; `address` says which device."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__(f"{address}: {reason}")
        self.address = address
        self.reason = reason


class SilentError(ProtocolError):
    """No answer in time, after every retry."""


class HostileAnswerError(ProtocolError):
    """An answer outside every limit, or one that no well-meaning device gives."""


class CredentialsError(FrisketError):
    """A file of credentials that cannot be used; `problems` has a line for each mistake, and no secret."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DecodeError(FrisketError):
    """Bytes that are not what their format promises."""


class StepError(FrisketError):
    """A value that a step cannot use: the candidate counts as missing, the reason is kept for `explain`."""


class PluginError(FrisketError):
    """A plugin that cannot be loaded; `plugin` names it."""

    def __init__(self, plugin: str, reason: str) -> None:
        super().__init__(f"plugin {plugin}: {reason}")
        self.plugin = plugin
        self.reason = reason


class RecordingError(FrisketError):
    """A recording that cannot be read."""


class DocumentError(FrisketError):
    """A device document that breaks `frisket.device/1`; `problems` has a line for each breach."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class LabError(FrisketError):
    """A virtual printer that cannot be started."""


@attrs.frozen(order=True)
class Problem:
    """One mistake in one profile; `line` and `column` count from 1.

    `lacking`: not the profile is wrong, but this engine has no such step, protocol or schema.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    lacking: bool = attrs.field(default=False, order=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.path}: {self.message}"


class ProfileError(FrisketError):
    """Profiles that cannot be loaded: all their problems at once, in the order of the text."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        ordered = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in ordered))
        self.problems = ordered


class TrustError(FrisketError):
    """Metadata or a file of the profile database that is not what was signed; `code` is of `releases.trust_codes`.

    `detail` may quote whoever made the file: it is one printable line, as short as a confirmation wants it.
    """

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = "".join(char if char.isprintable() else "?" for char in detail[:200])
        super().__init__(f"{code}: {self.detail}")
