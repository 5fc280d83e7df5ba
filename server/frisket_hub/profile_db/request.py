"""What is carried to the machine that signs releases, and what that machine looks at before it signs: one JSON file.

    {"schema": "frisket.release-request/1", "number": 41, "notes": "…", "changes": ["hp: bundle 16 → 17"],
     "manifest": "…", "previous": "…" | null, "unsigned": "…"}

The three at the end are documents as text. Nothing here needs a hub.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import attrs

from frisket.errors import DocumentError, TrustError
from frisket.releases import manifest as manifests
from frisket.releases import metadata
from frisket.releases.bundle import sha256
from frisket.releases.keys import PublicKey, SigningKey
from frisket.releases.manifest import Manifest
from frisket.releases.roles import RELEASE, manifest_path, rule_of
from frisket.wire.json_text import dump, load_object
from frisket_hub.errors import HubError

SCHEMA = "frisket.release-request/1"
_MAX_BYTES = 4 << 20
_CLOCKS = dt.timedelta(days=1)


class RequestError(HubError):
    """A request that nobody should sign."""


@attrs.frozen(kw_only=True)
class Request:
    """`previous` is the release role's metadata in force; None before the first release."""

    number: int
    notes: str
    changes: tuple[str, ...]
    manifest: bytes
    previous: bytes | None
    unsigned: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.manifest)


def to_octets(request: Request) -> bytes:
    return dump(
        {
            "schema": SCHEMA,
            "number": request.number,
            "notes": request.notes,
            "changes": list(request.changes),
            "manifest": request.manifest.decode(),
            "previous": None if request.previous is None else request.previous.decode(),
            "unsigned": request.unsigned.decode(),
        }
    )


def from_octets(octets: bytes) -> Request:
    """RequestError for what `frisket hub release request` does not write."""
    try:
        data = load_object(octets, max_bytes=_MAX_BYTES)
        previous = data["previous"]
        return Request(
            number=int({SCHEMA: data["number"]}[data["schema"]]),
            notes=str(data["notes"]),
            changes=tuple(map(str, data["changes"])),
            manifest=str(data["manifest"]).encode(),
            previous=None if previous is None else str(previous).encode(),
            unsigned=str(data["unsigned"]).encode(),
        )
    except (DocumentError, KeyError, TypeError, ValueError) as error:
        raise RequestError(
            f"is no request for a signature: {error}; `frisket hub release request` writes one"
        ) from None


def sign(request: Request, key: SigningKey, *, now: dt.datetime, known: Sequence[PublicKey] = ()) -> bytes:
    """The release role's next metadata, signed. RequestError for one that says more than its number tells.

    What it builds on must be signed by this key or by one of `known`: a hub that made it up could have a second release
    signed unseen, among those that seem to be old.
    """
    try:
        problems = (*_foreign(request, [key.public, *known]), *_problems(request, now))
    except (TrustError, DocumentError) as error:
        raise RequestError(f"release {request.number} is not signed: {error}") from None
    if problems:
        raise RequestError("\n".join((f"release {request.number} is not signed:", *problems)))
    return metadata.sign(request.unsigned, key)


def changes(before: Manifest | None, after: Manifest) -> tuple[str, ...]:
    """A line for each bundle that is another one, and for each profile that changes something on purpose."""
    old = {} if before is None else {name: one.version for name, one in before.bundles.items()}
    new = {name: one.version for name, one in after.bundles.items()}
    lines = [
        f"{name}: bundle {old.get(name, 'none')} → {new.get(name, 'none')}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    expected = (
        f"{profile}: changes on purpose: {', '.join(path or 'no printer any more' for path in sorted(paths))}"
        for profile, paths in sorted(after.expected_since(before.number if before else 0).items())
        if paths
    )
    return (*lines, *expected)


def contents(request: Request) -> str:
    """What the manifest itself names; `changes` is the hub's word."""
    bundles = manifests.from_octets(request.manifest).bundles
    return ", ".join(f"{name}@{bundles[name].version}" for name in sorted(bundles))


def _foreign(request: Request, keys: Sequence[PublicKey]) -> Iterator[str]:
    if request.previous is not None and not metadata.signed_with(request.previous, keys):
        yield "it builds on what none of these keys signed; after a change of keys, --known names the old .pub"


def _problems(request: Request, now: dt.datetime) -> Iterator[str]:
    if manifests.from_octets(request.manifest).number != request.number:
        yield f"its manifest is of release {manifests.from_octets(request.manifest).number}"
    described = metadata.describe(request.unsigned)
    listed = metadata.targets_of(request.unsigned)
    before = {} if request.previous is None else metadata.targets_of(request.previous)
    version = 1 if request.previous is None else metadata.describe(request.previous).version + 1
    path = manifest_path(request.number)
    if described.version != version:
        yield f"its metadata is version {described.version}, and {version} comes next"
    if set(listed) - set(before) != {path}:
        yield f"it adds {', '.join(sorted(set(listed) - set(before))) or 'nothing'}, and not {path} alone"
    elif listed[path].sha256 != request.sha256:
        yield "the manifest is not the one that would be signed"
    if any(listed[one] != before[one] for one in set(listed) & set(before)):
        yield "it changes what an earlier release was"
    if described.expires > now + rule_of(RELEASE).life + _CLOCKS:
        yield f"it would be good until {described.expires:%Y-%m-%d}, longer than {rule_of(RELEASE).life.days} days"
