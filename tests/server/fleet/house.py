"""A hub in this process on a real database, members with agents, and requests signed as an agent signs them."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import attrs
import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from frisket.model.device import Device
from frisket.wire.device import to_document
from frisket.wire.signing import SignedMessage, sign
from frisket_hub import app
from frisket_hub.fleet import enrolment
from frisket_hub.routing import Actor
from frisket_hub.settings import Settings
from frisket_hub.store import agents, devices, members
from frisket_hub.store.agents import Agent
from frisket_hub.store.devices import DeviceRow
from frisket_hub.store.engine import Store
from frisket_hub.store.members import Member
from frisket_hub.store.schema import devices as devices_table
from frisket_hub.store.schema import readings as readings_table
from frisket_hub.store.scope import Scope

URL = "http://127.0.0.1:8631"
# Before everything that a test calls now
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@attrs.define
class Hand:
    """One who speaks as an agent, with its key; `id` is empty before the enrolment."""

    http: httpx2.AsyncClient
    key: Ed25519PrivateKey = attrs.field(factory=Ed25519PrivateKey.generate)
    id: str = ""
    lease: str | None = None
    requests: int = 0

    @property
    def public_key(self) -> str:
        return self.key.public_key().public_bytes_raw().hex()

    def signed(
        self, method: str, path: str, body: bytes = b"", *, key_id: str | None = None, at: dt.datetime | None = None
    ) -> httpx2.Request:
        message = SignedMessage(method, f"{URL}{path}", {})
        sign(message, body, key=self.key, key_id=key_id or self.id or self.public_key, now=at or now())
        return self.http.build_request(method, path, content=body, headers=dict(message.headers))

    async def post(self, path: str, document: Mapping[str, Any]) -> httpx2.Response:
        return await self.http.send(self.signed("POST", path, json.dumps(document).encode()))

    async def get(self, path: str) -> httpx2.Response:
        return await self.http.send(self.signed("GET", path))

    async def enrol(self, token: str, *, name: str = "cellar", site: str = "Main Street") -> httpx2.Response:
        document = {"token": token, "public_key": self.public_key, "name": name, "site": site}
        answer = await self.post("/agent/v1/enroll", document)
        self.id = answer.json()["agent"] if answer.status_code == 200 else ""
        return answer

    async def check_in(
        self, request: str | None = None, *, lease: str | None = None, **observed: Any
    ) -> httpx2.Response:
        """The next check-in, unless `request` and `lease` say otherwise; remembers the lease that it is given."""
        self.requests += 1
        document = checking_in(lease or self.lease, request or f"r{self.requests}", **observed)
        answer = await self.post("/agent/v1/check-in", document)
        self.lease = answer.headers.get("frisket-lease", self.lease)
        return answer

    async def deliver(self, *readings: Mapping[str, Any]) -> httpx2.Response:
        return await self.send_batch(packed({"readings": list(readings)}))

    async def send_batch(self, body: bytes) -> httpx2.Response:
        return await self.http.send(self.signed("POST", "/agent/v1/readings", body))


@attrs.define
class House:
    """A running hub with a provider and, below it, one customer."""

    store: Store
    http: httpx2.AsyncClient
    provider: Member
    customer: Member
    admin: Actor

    @property
    def scope(self) -> Scope:
        return Scope.of([self.customer.member_id])

    async def token(self, member: Member | None = None) -> str:
        member_id = (member or self.customer).member_id
        return await self.store.write(
            lambda connection: enrolment.make_token(connection, Scope.of([member_id]), member_id, self.admin, now())
        )

    async def agent(self, member: Member | None = None, *, site: str = "Main Street", accept: bool = True) -> Hand:
        hand = Hand(self.http)
        answer = await hand.enrol(await self.token(member), site=site)
        assert answer.status_code == 200, answer.text
        if accept:
            await self.accept(hand, member)
        return hand

    async def accept(self, hand: Hand, member: Member | None = None) -> None:
        scope = Scope.of([(member or self.customer).member_id])
        await self.store.write(lambda writing: enrolment.accept(writing, scope, hand.id, self.admin, now()))

    async def revoke(self, hand: Hand) -> None:
        await self.store.write(lambda writing: enrolment.revoke(writing, self.scope, hand.id, self.admin, now()))

    async def member(self, name: str, parent: Member | None) -> Member:
        return await self.store.write(lambda writing: members.add(writing, name, parent=parent, now=now()))

    async def row(self, hand: Hand) -> Agent:
        async with self.store.reading() as connection:
            agent = await agents.of_credential(connection, hand.id)
        assert agent is not None
        return agent

    async def devices(self, member: Member | None = None) -> list[DeviceRow]:
        """Those that were not merged into another, in the order of their first reading."""
        member_id = (member or self.customer).member_id
        statement = select(devices_table).where(
            devices_table.c.member_id == member_id, devices_table.c.merged_into.is_(None)
        )
        rows = await self.rows(statement.order_by(devices_table.c.first_seen_at, devices_table.c.ip_address))
        return [DeviceRow(**row) for row in rows]

    async def find_device(self, device_id: str) -> DeviceRow | None:
        async with self.store.reading() as connection:
            return await devices.find(connection, self.scope, device_id)

    async def readings(self, device: DeviceRow | None = None) -> list[dict[str, Any]]:
        statement = select(readings_table).where(readings_table.c.member_id == self.customer.member_id)
        if device is not None:
            statement = statement.where(readings_table.c.device_id == device.id)
        return await self.rows(statement.order_by(readings_table.c.number))

    async def rows(self, statement: Any) -> list[dict[str, Any]]:
        async with self.store.reading() as connection:
            return [dict(row) for row in (await connection.execute(statement)).mappings()]


@asynccontextmanager
async def open_house(url: str) -> AsyncIterator[House]:
    store = await Store.open(url)
    try:
        transport = httpx2.ASGITransport(app=app.build(Settings(), store))
        async with httpx2.AsyncClient(transport=transport, base_url=URL) as http:
            provider = await store.write(lambda writing: members.add(writing, "Provider", parent=None, now=now()))
            customer = await store.write(lambda writing: members.add(writing, "Customer", parent=provider, now=now()))
            admin = Actor(kind="user", id="u_admin", member_id=provider.member_id)
            yield House(store, http, provider, customer, admin)
    finally:
        await store.close()


def packed(document: Mapping[str, Any]) -> bytes:
    return gzip.compress(json.dumps(document).encode(), mtime=0)


def checking_in(
    lease: str | None,
    request: str,
    *,
    generation: int = 0,
    release: Mapping[str, Any] | None = None,
    state: str = "initial",
) -> dict[str, Any]:
    return {
        "lease": lease,
        "request": request,
        "observed": {"generation": generation, "release": release, "state": state},
        "versions": {"frisket": "0.1.0"},
        "plugins_failed": [],
        "health": {"devices": 0, "by_profile": {}, "spooled": 0, "thinned": 0},
        "refused": [],
    }


def reading(
    number: int,
    *,
    at: dt.datetime = LONG_AGO,
    total: int | None = None,
    profile: str = "std/printer-mib@1",
    notes: Iterable[str] = (),
    **fields: Any,
) -> dict[str, Any]:
    """A SpooledReading of a device with these fields, whose address is 192.0.2.1 unless said otherwise."""
    counts = [] if total is None else [{"function": "total", "value": total}]
    document = to_document(Device(read_at=at.replace(microsecond=0), **{"ip_address": "192.0.2.1", **fields}))
    row = {"color": "all", "sides": "all", "size": "all", "unit": "impressions"}
    document["page_counts"] = [{**count, **row} for count in counts]
    source = {"protocol": "snmp", "object": "1.3.6.1.2.1.43.5.1.1.17.1", "profile": profile}
    said = [name for name in ("manufacturer", "model", "serial_number", "mac_address") if fields.get(name)]
    return {
        "number": number,
        "device": document,
        "sources": dict.fromkeys(said, source),
        "notes": list(notes),
        "counts": {"requests": 9, "bytes": 1500, "milliseconds": 80},
    }
