"""What a protocol is to the rest of Frisket: something that opens sessions, and a session that answers plans."""

from __future__ import annotations

from typing import Protocol

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
