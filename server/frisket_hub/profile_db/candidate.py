"""What agents would be given, verified before it is committed with the very client that they use."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.errors import TrustError
from frisket.releases import compression
from frisket.releases.bundle import MAX_BYTES
from frisket.releases.client import Client
from frisket.releases.metadata import file_name
from frisket.releases.roles import ROOT, bundle_path, manifest_path, target_file
from frisket.releases.trust_codes import TrustCode
from frisket.wire.documents import Release
from frisket_hub.errors import HubError
from frisket_hub.store import bundles, releases, tuf


class CandidateError(HubError):
    """Agents would refuse it, so it is not published."""


async def verify(connection: AsyncConnection, provider: str, release: Release | None = None) -> None:
    """CandidateError with what an agent would say. `release`: this one would be downloaded, too."""
    files = await _metadata(connection, provider)
    if release is not None:
        files |= await _targets(connection, provider, release)
    roots = await tuf.versions_of(connection, provider, ROOT)
    try:
        await asyncio.to_thread(_play, files, roots[-1].content, release)
    except TrustError as error:
        raise CandidateError(f"agents would refuse this ({error.code}: {error.detail}); nothing was changed") from None


def _play(files: Mapping[str, bytes], bootstrap: bytes, release: Release | None) -> None:
    def fetch(path: str, _: int) -> bytes:
        if path not in files:
            raise TrustError(TrustCode.MISSING, path)
        return files[path]

    with tempfile.TemporaryDirectory() as folder:
        client = Client(Path(folder), bootstrap, fetch)
        client.refresh()
        if release is not None:
            client.release(release.number, release.sha256, lambda _: None)


async def _metadata(connection: AsyncConnection, provider: str) -> dict[str, bytes]:
    current = await tuf.all_current(connection, provider)
    files = {file_name(role, document.content): document.content for role, document in current.items()}
    for root in await tuf.versions_of(connection, provider, ROOT):
        files[file_name(ROOT, root.content)] = root.content
    return files


async def _targets(connection: AsyncConnection, provider: str, release: Release) -> dict[str, bytes]:
    """The manifest and the bundles of a release."""
    row = await releases.find(connection, provider, release.number)
    assert row is not None
    files = {target_file(manifest_path(row.number), row.sha256): row.manifest}
    for namespace, version in row.bundles.items():
        bundle = await bundles.find(connection, provider, namespace, version)
        if bundle is not None:
            path = target_file(bundle_path(namespace, version), bundle.sha256)
            files[path] = compression.expand(bundle.content, MAX_BYTES)
    return files
