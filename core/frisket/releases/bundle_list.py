"""What the metadata of a vendor says of its bundles, and the next one of it, with one bundle more."""

from __future__ import annotations

import datetime as dt
import re

from frisket.errors import FrisketError, ProfileError
from frisket.profile.versions import kept_numbers
from frisket.releases import metadata
from frisket.releases.bundle import Bundle, pack, sha256, unpack
from frisket.releases.keys import SigningKey
from frisket.releases.metadata import Target
from frisket.releases.offer import Offer
from frisket.releases.roles import bundle_path, vendor_role

_BUNDLE = re.compile(r"profiles/([^/]+)/bundle@([1-9]\d{0,8})\.tar\Z")
# More than a hub keeps, so that what it keeps for a pin stays in the list
LISTED = 50


class OfferError(FrisketError):
    """A bundle that is not worth signing, or that does not follow on the one before."""


def bundles_of(content: bytes) -> dict[int, Target]:
    """A vendor's bundles by version; what is called otherwise is left out."""
    found = {}
    for path, target in metadata.targets_of(content).items():
        matched = _BUNDLE.match(path)
        if matched:
            found[int(matched[2])] = target
    return found


def newest_bundle(content: bytes) -> int:
    """0 where there is none."""
    return max(bundles_of(content), default=0)


def namespaces_in(content: bytes) -> set[str]:
    """Whose bundles a vendor's metadata lists, as it does not say itself whose it is."""
    return {matched[1] for path in metadata.targets_of(content) if (matched := _BUNDLE.match(path))}


def next_offer(
    bundle: Bundle, previous: Offer | None, key: SigningKey, *, now: dt.datetime, renew: bool = False
) -> Offer:
    """The bundle, signed as the one that follows on the offer before.

    OfferError where it is the same again, unless `renew` asks for a signature that lives longer; ProfileError for a
    profile that was changed under its old number.
    """
    octets = pack(bundle)
    if previous is None:
        return _signed(bundle.namespace, {1: Target.of(bundle_path(bundle.namespace, 1), octets)}, octets, key, 1, now)
    if namespaces_in(previous.metadata) != {bundle.namespace}:
        raise OfferError(f"the offer before is not one of {bundle.namespace}")
    listed, version = bundles_of(previous.metadata), metadata.describe(previous.metadata).version
    newest = max(listed)
    if sha256(previous.bundle) == sha256(octets):
        if not renew:
            raise OfferError(f"nothing has changed since bundle {newest}; --renew signs it anew as it is")
        return _signed(bundle.namespace, listed, octets, key, version + 1, now)
    problems = tuple(kept_numbers(unpack(previous.bundle, bundle.namespace).profiles, bundle.profiles))
    if problems:
        raise ProfileError(problems)
    listed[newest + 1] = Target.of(bundle_path(bundle.namespace, newest + 1), octets)
    return _signed(bundle.namespace, listed, octets, key, version + 1, now)


def _signed(  # noqa: PLR0917
    namespace: str, listed: dict[int, Target], octets: bytes, key: SigningKey, version: int, now: dt.datetime
) -> Offer:
    kept = [listed[number] for number in sorted(listed)[-LISTED:]]
    unsigned = metadata.new_role(vendor_role(namespace), kept, version=version, now=now)
    return Offer(metadata=metadata.sign(unsigned, key), bundle=octets)
