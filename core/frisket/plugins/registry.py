"""What plugins registered: built once by `load_plugins`, then passed to whoever needs it."""

from __future__ import annotations

from pathlib import Path

import attrs

from frisket.errors import PluginError
from frisket.plugins.types import PluginStep, PluginStepWithArgument, Transport
from frisket.profile.step_registry import StepRegistry


@attrs.frozen
class Command:
    """A sub-command: where its click command is found, and the line that `frisket --help` shows."""

    target: str
    summary: str
    plugin: str


@attrs.frozen(kw_only=True)
class PluginReport:
    """One plugin for `frisket plugins`: where it comes from, what it registered, and why it failed, if it did."""

    name: str
    origin: str
    registered: tuple[str, ...] = ()
    failure: str | None = None


@attrs.define
class Registry:
    """Every name belongs to one plugin; a second registration is an error that names both."""

    steps: StepRegistry = attrs.field(factory=StepRegistry)
    profile_folders: dict[Path, str] = attrs.field(factory=dict)
    commands: dict[str, Command] = attrs.field(factory=dict)
    protocols: dict[str, Transport] = attrs.field(factory=dict)
    reports: list[PluginReport] = attrs.field(factory=list)
    _protocol_owners: dict[str, str] = attrs.field(factory=dict)

    def add_step(
        self, plugin: str, name: str, function: PluginStep | PluginStepWithArgument, *, argument: bool = False
    ) -> str:
        self.steps.add(name, function, plugin=plugin, argument=argument)
        return f"step {name}"

    def add_profiles(self, plugin: str, folder: Path) -> str:
        if folder in self.profile_folders:
            raise PluginError(plugin, f"{folder} is registered by {self.profile_folders[folder]} already")
        if not folder.is_dir():
            raise PluginError(plugin, f"{folder} is no folder of profiles")
        self.profile_folders[folder] = plugin
        return f"profiles {', '.join(sorted(path.name for path in folder.iterdir() if any(path.glob('*.yaml'))))}"

    def add_command(self, plugin: str, name: str, target: str, summary: str) -> str:
        if name in self.commands:
            raise PluginError(plugin, f"the command {name!r} is registered by {self.commands[name].plugin} already")
        self.commands[name] = Command(target, summary, plugin)
        return f"command {name}"

    def add_protocol(self, plugin: str, name: str, transport: Transport) -> str:
        if name in self.protocols:
            raise PluginError(plugin, f"the protocol {name!r} is registered by {self._protocol_owners[name]} already")
        self.protocols[name] = transport
        self._protocol_owners[name] = plugin
        return f"protocol {name}"
