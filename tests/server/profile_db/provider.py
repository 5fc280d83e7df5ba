"""A provider with two made-up vendors, and every step from a vendor's folder to the published release, in process."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import attrs
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.profile.database import ProfileFile
from frisket.releases import offer
from frisket.releases.bundle import Bundle
from frisket.releases.bundle_list import next_offer
from frisket.releases.keys import SigningKey
from frisket.releases.offer import Offer
from frisket.releases.roles import ROOT, SNAPSHOT, TIMESTAMP
from frisket.wire.documents import Release
from frisket_hub.profile_db import ceremony, contribution, installing, preparing, publishing, request
from frisket_hub.profile_db.online import OnlineKeys
from frisket_hub.routing import Actor
from frisket_hub.store import members, releases
from frisket_hub.store.bundles import Contribution
from frisket_hub.store.engine import Store
from frisket_hub.store.members import Member
from frisket_hub.store.releases import ReleaseRecord
from tests.strategies import IDENTITY

SERIAL, COLOR = "1.3.6.1.4.1.32473.1.1.0", "1.3.6.1.4.1.32473.1.2.0"
_RECORDED = f"""\
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.32473.7
1.3.6.1.2.1.43.5.1.1.1.1|2|1
{SERIAL}|4|SN7
{COLOR}|2|700
1.3.6.1.4.1.32473.1.3.0|4|SN8
1.3.6.1.4.1.32473.1.4.0|2|1400
"""


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def std(version: int = 1) -> Bundle:
    """What identification asks, and nothing else."""
    text = IDENTITY.replace("version: 1", f"version: {version}")
    return Bundle(namespace="std", profiles=(ProfileFile("std/identity.yaml", text),))


def acme(version: int = 1, *, serial: str | None = SERIAL, color: bool = True, extra: str = "", **cases: str) -> Bundle:
    """One profile with a case. `cases`: further ones by name, each with its `expect.yaml`."""
    fields = ["  manufacturer: {from: [{const: Acme}]}", extra]
    if serial:
        fields.append(f"  serial_number: {{from: [{{oid: {serial}, pipe: [text]}}]}}")
    if color:
        fields.append(f"  page_counts.total.color: {{from: [{{oid: {COLOR}, pipe: [int]}}]}}")
    head = f"schema: 1\nprofile: acme/laser\nversion: {version}\nkind: device\ntitle: Made up\nstatus: stable\n"
    match = "references: [https://acme.example/]\nmatch:\n  - {sysObjectID: [1.3.6.1.4.1.32473.7]}\nfields:\n"
    text = head + match + "\n".join(filter(None, fields)) + "\n"
    expected = {"one": "profile: acme/laser\ndevice: {manufacturer: Acme}\n", **cases}
    return Bundle(
        namespace="acme",
        profiles=(ProfileFile("acme/laser.yaml", text),),
        cases={
            f"acme/laser.cases/{name}": {"device.snmprec": _RECORDED.encode(), "expect.yaml": words.encode()}
            for name, words in expected.items()
        },
    )


@attrs.define
class Provider:
    """The provider's people and vendors, with all of their keys; `last` is what each vendor handed in last."""

    store: Store
    member: Member
    actor: Actor
    people: list[SigningKey] = attrs.field(factory=lambda: [SigningKey.make() for _ in range(3)])
    release: SigningKey = attrs.field(factory=SigningKey.make)
    vendors: dict[str, SigningKey] = attrs.field(factory=lambda: {"std": SigningKey.make(), "acme": SigningKey.make()})
    online: OnlineKeys = attrs.field(
        factory=lambda: OnlineKeys({role: (SigningKey.make(),) for role in (SNAPSHOT, TIMESTAMP)})
    )
    root: bytes = b""
    targets: bytes | None = None
    last: dict[str, Offer] = attrs.field(factory=dict)

    @property
    def id(self) -> str:
        return self.member.member_id

    async def begin(self) -> None:
        """The ceremony: root and targets, signed by two of three and installed."""
        named = {role: [self.online.keys[role][0].public] for role in (SNAPSHOT, TIMESTAMP)}
        keys = {ROOT: [person.public for person in self.people], **named}
        self.root = self._by_two(ceremony.make_root(keys, None, now=now()))
        await self._install(self.root)
        await self.install_targets()

    async def install_targets(self, revoke: Iterable[str] = ()) -> None:
        """For the vendors as they are now."""
        vendors = {name: [key.public] for name, key in self.vendors.items()}
        made = ceremony.make_targets([self.release.public], vendors, list(revoke), self.targets, now=now())
        self.targets = self._by_two(made)
        await self._install(self.targets)

    def offer(self, bundle: Bundle, *, key: SigningKey | None = None, renew: bool = False) -> Offer:
        signing = key or self.vendors[bundle.namespace]
        return next_offer(bundle, self.last.get(bundle.namespace), signing, now=now(), renew=renew)

    async def hand_in(self, given: Bundle | Offer, *, namespaces: frozenset[str] | None = None) -> Contribution:
        made = given if isinstance(given, Offer) else self.offer(given)
        done = await contribution.hand_in(
            self.store, self.id, offer.pack(made), by=None, namespaces=namespaces, now=now()
        )
        if done.state == "accepted":
            self.last[done.namespace] = made
        return done

    async def prepare(self, notes: str = "", *, content_of: int | None = None) -> ReleaseRecord:
        number = await self.write(preparing.prepare, notes=notes, content_of=content_of, actor=self.actor, now=now())
        return await self.record(number)

    async def accept(self, number: int, finding: str, reason: str = "meant so") -> None:
        await self.write(preparing.accept, number, finding=finding, reason=reason, actor=self.actor, now=now())

    async def accept_all(self, record: ReleaseRecord) -> None:
        for finding in record.blocking:
            await self.accept(record.number, finding["key"])

    async def approve(self, number: int) -> None:
        await self.write(preparing.approve, number, actor=self.actor, now=now())

    async def signed(self, number: int, *, key: SigningKey | None = None) -> bytes:
        asked = request.from_octets(await self.write(publishing.signing_request, number))
        return request.sign(asked, key or self.release, now=now())

    async def publish(self, signed: bytes) -> Release:
        done = await self.write(publishing.publish, signed, keys=self.online, actor=self.actor, now=now())
        assert isinstance(done, Release)
        return done

    async def release_of(self, *bundles: Bundle, content_of: int | None = None) -> Release:
        """Handed in, prepared, accepted, approved, signed and published."""
        for bundle in bundles:
            done = await self.hand_in(bundle)
            assert done.state == "accepted", done.problems
        record = await self.prepare(content_of=content_of)
        await self.accept_all(record)
        await self.approve(record.number)
        return await self.publish(await self.signed(record.number))

    async def record(self, number: int) -> ReleaseRecord:
        async with self.store.reading() as connection:
            record = await releases.find(connection, self.id, number)
        assert record is not None
        return record

    async def rows(self, table: Any) -> list[dict[str, Any]]:
        async with self.store.reading() as connection:
            found = await connection.execute(select(table).where(table.c.member_id == self.id))
        return [dict(row) for row in found.mappings()]

    async def write(self, work: Any, *arguments: Any, **named: Any) -> Any:
        async def with_connection(connection: AsyncConnection) -> Any:
            return await work(connection, self.id, *arguments, **named)

        return await self.store.write(with_connection)

    async def _install(self, document: bytes) -> None:
        await self.write(installing.install, [document], keys=self.online, actor=self.actor, now=now())

    def _by_two(self, document: bytes) -> bytes:
        return ceremony.sign(ceremony.sign(document, self.people[0]), self.people[1])


@asynccontextmanager
async def open_provider(url: str) -> AsyncIterator[Provider]:
    """On an empty database; nothing is installed before `begin`."""
    store = await Store.open(url)
    try:
        member = await store.write(lambda writing: members.add(writing, "Provider", parent=None, now=now()))
        yield Provider(store, member, Actor(kind="user", id="u_ann", member_id=member.member_id, provider=True))
    finally:
        await store.close()


def key_of(record: ReleaseRecord) -> Mapping[str, Any]:
    """The differences by their keys."""
    return {finding["key"]: finding for finding in record.differences["findings"]}


__all__ = ["COLOR", "SERIAL", "Provider", "acme", "key_of", "now", "open_provider", "std"]
