"""A profile database with something of everything: releases in every state, a rollout, bundles, trust, an audit."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

import attrs

from frisket.profile.database import ProfileFile
from frisket.releases import bundle, compression
from frisket.wire.documents import ProfileHealth, to_data
from frisket_hub.profile_db.rollout import bucket
from frisket_hub.store import schema
from tests.server.sample import published

if TYPE_CHECKING:
    from tests.server.portal.fleets import Seed

RINGS = (0.01, 0.1, 0.5, 1.0)
VENDOR = "mira@papermill.example"
HOUR = dt.timedelta(hours=1)
PROFILES: Sequence[Mapping[str, int]] = (
    {"hp/laserjet": 11, "std/printer-mib": 4},
    {"hp/laserjet": 12, "kyocera/ecosys": 3, "ricoh/aficio": 7, "std/identity": 2, "std/printer-mib": 4},
    {"hp/laserjet": 13, "kyocera/ecosys": 3, "ricoh/aficio": 8, "std/identity": 2, "std/printer-mib": 4},
    {"hp/laserjet": 14, "kyocera/ecosys": 3, "ricoh/aficio": 9, "std/identity": 2, "std/printer-mib": 4},
)
BUNDLES: Sequence[Mapping[str, int]] = (
    {"hp": 11, "std": 4},
    {"hp": 12, "kyocera": 3, "ricoh": 7, "std": 5},
    {"hp": 13, "kyocera": 3, "ricoh": 8, "std": 5},
    {"hp": 14, "kyocera": 3, "ricoh": 9, "std": 5},
)
NOTES = (
    "What the agents came with, and Kyocera.",
    "HP: duplex counters. Ricoh: waste toner is read as space left.",
    "HP: the fuser's life. Ricoh: new models of 2026.",
    "HP: one profile for all LaserJets. Ricoh: waste toner in percent.",
)
_EXAMPLE = {"recording": "hp/laserjet.cases/lj-4250", "before": "CNRXB12345", "after": None}


def differences(text: Any = str) -> dict[str, Any]:
    """What preparing release 4 found: a lost field, another identity, a changed value, a gained field."""

    def finding(kind: str, profile: str, path: str, count: int, **more: Any) -> dict[str, Any]:
        return {
            "key": f"{kind}:{profile}:{path}", "kind": kind, "profile": profile, "path": path, "count": count,
            "recordings": [f"{profile}.cases/{text('case')}-{number}" for number in range(min(count, 20))],
            "example": _EXAMPLE, "blocks": kind in ("lost", "identity"), **more,
        }  # fmt: skip

    levels = {"recording": text("ricoh/aficio.cases/mp-c3004"), "before": 41, "after": 38.5}
    fuser = {"recording": "hp/laserjet.cases/m402", "before": None, "after": {"type": "fuser", "percent": 81}}
    return {
        "against": 3,
        "recordings": 189,
        "findings": [
            finding("lost", "hp/laserjet", text("serial_number"), 3),
            finding("identity", "ricoh/aficio", "manufacturer", 1, example={
                "recording": "ricoh/aficio.cases/infotec-2425", "before": "Infotec", "after": "Ricoh"}),
            finding("changed", "ricoh/aficio", "supplies[waste].level", 24, example=levels),
            finding("gained", "hp/laserjet", "supplies[fuser].level", 12, example=fuser),
        ],
        "profiles": {"changed": {"hp/laserjet": [13, 14], "ricoh/aficio": [8, 9]}, "added": {}, "removed": {}},
        "live": {"hp/laserjet": 123, "ricoh/aficio": 31},
    }  # fmt: skip


@attrs.define
class ProfileDb:
    """Puts rows of the provider's. `path` is the provider's, `who` a person of it."""

    seed: Seed
    provider: str
    who: str

    async def put(self, table: Any, **row: Any) -> None:
        await self.seed.put(table, **{"member_id": self.provider, **row})

    async def release(self, number: int, *, state: str = "published", days: float, **more: Any) -> None:
        at = self.seed.now - dt.timedelta(days=days)
        index = min(number, len(NOTES)) - 1
        named = {**PROFILES[index], **({self.seed.text("hp/laserjet"): 1} if self.seed.payload else {})}
        approved = state != "prepared"
        row = published(
            number, at, state=state, notes=self.seed.text(NOTES[index]), profiles=named, bundles=dict(BUNDLES[index]),
            prepared_by=self.who, prepared_at=at - 5 * HOUR, approved_by=self.who if approved else None,
            approved_at=at - 4 * HOUR if approved else None,
            signed_by=["5c1e9f00a7d2" * 5] if state == "published" else [],
            published_by=self.who if state == "published" else None,
        )  # fmt: skip
        if state != "published":
            row["published_at"] = None
        await self.put(schema.releases, **{**row, **more})

    async def rollout(self, number: int, *, state: str, hours: float, **more: Any) -> str:
        started = self.seed.now - hours * HOUR
        row = {
            "id": schema.new_id("r"), "release_number": number, "state": state, "rings": list(RINGS),
            "ring": 4 if state == "done" else 2, "ring_at": started + hours * HOUR / 2, "soak": 7200, "minimum": 3,
            "failure_limit": 0.03, "volunteers": [], "started_by": self.who, "started_at": started,
            "ended_at": None if state in ("running", "paused") else started + hours * HOUR * 0.9, "reason": "",
            "incident": None, **more,
        }  # fmt: skip
        await self.put(schema.rollouts, **row)
        return str(row["id"])

    async def told(self, rollout: str, number: int, agent: tuple[str, str], state: str, **more: Any) -> None:
        """`agent` is the member's id and the agent's."""
        offered = self.seed.now - 3 * HOUR
        late = state not in ("offered", "withdrawn")
        row = {
            "rollout_id": rollout, "release_number": number, "ring": 1, "state": state, "offered_at": offered,
            "applied_at": offered + HOUR / 10 if late else None, "reported_at": offered + HOUR if late else None,
            "code": "", "detail": "", "profiles": {}, **more,
        }  # fmt: skip
        await self.seed.put(schema.rollout_agents, member_id=agent[0], agent_id=agent[1], **row)

    async def profile(self, rollout: str, profile: str, *, reported: int, failed: int, devices: int) -> None:
        row = {"rollout_id": rollout, "profile": profile, "reported": reported, "failed": failed, "devices": devices}
        await self.put(schema.rollout_profiles, **row)

    async def bundle(self, namespace: str, version: int, profiles: Mapping[str, int]) -> None:
        text = self.seed.text
        files = [ProfileFile(f"{id_}.yaml", self._yaml(id_, number)) for id_, number in profiles.items()]
        cases = {
            f"{id_}.cases/desk-{number}": {
                "device.snmprec": b"1.3.6.1.2.1.1.1.0|4|made up\n",
                "expect.yaml": f"profile: {id_}\ndevice:\n  system_name: {text('made up')}\n".encode(),
            }
            for id_ in profiles
            for number in (1, 2)
        }
        tar = bundle.pack(bundle.Bundle(namespace=namespace, profiles=tuple(files), cases=cases))
        await self.put(
            schema.bundles, namespace=namespace, version=version, sha256=bundle.sha256(tar), length=len(tar),
            content=compression.compress(tar), profiles=dict(profiles), accepted_at=self.seed.now - 70 * HOUR,
        )  # fmt: skip

    def _yaml(self, id_: str, version: int) -> str:
        """As the installed profiles have it, where they have it, but with this version."""
        file = resources.files("frisket_profiles").joinpath(f"{id_}.yaml")
        text = file.read_text(encoding="utf-8") if file.is_file() else f"id: {id_}\nversion: 1\n"
        return re.sub(r"(?m)^version: .*$", f"version: {version}  # {self.seed.text('')}".rstrip("# "), text)

    async def contribution(self, namespace: str, version: int, problems: Sequence[str] = (), **more: Any) -> None:
        row = {
            "id": schema.new_id("c"), "namespace": namespace, "version": version, "problems": list(problems),
            "state": "refused" if problems else "accepted", "cases": 189, "key_id": "5c1e9f00" * 8,
            "handed_in_by": None, "handed_in_at": self.seed.now - 70 * HOUR, **more,
        }  # fmt: skip
        await self.put(schema.contributions, **row)

    async def role(self, role: str, version: int, days: float) -> None:
        expires = self.seed.now + dt.timedelta(days=days)
        row = {"role": role, "version": version, "content": b"{}", "published": True}
        await self.put(schema.tuf_metadata, **row, expires_at=expires, created_at=self.seed.now)

    async def note(self, actor: str, action: str, subject: str, detail: str = "", *, hours: float) -> None:
        at = self.seed.now - hours * HOUR
        row = {"id": schema.new_id("e"), "at": at, "actor": actor, "action": action, "subject": subject}
        await self.put(schema.audit, **row, detail=self.seed.text(detail) if detail else "")

    async def trust(self) -> None:
        """Metadata of every role; that of the release role ends soon."""
        for role, version, days in (
            ("root", 1, 300), ("targets", 3, 210), ("vendor-hp", 13, 330), ("vendor-kyocera", 3, 320),
            ("release", 3, 12), ("snapshot", 9, 11), ("timestamp", 420, 1.8),
        ):  # fmt: skip
            await self.role(role, version, days)

    async def vendor(self, namespace: str, email: str = VENDOR, name: str = "Mira Kell") -> str:
        """A person who hands in bundles for a namespace and sees no member."""
        user = await self.seed.person(f"/{self.provider}/", email, name, "vendor")
        await self.put(schema.vendor_grants, user_id=user, namespace=namespace, granted_at=self.seed.now)
        return user


async def fill(db: ProfileDb, agents: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Everything once; the id of the rollout, and that of the vendor's person. `agents` by the names of `rich`."""
    for number, days in ((1, 40.0), (2, 9.0), (3, 0.2)):
        await db.release(number, days=days)
    await db.release(4, state="prepared", days=0.1, differences=differences(db.seed.text))
    accepted = {"release_number": 4, "finding": "identity:ricoh/aficio:manufacturer"}
    reason = db.seed.text("Infotec is printed on none of these cases any more")
    await db.put(schema.acceptances, **accepted, reason=reason, accepted_by=db.who, accepted_at=db.seed.now - HOUR)
    await db.rollout(2, state="done", hours=200)
    running = await db.rollout(3, state="running", hours=4, ring=4)
    await db.told(running, 3, agents["active"], "offered")
    lost = {"hp/laserjet@13": to_data(ProfileHealth(devices=12, fields_lost=3))}
    went_back = {"code": "coverage-lost", "detail": db.seed.text("hp/laserjet@13 lost serial_number"), "profiles": lost}
    await db.told(running, 3, agents["waiting"], "reverted", **went_back)
    await db.profile(running, db.seed.text("hp/laserjet@13"), reported=1, failed=1, devices=12)
    await db.profile(running, "std/printer-mib@4", reported=1, failed=0, devices=2)
    for namespace, version, names in (
        ("hp", 13, ("hp/laserjet",)),
        ("kyocera", 3, ("kyocera/ecosys",)),
        ("ricoh", 8, ("ricoh/aficio",)),
    ):
        await db.bundle(namespace, version, {name: PROFILES[2][name] for name in names})
        await db.contribution(namespace, version)
    vendor = await db.vendor("kyocera")
    await db.contribution(
        "kyocera", 4, [
            "kyocera/ecosys.yaml:12:15: $.supplies: 'tonner' is no type of a supply; is it toner?",
            f"kyocera/ecosys.cases/m2540: {db.seed.text('model is missing, ECOSYS M2540dn was expected')}",
        ], handed_in_by=vendor, handed_in_at=db.seed.now - 2 * HOUR,
    )  # fmt: skip
    await db.trust()
    pin = {"release_number": 2, "reason": db.seed.text("Until the new fleet is in"), "pinned_by": db.who}
    member = agents["silent"][0]
    await db.seed.put(schema.pins, member_id=member, **pin, pinned_at=db.seed.now, expires_at=db.seed.now + 600 * HOUR)
    await db.note(db.who, "release.prepare 4", "release 4", hours=3)
    await db.note(db.who, "release.accept 4", "identity:ricoh/aficio:manufacturer", "=as agreed", hours=2)
    await db.note("command", "keys.install", "targets 3", hours=90)
    return running, vendor


