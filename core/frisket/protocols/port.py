"""Whether a TCP port is open: a connection that is given up at once, without a byte."""

from __future__ import annotations

import asyncio

import attrs

from frisket.errors import ProtocolError
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.request import PortRequest, Reply
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.session import Budget, NoteBook

# Some print servers print what they find in a connection to these, were it nothing but its end
NEVER_TRIED = range(9100, 9108)


class PortTransport:
    async def open(self, contact: Contact) -> PortSession:
        return PortSession(contact, contact.notes, contact.budget)


@attrs.define(eq=False)
class PortSession:
    contact: Contact
    notes: NoteBook
    budget: Budget

    async def ask(self, plan: Plan, answers: Answers) -> None:
        """A reply for each open port; a closed one is an answer, too, and no note.

        ProtocolError for a port that prints: no profile may ask for it.
        """
        for request in plan.requests:
            if isinstance(request, PortRequest) and request not in answers.requested:
                answers.requested.add(request)
                if await self._is_open(request):
                    answers.add_reply(Reply(protocol="port", name=str(request.port)))

    def close(self) -> None:
        """Nothing is kept open."""

    async def _is_open(self, request: PortRequest) -> bool:
        port = _moved(request.port, self.contact.ports)
        if request.port in NEVER_TRIED or port in (*NEVER_TRIED, self.contact.ports.pjl):
            raise ProtocolError(self.contact.address, f"port {request.port} prints what it is sent and is never tried")
        self.budget.spend_request()
        try:
            async with asyncio.timeout(max(0.0, min(request.timeout, self.budget.remaining()))):
                _, writer = await asyncio.open_connection(self.contact.address, port)
        except OSError:
            return False
        writer.transport.abort()
        return True


def _moved(port: int, ports: Ports) -> int:
    """Where the server of a well-known port is, if that is elsewhere."""
    known = attrs.asdict(Ports())
    return next((getattr(ports, name) for name, usual in known.items() if usual == port), port)
