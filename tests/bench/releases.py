"""What the profile database costs on the wire: bundles with patches, beside bundles alone, beside a target per profile.

1,000 profiles of 20 vendors, each with a case, made from ours: texts and structure are real, numbers and values are
drawn anew, so that no profile is a copy of another. Octets are those of contents, compressed as a hub serves them,
without HTTP's headers; the check-in counts as a request and brings the timestamp.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from frisket.cli.bundled import bundled_recordings
from frisket.releases import archive, compression
from frisket.releases.bundle import sha256
from frisket.releases.client import Client
from frisket.releases.metadata import Target
from frisket.releases.roles import RELEASE, manifest_path, vendor_role
from tests.bench.figure import Figure
from tests.core.releases.repository import TIMESTAMP_FILE, Repository

VENDORS, PROFILES_OF_EACH = 20, 50
NAMESPACES = [f"maker-{number}" for number in range(VENDORS)]
# The eleventh release: a vendor's metadata lists its ten newest bundles
GENERATIONS = 10
MOST_OCTETS, MOST_REQUESTS = 15_000, 6

Files = dict[str, bytes]


# --- made-up profiles ----------------------------------------------------------------------------


@attrs.frozen
class Original:
    """One of our profiles and one of its cases, by names in the case's folder."""

    profile: str
    case: Mapping[str, bytes]


def originals() -> list[Original]:
    found = {}
    for folder in bundled_recordings():
        profile = folder.parent.with_suffix(".yaml")
        if profile.is_file() and profile not in found:
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.*"))}
            found[profile] = Original(profile.read_text(encoding="utf-8"), files)
    return list(found.values())


def made_up(seed: int, original: Original, name: str) -> Files:
    """By names in a bundle."""
    drawn = random.Random(seed)
    text = re.sub(r"\d{3,}", lambda found: digits(drawn, found[0]), original.profile)
    files: Files = {f"{name}.yaml": f"# {drawn.randbytes(12).hex()}\n{text}".encode()}
    for file, octets in original.case.items():
        files[f"{name}.cases/one/{file}"] = re.sub(
            rb"\d{2,}(?=[^|]*$)", lambda found: digits(drawn, found[0].decode()).encode(), octets, flags=re.MULTILINE
        )
    return files


def digits(drawn: random.Random, text: str) -> str:
    return str(drawn.randrange(10 ** (len(text) - 1), 10 ** len(text)))


def database() -> dict[str, Files]:
    """The files of each namespace."""
    ours = originals()
    return {
        namespace: {
            name: octets
            for at in range(PROFILES_OF_EACH)
            for name, octets in made_up(
                number * PROFILES_OF_EACH + at, ours[(number * 7 + at) % len(ours)], f"{namespace}/profile-{at}"
            ).items()
        }
        for number, namespace in enumerate(NAMESPACES)
    }


def changed(files: Files, generation: int) -> Files:
    """A profile that reads one thing more, and what its case expects of it."""
    namespace = next(iter(files)).partition("/")[0]
    name = f"{namespace}/profile-{generation}"
    drawn = random.Random(generation)
    edited = dict(files)
    for file in (f"{name}.yaml", f"{name}.cases/one/expect.yaml"):
        edited[file] = files.get(file, b"") + f"# {drawn.randbytes(40).hex()}\n".encode()
    return edited


# --- two ways to cut a database into targets -------------------------------------------------------


class Bundles:
    """A target for each vendor: what is signed and served by Frisket, taken by the client that agents use."""

    def __init__(self, contents: Mapping[str, Files]) -> None:
        self.repository = Repository.of(*contents)
        self.publish(contents)

    def publish(self, contents: Mapping[str, Files]) -> None:
        bundles = {namespace: archive.pack(files) for namespace, files in contents.items()}
        self.released = self.repository.publish(bundles)

    def take(self, client: Client, held: Mapping[str, bytes]) -> Iterable[bytes]:
        return client.release(self.released.number, self.released.sha256, held.get).bundles.values()


