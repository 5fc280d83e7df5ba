"""A hub with a fleet in it, and people who are signed in to it, without a network."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import AsyncIterator, Mapping

import attrs
import httpx2

from frisket_hub import app
from frisket_hub.members import sessions
from frisket_hub.settings import Settings
from frisket_hub.store import members
from frisket_hub.store.engine import Store
from tests.server.portal.fleets import EMAIL, Seeded, seeded

ORIGIN = "http://127.0.0.1"
_TEXT = re.compile(r"<[^>]*>")


@attrs.frozen
class Person:
    """Somebody who is signed in. `csrf` is what the forms of this session carry."""

    client: httpx2.AsyncClient
    csrf: str

    async def get(self, path: str) -> httpx2.Response:
        return await self.client.get(path)

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        return await self.client.post(path, data={"csrf": self.csrf, **fields}, headers={"origin": ORIGIN})


@attrs.frozen
class Hub:
    store: Store
    settings: Settings
    there: Seeded
    application: app.Hub
    now: dt.datetime

    @contextlib.asynccontextmanager
    async def person(self, email: str = EMAIL) -> AsyncIterator[Person]:
        async with self.store.reading() as connection:
            user = await members.user_by_email(connection, email)
        assert user is not None
        cookie = await self.store.write(
            lambda connection: sessions.begin(
                connection, user, instead_of="", settings=self.settings, now=dt.datetime.now(dt.UTC)
            )
        )
        transport = httpx2.ASGITransport(app=self.application)
        async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, cookies={"frisket": cookie}) as client:
            yield Person(client, sessions.csrf_of(cookie))

    def pages(self) -> Mapping[str, str]:
        """Every page there is to see, by a name for its picture."""
        found = {"fleet": "/", "agents": "/agents", "releases": "/releases", "bundles": "/bundles", "people": "/people"}
        found |= {"audit": "/audit", "preferences": "/preferences"}
        if self.there.devices:
            found |= {"device": f"/devices/{self.there.devices[0]}", "agent": f"/agents/{self.there.agents['waiting']}"}
            found |= {"release": "/releases/4", "profile": "/profiles/hp/laserjet"}
        return found | {name: f"/rollouts/{id_}" for name, id_ in self._rollouts().items()}

    def _rollouts(self) -> Mapping[str, str]:
        names = {"running": "rollout", "halted": "rollout-halted"}
        return {names[name]: id_ for name, id_ in self.there.rollouts.items()}


@contextlib.asynccontextmanager
async def open_hub(
    url: str, what: str = "rich", payload: str = "", *, settings: Settings | None = None
) -> AsyncIterator[Hub]:
    store = await Store.open(url)
    try:
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        there = await seeded(store, what, now, payload)
        settings = settings or Settings()
        yield Hub(store, settings, there, app.build(settings, store), now)
    finally:
        await store.close()


def words_of(page: httpx2.Response) -> str:
    """What stands on a page, without its marks."""
    return " ".join(_TEXT.sub(" ", page.text).split())
