"""One HTTP/1.1 connection to one device, kept open from request to request: h11 on a socket whose octets are counted.

No client that does more is wanted here: no cookies, no proxies, no compression, no redirects. Two requests can be made,
GET of a page and IPP's Get-Printer-Attributes, and no other.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

import attrs
import h11

import frisket
from frisket.errors import FrisketError
from frisket.formats.ipp import GET_PRINTER_ATTRIBUTES
from frisket.model.reading import NoteCode
from frisket.protocols.contact import Contact
from frisket.protocols.web_path import host_header
from frisket.protocols.web_tls import tls_context

_READ = 64 * 1024
# Status line and headers; of printers they have some 500 octets
MAX_HEADER_OCTETS = 16 * 1024
# A body may come in chunks of a few octets each, whose frames are as long; and some 1xx before it
_WIRE_FACTOR, _WIRE_EXTRA = 2, 4 * MAX_HEADER_OCTETS
_MAX_INFORMATIONAL = 8
# RFC 9110 15.4 and 15.5: a page is elsewhere, or is not there
REDIRECTS = (301, 302, 303, 307, 308)
ABSENT = (404, 410)
# Old devices take up to 3 s for TLS's handshake; a part of the time is left for another door
CONNECT_SECONDS = 4.0
_CONNECT_SHARE = 0.4


class WebError(FrisketError):
    """A request that came to nothing; `code` is the note that tells so."""

    code = NoteCode.REQUEST_FAILED


class ClosedError(WebError):
    """No connection can be made at this port: nobody is there, or nobody whose TLS is taken here."""


class AbsentError(ClosedError):
    """The device says that no server is there, which is no failure."""


class RefusedError(WebError):
    """An answer that our own rules refuse."""

    code = NoteCode.REQUEST_REFUSED


class _StaleError(WebError):
    """The device closed the connection before the request reached it."""


@attrs.frozen
class Door:
    """Where a device takes requests: http or https, and the port."""

    scheme: str
    port: int


@attrs.frozen
class WebAnswer:
    """`headers` have lower-case names. `body` is empty where `status` is not 200."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def header(self, name: str) -> str:
        """The first value; empty where there is none."""
        return next(iter(self.all(name)), "")


@attrs.define(eq=False)
class WebClient:
    """At most one connection at a time, to the door that was asked last."""

    contact: Contact
    _link: _Link | None = None

    async def get(
        self, door: Door, path: str, *, max_bytes: int, seconds: float, authorization: str | None = None
    ) -> WebAnswer:
        """WebError where nothing came of it. The budget's own errors pass."""
        headers = [] if authorization is None else [(b"Authorization", authorization.encode("latin-1"))]
        return await self._exchange(door, _Ask("GET", path, headers), max_bytes, seconds)

    async def post_ipp(self, door: Door, path: str, octets: bytes, *, max_bytes: int, seconds: float) -> WebAnswer:
        """The single POST that there is: its body asks for attributes of a printer, or it is not sent."""
        if octets[2:4] != GET_PRINTER_ATTRIBUTES.to_bytes(2, "big"):
            raise RefusedError("not a request for a printer's attributes")
        headers = [(b"Content-Type", b"application/ipp"), (b"Content-Length", b"%d" % len(octets))]
        return await self._exchange(door, _Ask("POST", path, headers, octets), max_bytes, seconds)

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None

    async def _exchange(self, door: Door, ask: _Ask, max_bytes: int, seconds: float) -> WebAnswer:
        seconds = min(seconds, self.contact.budget.remaining())
        if seconds <= 0:
            raise WebError("no answer in time")
        try:
            async with asyncio.timeout(seconds):
                return await self._over_some_link(door, ask, max_bytes, min(CONNECT_SECONDS, seconds * _CONNECT_SHARE))
        except TimeoutError:
            raise (WebError if self._link else ClosedError)("no answer in time") from None
        finally:
            if self._link is not None and not self._link.can_be_used(door):
                self.close()

    async def _over_some_link(self, door: Door, ask: _Ask, max_bytes: int, connect_seconds: float) -> WebAnswer:
        """A connection that was kept may be closed by now: then once more over a new one."""
        if self._link is not None and self._link.can_be_used(door):
            try:
                return await self._over(self._link, ask, max_bytes)
            except _StaleError:
                pass
        self.close()
        self.contact.budget.spend_request()
        self._link = await _connect(self.contact, door, connect_seconds)
        return await self._over(self._link, ask, max_bytes, counted=True)

    async def _over(self, link: _Link, ask: _Ask, max_bytes: int, *, counted: bool = False) -> WebAnswer:
        if not counted:
            self.contact.budget.spend_request()
        try:
            return await link.exchange(ask, max_bytes)
        except h11.LocalProtocolError:
            # its words may repeat a login's
            raise RefusedError("not a request that can be sent") from None
        except h11.RemoteProtocolError as error:
            # some devices end a page with an empty line more than it has, which the next answer then begins with
            raise (WebError if counted else _StaleError)(f"no HTTP: {str(error)[:100]!a}") from None
        except OSError as error:
            raise _StaleError(f"the connection broke off: {error.strerror or type(error).__name__}") from None


