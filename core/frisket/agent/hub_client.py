"""What the agent says to the hub over HTTP: the only httpx2, and every answer is doubted until it is parsed.

https everywhere but on loopback; proxies as the environment names them, but for loopback; no redirects; every request
is signed; every answer is bounded in size and time.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import email.utils
import gzip
import ipaddress
import ssl
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

import attrs
import httpx2

import frisket
from frisket.agent.errors import BusyError, HubError, NonsenseError, RefusedError, UnreachableError
from frisket.agent.identity import Identity
from frisket.errors import DocumentError, FrisketError, TrustError
from frisket.releases.trust_codes import TrustCode
from frisket.wire.documents import (
    MAX_REQUEST_BYTES,
    CheckIn,
    Confirmation,
    Desired,
    Enrolled,
    Enrolment,
    Received,
    from_data,
    to_data,
)
from frisket.wire.json_text import dump, load_object
from frisket.wire.signing import SignedMessage, sign

_MAX_ANSWER_BYTES = 1 << 20
_CONNECT_SECONDS = 10.0
_SILENT_SECONDS = 30.0
_WHOLE_SECONDS = 120.0
# A clock that is wrong by more than this is put right, for signatures only
_CLOCK_SECONDS = 30
_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class CheckedIn:
    """The hub's answer: `desired` is None for nothing new; `lease` stands for this agent at its next check-in."""

    desired: Desired | None
    lease: str
    retry_after: float | None


@attrs.frozen
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        return _seconds(self.headers.get("retry-after", ""))


def check_hub_url(url: str) -> str:
    """The hub's address without a slash at its end; HubError for what is none, or sends readings in the clear."""
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
        raise HubError(f"{url}: not the address of a hub; write it as https://hub.example")
    if parts.scheme == "http" and not is_loopback(host):
        raise HubError(f"{url}: a hub is reached over https; http is for a hub on this machine only")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@attrs.define(eq=False)
