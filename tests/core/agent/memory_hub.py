"""A hub in memory that keeps to the agent's API to the letter, on a real socket, always on a bad day.

What it is sent it keeps, so that a test can ask what was sent, doubled, or never came.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tests.chaos import Application, ChaoticHub, Message, Receive, Scope, Send
from tests.core.releases.repository import TIMESTAMP_FILE, Repository

from frisket.agent.verdict import NOTHING_EXPECTED, Expected
from frisket.errors import DocumentError
from frisket.releases import compression
from frisket.releases.manifest import Manifest
from frisket.wire import documents
from frisket.wire.device import from_document
from frisket.wire.documents import (
    Batch,
    CheckIn,
    Confirmation,
    Desired,
    Enrolled,
    Enrolment,
    NewMetadata,
    Received,
    Release,
    Trusted,
)
from frisket.wire.json_text import dump, load_object
from frisket.wire.signing import SignatureError, SignedMessage, verify

_MOST = 8 << 20


@attrs.define
class KnownAgent:
    """An agent as the hub sees it."""

    public_key: str
    state: str = "active"
    lease: str | None = None
    previous_lease: str | None = None
    lease_request: str | None = None
    last_answer: tuple[int, bytes] = (204, b"")
    observed: documents.Observed | None = None
    checked_in: CheckIn | None = None
    check_ins: int = 0
    reported: list[documents.Observed] = attrs.field(factory=list)


@attrs.define(eq=False)
class MemoryHub:
    """`readings` are the octets of each by its number; `bodies` every request body that arrived, unpacked; `fetched`
    how many octets of each file of the repository went out. `sends_root`: whether an enrolment brings the root.
    """

    token: str = "one-time-token"  # noqa: S105  # of a hub that is made up
    url: str = ""
    desired: Desired | None = None
    retry_after: int = 3600
    accept_at_once: bool = True
    agents: dict[str, KnownAgent] = attrs.field(factory=dict)
    readings: dict[int, bytes] = attrs.field(factory=dict)
    repository: Repository = attrs.field(factory=lambda: Repository.of("std", "hp", "ricoh"))
    released: list[Release] = attrs.field(factory=list)
    sends_root: bool = True
    fetched: list[tuple[str, int]] = attrs.field(factory=list)
    confirmations: list[Confirmation] = attrs.field(factory=list)
    bodies: list[bytes] = attrs.field(factory=list)
    raw_bodies: list[bytes] = attrs.field(factory=list)
    breaches: list[str] = attrs.field(factory=list)
    # numbers that are rejected, and octets above which an upload is too large
    reject: set[int] = attrs.field(factory=set)
    most_octets: int = 1 << 20
    _nonces: set[str] = attrs.field(factory=set)

    # --- what a test does ----------------------------------------------------------------------

    def want(self, *targets: str, scan_interval: int = 60, release: Release | None = None) -> None:
        generation = 1 if self.desired is None else self.desired.generation + 1
        kept = self.desired.release if self.desired is not None and release is None else release
        self.desired = Desired(
            generation=generation, scan_interval=scan_interval, targets=list(targets), exclude=[], release=kept
        )

    def publish(self, contents: Mapping[str, bytes], expected: Expected = NOTHING_EXPECTED) -> Release:
        """The next release, of these bundles by namespace, offered; `expected` is what it changes on purpose."""
        bundles = {namespace: self.repository.add_bundle(namespace, octets) for namespace, octets in contents.items()}
        number = self.repository.newest_number + 1
        accepted = {profile: dict.fromkeys(paths, number) for profile, paths in expected.items()}
        published = self.repository.publish_manifest(Manifest(number=number, bundles=bundles, expected=accepted))
        return self.offer(Release(number=published.number, sha256=published.sha256))

    def offer(self, release: Release) -> Release:
        self.released.append(release)
        assert self.desired is not None
        self.want(*self.desired.targets, scan_interval=self.desired.scan_interval, release=release)
        return release

    @property
    def agent(self) -> KnownAgent:
        (only,) = self.agents.values()
        return only

    # --- the application -----------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = (await receive()).get("body", b"")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status, answer, more = self._answer(scope, headers, body)
        lines = [(name.lower().encode(), str(value).encode()) for name, value in more.items()]
        if status != 204:
            lines.append((b"content-length", str(len(answer)).encode()))
        start: Message = {"type": "http.response.start", "status": status, "headers": lines}
        await send(start)
        await send({"type": "http.response.body", "body": b"" if status == 204 else answer})

    def _answer(self, scope: Scope, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes, dict[str, object]]:
        path = scope["path"]
        if path.startswith("/tuf/"):
            return self._file(path.removeprefix("/tuf/"))
        message = SignedMessage(scope["method"], f"{self.url}{path}", dict(headers))
        try:
            verified = verify(message, body, find_key=self._key)
        except SignatureError as error:
            return 401, _words(f"not signed: {error}"), {}
        if verified.nonce in self._nonces:
            return 401, _words("seen before"), {}
        self._nonces.add(verified.nonce)
        self.raw_bodies.append(body)
        try:
            if path == "/agent/v1/enroll":
                return self._enroll(body, verified.key_id)
            agent = self.agents[verified.key_id]
            if agent.state != "active":
                return 403, _words(agent.state), {}
            if path == "/agent/v1/check-in":
                return self._check_in(agent, body)
            if path == "/agent/v1/confirm":
                self.bodies.append(body)
                self.confirmations.append(_document(body, Confirmation))
                return 204, b"", {}
            if path == "/agent/v1/readings":
                return self._take(body)
        except DocumentError as error:
            self.breaches.append(f"{path}: {error}")
            return 422, _words(str(error)), {}
        return 404, _words("not found"), {}

    def _key(self, key_id: str) -> Ed25519PublicKey | None:
        text = self.agents[key_id].public_key if key_id in self.agents else key_id
        try:
            return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
        except ValueError:
            return None

    def _enroll(self, body: bytes, key_id: str) -> tuple[int, bytes, dict[str, object]]:
        self.bodies.append(body)
        enrolment = _document(body, Enrolment)
        if enrolment.public_key != key_id or enrolment.token != self.token:
            return 403, _words("unknown, expired or used token"), {}
        known = next((name for name, agent in self.agents.items() if agent.public_key == key_id), None)
        if known is None and self.agents:
            return 403, _words("unknown, expired or used token"), {}
        name = known or f"a_{secrets.token_hex(12)}"
        if known is None:
            self.agents[name] = KnownAgent(key_id, state="active" if self.accept_at_once else "pending")
        root = self.repository.bootstrap.decode() if self.sends_root else None
        enrolled = Enrolled(agent=name, state="active" if self.accept_at_once else "pending", root=root)
        return 200, dump(documents.to_data(enrolled)), {}

    def _check_in(self, agent: KnownAgent, body: bytes) -> tuple[int, bytes, dict[str, object]]:
        self.bodies.append(body)
        check_in = _document(body, CheckIn)
        agent.check_ins += 1
        agent.reported.append(check_in.observed)
        if check_in.lease != agent.lease:
            if check_in.lease != agent.previous_lease or check_in.request != agent.lease_request:
                agent.state = "quarantined"
                self.breaches.append("a fork")
                return 403, _words("quarantined"), {}
            return (*agent.last_answer, self._check_in_headers(agent))
        agent.observed, agent.checked_in = check_in.observed, check_in
        agent.previous_lease, agent.lease = agent.lease, secrets.token_urlsafe(16)
        agent.lease_request = check_in.request
        desired = self.desired
        same = desired is None or desired.generation == check_in.observed.generation
        if desired is None or (same and not (check_in.trusted.renew and TIMESTAMP_FILE in self.repository.files)):
            agent.last_answer = (204, b"")
        else:
            desired = attrs.evolve(desired, metadata=self._metadata(check_in.trusted))
            agent.last_answer = (200, dump(documents.to_data(desired)))
        return (*agent.last_answer, self._check_in_headers(agent))

    def _metadata(self, trusted: Trusted) -> NewMetadata | None:
        files = self.repository.files
        if TIMESTAMP_FILE not in files:
            return None
        newest = self.repository.next_version("root") - 1
        roots = [files[f"metadata/{version}.root.json"].decode() for version in range(trusted.root + 1, newest + 1)]
        return NewMetadata(roots=roots, timestamp=files[TIMESTAMP_FILE].decode())

    def _file(self, path: str) -> tuple[int, bytes, dict[str, object]]:
        """A file of the repository, compressed, or as a patch of an older one."""
        files = self.repository.files
        name = path.removesuffix(compression.SUFFIX)
        name, _, base = name.partition(".from.")
        older = next((octets for file, octets in files.items() if base and f"/{base}." in file), None)
        if name not in files or (base and older is None):
            self.fetched.append((path, 0))
            return 404, _words("not found"), {}
        octets = compression.compress(files[name], base=older)
        self.fetched.append((path, len(octets)))
        return 200, octets, {}

    def _check_in_headers(self, agent: KnownAgent) -> dict[str, object]:
        return {"Frisket-Lease": agent.lease, "Retry-After": self.retry_after, "Frisket-Time": int(time.time())}

    def _take(self, body: bytes) -> tuple[int, bytes, dict[str, object]]:
        if len(body) > self.most_octets:
            return 413, _words("too large"), {}
        unpacked = gzip.decompress(body)
        self.bodies.append(unpacked)
        data = load_object(unpacked, max_bytes=_MOST)
        batch = documents.from_data(data, Batch)
        received = Received(numbers=[], rejected=[])
        for reading, raw in zip(batch.readings, data["readings"], strict=True):
            if reading.number in self.reject:
                received.rejected.append(documents.Rejected(number=reading.number, problems=["not in this test"]))
                continue
            from_document(reading.device)
            octets = dump(raw)
            if self.readings.setdefault(reading.number, octets) != octets:
                self.breaches.append(f"the number {reading.number} was given twice")
            received.numbers.append(reading.number)
        return 200, dump(documents.to_data(received)), {}


def _document(body: bytes, kind: type[Any]) -> Any:
    return documents.from_data(load_object(body, max_bytes=_MOST), kind)


def _words(words: str) -> bytes:
    return json.dumps({"error": words}).encode()


# --- on a socket -------------------------------------------------------------------------------


@contextlib.contextmanager
def served(application: Application, *, certificate: tuple[Path, Path] | None = None) -> Iterator[str]:
    """An application at the address that this gives; `certificate` and its key make it https."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.bind(("127.0.0.1", 0))
        tls: dict[str, Any] = {}
        if certificate is not None:
            tls = {"ssl_certfile": str(certificate[0]), "ssl_keyfile": str(certificate[1])}
        config = uvicorn.Config(application, log_level="critical", lifespan="off", timeout_graceful_shutdown=1, **tls)
        config.ssl_version = ssl.PROTOCOL_TLS_SERVER
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([sock],), name="hub")
        thread.start()
        try:
            while not server.started:
                time.sleep(0.005)
            yield f"{'https' if certificate else 'http'}://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(5)


@contextlib.contextmanager
def memory_hub(*, seed: int = 0, **chaos: Any) -> Iterator[tuple[MemoryHub, ChaoticHub]]:
    """A hub on a bad day, and the day."""
    hub = MemoryHub()
    day = ChaoticHub(hub, seed, **chaos)
    with served(day) as url:
        hub.url = url
        yield hub, day
