"""TUF metadata as octets: made, signed and read. Nothing here decides whether to trust; `client` does.

Every function takes and gives the octets of a file, so that documents travel between machines as they are.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import attrs
from securesystemslib.exceptions import UnverifiedSignatureError
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Role,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import CanonicalJSONSerializer, JSONSerializer

from frisket.errors import TrustError
from frisket.releases.bundle import sha256
from frisket.releases.keys import PublicKey, SigningKey
from frisket.releases.roles import (
    ROOT,
    SNAPSHOT,
    TARGETS,
    TIMESTAMP,
    TOP_LEVEL,
    delegated_path,
    metadata_file,
    rule_of,
)
from frisket.releases.trust_codes import TrustCode

_S = TypeVar("_S", Root, Timestamp, Snapshot, Targets)
_COMPACT = JSONSerializer(compact=True)
_CANONICAL = CanonicalJSONSerializer()
MAX_BYTES = 1 << 20
# A new one each second for sixty years; what a database holds, and no room for a leap that nobody can follow
MAX_VERSION = (1 << 31) - 1


@attrs.frozen(kw_only=True)
class Described:
    """A document of metadata for people and for decisions that need no trust. `signed_by` are key ids, unproven."""

    kind: str
    version: int
    expires: dt.datetime
    signed_by: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Delegation:
    """A role as the document above it names it."""

    role: str
    threshold: int
    keys: tuple[PublicKey, ...]


@attrs.frozen(kw_only=True)
class Target:
    """A file that a targets role speaks for."""

    path: str
    sha256: str
    length: int

    @classmethod
    def of(cls, path: str, octets: bytes) -> Target:
        return cls(path=path, sha256=sha256(octets), length=len(octets))


# --- making ------------------------------------------------------------------------------------


def new_root(keys: Mapping[str, Sequence[PublicKey]], *, version: int, now: dt.datetime) -> bytes:
    """Without signatures. `keys` has those of root, targets, snapshot and timestamp; TrustError for too few."""
    for role in TOP_LEVEL:
        _require_enough(role, keys[role])
    roles = {role: Role([key.id for key in keys[role]], rule_of(role).threshold) for role in TOP_LEVEL}
    known = {key.id: key.inner for role in TOP_LEVEL for key in keys[role]}
    return _unsigned(Root(version=version, expires=_expiry(ROOT, now), keys=dict(known), roles=roles))


def new_targets(delegations: Mapping[str, Sequence[PublicKey]], *, version: int, now: dt.datetime) -> bytes:
    """Without signatures. `delegations`: each delegated role (`vendor-acme`, `release`) with its keys."""
    for role, held in delegations.items():
        _require_enough(role, held)
    keys = {key.id: key.inner for role in delegations for key in delegations[role]}
    roles = {
        role: DelegatedRole(
            role,
            [key.id for key in delegations[role]],
            rule_of(role).threshold,
            terminating=True,
            paths=[delegated_path(role)],
        )
        for role in sorted(delegations)
    }
    delegated = Delegations(keys=dict(keys), roles=roles)
    return _unsigned(Targets(version=version, expires=_expiry(TARGETS, now), delegations=delegated))


def new_role(role: str, targets: Iterable[Target], *, version: int, now: dt.datetime) -> bytes:
    """The metadata of a delegated role, without signatures."""
    files = {
        target.path: TargetFile(target.length, {"sha256": target.sha256}, target.path)
        for target in sorted(targets, key=lambda target: target.path)
    }
    return _unsigned(Targets(version=version, expires=_expiry(role, now), targets=files))


def new_snapshot(roles: Mapping[str, bytes], *, version: int, now: dt.datetime, previous: bytes | None = None) -> bytes:
    """Without signatures. `roles`: the metadata of targets and of every delegated role that there is.

    `previous` is the snapshot before this one: what it names stays named, as nobody takes a snapshot that names less.
    A revoked role is kept out by the targets.
    """
    meta = dict(_signed(previous, Snapshot).meta) if previous else {}
    # by its hash, too: a version that was signed twice (after a restore, say) is had again by who has the other one
    meta |= {f"{role}.json": _meta_file(octets) for role, octets in roles.items()}
    return _unsigned(Snapshot(version=version, expires=_expiry(SNAPSHOT, now), meta=dict(sorted(meta.items()))))


def new_timestamp(snapshot: bytes, *, version: int, now: dt.datetime) -> bytes:
    """Without signatures."""
    return _unsigned(Timestamp(version=version, expires=_expiry(TIMESTAMP, now), snapshot_meta=_meta_file(snapshot)))


def sign(octets: bytes, key: SigningKey) -> bytes:
    """With one more signature; another one of the same key is replaced."""
    metadata = _load(octets)
    metadata.sign(key.signer, append=True)
    return metadata.to_bytes(_COMPACT)


# --- reading -----------------------------------------------------------------------------------


def describe(octets: bytes) -> Described:
    """TrustError for what is no metadata."""
    metadata = _load(octets)
    signed = metadata.signed
    return Described(
        kind=signed.type,
        version=signed.version,
        expires=signed.expires,
        signed_by=tuple(metadata.signatures),
    )


def keys_of_root(octets: bytes) -> dict[str, Delegation]:
    """What a root says of each top-level role."""
    root = _signed(octets, Root)
    return {role: _delegation(role, root.roles[role], root.keys) for role in TOP_LEVEL}


def delegations_of(octets: bytes) -> dict[str, Delegation]:
    """The roles that the top-level targets delegate to."""
    delegations = _signed(octets, Targets).delegations
    if delegations is None or delegations.roles is None:
        return {}
    return {role: _delegation(role, one, delegations.keys) for role, one in delegations.roles.items()}


def targets_of(octets: bytes) -> dict[str, Target]:
    """The files that a targets role speaks for, by path."""
    files = _signed(octets, Targets).targets
    return {
        path: Target(path=path, sha256=str(file.hashes.get("sha256", "")), length=file.length)
        for path, file in files.items()
    }


def versions_in(snapshot: bytes) -> dict[str, int]:
    """The versions of all targets metadata that a snapshot knows, by role."""
    meta = _signed(snapshot, Snapshot).meta
    return {name.removesuffix(".json"): file.version for name, file in meta.items()}


def signers(octets: bytes, *, above: bytes, role: str) -> tuple[frozenset[str], int]:
    """Ids of the keys whose signatures are good by what the document above says of the role, and how many it takes.

    The document above is a root for a top-level role, else the targets. TrustError where it names no such role.
    """
    delegator = _load(above).signed
    if not isinstance(delegator, Root | Targets):
        raise TrustError(TrustCode.UNREADABLE, f"a {delegator.type} delegates to nobody")
    metadata = _load(octets)
    try:
        result = delegator.get_verification_result(role, _payload(metadata), metadata.signatures)
    except ValueError:
        raise TrustError(TrustCode.NOT_DELEGATED, f"nobody may sign as {role}") from None
    return frozenset(result.signed), result.threshold


def signed_with(octets: bytes, keys: Iterable[PublicKey]) -> bool:
    """Whether one of these keys made a good signature on it."""
    document = _load(octets)
    for key in keys:
        signature = document.signatures.get(key.id)
        with contextlib.suppress(UnverifiedSignatureError):
            if signature is not None:
                key.inner.verify_signature(signature, _payload(document))
                return True
    return False


def require_signed(octets: bytes, *, above: bytes, role: str) -> None:
    """TrustError unless enough of the role's keys signed this."""
    good, threshold = signers(octets, above=above, role=role)
    if len(good) < threshold:
        raise TrustError(TrustCode.NOT_SIGNED, f"{role} is signed by {len(good)} of {threshold} keys")


