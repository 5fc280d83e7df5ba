"""Plugins by their entry points, one at a time: a broken one is reported and stops none of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import attrs
import pluggy

from frisket.errors import FrisketError, PluginError
from frisket.plugins import hookspecs
from frisket.plugins.registry import PluginReport, Registry

# The groups by host: what is loaded everywhere, and what is loaded where devices are asked
EVERYWHERE = "frisket"
AGENT = "frisket.agent"


def load_plugins(groups: Iterable[str] = (EVERYWHERE, AGENT), registry: Registry | None = None) -> Registry:
    """Every installed plugin of these groups, core's own first, so that nobody takes its names; then by name."""
    registry = registry or Registry()
    for group in groups:
        for entry in sorted(entry_points(group=group), key=_order):
            registry.reports.append(load_entry_point(entry, registry))
    return registry


def _order(entry: EntryPoint) -> tuple[bool, str]:
    own = entry.dist is not None and entry.dist.name == hookspecs.PROJECT
    return (not own, entry.name)


def load_entry_point(entry: EntryPoint, registry: Registry) -> PluginReport:
    """Imports one plugin and lets it register; whatever goes wrong ends up in its report."""
    origin = f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    try:
        plugin = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001  # the boundary of one plugin, the code of strangers
        return PluginReport(name=entry.name, origin=origin, failure=_words(error))
    return register_plugin(plugin, entry.name, origin, registry)


def register_plugin(plugin: object, name: str, origin: str, registry: Registry) -> PluginReport:
    """Calls each hook that the plugin implements with a `register` that knows whose it is."""
    registered: list[str] = []
    try:
        implementations = _implementations(plugin, name)
        for hook, function in implementations.items():
            function(register=_Registrar(_ADDERS[hook], registry, name, registered))
    except (Exception, SystemExit) as error:  # noqa: BLE001  # the boundary of one plugin, as above
        return PluginReport(name=name, origin=origin, registered=tuple(registered), failure=_words(error))
    failure = None if implementations else "implements no hook; mark its functions with frisket.plugins.hookimpl"
    return PluginReport(name=name, origin=origin, registered=tuple(registered), failure=failure)


def _implementations(plugin: object, name: str) -> dict[str, Callable[..., object]]:
    """The hooks that a plugin implements; PluginError for a hook that there is not."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(plugin, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(name, f"{error}; the hooks are {', '.join(sorted(_ADDERS))}") from None
    callers = manager.get_hookcallers(plugin) or []
    return {caller.name: caller.get_hookimpls()[0].function for caller in callers}


_ADDERS: dict[str, Callable[..., str]] = {
    "frisket_register_commands": Registry.add_command,
    "frisket_register_profiles": Registry.add_profiles,
    "frisket_register_protocols": Registry.add_protocol,
    "frisket_register_steps": Registry.add_step,
}


@attrs.frozen
class _Registrar:
    """What a hook is given as `register`."""

    add: Callable[..., str]
    registry: Registry
    plugin: str
    registered: list[str]

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self.registered.append(self.add(self.registry, self.plugin, *args, **kwargs))


def _words(error: BaseException) -> str:
    return str(error) if isinstance(error, FrisketError) else f"{type(error).__name__}: {error}"
