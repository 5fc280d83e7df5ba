"""Runs the application until a signal ends it, within three seconds."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import uvicorn

from frisket_hub import app
from frisket_hub.errors import HubError
from frisket_hub.listening import PatientProtocol, bind, is_loopback
from frisket_hub.settings import LOOPBACK_NAMES, Settings
from frisket_hub.store.engine import Store

_GRACE_SECONDS = 2
_MOST_HEADER_OCTETS = 16 * 1024


@attrs.frozen(kw_only=True)
class Place:
    """Where the hub listens, under which names it is called, with which certificate, and where its own keys lie."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[str, ...] = ()
    online_keys: Path | None = None

    @property
    def url(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{name}:{self.port}"

    def settings(self) -> Settings:
        here = frozenset() if is_loopback(self.host) else frozenset({self.host})
        names = {name.strip("[]").lower() for name in self.names}
        return Settings(hosts=LOOPBACK_NAMES | here | names, online_keys=self.online_keys)


class _Server(uvicorn.Server):
    """Signals are ours: uvicorn raises them again after it has ended, which makes a clean end look like a crash."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(url: str, place: Place, announce: Callable[[str], None]) -> None:
    """Until SIGINT or SIGTERM. `announce` gets the hub's address when it listens."""
    check(place)
    listening = bind(place.host, place.port)
    try:
        place = attrs.evolve(place, port=listening.getsockname()[1])
        store = await Store.open(url)
        try:
            server = _Server(configuration(app.build(place.settings(), store), place))
            with _ended_by_signals(server):
                announcing = asyncio.create_task(_announce_when_started(server, place, announce))
                await server.serve(sockets=[listening])
                announcing.cancel()
        finally:
            await store.close()
    finally:
        listening.close()


def check(place: Place) -> None:
    """HubError for a place where passwords would go over the network in the clear, or a certificate of no use."""
    if (place.certificate is None) != (place.key is None):
        raise HubError("--tls-cert and --tls-key go together")
    if place.certificate is None and not is_loopback(place.host) and not place.proxies:
        raise HubError(
            f"{place.host} can be reached from other machines, and that takes https: give --tls-cert and --tls-key,"
            " or --trusted-proxy ADDRESS of the proxy that speaks it"
        )
    if place.certificate is not None and place.key is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(place.certificate, place.key)
        except (OSError, ssl.SSLError) as error:
            raise HubError(
                f"{place.certificate} with {place.key}: {error}; both are PEM, and belong together"
            ) from None


def configuration(application: app.Hub, place: Place) -> uvicorn.Config:
    """How uvicorn serves it: HTTP/1.1 alone, nothing believed of a proxy that is not named."""
    return uvicorn.Config(
        application,
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(place.proxies),
        forwarded_allow_ips=list(place.proxies),
        ssl_certfile=place.certificate,
        ssl_keyfile=place.key,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        h11_max_incomplete_event_size=_MOST_HEADER_OCTETS,
    )


async def _announce_when_started(server: uvicorn.Server, place: Place, announce: Callable[[str], None]) -> None:
    while not server.started:  # noqa: ASYNC110  # uvicorn tells it by this alone
        await asyncio.sleep(0.01)
    announce(place.url)


@contextlib.contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    def end(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
