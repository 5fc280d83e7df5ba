"""Agents without a network, by the thousand, on a hub's real database and through its real functions.

Everything between the wire and the database is the hub's own: `fleet.check_in`, `fleet.confirm` and
`rollout.evaluate`. The agents are made up; what they find worse is found by the agent's own `verdict`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import attrs
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import CheckIn, Confirmation, Desired, Health, Observed, ProfileHealth, Release
from frisket_hub.fleet.check_in import CheckedIn, check_in
from frisket_hub.fleet.confirm import confirm
from frisket_hub.profile_db import rollout
from frisket_hub.routing import Actor
from frisket_hub.store import members, rollouts, schema, standing
from frisket_hub.store.engine import Store
from frisket_hub.store.members import Member
from frisket_hub.store.rollouts import Rollout
from frisket_hub.store.scope import Scope
from tests.server.sample import published

START = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
ADMIN = Actor(kind="user", id="u_admin")
PROFILES = {"hp/laserjet": 13, "ricoh/aficio": 8, "kyocera/ecosys": 4}


@attrs.define
class One:
    """An agent: what it runs, what it was told, and the lease that it shows next."""

    member_id: str
    id: str
    release: Release | None = None
    generation: int = 0
    state: Any = "initial"
    lease: str | None = None
    requests: int = 0
    retry_after: int = 0

    def document(self, health: Mapping[str, ProfileHealth]) -> CheckIn:
        self.requests += 1
        return CheckIn(
            lease=self.lease,
            request=f"r{self.requests}",
            observed=Observed(generation=self.generation, release=self.release, state=self.state),
            versions={"frisket": "0.1.0"},
            plugins_failed=[],
            health=Health(devices=4, by_profile=dict(health)),
            refused=[],
        )

    def takes(self, desired: Desired) -> Release | None:
        """The release that it is to try: never one that is not newer than its own."""
        self.generation, self.state = desired.generation, "applied"
        newer = desired.release is not None and desired.release.number > self.number
        return desired.release if newer else None

    @property
    def number(self) -> int:
        return self.release.number if self.release else 0


@attrs.define
class Crowd:
    """A provider, a customer, and the customer's agents."""

    store: Store
    provider: Member
    customer: Member
    agents: list[One]

    async def publish(self, connection: AsyncConnection, number: int, *, state: str = "published") -> Release:
        row = published(number, START, profiles=PROFILES, state=state)
        await connection.execute(insert(schema.releases).values(member_id=self.provider.member_id, **row))
        return Release(number=number, sha256=row["sha256"])

    async def start(self, connection: AsyncConnection, number: int, *, now: dt.datetime = START, **more: Any) -> str:
        return await rollout.start(connection, self.provider.member_id, number, actor=ADMIN, now=now, **more)

    async def check_in(
        self, connection: AsyncConnection, one: One, now: dt.datetime, health: Mapping[str, ProfileHealth] | None = None
    ) -> Desired | None:
        found = await standing.of_agent(connection, one.member_id, one.id, now=now)
        assert found is not None
        answer = await check_in(connection, *found, one.document(health or {}), now=now)
        assert isinstance(answer, CheckedIn)
        one.lease, one.retry_after = answer.lease, answer.retry_after
        return answer.desired

    async def confirm(
        self,
        connection: AsyncConnection,
        one: One,
        state: Any,
        *,
        tried: Release,
        now: dt.datetime,
        code: str = "",
        profiles: Mapping[str, ProfileHealth] | None = None,
    ) -> None:
        """What came of a release; what the agent runs and says of itself from now on, too."""
        if state in ("applied", "healthy"):
            one.release = tried
        one.state = state
        document = Confirmation(
            generation=one.generation,
            release=one.release,
            state=state,
            code=code,
            tried=tried,
            profiles=dict(profiles or {}),
        )
        await confirm(connection, Scope.of([one.member_id]), one.id, document, now=now)

    async def evaluate(self, connection: AsyncConnection, now: dt.datetime) -> None:
        await rollout.evaluate(connection, self.provider.member_id, now=now)

    async def newest(self, connection: AsyncConnection) -> Rollout:
        return (await rollouts.newest(connection, self.provider.member_id))[0]

    async def rows(self, connection: AsyncConnection, rollout_id: str) -> list[Any]:
        table = schema.rollout_agents
        return list(await connection.execute(select(table).where(table.c.rollout_id == rollout_id)))


@asynccontextmanager
async def open_crowd(url: str, size: int) -> AsyncIterator[Crowd]:
    store = await Store.open(url)
    try:
        yield await store.write(lambda connection: _fill(connection, store, size))
    finally:
        await store.close()


async def _fill(connection: AsyncConnection, store: Store, size: int) -> Crowd:
    provider = await members.add(connection, "Provider", parent=None, now=START)
    customer = await members.add(connection, "Customer", parent=provider, now=START)
    site = {"member_id": customer.member_id, "id": schema.new_id("s"), "name": "Main Street", "time_zone": "UTC"}
    await connection.execute(insert(schema.sites).values(site))
    rows = [_row(customer.member_id, site["id"], number) for number in range(size)]
    await connection.execute(insert(schema.agents), rows)
    return Crowd(store, provider, customer, [One(row["member_id"], row["id"]) for row in rows])


def _row(member_id: str, site_id: str, number: int) -> dict[str, Any]:
    """The ids are the same in every run, and so are the rings for a rollout of the same id."""
    return {
        "member_id": member_id,
        "id": f"a_{number:024x}",
        "site_id": site_id,
        "name": f"agent {number}",
        "public_key": f"{number:064x}",
        "state": "active",
        "enrolled_at": START,
        "generation": 1,
        "scan_interval": 3600,
        "targets": [],
        "exclude": [],
    }


def healthy(*names: str, devices: int = 2, **worse: int) -> dict[str, ProfileHealth]:
    """By `profile@version` of the release that PROFILES stand for."""
    return {f"{name}@{PROFILES[name]}": ProfileHealth(devices=devices, **worse) for name in names}


def everyone(crowd: Crowd, numbers: Sequence[int]) -> list[One]:
    return [crowd.agents[number] for number in numbers]
