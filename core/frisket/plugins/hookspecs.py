"""The hooks. Each one registers objects once at the start; the work is then done by calling those objects."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, overload

import pluggy

from frisket.plugins.types import PluginStep, PluginStepWithArgument, Transport

PROJECT = "frisket"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class RegisterStep(Protocol):
    """`name` is `namespace.step`; `function` is pure: a value in, a value out, None or StepError for nothing usable.

    With `argument` the function gets the text behind the step's name, too: `{generic.tlv: "81"}`.
    """

    @overload
    def __call__(self, name: str, function: PluginStep) -> None: ...

    @overload
    def __call__(self, name: str, function: PluginStepWithArgument, *, argument: Literal[True]) -> None: ...


class RegisterProfiles(Protocol):
    """`folder` holds `<namespace>/<name>.yaml`, with the cases of each profile beside it."""

    def __call__(self, folder: Path) -> None: ...


class RegisterCommand(Protocol):
    """`target` is the `module:attribute` of a click command; it is imported when the command is called."""

    def __call__(self, name: str, target: str, summary: str) -> None: ...


class RegisterProtocol(Protocol):
    """`transport` opens sessions; `name` is what a source in a reading calls the protocol."""

    def __call__(self, name: str, transport: Transport) -> None: ...


@hookspec
def frisket_register_steps(register: RegisterStep) -> None:
    """Steps that profiles may use in a `pipe`. Group `frisket`."""


@hookspec
def frisket_register_profiles(register: RegisterProfiles) -> None:
    """Folders of profiles. Group `frisket`."""


@hookspec
def frisket_register_commands(register: RegisterCommand) -> None:
    """Sub-commands of `frisket`. Group `frisket`."""


@hookspec
def frisket_register_protocols(register: RegisterProtocol) -> None:
    """Ways to ask a device. Group `frisket.agent`."""
