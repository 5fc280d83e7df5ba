"""The hooks. Each one registers objects once at the start; the work is done by calling the objects."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pluggy

from frisket.plugins.types import PluginStep, SnmpTransport

PROJECT = "frisket"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class RegisterStep(Protocol):
    """`name` is `namespace.step`; `function` is pure: one value in, one value, None or StepError out."""

    def __call__(self, name: str, function: PluginStep) -> None: ...


class RegisterProfiles(Protocol):
    """`folder` holds `<namespace>/<name>.yaml`, with the cases of each profile beside it."""

    def __call__(self, folder: Path) -> None: ...


class RegisterCommand(Protocol):
    """`target` is `module:attribute` of a click command, imported only when it is called."""

    def __call__(self, name: str, target: str, summary: str) -> None: ...


class RegisterProtocol(Protocol):
    """`transport` opens a session with one device."""

    def __call__(self, name: str, transport: SnmpTransport) -> None: ...


@hookspec
def frisket_register_steps(register: RegisterStep) -> None:
    """Steps that profiles may use in a `pipe`."""


@hookspec
def frisket_register_profiles(register: RegisterProfiles) -> None:
    """Folders of profiles."""


@hookspec
def frisket_register_commands(register: RegisterCommand) -> None:
    """Sub-commands of `frisket`."""


@hookspec
def frisket_register_protocols(register: RegisterProtocol) -> None:
    """Ways to ask a device."""
