"""Releases on disk: bundles and manifests by their hash, and one small file that says which is in use.

Everything that a release needs is there, synced, before that file is replaced: a power cut leaves the old or the new.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from frisket.agent.errors import UpdateError
from frisket.agent.folder import AgentFolder
from frisket.errors import DocumentError
from frisket.profile.database import ProfileFile
from frisket.profile.usable import HeldProfile
from frisket.releases import bundle as bundles
from frisket.releases import manifest as manifests
from frisket.releases.bundle import Bundle
from frisket.releases.client import VerifiedRelease
from frisket.releases.manifest import Manifest
from frisket.wire.documents import Release, from_data, to_data
from frisket.wire.json_text import dump, load_object

_MAX_POINTER = 4096
_MAX_HELD = 16 << 20


@attrs.frozen(kw_only=True)
class Pointer:
    """The release in use and the one to go back to; None for the profiles that came with the agent."""

    release: Release | None = None
    before: Release | None = None


@attrs.frozen
class ReleaseFiles:
    """The releases of one folder."""

    folder: AgentFolder

    def pointer(self) -> Pointer:
        """UpdateError for a file that cannot be understood."""
        content = self.folder.read(self.folder.current, most=_MAX_POINTER)
        if content is None:
            return Pointer()
        try:
            return from_data(load_object(content, max_bytes=_MAX_POINTER), Pointer)
        except DocumentError:
            raise _damaged(self.folder.current, "names no release") from None

    def point(self, pointer: Pointer) -> None:
        """The one step that makes another release current."""
        self.folder.write(self.folder.current, dump(to_data(pointer)) + b"\n")

    def put(self, release: VerifiedRelease, held: Iterable[HeldProfile]) -> None:
        """Everything that the release needs; it is not in use yet."""
        for namespace, reference in release.manifest.bundles.items():
            if self.bundle(reference.sha256) is None:
                self.folder.write(self._bundle(reference.sha256), release.bundles[namespace])
        words = {one.id: [one.why, None if one.file is None else one.file.text] for one in held}
        self.folder.write(self._held(release.sha256), json.dumps(words).encode())
        self.folder.write(self._manifest(release.sha256), release.octets)

    def bundle(self, digest: str) -> bytes | None:
        """None where it is not here, or is damaged."""
        content = self.folder.read(self._bundle(digest), most=bundles.MAX_BYTES + 1)
        return content if content is not None and bundles.sha256(content) == digest else None

    def manifest(self, release: Release) -> Manifest:
        """UpdateError where it is gone or damaged."""
        file = self._manifest(release.sha256)
        content = self.folder.read(file, most=manifests.MAX_BYTES + 1)
        if content is None:
            raise _damaged(file, "is gone")
        if bundles.sha256(content) != release.sha256:
            raise _damaged(file, "is damaged")
        return manifests.from_octets(content)

    def contents(self, release: Release) -> Iterator[Bundle]:
        """Its bundles; UpdateError at the first that is gone or damaged."""
        for namespace, reference in self.manifest(release).bundles.items():
            content = self.bundle(reference.sha256)
            if content is None:
                raise _damaged(self._bundle(reference.sha256), "is gone or damaged")
            yield bundles.unpack(content, namespace)

    def held(self, release: Release) -> tuple[HeldProfile, ...]:
        """What was held when it was taken; nothing where that cannot be read."""
        content = self.folder.read(self._held(release.sha256), most=_MAX_HELD)
        try:
            rows = {} if content is None else load_object(content, max_bytes=_MAX_HELD)
            return tuple(_held(name, *row) for name, row in rows.items())
        except (DocumentError, TypeError):
            return ()

    def keep(self, releases: Iterable[Release | None]) -> None:
        """Removes everything that none of these needs; what cannot be removed is left for the next time."""
        needed = {file for release in releases if release is not None for file in self._files_of(release)}
        for folder in (self.folder.releases, self.folder.bundles):
            for file in folder.glob("*"):
                if file not in needed:
                    with contextlib.suppress(OSError):
                        file.unlink()

    def _files_of(self, release: Release) -> Iterator[Path]:
        yield self._manifest(release.sha256)
        yield self._held(release.sha256)
        with contextlib.suppress(UpdateError):
            for reference in self.manifest(release).bundles.values():
                yield self._bundle(reference.sha256)

    def _bundle(self, digest: str) -> Path:
        return self.folder.bundles / f"{digest}.tar"

    def _manifest(self, digest: str) -> Path:
        return self.folder.releases / f"{digest}.json"

    def _held(self, digest: str) -> Path:
        return self.folder.releases / f"{digest}.held.json"


def _held(name: str, why: str, text: str | None) -> HeldProfile:
    return HeldProfile(id=name, file=None if text is None else ProfileFile(f"{name}.yaml", text), why=why)


def _damaged(file: Path, what: str) -> UpdateError:
    return UpdateError("damaged", f"{file}: {what}", lasting=True)
