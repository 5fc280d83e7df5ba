"""Hubs with something in them: a rich one, an empty one, and one in which every text is an attack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.device import from_document
from frisket.wire.documents import ProfileHealth, to_data
from frisket_hub.members.passwords import hash_password
from frisket_hub.store import schema
from frisket_hub.store.engine import Store
from tests.server.portal import profile_db
from tests.server.portal.printers import document, printers

EMAIL = "ada@northlight.example"
PASSWORD = "four words are enough"  # noqa: S105  # of an account that lives as long as a test
XSS = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "\"><svg onload=document.title='owned'>",
    "'; document.title='owned'; //",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:document.title='owned'",
)


@attrs.frozen(kw_only=True)
class Seeded:
    """The ids that a test asks for."""

    provider: str
    users: Mapping[str, str]
    agents: Mapping[str, str]
    devices: Sequence[str]
    rollouts: Mapping[str, str] = attrs.field(factory=dict)


@attrs.define
class Seed:
    """Rows for a hub. `payload` makes every text an attack: it is put before each."""

    connection: AsyncConnection
    now: dt.datetime
    payload: str = ""

    async def put(self, table: Any, **row: Any) -> None:
        await self.connection.execute(insert(table).values(**row))

    def text(self, text: str, longest: int = 200) -> str:
        return f"{self.payload}{text}"[:longest]

    async def member(self, name: str, parent: str = "") -> str:
        """Its path."""
        member_id = schema.new_id("m")
        path = f"{parent or '/'}{member_id}/"
        row = {"member_id": member_id, "parent_id": _last(parent) if parent else None, "path": path}
        await self.put(schema.members, **row, name=self.text(name), created_at=self.now)
        return path

    async def person(self, path: str, email: str, name: str, role: str, *, zone: str = "Europe/Berlin") -> str:
        row = {"member_id": _last(path), "id": schema.new_id("u"), "email": email, "name": self.text(name)}
        hashed = _HASH if email in (EMAIL, profile_db.VENDOR) else "-"
        await self.put(
            schema.users, **row, password_hash=hashed, time_zone=zone, theme="auto", disabled=False, created_at=self.now
        )
        grant = {"member_id": row["member_id"], "user_id": row["id"], "role": role, "granted_at": self.now}
        await self.put(schema.grants, **grant)
        return row["id"]

    async def site(self, path: str, name: str) -> str:
        row = {"member_id": _last(path), "id": schema.new_id("s"), "name": self.text(name)}
        await self.put(schema.sites, **row, time_zone="Europe/Berlin")
        return row["id"]

    async def agent(self, path: str, site: str, name: str, **changed: Any) -> str:
        key = schema.new_id("key").removeprefix("key_") * 3
        row = {
            "member_id": _last(path), "id": schema.new_id("a"), "site_id": site, "name": self.text(name),
            "public_key": key[:64], "state": "active", "enrolled_at": self.now - dt.timedelta(days=61),
            "last_check_in_at": self.now - dt.timedelta(minutes=12),
            "next_check_in_at": self.now + dt.timedelta(minutes=48),
            "observed": self.observed(3, 2), "generation": 3, "scan_interval": 3600,
            "targets": [self.text("192.0.2.0/24"), "198.51.100.10-198.51.100.40"],
            "exclude": [self.text("192.0.2.1")], "release_number": 2,
        }  # fmt: skip
        await self.put(schema.agents, **{**row, **changed})
        return str(row["id"])

    def observed(self, generation: int, release: int | None, *, refused: Sequence[str] = ()) -> dict[str, Any]:
        return {
            "observed": {
                "generation": generation,
                "release": None if release is None else {"number": release, "sha256": f"{release:064x}"},
                "state": "healthy",
            },
            "versions": {self.text("frisket"): self.text("0.1.0"), "frisket-hp": "0.1.0", "python": "3.11.2"},
            "plugins_failed": [self.text("frisket-nobody")] if self.payload else [],
            "health": {"devices": 9, "by_profile": {self.text("hp/laserjet@12"): _WELL}, "spooled": 4, "thinned": 0},
            "refused": [{"item": item, "reason": self.text("over the ceiling of this machine")} for item in refused],
        }

    async def device(
        self, path: str, site: str, agent: str, document: dict[str, Any], *, seen: dt.timedelta, daily: int = 0
    ) -> str:
        """With a reading a day for two months when `daily` pages are printed a day."""
        from_document(document)
        row = {"member_id": _last(path), "id": schema.new_id("d"), "site_id": site, "agent_id": agent}
        names = {key: document[key] for key in ("manufacturer", "model", "serial_number", "mac_address", "ip_address")}
        at = self.now - seen
        await self.put(
            schema.devices, **row, **names, provisional=document["serial_number"] is None,
            first_seen_at=self.now - dt.timedelta(days=60), last_seen_at=at, latest=document,
            sources=self.sources(), notes=["sources-disagree"] if daily else [],
        )  # fmt: skip
        share = 1.0
        for days in range(61 if daily else 1):
            taken = at - dt.timedelta(days=days)
            await self.reading(row, document, taken, share=share)
            share -= (daily / 12 if taken.weekday() >= 5 else daily) / 200_000
        return row["id"]

    async def reading(
        self, device: Mapping[str, str], document: dict[str, Any], at: dt.datetime, *, share: float
    ) -> None:
        counts = [{**row, "value": round(row["value"] * share)} for row in document["page_counts"]]
        await self.put(
            schema.readings, member_id=device["member_id"], agent_id=device["agent_id"], number=_next(),
            device_id=device["id"], read_at=at, received_at=at, document={**document, "page_counts": counts},
            envelope={},
        )  # fmt: skip

    def sources(self) -> dict[str, dict[str, str]]:
        profile = self.text("hp/laserjet@12")
        return {
            "serial_number": {"protocol": "snmp", "object": "1.3.6.1.2.1.43.5.1.1.17.1", "profile": profile},
            "page_counts": {"protocol": "snmp", "object": self.text("prtMarkerLifeCount"), "profile": profile},
            self.text("supplies[1.1].level"): {"protocol": "pjl", "object": "INFO SUPPLIES", "profile": profile},
        }


def _last(path: str) -> str:
    return path.strip("/").rpartition("/")[2]


_HASH = hash_password(PASSWORD)
_WELL = to_data(ProfileHealth(devices=3))
_NUMBERS = iter(range(1, 1_000_000))


def _next() -> int:
    return next(_NUMBERS)


async def empty(connection: AsyncConnection, now: dt.datetime) -> Seeded:
    """A hub just begun: a provider and its one person."""
    seed = Seed(connection, now)
    path = await seed.member("Northlight Print Services")
    user = await seed.person(path, EMAIL, "Ada Quist", "provider")
    return Seeded(provider=_last(path), users={EMAIL: user}, agents={}, devices=())


async def rich(connection: AsyncConnection, now: dt.datetime, payload: str = "") -> Seeded:
    """A provider, a dealer and two customers; five agents in every state; devices with every kind of level."""
    seed = Seed(connection, now, payload)
    top = await seed.member("Northlight Print Services")
    dealer = await seed.member("Quay Office Supply", top)
    school = await seed.member("Harbour School", dealer)
    law = await seed.member("Alder & Finch LLP", top)
    users = {
        EMAIL: await seed.person(top, EMAIL, "Ada Quist", "provider"),
        "bo@northlight.example": await seed.person(top, "bo@northlight.example", "Bo Lindqvist", "admin"),
        "cleo@quay.example": await seed.person(dealer, "cleo@quay.example", "Cleo Marsh", "admin"),
        "dev@harbour.example": await seed.person(school, "dev@harbour.example", "Dev Anand", "viewer"),
        "eve@alder.example": await seed.person(law, "eve@alder.example", "Eve Finch", "admin"),
    }
    main, annex = await seed.site(school, "Main building"), await seed.site(school, "Annex")
    office = await seed.site(law, "Head office")
    day = dt.timedelta(days=1)
    agents = {
        "active": await seed.agent(school, main, "staff room"),
        "silent": await seed.agent(
            school, annex, "library", last_check_in_at=now - day, next_check_in_at=now - day,
            observed=seed.observed(3, 1),
        ),
        "waiting": await seed.agent(
            law, office, "reception", generation=5, observed=seed.observed(4, 1, refused=[seed.text("10.0.0.0/8")])
        ),
        "pending": await seed.agent(
            law, office, "archive", state="pending", observed=None, last_check_in_at=None, next_check_in_at=None,
            generation=1, targets=[], exclude=[],
        ),
        "quarantined": await seed.agent(school, annex, "workshop", state="quarantined"),
    }  # fmt: skip
    for generation, state in ((2, "healthy"), (3, "applied"), (3, "healthy")):
        await seed.put(
            schema.confirmations, member_id=_last(school), agent_id=agents["active"], generation=generation,
            state=state, release_number=2, code="", detail=seed.text(""), refused=[],
            at=now - dt.timedelta(hours=30 - 9 * generation - len(state)),
        )  # fmt: skip
    places = {"active": (school, main), "silent": (school, annex), "waiting": (law, office)}
    devices = []
    for printer in printers(seed.text):
        path, site = places[printer.agent]
        agent = agents[printer.agent]
        devices.append(await seed.device(path, site, agent, printer.document, seen=printer.seen, daily=printer.daily))
    db = profile_db.ProfileDb(seed, _last(top), users[EMAIL])
    known = {"active": _last(school), "silent": _last(school), "waiting": _last(law)}
    running, vendor = await profile_db.fill(db, {name: (member, agents[name]) for name, member in known.items()})
    users[profile_db.VENDOR] = vendor
    rollouts = {"running": running}
    return Seeded(provider=_last(top), users=users, agents=agents, devices=devices, rollouts=rollouts)


async def many(connection: AsyncConnection, now: dt.datetime) -> Seeded:
    """120 devices that are all alike."""
    there = await empty(connection, now)
    seed = Seed(connection, now)
    path = f"/{there.provider}/"
    site = await seed.site(path, "Hall")
    agent = await seed.agent(path, site, "hall")
    devices = [
        await seed.device(
            path, site, agent, document("HP", "Many", f"S{number}", f"10.0.0.{number}"), seen=dt.timedelta()
        )
        for number in range(120)
    ]
    return attrs.evolve(there, agents={"active": agent}, devices=devices)


async def rolling(connection: AsyncConnection, now: dt.datetime) -> Seeded:
    """240 agents, of which a release has reached half; the one before it was halted."""
    there = await empty(connection, now)
    seed = Seed(connection, now)
    path = f"/{there.provider}/"
    site = await seed.site(path, "Hall")
    agents = [
        await seed.agent(path, site, f"site {number:03}", observed=seed.observed(3, 4 if number < 100 else 2))
        for number in range(240)
    ]
    db = profile_db.ProfileDb(seed, there.provider, there.users[EMAIL])
    running, halted = await profile_db.many_agents(db, [(there.provider, agent) for agent in agents])
    return attrs.evolve(there, agents={"waiting": agents[0]}, rollouts={"running": running, "halted": halted})


async def seeded(store: Store, what: str, now: dt.datetime, payload: str = "") -> Seeded:
    if what == "empty":
        return await store.write(lambda connection: empty(connection, now))
    if what == "rolling":
        return await store.write(lambda connection: rolling(connection, now))
    if what == "many":
        return await store.write(lambda connection: many(connection, now))
    return await store.write(lambda connection: rich(connection, now, payload))
