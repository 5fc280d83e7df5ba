"""A real hub on a real socket beside the test, and a real Chromium to look at it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
import shutil
import threading
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import attrs
import httpx2
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page, sync_playwright

from frisket.wire.signing import SignedMessage, sign
from frisket_hub.listening import bind
from frisket_hub.settings import Settings
from tests.server.portal.hubs import Hub, open_hub

_T = TypeVar("_T")
_ARGUMENTS = (
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
    "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
)  # fmt: skip
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


@contextlib.contextmanager
def browser(program: str) -> Iterator[Browser]:
    """As root Chromium has no sandbox of its own."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = [*_ARGUMENTS, *(["--no-sandbox"] if as_root else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


@attrs.frozen
class Live:
    """A hub that serves `url`, on a loop in a thread of its own."""

    hub: Hub
    url: str
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=20)


@contextlib.contextmanager
def live_hub(
    folder: Path, what: str = "rich", payload: str = "", *, settings: Settings | None = None
) -> Iterator[Live]:
    """Serves until the block ends."""
    began: list[Live] = []
    failed: list[BaseException] = []
    started, ended = threading.Event(), threading.Event()

    async def serve() -> None:
        socket = bind("127.0.0.1", 0)
        address = f"http://127.0.0.1:{socket.getsockname()[1]}"
        async with open_hub(f"sqlite+aiosqlite:///{folder / 'hub.sqlite'}", what, payload, settings=settings) as hub:
            config = uvicorn.Config(hub.application, log_level="warning", timeout_graceful_shutdown=1)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[socket]))
            while not server.started and not serving.done():  # noqa: ASYNC110  # uvicorn tells in no other way
                await asyncio.sleep(0.01)
            began.append(Live(hub, address, asyncio.get_running_loop()))
            started.set()
            await asyncio.to_thread(ended.wait)
            server.should_exit = True
            await serving

    def play() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001  # raised again in the test's thread
            failed.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=play, name="hub")
    thread.start()
    started.wait(timeout=20)
    try:
        if failed:
            raise failed[0]
        yield began[0]
    finally:
        ended.set()
        thread.join(timeout=20)


@attrs.define
class Watched:
    """A page, and everything that its console, its policy or a script of somebody else's has said."""

    page: Page
    heard: list[str] = attrs.field(factory=list)

    @classmethod
    def of(cls, page: Page) -> Watched:
        watched = cls(page)
        page.on("console", lambda message: watched.heard.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: watched.heard.append(f"error: {error}"))
        page.on("dialog", lambda dialog: watched.heard.append(f"dialog: {dialog.message}"))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective))"
        )
        return watched


@attrs.define
class WireAgent:
    """Speaks to the hub as an agent does, through its signed door."""

    url: str
    key: Ed25519PrivateKey = attrs.field(factory=Ed25519PrivateKey.generate)
    id: str = ""
    lease: str | None = None
    requests: int = 0

    def post(self, path: str, document: Mapping[str, Any]) -> httpx2.Response:
        body = json.dumps(document).encode()
        message = SignedMessage("POST", f"{self.url}{path}", {})
        key_id = self.id or self.key.public_key().public_bytes_raw().hex()
        sign(message, body, key=self.key, key_id=key_id, now=dt.datetime.now(dt.UTC))
        return httpx2.post(f"{self.url}{path}", content=body, headers=dict(message.headers))

    def enrol(self, token: str, *, name: str, site: str) -> None:
        key = self.key.public_key().public_bytes_raw().hex()
        answer = self.post("/agent/v1/enroll", {"token": token, "public_key": key, "name": name, "site": site})
        assert answer.status_code == 200, answer.text
        self.id = answer.json()["agent"]

    def check_in(self, generation: int, release: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What it should have."""
        self.requests += 1
        observed = {"generation": generation, "release": release, "state": "applied" if generation else "initial"}
        answer = self.post(
            "/agent/v1/check-in",
            {
                "lease": self.lease, "request": f"r{self.requests}", "observed": observed,
                "versions": {"frisket": "0.1.0"}, "plugins_failed": [], "refused": [],
                "health": {"devices": 0, "by_profile": {}, "spooled": 0, "thinned": 0},
            },
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        self.lease = answer.headers["frisket-lease"]
        return dict(answer.json())

    def confirm(self, desired: Mapping[str, Any], refused: Mapping[str, str] | None = None) -> None:
        document = {
            "generation": desired["generation"], "release": desired["release"], "state": "applied", "code": "",
            "detail": "", "refused": [dict(refused)] if refused else [],
        }  # fmt: skip
        answer = self.post("/agent/v1/confirm", document)
        assert answer.status_code == 204, answer.text
