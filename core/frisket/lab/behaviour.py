"""How a virtual printer behaves: what it claims to be, and what it sends in place of an honest answer.

A behaviour is made once for each printer, so it may count what that printer did. It only ever sees requests that the
agent would answer, and both hooks are honest unless a behaviour says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import attrs

from frisket.formats.snmp import Message, Pdu
from frisket.lab.hostile_pjl import PjlBehaviour
from frisket.lab.hostile_wire import WebBehaviour
from frisket.lab.recording import Recording
from frisket.lab.snmp_agent import Response

SYS_DESCR = (1, 3, 6, 1, 2, 1, 1, 1, 0)
SYS_OBJECT_ID = (1, 3, 6, 1, 2, 1, 1, 2, 0)


@attrs.frozen
class Datagram:
    """What goes out: after so many seconds, and perhaps from an address that was not asked."""

    data: bytes
    after: float = 0.0
    foreign: bool = False


@attrs.frozen
class Exchange:
    """A request that the agent answers, and the answer that the recording gives."""

    request: Message
    honest: Response


class Behaviour:
    """honest answers, as recorded"""

    # Whether datagrams with `foreign` come, which need a second socket
    foreign: ClassVar[bool] = False
    # What stands in place of the web pages, of IPP, and of PJL
    web: WebBehaviour | None = None
    ipp: WebBehaviour | None = None
    pjl: PjlBehaviour | None = None

    def claim(self, recording: Recording) -> Recording:
        """The recording that the printer serves."""
        return recording

    def answer(self, exchange: Exchange) -> Sequence[Datagram]:
        """What is sent for one request."""
        return send(exchange.honest)


def send(response: Response, *, after: float = 0.0, foreign: bool = False) -> Sequence[Datagram]:
    """One answer in one datagram."""
    return (Datagram(response.encode(), after, foreign),)


def is_identification(request: Message) -> bool:
    """A GET that asks what the device is.

    Behaviours that show only in a walk answer it honestly, or nobody would come to walk.
    """
    return request.pdu == Pdu.GET and any(oid in (SYS_DESCR, SYS_OBJECT_ID) for oid, _ in request.varbinds)
