"""Before any page, in process and on a real server: hosts, sizes, times."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import attrs
import pytest
import uvicorn

from frisket_hub import app
from frisket_hub.edge import host_name
from frisket_hub.errors import HubError
from frisket_hub.listening import PatientProtocol, bind
from frisket_hub.serving import Place, check, configuration
from frisket_hub.settings import Settings
from frisket_hub.store.engine import Store

from .conftest import InTown
from .test_routing import ROUTES
from .town import Town, open_town

_PATIENCE = 0.4
_QUICK = attrs.evolve(Settings(), time_out=dt.timedelta(seconds=_PATIENCE))


class HastyProtocol(PatientProtocol):
    patience = _PATIENCE


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (["hub.example"], "hub.example"),
        (["Hub.Example:8631"], "hub.example"),
        (["[::1]:8631"], "::1"),
        (["127.0.0.1"], "127.0.0.1"),
        ([], None),
        (["a", "b"], None),
        ([""], None),
        (["user@hub.example"], None),
        (["hub.example/evil"], None),
        (["hub.example:99x"], None),
        (["hub.example\r\nx"], None),
        (["hub.example:8631:1"], None),
    ],
)
def test_a_host_is_one_name_with_a_port_or_none(values: list[str], name: str | None) -> None:
    assert host_name(values) == name


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "evil.example:8631", "127.0.0.1@evil.example"]
)
def test_a_forged_host_is_refused_with_all_headers(in_town: InTown, host: str) -> None:
    async def scenario(town: Town) -> None:
        async with town.browser() as browser:
            for path in ("/", "/sign-in", "/healthz", "/agent/v1/check-in"):
                answer = await browser.http.get(path, headers={"host": host})
                assert answer.status_code == 400
                assert "default-src 'none'" in answer.headers["content-security-policy"]
                assert "evil" not in answer.text

    in_town(scenario)


def test_a_body_beyond_the_limit_is_not_read(in_town: InTown) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 65_536

    async def scenario(town: Town) -> None:
        async with town.browser() as browser:
            for path in ("/sign-in", "/agent/v1/readings"):
                announced = await browser.http.post(path, content=b"", headers={"content-length": str(10 << 30)})
                assert announced.status_code == 413

    in_town(scenario)
    assert taken == 0


# --- On a real server ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def port(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real server on a thread of its own, with little patience; no test here changes anything on it."""
    path = tmp_path_factory.mktemp("edge") / "hub.sqlite"
    shutil.copyfile(sqlite_template, path)
    listening = bind("127.0.0.1", 0)
    servers: list[uvicorn.Server] = []

    async def serve() -> None:
        async with open_town(f"sqlite+aiosqlite:///{path}", _QUICK, ROUTES) as town:
            config = configuration(town.app, Place(host="127.0.0.1", port=0))
            config.http = HastyProtocol
            servers.append(uvicorn.Server(config))
            await servers[0].serve(sockets=[listening])

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    while not servers or not servers[0].started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    servers[0].should_exit = True
    thread.join()


@contextlib.contextmanager
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as made:
        yield made


