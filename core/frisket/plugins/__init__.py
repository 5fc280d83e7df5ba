"""The public line between Frisket and its plugins: the hooks, and the types that plugins use."""

from frisket.plugins.hookspecs import RegisterCommand, RegisterProfiles, RegisterProtocol, RegisterStep, hookimpl
from frisket.plugins.loading import load_plugins
from frisket.plugins.registry import PluginReport, Registry
from frisket.plugins.types import (
    Access,
    Budget,
    Contact,
    Endpoint,
    NoteBook,
    PluginStep,
    PluginStepWithArgument,
    Sentinel,
    Session,
    StepError,
    Transport,
    Value,
)

__all__ = [
    "Access",
    "Budget",
    "Contact",
    "Endpoint",
    "NoteBook",
    "PluginReport",
    "PluginStep",
    "PluginStepWithArgument",
    "RegisterCommand",
    "RegisterProfiles",
    "RegisterProtocol",
    "RegisterStep",
    "Registry",
    "Sentinel",
    "Session",
    "StepError",
    "Transport",
    "Value",
    "hookimpl",
    "load_plugins",
]
