"""Whether an offer is what its vendor may hand in next: signature, numbers, paths, hashes; not yet what is in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import attrs

from frisket.errors import ProfileError, TrustError
from frisket.profile.versions import kept_numbers
from frisket.releases import metadata, offer
from frisket.releases.bundle import Bundle, sha256, unpack
from frisket.releases.bundle_list import bundles_of, namespaces_in
from frisket.releases.metadata import Target
from frisket.releases.offer import Offer
from frisket.releases.roles import rule_of, vendor_role

# Of those that were listed before, as many stay in the list
KEPT = 10
# Between the vendor's clock and ours
_CLOCKS = dt.timedelta(days=1)


@attrs.frozen(kw_only=True)
class Known:
    """What the hub has: the targets in force, and each vendor's newest metadata and bundle, published or not."""

    targets: bytes
    metadata: Mapping[str, bytes]
    bundles: Mapping[str, Bundle]


@attrs.frozen(kw_only=True)
class Judged:
    """What was found out of an offer, as far as that went; usable where there are no problems."""

    namespace: str = ""
    version: int | None = None
    key_id: str = ""
    offer: Offer | None = attrs.field(default=None, repr=False)
    bundle: Bundle | None = attrs.field(default=None, repr=False)
    renewal: bool = False
    problems: tuple[str, ...] = ()


def judge(octets: bytes, known: Known, namespaces: frozenset[str] | None, *, now: dt.datetime) -> Judged:
    """`namespaces`: those for which the sender may hand in; None leaves that to the signature."""
    try:
        given = offer.unpack(octets)
        named = namespaces_in(given.metadata)
        foreign = set(metadata.targets_of(given.metadata)) - {
            target.path for target in bundles_of(given.metadata).values()
        }
    except TrustError as error:
        return Judged(problems=(error.detail,))
    if len(named) != 1 or foreign:
        words = f"signs for {', '.join(sorted(named)) or 'nothing'}{_others(foreign)}"
        return Judged(problems=(f"{words}; an offer lists the bundles of one namespace, profiles/NS/bundle@N.tar",))
    (namespace,) = named
    judged = Judged(namespace=namespace, offer=given)
    if namespaces is not None and namespace not in namespaces:
        return attrs.evolve(judged, problems=(f"{namespace} is not yours to hand in for",))
    try:
        judged = attrs.evolve(judged, key_id=_signer(given, known, namespace))
    except TrustError as error:
        words = f"{error.detail}; sign it with a key that the provider knows for {namespace}"
        return attrs.evolve(judged, problems=(words,))
    listed = bundles_of(given.metadata)
    newest = max(listed)
    before = known.metadata.get(namespace)
    renewal = before is not None and newest == max(bundles_of(before))
    judged = attrs.evolve(judged, version=newest, renewal=renewal)
    return _with_bundle(judged, given, [*_numbers(given, before, now), *_hashes(given, listed[newest])], known)


def _with_bundle(judged: Judged, given: Offer, problems: list[str], known: Known) -> Judged:
    try:
        bundle = unpack(given.bundle, judged.namespace)
    except ProfileError as error:
        return attrs.evolve(judged, problems=(*problems, *map(str, error.problems)))
    before = known.bundles.get(judged.namespace)
    if before is not None:
        problems.extend(map(str, kept_numbers(before.profiles, bundle.profiles)))
    return attrs.evolve(judged, bundle=bundle, problems=tuple(problems))


def _signer(given: Offer, known: Known, namespace: str) -> str:
    """The key that signed it; TrustError where none that may has."""
    role = vendor_role(namespace)
    metadata.require_signed(given.metadata, above=known.targets, role=role)
    good, _ = metadata.signers(given.metadata, above=known.targets, role=role)
    return min(good)


def _numbers(given: Offer, before: bytes | None, now: dt.datetime) -> Iterator[str]:
    """One metadata after the other, one bundle after the other, and nothing changed of what was listed."""
    described = metadata.describe(given.metadata)
    old = {} if before is None else bundles_of(before)
    follows = 1 if before is None else metadata.describe(before).version + 1
    if described.version != follows:
        yield f"the metadata is version {described.version}, and {follows} comes next; sign with --previous of the last"
    listed = bundles_of(given.metadata)
    last = max(old, default=0)
    if set(listed) - set(old) not in ({last + 1}, set()) or not listed or max(listed) < last:
        yield f"bundle {max(listed)} is handed in, and {last + 1} comes next; sign with --previous of the last offer"
    for version in sorted(set(listed) & set(old)):
        if listed[version] != old[version]:
            yield f"bundle {version} was another one; what was handed in once never changes"
    gone = sorted(set(sorted(old)[-KEPT:]) - set(listed))
    if gone:
        yield f"bundle {gone[0]} is no longer listed; the last {KEPT} stay, so that older releases can be verified"
    if not now < described.expires <= now + rule_of(vendor_role("x")).life + _CLOCKS:
        yield f"expires {described.expires:%Y-%m-%d}, where a year from now is right; is the clock wrong?"


def _hashes(given: Offer, target: Target) -> Iterator[str]:
    if (sha256(given.bundle), len(given.bundle)) != (target.sha256, target.length):
        yield f"{target.path}: the bundle is not the one that is signed"


def _others(foreign: set[str]) -> str:
    return f" and {min(foreign)[:80]!a}" if foreign else ""