class Profiles:
    """A target for each profile and its case, all named by a release: how TUF is used most often."""

    def __init__(self, contents: Mapping[str, Files]) -> None:
        self.repository = Repository.of(*contents)
        self.versions: dict[str, int] = {}
        self.targets: dict[str, Target] = {}
        self.number = 0
        self.publish(contents)

    def publish(self, contents: Mapping[str, Files]) -> None:
        for namespace, files in contents.items():
            new = [target for name, octets in by_profile(files).items() if (target := self._new(name, octets))]
            if new:
                self.repository.sign_role(vendor_role(namespace), self.repository.vendors[namespace], *new)
        self.number += 1
        rows = {target.path: [target.sha256, target.length] for target in self.targets.values()}
        manifest = self.repository.put_target(manifest_path(self.number), json.dumps(rows).encode())
        self.repository.sign_role(RELEASE, self.repository.release, manifest)
        self.repository.sign_online()

    def _new(self, name: str, octets: bytes) -> Target | None:
        known = self.targets.get(name)
        if known is not None and known.sha256 == sha256(octets):
            return None
        self.versions[name] = self.versions.get(name, 0) + 1
        self.targets[name] = self.repository.put_target(f"profiles/{name}@{self.versions[name]}.tar", octets)
        return self.targets[name]

    def take(self, client: Client, held: Mapping[str, bytes]) -> Iterable[bytes]:
        client.refresh()
        path = manifest_path(self.number)
        rows = json.loads(client._target(client._info(path), lambda _: None))
        return [client._target(client._info(path), held.get) for path in rows]


def by_profile(files: Files) -> dict[str, bytes]:
    """A tar for each profile, by `maker-1/profile-7`."""
    of_each: dict[str, Files] = {}
    for name, octets in files.items():
        of_each.setdefault(re.split(r"\.(?:yaml|cases)", name)[0], {})[name] = octets
    return {name: archive.pack(held) for name, held in of_each.items()}


# --- an agent, and what it costs -------------------------------------------------------------------


@attrs.frozen
class Cost:
    """Of one update."""

    requests: int
    octets: int
    seconds: float


@attrs.frozen
class Served:
    """What a hub has compressed, which it does once."""

    kept: dict[tuple[str, str], bytes]

    def compressed(self, octets: bytes, base: bytes | None) -> bytes:
        key = sha256(octets), sha256(base or b"")
        if key not in self.kept:
            self.kept[key] = compression.compress(octets, base=base)
        return self.kept[key]


@attrs.define
class Agent:
    """Takes release after release. `held` is by SHA-256."""

    folder: Path
    layout: Bundles | Profiles
    served: Served
    patches: bool
    held: dict[str, bytes] = attrs.field(factory=dict)
    bases: dict[str, bytes] = attrs.field(factory=dict)
    requests: int = 0
    octets: int = 0

    def update(self) -> Cost:
        repository = self.layout.repository
        timestamp = repository.files[TIMESTAMP_FILE]
        client = Client(self.folder, repository.bootstrap, self.fetch, {TIMESTAMP_FILE: timestamp})
        self.requests, self.octets = 1, len(compression.compress(timestamp))
        started = time.perf_counter()
        taken = {sha256(octets): octets for octets in self.layout.take(client, self.held)}
        seconds = time.perf_counter() - started
        self.held = taken
        return Cost(self.requests, self.octets, seconds)

    def fetch(self, path: str, most: int) -> bytes:
        """As the hub serves it: compressed, and as a patch where this agent has an older version."""
        folder, plain = path.rpartition("/")[0], self.layout.repository.fetch(path, most)
        base = self.bases.get(folder) if self.patches else None
        octets = self.served.compressed(plain, base)
        if path.endswith(".tar"):
            self.bases[folder] = plain
        self.requests += 1
        self.octets += len(octets)
        return compression.expand(octets, most, base=base)


def costs(
    layout: Bundles | Profiles, contents: dict[str, Files], served: Served, *, patches: bool
) -> tuple[Cost, Cost]:
    """Of the first installation, and of one changed profile, ten releases later."""
    with tempfile.TemporaryDirectory() as folder:
        # what the first asks for, the hub has compressed when the second asks
        before, measured = (Agent(Path(folder, name), layout, served, patches) for name in "ab")
        before.update()
        first = measured.update()
        for generation in range(GENERATIONS):
            contents = {**contents, NAMESPACES[0]: changed(contents[NAMESPACES[0]], generation)}
            layout.publish(contents)
            before.update()
            change = measured.update()
    return first, change


def updating() -> Iterator[Figure]:
    """Ours, and its limits; then what it is measured against."""
    contents, served = database(), Served({})
    ways: list[tuple[str, Bundles | Profiles, bool]] = [
        ("bundles and patches", Bundles(contents), True),
        ("bundles", Bundles(contents), False),
        ("a target per profile", Profiles(contents), False),
    ]
    for name, layout, patches in ways:
        first, change = costs(layout, contents, served, patches=patches)
        for what, cost in (("first install", first), ("one change", change)):
            yield Figure(f"{what}, {name}: requests", cost.requests, "")
            yield Figure(f"{what}, {name}: octets", cost.octets / 1000, "kB")
            yield Figure(f"{what}, {name}: time", cost.seconds, "s")
        if patches:
            assert change.octets <= MOST_OCTETS, change
            assert change.requests <= MOST_REQUESTS, change
