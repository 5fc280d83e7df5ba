"""What can be between an agent and its hub, and that each of it is said in words that help."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.chaos import GARBAGE, Message, Receive, Scope, Send
from tests.core.agent.memory_hub import KnownAgent, MemoryHub, served

from frisket.agent.back_off import BackOff
from frisket.agent.errors import BusyError, HubError, NonsenseError, RefusedError, UnreachableError
from frisket.agent.hub_client import HubClient, check_hub_url
from frisket.agent.identity import Identity
from frisket.wire.documents import CheckIn, Health, Observed

IDENTITY = Identity(Ed25519PrivateKey.generate())
CHECK_IN = CheckIn(
    lease=None,
    request="r1",
    observed=Observed(generation=0, release=None, state="initial"),
    versions={},
    plugins_failed=[],
    health=Health(devices=0),
    refused=[],
)


class Answers:
    """A hub that gives the same answer to everything."""

    def __init__(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.status, self.body, self.headers = status, body, headers
        self.paths: list[str] = []
        self.url = ""

    @contextmanager
    def answering(self, status: int, body: bytes = b"", **headers: str) -> Iterator[str]:
        """Another answer; the same server, whose end would take longer than any of these tests."""
        self.status, self.body, self.headers = status, body, headers
        yield self.url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        self.paths.append(scope["path"])
        lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in self.headers.items()]
        start: Message = {"type": "http.response.start", "status": self.status, "headers": lines}
        await send(start)
        await send({"type": "http.response.body", "body": self.body})


@pytest.fixture(scope="module")
def stage() -> Iterator[Answers]:
    answers = Answers(204)
    with served(answers) as answers.url:
        yield answers


def ask(url: str, *, agent: str = "a_1", clock: Callable[[], float] = time.time) -> HubError | None:
    """What a check-in there comes to."""

    async def check_in() -> None:
        async with HubClient(url, IDENTITY, agent, clock=clock) as client:
            await client.check_in(CHECK_IN)

    try:
        asyncio.run(check_in())
    except HubError as error:
        return error
    return None


@pytest.mark.parametrize(
    "url", ["https://hub.example/", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"]
)
def test_the_address_of_a_hub(url: str) -> None:
    assert check_hub_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://hub.example", "ftp://hub", "hub.example", "https://", "https://a:b@c", "https://c/?q"]
)
def test_what_is_no_address_of_a_hub_or_sends_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(HubError, match="https"):
        check_hub_url(url)


def test_nobody_there() -> None:
    error = ask("http://127.0.0.1:1")
    assert isinstance(error, UnreachableError)
    assert "not reachable" in str(error)


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_hub_that_cannot_now_says_when(stage: Answers, status: int) -> None:
    with stage.answering(status, b"<h1>oops</h1>", retry_after="120") as url:
        error = ask(url)
    assert isinstance(error, BusyError)
    assert error.retry_after == 120


def test_a_refusal_shows_the_hubs_words_and_nothing_that_a_terminal_would_obey(stage: Answers) -> None:
    with stage.answering(403, json.dumps({"error": "pending\x1b[2J\nnow"}).encode()) as url:
        error = ask(url)
    assert isinstance(error, RefusedError)
    assert error.status == 403
    assert "pending" in str(error)
    assert "\x1b" not in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize(("status", "body"), GARBAGE)
def test_nonsense_is_called_so(stage: Answers, status: int, body: bytes) -> None:
    with stage.answering(status, body, frisket_lease="l") as url:
        assert isinstance(ask(url), (NonsenseError, RefusedError))


def test_an_answer_without_a_lease_is_nonsense(stage: Answers) -> None:
    with stage.answering(204) as url:
        assert isinstance(ask(url), NonsenseError)


def test_a_redirect_is_not_followed() -> None:
    elsewhere = Answers(204, frisket_lease="l")
    with served(elsewhere) as there, served(Answers(307, location=there)) as url:
        error = ask(url)
    assert isinstance(error, NonsenseError)
    assert there in str(error)
    assert not elsewhere.paths


@pytest.fixture
def own_ca(tmp_path: Path) -> tuple[trustme.CA, tuple[Path, Path]]:
    ca = trustme.CA()
    issued = ca.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "hub.pem", tmp_path / "hub.key"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    return ca, (certificate, key)


def test_a_certificate_that_does_not_verify_is_said_with_its_host_and_reason(
    own_ca: tuple[trustme.CA, tuple[Path, Path]],
) -> None:
    answers = Answers(204, frisket_lease="l")
    with served(answers, certificate=own_ca[1]) as url:
        error = ask(url)
    assert isinstance(error, UnreachableError)
    assert "127.0.0.1" in str(error)
    assert "does not verify" in str(error)
    assert "SSL_CERT_FILE" in str(error)
    assert not answers.paths


def test_a_certificate_of_a_ca_that_the_environment_names_is_taken(
    own_ca: tuple[trustme.CA, tuple[Path, Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ca, certificate = own_ca
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with served(Answers(204, frisket_lease="l"), certificate=certificate) as url:
        assert ask(url) is None
        assert "does not verify" in str(ask(url.replace("127.0.0.1", "localhost")))


def test_https_where_http_is_spoken_is_said(stage: Answers) -> None:
    with stage.answering(204, frisket_lease="l") as url:
        error = ask(url.replace("http:", "https:"))
    assert isinstance(error, UnreachableError)
    assert "https" in str(error)


@contextmanager
def proxy_answering(status_line: bytes) -> Iterator[str]:
    """A proxy that lets nobody through."""

    def refuse(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(status_line + b"\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=refuse, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5)


def test_a_proxy_that_asks_for_credentials_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy_answering(b"HTTP/1.1 407 Proxy Authentication Required") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        error = ask("https://hub.example")
    assert isinstance(error, UnreachableError)
    assert "407" in str(error)
    assert "HTTPS_PROXY" in str(error)


def test_a_proxy_that_lets_nobody_through_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy_answering(b"HTTP/1.1 403 Forbidden") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        error = ask("https://hub.example")
    assert isinstance(error, UnreachableError)
    assert "proxy does not let" in str(error)


def test_a_hub_on_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with served(Answers(204, frisket_lease="l")) as url:
        assert ask(url) is None


@pytest.mark.parametrize("years", [-40, -0.001, 0.001, 1, 11])
def test_a_clock_that_is_wrong_is_put_right_for_the_signature(years: float) -> None:
    hub = MemoryHub(agents={"a_1": KnownAgent(IDENTITY.public_key)})
    with served(hub) as url:
        hub.url = url
        assert ask(url, clock=lambda: time.time() + years * 365 * 86_400) is None


def test_another_key_and_another_agent_are_refused() -> None:
    hub = MemoryHub(agents={"a_1": KnownAgent(Identity(Ed25519PrivateKey.generate()).public_key)})
    with served(hub) as url:
        hub.url = url
        for agent in ("a_1", "a_2"):
            error = ask(url, agent=agent)
            assert isinstance(error, RefusedError)
            assert error.status == 401


def test_the_back_off_doubles_up_to_an_hour_with_full_jitter_and_no_sooner_than_told() -> None:
    waits = [max(_waited(failures) for _ in range(300)) for failures in (0, 1, 4, 12)]
    assert waits[0] <= 30 < waits[1] <= 60 < waits[2] <= 480 < waits[3] <= 3_600
    assert min(_waited(12) for _ in range(300)) < 360
    assert BackOff().wait(600) >= 600


def _waited(failures: int) -> float:
    back_off = BackOff(failures=failures)
    return back_off.wait()
