"""A whole TUF repository in memory, with every key that makes it: honest by itself, and easily made dishonest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import attrs

from frisket.errors import TrustError
from frisket.profile.database import ProfileFile
from frisket.releases import bundle as bundles
from frisket.releases import manifest as manifests
from frisket.releases import metadata
from frisket.releases.bundle import Bundle
from frisket.releases.client import Client, VerifiedRelease
from frisket.releases.keys import SigningKey
from frisket.releases.manifest import BundleReference, Manifest
from frisket.releases.metadata import Target
from frisket.releases.roles import (
    RELEASE,
    ROOT,
    SNAPSHOT,
    TARGETS,
    TIMESTAMP,
    bundle_path,
    manifest_path,
    target_file,
    vendor_role,
)
from frisket.releases.trust_codes import TrustCode

TIMESTAMP_FILE = "metadata/timestamp.json"


@attrs.frozen
class Published:
    """What a check-in names."""

    number: int
    sha256: str


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def small_bundle(namespace: str, words: str = "first") -> bytes:
    """A bundle whose content differs with `words`; no profile that loads."""
    profile = ProfileFile(f"{namespace}/laser.yaml", f"# {words}\n")
    cases = {f"{namespace}/laser.cases/one": {"device.snmprec": b"1.3|4|one\n", "expect.yaml": words.encode()}}
    return bundles.pack(Bundle(namespace=namespace, profiles=(profile,), cases=cases))


@attrs.define
class Repository:
    """`files` is what is served, `current` the metadata in force by role, `asked` what was fetched.

    Whoever holds a key is an attribute: `people` (root and targets), `vendors`, `release`, `snapshot`, `timestamp`.
    """

    people: list[SigningKey] = attrs.field(factory=lambda: [SigningKey.make() for _ in range(3)])
    vendors: dict[str, SigningKey] = attrs.field(factory=dict)
    release: SigningKey = attrs.field(factory=SigningKey.make)
    snapshot: SigningKey = attrs.field(factory=SigningKey.make)
    timestamp: SigningKey = attrs.field(factory=SigningKey.make)
    files: dict[str, bytes] = attrs.field(factory=dict)
    current: dict[str, bytes] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)
    bootstrap: bytes = b""

    @classmethod
    def of(cls, *namespaces: str) -> Repository:
        """With a key for each vendor, and nothing published."""
        made = cls(vendors={namespace: SigningKey.make() for namespace in namespaces})
        made.bootstrap = made.sign_root()
        made.sign_targets()
        return made

    # --- what an honest provider and its vendors do ---------------------------------------------

    def publish(self, contents: Mapping[str, bytes]) -> Published:
        """The next release, of these bundles (octets by namespace); a bundle that is unchanged keeps its version."""
        references = {namespace: self.add_bundle(namespace, octets) for namespace, octets in contents.items()}
        return self.publish_manifest(Manifest(number=self.newest_number + 1, bundles=references))

    def publish_manifest(self, manifest: Manifest) -> Published:
        octets = manifests.to_octets(manifest)
        target = self.put_target(manifest_path(manifest.number), octets)
        self.sign_role(RELEASE, self.release, target)
        self.sign_online()
        return Published(manifest.number, target.sha256)

    def add_bundle(self, namespace: str, octets: bytes) -> BundleReference:
        """Signed by the vendor; in no snapshot yet."""
        known = list(self.targets_of(vendor_role(namespace)).values())
        version = len(known)
        if not known or known[-1].sha256 != bundles.sha256(octets):
            version += 1
            target = self.put_target(bundle_path(namespace, version), octets)
            self.sign_role(vendor_role(namespace), self.vendors[namespace], target)
        return BundleReference(version=version, sha256=bundles.sha256(octets), length=len(octets))

    @property
    def newest_number(self) -> int:
        return len(self.targets_of(RELEASE))

    # --- signing ---------------------------------------------------------------------------------

    def sign_root(self, *signers: SigningKey, at: dt.datetime | None = None) -> bytes:
        """With the keys of now, by two of the people (or by `signers`)."""
        keys = {ROOT: self.people, TARGETS: self.people, SNAPSHOT: [self.snapshot], TIMESTAMP: [self.timestamp]}
        public = {role: [key.public for key in held] for role, held in keys.items()}
        octets = metadata.new_root(public, version=self.next_version(ROOT), now=at or now())
        return self.put(ROOT, octets, *(signers or self.people[:2]))

    def sign_targets(self, *signers: SigningKey, at: dt.datetime | None = None) -> bytes:
        delegations = {vendor_role(namespace): [key.public] for namespace, key in self.vendors.items()}
        delegations[RELEASE] = [self.release.public]
        octets = metadata.new_targets(delegations, version=self.next_version(TARGETS), now=at or now())
        return self.put(TARGETS, octets, *(signers or self.people[:2]))

    def sign_role(self, role: str, key: SigningKey, *more: Target, at: dt.datetime | None = None) -> bytes:
        """What the role signed before, and more."""
        targets = {**self.targets_of(role), **{target.path: target for target in more}}
        octets = metadata.new_role(role, targets.values(), version=self.next_version(role), now=at or now())
        return self.put(role, octets, key)

    def sign_online(self, *, at: dt.datetime | None = None) -> None:
        """Snapshot and timestamp of all that is current."""
        self.sign_snapshot(at=at)
        self.sign_timestamp(at=at)

    def sign_snapshot(self, *, at: dt.datetime | None = None) -> bytes:
        named = {role: octets for role, octets in self.current.items() if role not in {ROOT, SNAPSHOT, TIMESTAMP}}
        version, previous = self.next_version(SNAPSHOT), self.current.get(SNAPSHOT)
        octets = metadata.new_snapshot(named, version=version, now=at or now(), previous=previous)
        return self.put(SNAPSHOT, octets, self.snapshot)

    def sign_timestamp(self, *, at: dt.datetime | None = None) -> bytes:
        snapshot = self.current[SNAPSHOT]
        octets = metadata.new_timestamp(snapshot, version=self.next_version(TIMESTAMP), now=at or now())
        return self.put(TIMESTAMP, octets, self.timestamp)

    def put(self, role: str, octets: bytes, *signers: SigningKey) -> bytes:
        """Metadata, signed, in force and served."""
        for key in signers:
            octets = metadata.sign(octets, key)
        self.current[role] = octets
        self.files[metadata.file_name(role, octets)] = octets
        return octets

    def put_target(self, path: str, octets: bytes) -> Target:
        target = Target.of(path, octets)
        self.files[target_file(path, target.sha256)] = octets
        return target

    def next_version(self, role: str) -> int:
        return metadata.describe(self.current[role]).version + 1 if role in self.current else 1

    def targets_of(self, role: str) -> dict[str, Target]:
        """In the order in which they were signed first."""
        found = metadata.targets_of(self.current[role]) if role in self.current else {}
        return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0])))

    def taken_over(self, *holds: str) -> Repository:
        """A copy for whoever holds these keys and no others: `people`, `release`, `timestamp`, a namespace…"""
        other = Repository.of(*self.vendors)
        for key in ("people", "release", "snapshot", "timestamp"):
            if key in holds:
                setattr(other, key, getattr(self, key))
        other.vendors |= {namespace: self.vendors[namespace] for namespace in self.vendors if namespace in holds}
        other.files, other.current, other.bootstrap = dict(self.files), dict(self.current), self.bootstrap
        return other

    # --- being asked -----------------------------------------------------------------------------

    def fetch(self, path: str, most: int) -> bytes:
        """As `releases.client.Fetch`."""
        self.asked.append(path)
        if path not in self.files:
            raise TrustError(TrustCode.MISSING, path)
        return self.files[path]

    def client(self, folder: Path, primed: Mapping[str, bytes] | None = None) -> Client:
        return Client(folder, self.bootstrap, self.fetch, primed or {})

    def update(self, folder: Path, release: Published) -> VerifiedRelease:
        """What an agent does that keeps nothing."""
        client = self.client(folder)
        client.refresh()
        return client.release(release.number, release.sha256, lambda _: None)
