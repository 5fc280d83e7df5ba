"""Contacts with devices on this machine, and what came of asking them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import attrs

from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.reading import Note
from frisket.model.request import Reply, Request
from frisket.protocols.contact import Contact, DeviceMemory, Ports
from frisket.protocols.ipp import IppTransport
from frisket.protocols.port import PortTransport
from frisket.protocols.session import Budget, NoteBook
from frisket.protocols.transport import Transport
from frisket.protocols.vault import Vault
from frisket.protocols.web import HttpTransport

ADDRESS = "127.0.0.1"
TRANSPORTS: dict[str, Callable[[], Transport]] = {"http": HttpTransport, "ipp": IppTransport, "port": PortTransport}

_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class Outcome:
    replies: list[Reply]
    notes: tuple[Note, ...]
    requests: int
    octets: int
    seconds: float

    @property
    def codes(self) -> set[str]:
        return {str(note.code) for note in self.notes}

    @property
    def details(self) -> str:
        return "\n".join(note.detail for note in self.notes)


def contact(
    ports: Ports,
    *,
    address: str = ADDRESS,
    vault: Vault | None = None,
    memory: DeviceMemory | None = None,
    seconds: float = 20.0,
) -> Contact:
    return Contact(
        address=address,
        ports=ports,
        budget=Budget(address, time.monotonic() + seconds),
        notes=NoteBook(),
        vault=vault or Vault(),
        memory=memory or DeviceMemory(),
    )


async def ask(device: Contact, *requests: Request) -> Outcome:
    """All requests of one protocol, in one session."""
    session = await TRANSPORTS[requests[0].protocol]().open(device)
    answers = Answers()
    started = time.monotonic()
    try:
        await session.ask(Plan(requests=requests), answers)
    finally:
        session.close()
        await asyncio.sleep(0.001)
    assert answers.requested == set(requests)
    return Outcome(
        replies=[reply for request in requests for reply in answers.replies(request)],
        notes=device.notes.all(),
        requests=device.budget.requests,
        octets=device.budget.bytes_received,
        seconds=time.monotonic() - started,
    )


def run(coroutine: Coroutine[Any, Any, _T]) -> _T:
    return asyncio.run(coroutine)


# Nothing listens at port 1 of this machine
CLOSED = 1


def web_ports(http: int = CLOSED, https: int = CLOSED, ipp: int = CLOSED) -> Ports:
    return Ports(http=http, https=https, ipp=ipp)