def everything(made: socket.socket) -> bytes:
    """Until the other side closes."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while part := made.recv(65_536):
            found += part
    return found


def greeting(made: socket.socket) -> bytes:
    """One answer of `/hello`, on a connection that stays open."""
    found = b""
    while not found.endswith(b"hello you"):
        part = made.recv(65_536)
        assert part, found
        found += part
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_ten_gibibytes_announced_are_refused_before_one_is_read(port: int) -> None:
    with connection(port) as made:
        made.sendall(b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10737418240\r\n\r\n")
        answer = everything(made)
    assert status(answer) == 413
    assert b"content-security-policy" in answer


def test_an_endless_body_in_pieces_is_cut_off(port: int) -> None:
    with connection(port) as made:
        made.sendall(b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        sent = 0
        with contextlib.suppress(ConnectionError):
            while sent < 200:
                made.sendall(piece)
                sent += 1
                made.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    if made.recv(1, socket.MSG_PEEK):
                        break
                made.settimeout(5)
        made.settimeout(5)
        assert status(everything(made)) == 413
    assert sent < 200


@pytest.mark.parametrize(
    "beginning",
    [b"", b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: a"],
    ids=["nothing", "a letter", "a line", "headers without an end"],
)
def test_headers_that_do_not_come_are_not_waited_for(port: int, beginning: bytes) -> None:
    with connection(port) as made:
        made.sendall(beginning)
        began = time.monotonic()
        answer = everything(made)
        assert _PATIENCE * 0.7 <= time.monotonic() - began < _PATIENCE * 6
    assert status(answer) == 408


def test_headers_that_trickle_are_not_waited_for(port: int) -> None:
    with connection(port) as made, contextlib.suppress(ConnectionError):
        began = time.monotonic()
        made.sendall(b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
        while time.monotonic() - began < _PATIENCE * 6:
            made.sendall(b"a")
            time.sleep(_PATIENCE / 8)
        pytest.fail("the connection is still open")


def test_a_body_that_trickles_is_not_waited_for(port: int) -> None:
    with connection(port) as made:
        made.sendall(b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nabc")
        began = time.monotonic()
        made.settimeout(5)
        answer = made.recv(65_536)
        assert time.monotonic() - began < _PATIENCE * 6
    assert status(answer) == 408


def test_a_second_request_on_the_connection_has_its_own_patience(port: int) -> None:
    with connection(port) as made:
        for _ in range(3):
            time.sleep(_PATIENCE * 0.6)
            made.sendall(b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert status(greeting(made)) == 200
        made.sendall(b"GET /hel")
        assert status(everything(made)) == 408


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET /hello HTTP/1.1\r\n\r\n",
        b"GET /hello HTTP/1.1\r\nHost: a\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 600_000 + b"\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
    ids=["nonsense", "no host", "two hosts", "another host", "a long header", "two lengths"],
)
def test_nonsense_is_refused_with_all_headers(port: int, sent: bytes) -> None:
    with connection(port) as made:
        with contextlib.suppress(ConnectionError):
            made.sendall(sent)
        answer = everything(made)
    assert answer == b"" or (status(answer) == 400 and b"content-security-policy" in answer)


def test_an_absolute_target_does_not_stand_for_the_host(port: int) -> None:
    with connection(port) as made:
        made.sendall(b"GET http://127.0.0.1/hello HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        assert status(everything(made)) == 400


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Proto", "X-Forwarded-Host"])
def test_what_a_stranger_forwards_is_not_believed(port: int, name: str) -> None:
    value = {"X-Forwarded-Proto": "https", "Forwarded": "for=192.0.2.7;proto=https"}.get(name, "192.0.2.7")
    with connection(port) as made:
        request = f"GET /seen HTTP/1.1\r\nHost: 127.0.0.1\r\n{name}: {value}\r\nConnection: close\r\n\r\n"
        made.sendall(request.encode())
        assert everything(made).endswith(b"\r\n\r\nhttp 127.0.0.1")


def test_answers_on_one_connection_do_not_wait_for_each_other(port: int) -> None:
    """Without TCP_NODELAY each takes 40 ms more."""
    with connection(port) as made:
        began = time.monotonic()
        for _ in range(20):
            made.sendall(b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert status(greeting(made)) == 200
        assert time.monotonic() - began < 20 * 0.04


# --- Where it listens ----------------------------------------------------------------------------


def test_a_port_in_use_is_said() -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(HubError, match="is another hub running"):
            bind("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_another_machine_is_said() -> None:
    with pytest.raises(HubError, match=r"cannot listen on 192\.0\.2\.1"):
        bind("192.0.2.1", 0)


@pytest.mark.parametrize(
    "place",
    [
        Place(host="0.0.0.0", port=0),
        Place(host="192.0.2.1", port=0, names=("hub.example",)),
        Place(host="::", port=0),
    ],
)
def test_passwords_do_not_cross_a_network_in_the_clear(place: Place) -> None:
    with pytest.raises(HubError, match="takes https"):
        check(place)
    check(attrs.evolve(place, proxies=("192.0.2.9",)))


def test_the_names_of_the_hub_are_those_that_it_was_given() -> None:
    hosts = Place(host="192.0.2.1", port=0, names=("Hub.Example", "[::2]")).settings().hosts
    assert hosts == {"localhost", "127.0.0.1", "::1", "192.0.2.1", "hub.example", "::2"}
    assert "0.0.0.0" not in Place(host="127.0.0.1", port=0).settings().hosts


def test_the_default_patience_is_the_same_for_headers_and_bodies(sqlite_url: str) -> None:
    assert PatientProtocol.patience == Settings().time_out.total_seconds() == 15

    async def scenario() -> None:
        store = await Store.open(sqlite_url)
        assert app.build(Settings(), store).state.settings.max_body == 1 << 20
        await store.close()

    asyncio.run(scenario())
