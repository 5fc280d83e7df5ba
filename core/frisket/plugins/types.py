"""The types that plugins use, from wherever in core they live: the public line between core and its plugins."""

from frisket.errors import StepError
from frisket.profile.steps import PluginStep, PluginStepWithArgument, Sentinel, Value
from frisket.protocols.contact import Contact
from frisket.protocols.session import Access, Budget, Endpoint, NoteBook
from frisket.protocols.transport import Session, Transport

__all__ = [
    "Access",
    "Budget",
    "Contact",
    "Endpoint",
    "NoteBook",
    "PluginStep",
    "PluginStepWithArgument",
    "Sentinel",
    "Session",
    "StepError",
    "Transport",
    "Value",
]
