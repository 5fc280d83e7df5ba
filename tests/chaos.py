"""A hub that is up on a bad day: between any hub application and the agent, seeded, always on in tests.

commit-then-cut 5 %   the application has done its work, and the connection breaks before its answer is through
5xx 5 %               half before the application saw the request, half after
duplicate 2 %         the application gets the request twice; either answer arrives
garbage 1 %           something else answers
delays                of up to `delay` seconds
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import attrs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

GARBAGE: tuple[tuple[int, bytes], ...] = (
    (200, b"<html><title>Welcome to our guest network</title></html>"),
    (200, b""),
    (200, b"{"),
    (200, b'{"numbers":[1,2,NaN]}'),
    (200, b'{"numbers":[],"numbers":[]}'),
    (200, b'{"generation":-1,"scan_interval":0,"targets":null,"run":"rm -rf /"}'),
    (200, b"[" * 5_000),
    (200, b"\xff\xfe\x00" * 300),
    (200, b"{}" + b" " * (2 << 20)),
    (302, b"elsewhere"),
    (418, b"a teapot"),
)


@attrs.define(eq=False)
class ChaoticHub:
    """Wraps an ASGI application. `happened` counts what was done to requests, so that a test sees that it was."""

    application: Application
    seed: int = 0
    cut: float = 0.05
    broken: float = 0.05
    duplicate: float = 0.02
    garbage: float = 0.01
    delay: float = 0.02
    happened: dict[str, int] = attrs.field(factory=dict)
    _random: random.Random = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        await asyncio.sleep(self._random.uniform(0, self.delay))
        body = await _read(receive)
        fate = self._fate()
        self.happened[fate] = self.happened.get(fate, 0) + 1
        if fate == "broken-before":
            await _answer(send, self._random.choice((500, 502, 503)), b"broken")
            return
        if fate == "garbage":
            await _answer(send, *self._random.choice(GARBAGE))
            return
        answers = [await self._ask(scope, body)]
        if fate == "duplicate":
            answers.append(await self._ask(scope, body))
        await asyncio.sleep(self._random.uniform(0, self.delay))
        if fate == "cut":
            await _cut(send)
        elif fate == "broken-after":
            await _answer(send, 503, b"broken")
        else:
            for message in self._random.choice(answers):
                await send(message)

    def _fate(self) -> str:
        drawn = self._random.random()
        fates = (
            ("cut", self.cut),
            ("broken-before", self.broken / 2),
            ("broken-after", self.broken / 2),
            ("duplicate", self.duplicate),
            ("garbage", self.garbage),
        )
        for fate, share in fates:
            if drawn < share:
                return fate
            drawn -= share
        return "fine"

    async def _ask(self, scope: Scope, body: bytes) -> list[Message]:
        """What the application answers to the whole request."""
        messages: list[Message] = []
        told = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Message:
            return told.pop() if told else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)

        await self.application({**scope, "state": dict(scope.get("state") or {})}, receive, send)
        return messages


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return bytes(body)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode()), (b"location", b"https://hub.example/elsewhere")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _cut(send: Send) -> None:
    """A promise of more octets than come: the server closes the connection over it."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100000")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