def file_name(role: str, octets: bytes) -> str:
    """Where a repository keeps this document."""
    return metadata_file(role, None if role == TIMESTAMP else describe(octets).version)


def _require_enough(role: str, keys: Sequence[PublicKey]) -> None:
    """TrustError where not even all of these keys together could sign, or one of them stands twice."""
    different = len({key.id for key in keys})
    if different < max(len(keys), rule_of(role).threshold):
        words = f"{role} takes {rule_of(role).threshold} different keys or more; {different} of {len(keys)} given are"
        raise TrustError(TrustCode.NOT_SIGNED, words)


def _meta_file(octets: bytes) -> MetaFile:
    return MetaFile(describe(octets).version, len(octets), {"sha256": sha256(octets)})


def _delegation(role: str, found: Role, keys: Mapping[str, Any]) -> Delegation:
    known = tuple(PublicKey(keys[keyid]) for keyid in found.keyids if keyid in keys)
    return Delegation(role=role, threshold=found.threshold, keys=known)


def _load(octets: bytes) -> Metadata[Any]:
    if len(octets) > MAX_BYTES:
        raise TrustError(TrustCode.TOO_LARGE, f"metadata has at most {MAX_BYTES >> 10} KiB")
    try:
        metadata: Metadata[Any] = Metadata.from_bytes(octets)
    except RepositoryError as error:
        raise TrustError(TrustCode.UNREADABLE, f"no TUF metadata: {error}") from None
    if not all(isinstance(keyid, str) for keyid in metadata.signatures):
        raise TrustError(TrustCode.UNREADABLE, "no TUF metadata: a signature names no key")
    if metadata.signed.version > MAX_VERSION:
        raise TrustError(TrustCode.TOO_LARGE, f"a version is at most {MAX_VERSION:,}")
    return metadata


def _signed(octets: bytes, kind: type[_S]) -> _S:
    """What is signed, of this kind; TrustError for metadata of another."""
    signed = _load(octets).signed
    if not isinstance(signed, kind):
        raise TrustError(TrustCode.UNREADABLE, f"is {signed.type} metadata, where {kind.type} is wanted")
    return signed


def _payload(metadata: Metadata[Any]) -> bytes:
    return _CANONICAL.serialize(metadata.signed)


def _unsigned(signed: Signed) -> bytes:
    metadata: Metadata[Any] = Metadata(signed)
    return metadata.to_bytes(_COMPACT)


def _expiry(role: str, now: dt.datetime) -> dt.datetime:
    return (now + rule_of(role).life).replace(microsecond=0)