def reaching(rollout: str, agent: str) -> int:
    """The ring that an agent is in."""
    return next(number for number, share in enumerate(RINGS, start=1) if bucket(rollout, agent) < share)


async def many_agents(db: ProfileDb, agents: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The ids of two rollouts among these agents: one that halted itself, and one that runs well."""
    luck = random.Random(7)
    for number, days in ((1, 60.0), (2, 30.0), (3, 1.2)):
        await db.release(number, days=days)
    await db.release(
        4,
        days=0.3,
        content_of=2,
        bundles=BUNDLES[1],
        notes="Release 2 again: 3 lost serial numbers of some HP printers.",
    )
    by_id = {agent: (member, agent) for member, agent in agents}
    halted = await _halted(db, by_id, luck)
    running = await db.rollout(4, state="running", hours=5.4, ring=3, ring_at=db.seed.now - 0.9 * HOUR)
    unlucky = next(agent for agent in by_id if reaching(running, agent) == 2)
    opened = {1: (5.3, 1.7), 2: (3.4, 1.0), 3: (0.9, 0.3)}
    for agent, each in by_id.items():
        ring = reaching(running, agent)
        if ring in opened:
            earliest, spread = opened[ring]
            offered = db.seed.now - (earliest - luck.random() * spread) * HOUR
            await _told(db, running, each, ring=ring, offered=offered, luck=luck, fails=agent == unlucky)
    for profile, reported, failed, devices in (
        ("hp/laserjet@12", 61, 1, 412), ("ricoh/aficio@7", 18, 0, 77), ("kyocera/ecosys@3", 22, 0, 96),
        ("std/printer-mib@4", 34, 0, 51),
    ):  # fmt: skip
        await db.profile(running, profile, reported=reported, failed=failed, devices=devices)
    await db.trust()
    return running, halted


async def _halted(db: ProfileDb, agents: Mapping[str, tuple[str, str]], luck: random.Random) -> str:
    """A rollout of release 3 that ended in its second ring, for a profile's sake."""
    halted, begun = schema.new_id("ro"), db.seed.now - 26 * HOUR
    states: list[str] = []
    for agent, each in agents.items():
        ring = reaching(halted, agent)
        if ring > 2:
            continue
        went_back = ring == 2 and luck.random() < 0.3
        at = begun + (3 * HOUR if ring == 2 else 0 * HOUR) + luck.uniform(0, 0.9) * HOUR
        told = {"code": "coverage-lost", "detail": "hp/laserjet@13 lost serial_number"} if went_back else {}
        states.append("reverted" if went_back else luck.choice(("healthy",) * 6 + ("withdrawn",)))
        await db.told(halted, 3, each, states[-1], ring=ring, offered_at=at, reported_at=at + 0.7 * HOUR, **told)
    failed, healthy = states.count("reverted"), states.count("healthy")
    counted = {"reported": failed + healthy - 4, "failed": failed}
    reason = f"hp/laserjet@13: {failed} of {counted['reported']} agents failed: more than 3% of agents fail"
    incident = {
        "at": db.seed.now.isoformat(), "reason": reason, "profile": "hp/laserjet@13", "reported": failed + healthy,
        "failed": failed, "lower_bound": 0.118, "profiles": {"hp/laserjet@13": counted},
        "codes": {"coverage-lost": failed},
    }  # fmt: skip
    more = {"id": halted, "incident": incident, "reason": reason, "ring_at": begun + 3 * HOUR}
    await db.rollout(3, state="halted", hours=26, ended_at=begun + 4.6 * HOUR, **more)
    await db.profile(halted, "hp/laserjet@13", **counted, devices=131)
    await db.profile(halted, "ricoh/aficio@8", reported=6, failed=0, devices=24)
    return halted


async def _told(
    db: ProfileDb,
    rollout: str,
    agent: tuple[str, str],
    *,
    ring: int,
    offered: dt.datetime,
    luck: random.Random,
    fails: bool,
) -> None:
    applied = offered + luck.uniform(0.02, 0.2) * HOUR
    reported = applied + luck.uniform(0.1, 0.9) * HOUR
    if offered > db.seed.now:
        return
    if applied > db.seed.now or (not fails and luck.random() < 0.03):
        await db.told(rollout, 4, agent, "offered", ring=ring, offered_at=offered)
    elif reported > db.seed.now:
        await db.told(rollout, 4, agent, "applied", ring=ring, offered_at=offered, applied_at=applied, reported_at=None)
    else:
        said = {"code": "self-test", "detail": "hp/laserjet.cases/m402: page_counts"} if fails else {}
        state = "failed" if fails else "healthy"
        at = {"offered_at": offered, "applied_at": applied, "reported_at": reported}
        await db.told(rollout, 4, agent, state, ring=ring, **at, **said)
