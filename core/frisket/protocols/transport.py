"""What a protocol is to the rest of Frisket: something that opens sessions, and a session that answers plans."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

import attrs

from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.protocols.contact import Contact
from frisket.protocols.session import Budget, NoteBook


class Session(Protocol):
    """One device, asked over one protocol. Errors are ProtocolErrors; oddities become notes."""

    notes: NoteBook
    budget: Budget

    async def ask(self, plan: Plan, answers: Answers) -> None:
        """Puts every answer to the protocol's part of the plan into `answers`, and what was asked into its `asked`,
        `sampled` and `requested`.
        """
        ...

    def close(self) -> None: ...


class Transport(Protocol):
    """Opens sessions: the object that a protocol's plugin registers."""

    async def open(self, contact: Contact) -> Session:
        """SilentError where the device cannot be reached."""
        ...


@attrs.frozen
class LazyTransport:
    """Stands in for the transport at `module:Class` and imports it when the first session is opened.

    A scan that asks no web page then never pays for an HTTP client.
    """

    target: str

    async def open(self, contact: Contact) -> Session:
        module, _, name = self.target.partition(":")
        transport: Transport = getattr(import_module(module), name)()
        return await transport.open(contact)
