"""Root and targets as documents: made from keys and from the documents before, away from the hub, and looked at.

Nothing here touches a database: every step takes files and gives files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs

from frisket.releases import metadata
from frisket.releases.keys import PublicKey, SigningKey
from frisket.releases.metadata import Delegation
from frisket.releases.roles import RELEASE, ROOT, SNAPSHOT, TARGETS, TIMESTAMP, TOP_LEVEL, rule_of, vendor_role
from frisket_hub.errors import HubError


class CeremonyError(HubError):
    """A document that cannot be made so."""


@attrs.frozen(kw_only=True)
class Standing:
    """How far the signatures of a document are, by the word of one document on one of its roles.

    `missing` are those of the role's keys that have not signed: `lacks` of them are needed.
    """

    by: str
    signed: tuple[PublicKey, ...]
    missing: tuple[PublicKey, ...]
    threshold: int

    @property
    def lacks(self) -> int:
        return max(0, self.threshold - len(self.signed))

    def __str__(self) -> str:
        words = f"{self.by}: signed by {len(self.signed)} of {self.threshold}"
        if not self.lacks:
            return f"{words}, which is enough"
        more = f"{_count(self.lacks)} more of these keys {'is' if self.lacks == 1 else 'are'} needed"
        return f"{words}; {more}: {', '.join(key.id[:16] for key in self.missing)}"


def make_root(keys: Mapping[str, Sequence[PublicKey]], previous: bytes | None, *, now: dt.datetime) -> bytes:
    """The next root, unsigned. A role without keys keeps those of the root before; targets has root's by default."""
    before = {role: one.keys for role, one in metadata.keys_of_root(previous).items()} if previous else {}
    named = {role: tuple(keys.get(role) or before.get(role, ())) for role in TOP_LEVEL}
    named[TARGETS] = named[TARGETS] or named[ROOT]
    for role in (ROOT, TARGETS, SNAPSHOT, TIMESTAMP):
        _enough(role, named[role])
    return metadata.new_root(named, version=_next(previous), now=now)


def make_targets(
    release: Sequence[PublicKey],
    vendors: Mapping[str, Sequence[PublicKey]],
    revoked: Sequence[str],
    previous: bytes | None,
    *,
    now: dt.datetime,
) -> bytes:
    """The next targets, unsigned: who may sign releases, and bundles of which namespace.

    Keys that are given for a role replace those that it had; a role that is not named keeps them.
    """
    delegations = {role: one.keys for role, one in metadata.delegations_of(previous).items()} if previous else {}
    if release:
        delegations[RELEASE] = tuple(release)
    delegations.update({vendor_role(namespace): tuple(keys) for namespace, keys in vendors.items()})
    for namespace in revoked:
        if delegations.pop(vendor_role(namespace), None) is None:
            raise CeremonyError(f"{namespace}: is no vendor in the targets before; `frisket hub keys show` lists them")
    _enough(RELEASE, delegations.get(RELEASE, ()))
    return metadata.new_targets(delegations, version=_next(previous), now=now)


def sign(document: bytes, key: SigningKey) -> bytes:
    """With this key's signature; CeremonyError for a document that tells that the key is none of its."""
    described = metadata.describe(document)
    if described.kind == ROOT:
        roots = metadata.keys_of_root(document)[ROOT].keys
        # a key that leaves signs the next root once more, so that those who know only the old ones believe it
        if key.public.id not in {known.id for known in roots} and described.version == 1:
            raise CeremonyError(f"the key {key.public.id[:16]}… is none of this root's; take one that --root named")
    return metadata.sign(document, key)


def standings(document: bytes, above: bytes | None) -> list[Standing]:
    """By the document itself if it is a root, and by the one above: the root before it, or the targets' root."""
    kind = metadata.describe(document).kind
    found = [_standing("by its own word", document, document, ROOT)] if kind == ROOT else []
    if above is not None:
        version = metadata.describe(above).version
        role = ROOT if kind == ROOT else _role_below(document, above)
        found.append(_standing(f"by {metadata.describe(above).kind} {version}", document, above, role))
    return found


def delegations_in(document: bytes) -> Mapping[str, Delegation]:
    """The roles that a root or the targets speak of; none for any other document."""
    kind = metadata.describe(document).kind
    if kind == ROOT:
        return metadata.keys_of_root(document)
    return metadata.delegations_of(document) if kind == TARGETS else {}


def _role_below(document: bytes, above: bytes) -> str:
    """Which role of the document above this is: told by who signed it, as metadata does not say its own name."""
    kind = metadata.describe(above).kind
    if kind == ROOT:
        return metadata.describe(document).kind
    signers = set(metadata.describe(document).signed_by)
    for role, delegation in metadata.delegations_of(above).items():
        if signers & {key.id for key in delegation.keys}:
            return role
    raise CeremonyError("none of the keys that signed this stands in the document above")


def _standing(by: str, document: bytes, above: bytes, role: str) -> Standing:
    good, threshold = metadata.signers(document, above=above, role=role)
    keys = delegations_in(above)[role].keys
    return Standing(
        by=by,
        signed=tuple(key for key in keys if key.id in good),
        missing=tuple(key for key in keys if key.id not in good),
        threshold=threshold,
    )


def _enough(role: str, keys: Sequence[PublicKey]) -> None:
    threshold = rule_of(role).threshold
    if len({key.id for key in keys}) < threshold:
        have = f"{len(keys)} {'is' if len(keys) == 1 else 'are'} given"
        raise CeremonyError(f"{role} takes at least {threshold} different keys, and {have}; add --{role} KEY.pub")


def _next(previous: bytes | None) -> int:
    return 1 if previous is None else metadata.describe(previous).version + 1


def _count(number: int) -> str:
    return {1: "one", 2: "two"}.get(number, str(number))