class HubClient:
    """One hub, asked by one agent; `agent` is None until it is enrolled."""

    url: str = attrs.field(converter=check_hub_url)
    identity: Identity
    agent: str | None = None
    _clock: Callable[[], float] = time.time
    _offset: float = 0.0
    _http: httpx2.AsyncClient = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        loopback = {f"all://{host}": httpx2.AsyncHTTPTransport() for host in ("127.0.0.1", "localhost", "[::1]")}
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(_SILENT_SECONDS, connect=_CONNECT_SECONDS),
            headers={"User-Agent": f"frisket-agent/{frisket.__version__}", "Accept-Encoding": "identity"},
            limits=httpx2.Limits(max_connections=2),
            mounts=loopback if is_loopback(urlsplit(self.url).hostname or "") else None,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    # --- what can be said ----------------------------------------------------------------------

    async def enroll(self, enrolment: Enrolment) -> Enrolled:
        """Signed with the key that it introduces, which proves that it is ours."""
        answer = await self._ask("POST", "/agent/v1/enroll", dump(to_data(enrolment)))
        return self._document(answer, Enrolled)

    async def check_in(self, check_in: CheckIn) -> CheckedIn:
        answer = await self._ask("POST", "/agent/v1/check-in", dump(to_data(check_in)))
        lease = answer.headers.get("frisket-lease", "")
        if not lease or len(lease) > 200:
            raise NonsenseError(f"{self.url}: answers a check-in without a lease; is it a hub?")
        desired = None if answer.status == 204 else self._document(answer, Desired)
        return CheckedIn(desired=desired, lease=lease, retry_after=answer.retry_after)

    async def confirm(self, confirmation: Confirmation) -> None:
        await self._ask("POST", "/agent/v1/confirm", dump(to_data(confirmation)), statuses=(204,))

    async def upload(self, batch: bytes) -> Received:
        """`batch` is a Batch as JSON, which goes out compressed; RefusedError with 413 asks for a smaller one."""
        body = compress(batch)
        answer = await self._ask("POST", "/agent/v1/readings", body, {"Content-Encoding": "gzip"})
        return self._document(answer, Received)

    async def fetch(self, path: str, most: int) -> bytes:
        """A file of the profile database, whose octets nobody has verified yet; TrustError where there is none, or more
        than `most` octets. Anonymous, so that any cache on the way may hold it.
        """
        try:
            answer = await self._exchange(SignedMessage("GET", f"{self.url}/tuf/{path}", {}), b"", most)
        except NonsenseError:
            raise TrustError(TrustCode.TOO_LARGE, f"{path}: the hub gives more than {most:,} octets") from None
        if answer.status in (404, 410):
            raise TrustError(TrustCode.MISSING, f"{path}: the hub does not have it")
        if answer.status != 200:
            raise self._refused(answer)
        return answer.body

    # --- how it is said ------------------------------------------------------------------------

    async def _ask(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        statuses: tuple[int, ...] = (200, 204),
        most: int = _MAX_ANSWER_BYTES,
    ) -> _Answer:
        answer = await self._send(method, path, body, headers or {}, most)
        if answer.status == 401 and self._set_clock(answer):
            answer = await self._send(method, path, body, headers or {}, most)
        self._set_clock(answer)
        if answer.status in statuses:
            return answer
        raise self._refused(answer)

    async def _send(self, method: str, path: str, body: bytes, headers: Mapping[str, str], most: int) -> _Answer:
        message = SignedMessage(method, f"{self.url}{path}", dict(headers))
        if body:
            message.headers["Content-Type"] = "application/json"
        now = dt.datetime.fromtimestamp(self._clock() + self._offset, dt.UTC)
        key_id = self.agent or self.identity.public_key
        sign(message, body, key=self.identity.key, key_id=key_id, now=now)
        return await self._exchange(message, body, most)

    async def _exchange(self, message: SignedMessage, body: bytes, most: int) -> _Answer:
        try:
            async with (
                asyncio.timeout(_WHOLE_SECONDS),
                self._http.stream(message.method, message.url, content=body, headers=message.headers) as response,
            ):
                return _Answer(response.status_code, response.headers, await self._read(response, most))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError) as error:
            raise self._unreachable(error) from None

    async def _read(self, response: httpx2.Response, most: int) -> bytes:
        body = bytearray()
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > most:
                raise NonsenseError(f"{self.url}: answers more than {most >> 20} MiB; is it a hub?")
        return bytes(body)

    def _document(self, answer: _Answer, kind: type[_T]) -> _T:
        try:
            return from_data(load_object(answer.body, max_bytes=_MAX_ANSWER_BYTES), kind)
        except DocumentError as error:
            words = f"what it answers is no {kind.__name__}: {error.problems[0]:.120}"
            raise NonsenseError(f"{self.url}: {words}; is it a hub, of a version that this agent knows?") from None

    def _set_clock(self, answer: _Answer) -> bool:
        """True when the hub's clock turned out to be another one; a signature's time must be near the hub's."""
        told = _time(answer.headers.get("frisket-time") or answer.headers.get("date", ""))
        if told is None or abs(told - self._clock() - self._offset) < _CLOCK_SECONDS:
            return False
        self._offset = told - self._clock()
        return True

    # --- what can go wrong ---------------------------------------------------------------------

    def _refused(self, answer: _Answer) -> HubError:
        status, words = answer.status, _words(answer)
        if status == 407:
            return self._proxy_wants_credentials()
        if 300 <= status < 400:
            where = answer.headers.get("location", "elsewhere")[:100]
            words = f"sends the agent to {ascii(where)[1:-1]}; enrol with the hub's own address"
            return NonsenseError(f"{self.url}: {words}")
        if status == 429 or status >= 500:
            return BusyError(f"{self.url}: cannot now ({status}{words})", retry_after=answer.retry_after)
        if status < 300:
            return NonsenseError(f"{self.url}: answers {status}, which means nothing here; is it a hub?")
        message = f"{self.url}: refused ({status}{words})"
        return RefusedError(message, status=status, words=words.strip(": "), retry_after=answer.retry_after)

    def _unreachable(self, error: Exception) -> HubError:
        certificate = _cause(error, ssl.SSLCertVerificationError)
        if certificate is not None:
            reason = certificate.verify_message or str(certificate)
            way_out = "name the CA that signed it with SSL_CERT_FILE, or let the hub have one that verifies"
            return UnreachableError(f"{self.url}: its certificate does not verify: {reason}; {way_out}")
        tls = _cause(error, ssl.SSLError)
        if tls is not None:
            return UnreachableError(f"{self.url}: no TLS there: {tls.reason or tls}; does the hub speak https?")
        if isinstance(error, httpx2.ProxyError):
            if "407" in str(error):
                return self._proxy_wants_credentials()
            return UnreachableError(f"{self.url}: the proxy does not let the agent through: {error}")
        if isinstance(error, (httpx2.TimeoutException, TimeoutError)):
            kind = "no connection" if isinstance(error, httpx2.ConnectTimeout) else "no answer"
            return UnreachableError(f"{self.url}: {kind} in time; is the hub up, and the way to it open?")
        if isinstance(error, httpx2.ProtocolError):
            return UnreachableError(f"{self.url}: the connection broke off: {error}")
        cause = _cause(error, OSError)
        reason = (cause.strerror if cause is not None else None) or str(error) or type(error).__name__
        return UnreachableError(f"{self.url}: not reachable: {reason}; is the hub up, and its address right?")

    def _proxy_wants_credentials(self) -> HubError:
        words = "the proxy asks for credentials (407); put them into HTTPS_PROXY as http://NAME:PASSWORD@HOST:PORT"
        return UnreachableError(f"{self.url}: {words}")


def compress(body: bytes) -> bytes:
    """The same octets for the same body."""
    packed = gzip.compress(body, mtime=0)
    if len(packed) > MAX_REQUEST_BYTES:
        raise RefusedError(f"{len(packed):,} octets are more than one request may hold", status=413)
    return packed


_Error = TypeVar("_Error", bound=BaseException)


def _cause(error: BaseException | None, kind: type[_Error]) -> _Error | None:
    """The first error of a kind among those that led to this one."""
    for _ in range(10):
        if error is None or isinstance(error, kind):
            return error
        error = error.__cause__ or error.__context__
    return None


def _words(answer: _Answer) -> str:
    """What the hub says about it, as `: words`; nothing where it says nothing that can be shown."""
    try:
        words = load_object(answer.body, max_bytes=4096).get("error")
    except FrisketError:
        return ""
    return f": {' '.join(ascii(words)[1:-1].split())[:200]}" if isinstance(words, str) and words else ""


def _seconds(text: str) -> float | None:
    """Retry-After: seconds, or a date (RFC 9110 10.2.3)."""
    if text.isascii() and text.isdigit() and len(text) < 9:
        return float(text)
    at = _time(text)
    return None if at is None else max(0.0, at - time.time())


def _time(text: str) -> float | None:
    """Seconds since 1970 of themselves, of an HTTP date or of an ISO 8601 time."""
    if text.isascii() and text.isdigit():
        return float(text[:12])
    for parse in (email.utils.parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            at = parse(text)
        except (ValueError, TypeError):
            continue
        return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp()
    return None
