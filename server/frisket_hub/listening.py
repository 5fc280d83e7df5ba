"""The socket on which the hub listens, and connections that must say what they want in time."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from frisket_hub.edge import SECURITY_HEADERS
from frisket_hub.errors import HubError

HEADER_SECONDS = 15.0


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; HubError when there is no such address, or somebody listens there already.

    Made with IPPROTO_TCP by name: asyncio sets TCP_NODELAY only on such, and without it each answer waits 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise HubError(
            f"cannot listen on {host}, port {port}: {error.strerror}; is another hub running? --port takes another"
        ) from None
    bound.setblocking(False)  # noqa: FBT003  # socket's own signature
    return bound


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class PatientProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to the patience for a request's headers."""

    patience = HEADER_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The hub ends: a request that has not arrived by now will not be waited for."""
        super().shutdown()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and cycle.more_body and not cycle.response_started:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Nonsense gets the headers, too, that every answer has."""
        self._refuse(400, msg)

    def _watch(self) -> None:
        """The clock runs while headers are awaited, from their first octet or from the connection's beginning."""
        cycle: RequestResponseCycle | None = self.cycle
        awaiting = cycle is None or cycle.response_complete
        if not awaiting:
            self._forget()
        elif self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(self.patience, self._give_up)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self._refuse(408, "The request did not come in time.")

    def _refuse(self, status: int, words: str) -> None:
        content = words.encode("ascii", "replace")
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(content)).encode()),
            (b"connection", b"close"),
            *SECURITY_HEADERS,
        ]
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(self.conn.send(h11.Response(status_code=status, headers=headers)) or b"")
            self.transport.write(self.conn.send(h11.Data(data=content)) or b"")
            self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        self.transport.close()
