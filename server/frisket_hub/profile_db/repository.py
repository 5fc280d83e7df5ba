"""What anybody may download: published metadata, manifests and bundles, each also compressed or as a patch.

    metadata/timestamp.json, metadata/7.snapshot.json, metadata/3.vendor-hp.json
    targets/releases/SHA.41.json
    targets/profiles/hp/SHA.bundle@17.tar          and each of these with .zst
    targets/profiles/hp/SHA.bundle@17.tar.from.OLDSHA.zst

A path of another form names nothing, and so does one of something that is not published.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.releases import compression
from frisket.releases.bundle import MAX_BYTES
from frisket.releases.bundle_list import bundles_of
from frisket.releases.roles import ROOT, TIMESTAMP, vendor_role
from frisket.wire.documents import NewMetadata
from frisket_hub.store import bundles, releases, tuf
from frisket_hub.store.bundles import StoredBundle

_NUMBER = r"[1-9]\d{0,8}"
_SHA = r"[0-9a-f]{64}"
_NAME = r"[a-z0-9][a-z0-9_-]{0,49}"
_METADATA = re.compile(rf"metadata/(?:({_NUMBER})\.({_NAME})|timestamp)\.json\Z")
_MANIFEST = re.compile(rf"targets/releases/({_SHA})\.({_NUMBER})\.json\Z")
_BUNDLE = re.compile(rf"targets/profiles/({_NAME})/({_SHA})\.bundle@({_NUMBER})\.tar(?:\.from\.({_SHA}))?\Z")
# As many as a check-in may bring
_MOST_ROOTS = 64
TIMESTAMP_PATHS = ("metadata/timestamp.json", f"metadata/timestamp.json{compression.SUFFIX}")


@attrs.frozen
class Recipe:
    """How a compressed file is made: `octets` gives what is compressed, `base` what a patch is made from."""

    path: str
    octets: Callable[[], bytes]
    base: Callable[[], bytes] | None = None

    def made(self) -> bytes:
        return compression.compress(self.octets(), base=None if self.base is None else self.base())


@attrs.define
class Compressed:
    """What was compressed before, up to a number of octets; one file is made at a time, for that takes a core."""

    most: int = 32 << 20
    _kept: OrderedDict[str, bytes] = attrs.field(factory=OrderedDict)
    _turn: asyncio.Lock = attrs.field(factory=asyncio.Lock)

    async def get(self, recipe: Recipe) -> bytes:
        async with self._turn:
            if recipe.path in TIMESTAMP_PATHS:
                # the one whose content changes under its name
                return recipe.made()
            if recipe.path not in self._kept:
                self._kept[recipe.path] = await asyncio.to_thread(recipe.made)
                while len(self._kept) > 1 and sum(map(len, self._kept.values())) > self.most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(recipe.path)
            return self._kept[recipe.path]


async def repository_file(connection: AsyncConnection, provider: str, path: str) -> bytes | None:
    """A file as it was signed; None where nothing of this name is published."""
    for pattern, read in _READERS:
        matched = pattern.match(path)
        if matched:
            return await read(connection, provider, matched)
    return None


async def compressed_file(connection: AsyncConnection, provider: str, path: str) -> bytes | Recipe | None:
    """The same of a path with `.zst`: as it is kept, or how it is made, which needs no database any more."""
    plain = path.removesuffix(compression.SUFFIX)
    matched = _BUNDLE.match(plain)
    if matched is None:
        octets = await repository_file(connection, provider, plain)
        return None if octets is None else Recipe(path, functools.partial(bytes, octets))
    bundle = await _published(connection, provider, matched)
    if bundle is None or matched[4] is None:
        return None if bundle is None else bundle.content
    base = await bundles.by_hash(connection, provider, matched[1], matched[4])
    if base is None or base.version not in await _listed(connection, provider, matched[1]):
        return None
    return Recipe(path, functools.partial(_expanded, bundle), functools.partial(_expanded, base))


async def new_metadata(connection: AsyncConnection, provider: str, *, since_root: int) -> NewMetadata | None:
    """Every root after an agent's own, and the timestamp; None where nothing was ever published."""
    timestamp = await tuf.current(connection, provider, TIMESTAMP)
    if timestamp is None:
        return None
    roots = await tuf.roots_after(connection, provider, since_root, most=_MOST_ROOTS)
    return NewMetadata(roots=[root.decode() for root in roots], timestamp=timestamp.content.decode())


async def root_for(connection: AsyncConnection, member_id: str) -> str | None:
    """What an agent of this member is to trust first; None where its provider has not begun to sign."""
    provider = await tuf.provider_of(connection, member_id)
    root = await tuf.current(connection, provider, ROOT) if provider else None
    return None if root is None else root.content.decode()


async def _read_metadata(connection: AsyncConnection, provider: str, matched: re.Match[str]) -> bytes | None:
    if matched[1] is None:
        document = await tuf.current(connection, provider, TIMESTAMP)
    elif matched[2] == TIMESTAMP:
        return None
    else:
        document = await tuf.published_version(connection, provider, matched[2], int(matched[1]))
    return None if document is None else document.content


async def _read_manifest(connection: AsyncConnection, provider: str, matched: re.Match[str]) -> bytes | None:
    release = await releases.find(connection, provider, int(matched[2]))
    if release is None or release.state != releases.PUBLISHED or release.sha256 != matched[1]:
        return None
    return release.manifest


async def _read_bundle(connection: AsyncConnection, provider: str, matched: re.Match[str]) -> bytes | None:
    bundle = None if matched[4] else await _published(connection, provider, matched)
    return None if bundle is None else await asyncio.to_thread(_expanded, bundle)


async def _published(connection: AsyncConnection, provider: str, matched: re.Match[str]) -> StoredBundle | None:
    namespace, sha256, version = matched[1], matched[2], int(matched[3])
    if version not in await _listed(connection, provider, namespace):
        return None
    bundle = await bundles.find(connection, provider, namespace, version)
    return bundle if bundle is not None and bundle.sha256 == sha256 else None


async def _listed(connection: AsyncConnection, provider: str, namespace: str) -> frozenset[int]:
    """The versions of which the vendor's published metadata speaks."""
    document = await tuf.current(connection, provider, vendor_role(namespace))
    return frozenset() if document is None else frozenset(bundles_of(document.content))


def _expanded(bundle: StoredBundle) -> bytes:
    return compression.expand(bundle.content, MAX_BYTES)


_Read = Callable[[AsyncConnection, str, "re.Match[str]"], Awaitable[bytes | None]]
_READERS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (_METADATA, _read_metadata),
    (_MANIFEST, _read_manifest),
    (_BUNDLE, _read_bundle),
)
