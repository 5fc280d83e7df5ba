"""What a vendor hands in: the bundle and the role's signed metadata, in one compressed file."""

from __future__ import annotations

import io
import tarfile

import attrs

from frisket.errors import DecodeError, TrustError
from frisket.releases import bundle, compression
from frisket.releases.trust_codes import TrustCode

# A bundle, the metadata of a role, and what tar spends on both
MAX_PACKED = 8 << 20
_MAX_METADATA = 1 << 20
_METADATA, _BUNDLE = "metadata.json", "bundle.tar"


@attrs.frozen(kw_only=True)
class Offer:
    """Nothing of it is verified yet."""

    metadata: bytes
    bundle: bytes


def pack(offer: Offer) -> bytes:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, octets in ((_METADATA, offer.metadata), (_BUNDLE, offer.bundle)):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(octets), 0o644
            archive.addfile(member, io.BytesIO(octets))
    return compression.compress(tar.getvalue())


def unpack(octets: bytes) -> Offer:
    """TrustError for whatever `pack` does not make."""
    if len(octets) > MAX_PACKED:
        raise TrustError(TrustCode.TOO_LARGE, f"an offer has at most {MAX_PACKED >> 20} MiB")
    try:
        tar = compression.expand(octets, bundle.MAX_BYTES + _MAX_METADATA + 64 * 1024)
        with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as archive:
            parts = {member.name: _octets_of(archive, member) for member in archive}
    except (DecodeError, tarfile.TarError, EOFError, ValueError) as error:
        words = f"not what `frisket profile sign` makes: {error}"
        raise TrustError(TrustCode.UNREADABLE, words) from None
    if set(parts) != {_METADATA, _BUNDLE}:
        raise TrustError(TrustCode.UNREADABLE, f"an offer holds {_METADATA} and {_BUNDLE}, and nothing else")
    return Offer(metadata=parts[_METADATA], bundle=parts[_BUNDLE])


def _octets_of(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    opened = archive.extractfile(member) if member.isreg() and not member.issparse() else None
    octets = b"" if opened is None else opened.read()
    if opened is None or len(octets) != member.size:
        raise ValueError(f"{member.name[:60]!a} is no whole file")
    return octets
