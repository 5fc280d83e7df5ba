"""The steps that profiles may name: core's own, and those of plugins behind a guard."""

from __future__ import annotations

import functools
from collections.abc import Callable

import attrs

from frisket.errors import PluginError, StepError
from frisket.profile.steps import (
    CORE_STEPS,
    Names,
    PluginStep,
    PluginStepWithArgument,
    Step,
    StepBuilder,
    Value,
    simple,
    word_of,
)
from frisket.profile.suggestion import suggest


class UnknownStepError(ValueError):
    """A step that nobody registered here; another agent may have the plugin that does."""


@attrs.define
class StepRegistry:
    """The steps that profiles may name: core's own and those that plugins add under their own name (`acme.tlv`)."""

    _builders: dict[str, StepBuilder] = attrs.field(factory=lambda: dict(CORE_STEPS))
    _owners: dict[str, str] = attrs.field(factory=dict)

    def add(
        self, name: str, function: PluginStep | PluginStepWithArgument, *, plugin: str, argument: bool = False
    ) -> None:
        """PluginError where the name is taken or is not `namespace.step`."""
        if name in self._builders:
            owner = self._owners.get(name, "core")
            raise PluginError(plugin, f"the step {name!r} is registered by {owner} already")
        if not all(part.isidentifier() for part in name.split(".")) or name.count(".") != 1:
            raise PluginError(plugin, f"the step {name!r} must be named namespace.step, such as 'acme.serial'")
        self._builders[name] = _guarded_with_argument(function, name) if argument else _guarded_alone(function, name)
        self._owners[name] = plugin

    def names(self) -> list[str]:
        return sorted(self._builders)

    def build(self, name: str, argument: object, names: Names) -> Step:
        """UnknownStepError, or ValueError for an argument that the step does not take."""
        builder = self._builders.get(name)
        if builder is None:
            raise UnknownStepError(f"unknown step {name!r}{suggest(name, self._builders)}")
        try:
            return builder(argument, names)
        except ValueError as error:
            raise ValueError(f"step {name!r} {error}") from None


def _guarded_alone(function: Callable[..., Value], name: str) -> StepBuilder:
    return simple(lambda value: _guarded(functools.partial(function, value), name, value))


def _guarded_with_argument(function: Callable[..., Value], name: str) -> StepBuilder:
    def build(argument: object, _: object) -> Step:
        word = word_of(argument)
        return lambda value, _: _guarded(functools.partial(function, value, word), name, value)

    return build


def _guarded(call: Callable[[], Value], name: str, value: Value) -> Value:
    """A plugin's step may only fail as a step fails: one bad value costs one candidate, not the device."""
    try:
        return call()
    except StepError:
        raise
    except Exception as error:  # the boundary of one step, which is the code of strangers
        raise StepError(f"step {name} failed on {value!r:.60}: {type(error).__name__}: {error}") from error
