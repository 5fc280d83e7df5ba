"""What a vendor hands in: the bundle and the role's signed metadata, in one compressed file."""

from __future__ import annotations

import itertools

import attrs

from frisket.errors import DecodeError, TrustError
from frisket.releases import archive, bundle, compression
from frisket.releases.trust_codes import TrustCode

MAX_PACKED = 8 << 20
_MAX_METADATA = 1 << 20
# What tar spends on both
_OVERHEAD = 64 << 10
_METADATA, _BUNDLE = "metadata.json", "bundle.tar"


@attrs.frozen(kw_only=True)
class Offer:
    """Nothing of it is verified yet."""

    metadata: bytes
    bundle: bytes


def pack(offer: Offer) -> bytes:
    return compression.compress(archive.pack({_METADATA: offer.metadata, _BUNDLE: offer.bundle}))


def unpack(octets: bytes) -> Offer:
    """TrustError for whatever `pack` does not make."""
    if len(octets) > MAX_PACKED:
        raise TrustError(TrustCode.TOO_LARGE, f"an offer has at most {MAX_PACKED >> 20} MiB")
    try:
        tar = compression.expand(octets, bundle.MAX_BYTES + _MAX_METADATA + _OVERHEAD)
        parts = dict(itertools.islice(archive.unpack(tar), 3))
    except DecodeError as error:
        words = f"not what `frisket profile sign` makes: {error}"
        raise TrustError(TrustCode.UNREADABLE, words) from None
    if set(parts) != {_METADATA, _BUNDLE}:
        raise TrustError(TrustCode.UNREADABLE, f"an offer holds {_METADATA} and {_BUNDLE}, and nothing else")
    return Offer(metadata=parts[_METADATA], bundle=parts[_BUNDLE])
