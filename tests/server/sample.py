"""Something of everything for a member, so that each route has an id of one's own, of another's and of nobody's."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

import attrs
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.model.device import Device
from frisket.wire.device import to_document
from frisket_hub.store import schema
from frisket_hub.store.members import Member

AT = dt.datetime(2026, 11, 21, 19, 7, tzinfo=dt.UTC)


@attrs.frozen(kw_only=True)
class Sample:
    """What the placeholders of a route can be filled with."""

    member: str
    site: str
    agent: str
    device: str
    user: str
    release: str
    rollout: str
    namespace: str
    name: str
    key: Ed25519PrivateKey

    @property
    def ids(self) -> Mapping[str, str]:
        return {name: value for name, value in attrs.asdict(self, recurse=False).items() if name != "key"}


def absent() -> Sample:
    """Ids of the right form that belong to nobody."""
    return Sample(
        member=schema.new_id("m"),
        site=schema.new_id("s"),
        agent=schema.new_id("a"),
        device=schema.new_id("d"),
        user=schema.new_id("u"),
        release=str(secrets.randbelow(10**8) + 10**8),
        rollout=schema.new_id("r"),
        namespace=schema.new_id("n"),
        name=schema.new_id("p"),
        key=Ed25519PrivateKey.generate(),
    )


async def fill(connection: AsyncConnection, member: Member, *, release: bool) -> Sample:
    """A site, an agent, a device with a reading, a person; for a provider a release."""
    sample = attrs.evolve(absent(), member=member.member_id)
    of = {"member_id": member.member_id}

    async def put(table: Any, **row: Any) -> None:
        await connection.execute(insert(table).values(**of, **row))

    await put(schema.sites, id=sample.site, name="Main Street", time_zone="UTC")
    await put(
        schema.agents,
        id=sample.agent,
        site_id=sample.site,
        name="cellar",
        public_key=sample.key.public_key().public_bytes_raw().hex(),
        state="active",
        enrolled_at=AT,
        generation=1,
        scan_interval=3600,
        targets=["192.0.2.0/24"],
        exclude=[],
    )
    document = to_document(Device(read_at=AT, manufacturer="Acme", model="Press 1", serial_number=f"SN{sample.device}"))
    await put(
        schema.devices,
        id=sample.device,
        site_id=sample.site,
        agent_id=sample.agent,
        manufacturer="Acme",
        model="Press 1",
        serial_number=document["serial_number"],
        provisional=False,
        first_seen_at=AT,
        last_seen_at=AT,
        latest=document,
        sources={},
        notes=[],
    )
    await put(
        schema.readings,
        agent_id=sample.agent,
        number=1,
        device_id=sample.device,
        read_at=AT,
        received_at=AT,
        document=document,
        envelope={},
    )
    await put(
        schema.users,
        id=sample.user,
        email=f"{sample.user}@example.org",
        name="Sample",
        password_hash="-",  # noqa: S106  # opens nothing
        time_zone="UTC",
        theme="auto",
        disabled=False,
        created_at=AT,
    )
    await put(schema.grants, user_id=sample.user, role="viewer", granted_at=AT)
    if release:
        number = int(sample.release)
        carried = {"profiles": {f"{sample.namespace}/{sample.name}": 3}, "bundles": {sample.namespace: 3}}
        await put(schema.releases, **published(number, AT, **carried))
        await put(schema.rollouts, **running(sample.rollout, number))
    return sample


def running(rollout_id: str, number: int) -> dict[str, Any]:
    """The row of a rollout that has reached nobody yet."""
    limits = {"rings": [0.5, 1.0], "ring": 1, "soak": 7200, "minimum": 1, "failure_limit": 0.03, "volunteers": []}
    return {
        "id": rollout_id, "release_number": number, "state": "running", "started_at": AT, "ring_at": AT, **limits,
    }  # fmt: skip


def published(number: int, at: dt.datetime, **changed: Any) -> dict[str, Any]:
    """The row of a release as if it had been prepared, signed and published; nothing in it verifies."""
    row = {
        "number": number,
        "state": "published",
        "sha256": f"{number:064x}",
        "manifest": b"{}",
        "unsigned": b"",
        "notes": "",
        "profiles": {},
        "bundles": {},
        "differences": {},
        "prepared_at": at,
        "signed_by": [],
        "published_at": at,
    }
    return {**row, **changed}
