"""What a check-in that brings nothing new costs the hub: all of it, and its parts side by side."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2

from frisket.wire import json_text
from frisket.wire.signing import SignedMessage, public_key, sign, verify
from tests.bench.figure import Figure
from tests.server.fleet.house import Hand, House, checking_in, now, open_house

_COUNT, _ROUNDS = 100, 12
# As Linux counts a process's time, which has been 100 to the second for ever
_TICKS = 100
_PROFILES = {
    f"hp/profile-{number}@12": {
        "devices": 3, "fields_lost": 0, "identity_changed": 0, "counters_wrong": 0, "unrecognised": 0, "errors": 0,
    }
    for number in range(5)
}  # fmt: skip


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "hub"
        data.mkdir()
        found, hand, generation = asyncio.run(_in_process(f"sqlite+aiosqlite:///{data}/hub.sqlite"))
        yield from found
        if sys.platform == "linux":
            yield from _over_http(data, hand, generation)


async def _in_process(url: str) -> tuple[list[Figure], Hand, int]:
    """The application is called as a server calls it; making and signing the request is not counted."""
    async with open_house(url) as house:
        hand = await house.agent()
        generation = (await hand.check_in()).json()["generation"]
        application: Any = house.http._transport.app  # type: ignore[attr-defined]

        async def one() -> float:
            request = _request(hand, generation)
            started = time.process_time()
            headers = await _call(application, request)
            spent = time.process_time() - started
            hand.lease = headers[b"frisket-lease"].decode()
            return spent

        whole = await _quickest(one)
        empty = await _quickest(lambda: _timed(house))
        request = _request(hand, generation)
        message = SignedMessage("POST", str(request.url), {k.lower(): v for k, v in request.headers.items()})
        key = public_key(hand.public_key)
        body = request.content
        signature = await _quickest(lambda: _timed_call(lambda: verify(message, body, find_key=lambda _: key)))
        parsed = await _quickest(lambda: _timed_call(lambda: json_text.load_object(body, max_bytes=1 << 18)))
    found = [
        Figure("check-in, nothing new: the application", whole, "ms CPU"),
        Figure("  of which its signature", signature, "ms CPU"),
        Figure("  of which a write that writes nothing", empty, "ms CPU"),
        Figure("  of which reading the JSON", parsed, "ms CPU"),
    ]
    return found, hand, generation


def _over_http(data: Path, hand: Hand, generation: int) -> Iterator[Figure]:
    """A hub's own process, asked over a connection that stays open; its CPU time as the system counts it."""
    command = [sys.executable, "-m", "frisket", "hub", "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            url = re.findall(r"http://\S+", process.stdout.readline())[0]
            with httpx2.Client() as client:
                spent = []
                for _ in range(_ROUNDS):
                    started = _cpu_seconds(process.pid)
                    for _ in range(_COUNT):
                        hand.requests += 1
                        body = _body(hand.lease, hand.requests, generation)
                        message = SignedMessage("POST", f"{url}/agent/v1/check-in", {})
                        sign(message, body, key=hand.key, key_id=hand.id, now=now())
                        answer = client.post(message.url, content=body, headers=dict(message.headers))
                        assert answer.status_code == 204, answer.text
                        hand.lease = answer.headers["frisket-lease"]
                    spent.append((_cpu_seconds(process.pid) - started) / _COUNT * 1e3)
            yield Figure("check-in, nothing new: a hub's process, HTTP too", min(spent), "ms CPU")
            yield Figure("load of the machine meanwhile", _load(), "")
        finally:
            process.terminate()


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _load() -> float:
    return float(Path("/proc/loadavg").read_text(encoding="ascii").split()[0])


def _body(lease: str | None, request: int, generation: int) -> bytes:
    document = checking_in(lease, f"r{request}", generation=generation, state="healthy")
    document["health"] = {"devices": 15, "by_profile": _PROFILES, "spooled": 0, "thinned": 0}
    return json.dumps(document).encode()


def _request(hand: Hand, generation: int) -> httpx2.Request:
    hand.requests += 1
    return hand.signed("POST", "/agent/v1/check-in", _body(hand.lease, hand.requests, generation))


async def _call(application: Any, request: httpx2.Request) -> dict[bytes, bytes]:
    """The headers of the answer, which is that nothing is new."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/agent/v1/check-in", "raw_path": b"/agent/v1/check-in", "query_string": b"", "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8631), "state": {},
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    assert sent[0]["status"] == 204
    return dict(sent[0]["headers"])


async def _timed(house: House) -> float:
    async def nothing(_: object) -> None:
        return

    started = time.process_time()
    await house.store.write(nothing)
    return time.process_time() - started


async def _timed_call(function: Callable[[], object]) -> float:
    started = time.process_time()
    function()
    return time.process_time() - started


async def _quickest(one: Callable[[], Awaitable[float]]) -> float:
    """Milliseconds for one, in the quickest of some rounds: what else runs on the machine counts little."""
    rounds = [sum([await one() for _ in range(_COUNT)]) for _ in range(_ROUNDS)]
    return min(rounds) / _COUNT * 1e3