@attrs.frozen
class _Ask:
    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]] = attrs.field(repr=False)
    body: bytes = attrs.field(default=b"", repr=False)


async def _connect(contact: Contact, door: Door, seconds: float) -> _Link:
    context = tls_context(contact.vault.tls_policy(contact.address)) if door.scheme == "https" else None
    name = contact.address.partition("%")[0] if context is not None else None
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(
                contact.address, door.port, ssl=context, server_hostname=name, limit=_READ
            )
    except ssl.SSLCertVerificationError as error:
        raise ClosedError(f"its certificate does not verify: {error.verify_message}") from None
    except ssl.SSLError as error:
        raise ClosedError(f"no TLS that is taken here: {error.reason or 'broken off'}") from None
    except ConnectionResetError:
        raise ClosedError("the connection broke off in TLS's handshake") from None
    except ConnectionRefusedError:
        raise AbsentError("no server listens there") from None
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise ClosedError("no connection in time") from None
        raise ClosedError(f"no connection: {error.strerror or error}") from None
    return _Link(contact, door, reader, writer)


@attrs.define(eq=False)
class _Link:
    """A connection: what came over it belongs to the device's cost."""

    _contact: Contact
    _door: Door
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    _http: h11.Connection = attrs.field(
        factory=lambda: h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADER_OCTETS)
    )
    _received: int = 0
    _most: int = 0

    def can_be_used(self, door: Door) -> bool:
        ready = self._http.our_state is h11.IDLE and not self._writer.is_closing() and not self._reader.at_eof()
        return ready and door == self._door

    def close(self) -> None:
        self._writer.transport.abort()

    async def exchange(self, ask: _Ask, max_bytes: int) -> WebAnswer:
        self._received, self._most = 0, _WIRE_FACTOR * max_bytes + _WIRE_EXTRA
        await self._send(ask)
        head = await self._head()
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers]
        answer = WebAnswer(head.status_code, headers)
        if answer.status != 200:
            await self._pass_over(max_bytes)
            return answer
        if answer.header("content-encoding").lower() not in ("", "identity"):
            self.close()
            raise RefusedError(f"compressed ({answer.header('content-encoding')[:20]!a}), though it was not asked to")
        return attrs.evolve(answer, body=await self._body(answer, max_bytes))

    async def _send(self, ask: _Ask) -> None:
        headers = [
            (b"Host", host_header(self._contact, self._door.scheme, self._door.port).encode()),
            (b"User-Agent", f"Frisket/{frisket.__version__}".encode()),
            (b"Accept-Encoding", b"identity"),
            *ask.headers,
        ]
        events: list[h11.Event] = [h11.Request(method=ask.method, target=ask.path, headers=headers)]
        if ask.body:
            events.append(h11.Data(data=ask.body))
        octets = [self._http.send(event) or b"" for event in (*events, h11.EndOfMessage())]
        self._writer.write(b"".join(octets))
        await self._writer.drain()

    async def _head(self) -> h11.Response:
        for _ in range(_MAX_INFORMATIONAL):
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
        raise self._broken("never comes to its answer")

    async def _body(self, answer: WebAnswer, max_bytes: int) -> bytes:
        declared = answer.header("content-length")
        if declared and int(declared) > max_bytes:
            raise self._too_large(max_bytes)
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
            if len(body) > max_bytes:
                raise self._too_large(max_bytes)
        self._next_cycle()
        return bytes(body)

    async def _pass_over(self, max_bytes: int) -> None:
        """The words of an error are read so that the connection can be kept, if they are few."""
        count = 0
        while isinstance(event := await self._event(), h11.Data):
            count += len(event.data)
            if count > min(max_bytes, _READ):
                self.close()
                return
        self._next_cycle()

    def _next_cycle(self) -> None:
        """What comes after an answer, before anything else was asked, ends the connection."""
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE and not self._http.trailing_data[0]:
            self._http.start_next_cycle()
        else:
            self.close()

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            octets = await self._reader.read(_READ)
            if not octets and not self._received:
                raise ConnectionResetError
            self._count(len(octets))
            self._http.receive_data(octets)
        return event  # type: ignore[return-value]  # NEED_DATA does not come here

    def _count(self, octets: int) -> None:
        self._received += octets
        self._contact.budget.count_bytes(octets)
        if self._received > self._most:
            raise self._too_large(self._most)

    def _broken(self, reason: str) -> WebError:
        self.close()
        return WebError(reason)

    def _too_large(self, most: int) -> RefusedError:
        self.close()
        return RefusedError(f"larger than {most // 1024} KiB")
