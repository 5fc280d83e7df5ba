"""A hub in this process with a small tree of members, a person for each role, and browsers that sign in."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import attrs
import httpx2
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub import app
from frisket_hub.app import Hub
from frisket_hub.members.grants import actor_of
from frisket_hub.members.passwords import hash_password
from frisket_hub.members.sessions import csrf_of
from frisket_hub.routing import Actor
from frisket_hub.settings import Settings
from frisket_hub.store import members
from frisket_hub.store.engine import Store
from frisket_hub.store.members import Member, User
from frisket_hub.store.schema import new_id
from frisket_hub.store.scope import Scope

URL = "http://127.0.0.1:8631"
PASSWORD = "correct horse battery"  # noqa: S105  # of accounts that live as long as a test
HASH = hash_password(PASSWORD)

# E-mail address → (member, role)
PEOPLE: Mapping[str, tuple[str, str]] = {
    "root@provider.example": ("Provider", "provider"),
    "admin@dealer.example": ("Dealer", "admin"),
    "viewer@dealer.example": ("Dealer", "viewer"),
    "admin@customer.example": ("Customer", "admin"),
    "admin@rival.example": ("Rival", "admin"),
}
# Member → the one above it
TREE: Mapping[str, str | None] = {"Provider": None, "Dealer": "Provider", "Customer": "Dealer", "Rival": "Provider"}


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@attrs.define
class Browser:
    """Keeps its cookie and sends what a browser sends with a form."""

    http: httpx2.AsyncClient

    @property
    def cookie(self) -> str:
        return self.http.cookies.get("frisket") or ""

    @property
    def csrf(self) -> str:
        return csrf_of(self.cookie)

    async def get(self, path: str) -> httpx2.Response:
        return await self.http.get(path)

    async def post(
        self, path: str, form: Mapping[str, str] | None = None, *, csrf: str | None = None, origin: str | None = URL
    ) -> httpx2.Response:
        headers = {} if origin is None else {"origin": origin}
        token = self.csrf if csrf is None else csrf
        fields = {"csrf": token, **(form or {})}
        if token.isascii():
            headers["frisket-csrf"] = token
        return await self.http.post(path, data=fields, headers=headers)

    async def sign_in(self, email: str, password: str = PASSWORD, **form: str) -> httpx2.Response:
        return await self.post("/sign-in", {"email": email, "password": password, **form})


@attrs.define
class Town:
    """The hub, its members by name and its people by e-mail address."""

    store: Store
    app: Hub
    members: Mapping[str, Member]
    users: Mapping[str, User]

    @asynccontextmanager
    async def browser(self, email: str | None = None, *, address: str = "127.0.0.1") -> AsyncIterator[Browser]:
        transport = httpx2.ASGITransport(app=self.app, client=(address, 50_000), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
            browser = Browser(http)
            if email is not None:
                answer = await browser.sign_in(email)
                assert answer.status_code == 303, answer.text
            yield browser

    async def actor(self, email: str) -> Actor:
        async with self.store.reading() as connection:
            actor = await actor_of(connection, self.users[email])
        assert actor is not None
        return actor

    def scope(self, *names: str) -> Scope:
        return Scope.of(self.members[name].member_id for name in names)


@asynccontextmanager
async def open_town(
    url: str, settings: Settings | None = None, routes: list[object] | None = None
) -> AsyncIterator[Town]:
    store = await Store.open(url)
    try:
        tree, users = await store.write(_settle)
        yield Town(store, app.build(settings or Settings(), store, routes), tree, users)
    finally:
        await store.close()


async def _settle(connection: AsyncConnection) -> tuple[dict[str, Member], dict[str, User]]:
    tree: dict[str, Member] = {}
    for name, above in TREE.items():
        tree[name] = await members.add(connection, name, parent=tree[above] if above else None, now=now())
    people = {email: await _add_person(connection, tree[name], email, role) for email, (name, role) in PEOPLE.items()}
    return tree, people


async def _add_person(connection: AsyncConnection, member: Member, email: str, role: str) -> User:
    user = User(
        member_id=member.member_id,
        id=new_id("u"),
        email=email,
        name=email.partition("@")[0],
        password_hash=HASH,
        time_zone="UTC",
        theme="auto",
        disabled=False,
    )
    row = {"member_id": member.member_id, "user_id": user.id, "role": role, "granted_at": now()}
    await members.add_user(connection, user, now())
    await members.grant(connection, row)
    return user
