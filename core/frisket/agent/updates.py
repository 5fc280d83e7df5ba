"""Profile releases: downloaded by hash, verified, built, and only then current. Whatever is wrong, the old one stays.

offered → downloaded → verified → built under this engine → current (one file is swapped)
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable, Iterable
from itertools import chain
from pathlib import Path

import attrs

from frisket.agent.ceiling import printable
from frisket.agent.errors import RefusedError, UpdateError
from frisket.agent.folder import AgentFolder
from frisket.errors import FrisketError, ProfileError
from frisket.plugins.registry import Registry
from frisket.profile.database import ProfileDatabase, ProfileFile, build_database, read_folder
from frisket.profile.release import MAX_BYTES, sha256, unpack
from frisket.wire.documents import Release

_CURRENT = re.compile(r"([0-9a-f]{64}) ([0-9]{1,15})\n?\Z")
_SHORT = 200

# The octets of a release by its SHA-256; HubError when the hub does not give them
Download = Callable[[str], Awaitable[bytes]]


@attrs.frozen
class Loaded:
    """A database that can be scanned with; `release` is None for the one that came with the agent."""

    database: ProfileDatabase
    release: Release | None


@attrs.define
class Updates:
    """The releases of one folder; `loaded` is what the next scan uses.

    `problem` says why the release that was current could not be loaded at the start; empty when it could.
    """

    folder: AgentFolder
    registry: Registry
    loaded: Loaded
    problem: str = ""

    @classmethod
    def open(cls, folder: AgentFolder, registry: Registry) -> Updates:
        """The current release, else the profiles that came with the agent; ProfileError if not even they load."""
        try:
            current = _load_current(folder, registry)
            problem = ""
        except FrisketError as error:
            current, problem = None, f"the current release cannot be used: {first_lines(error)}"
        return cls(folder, registry, current or Loaded(_build(_own_profiles(registry), registry), None), problem)

    async def take(self, wanted: Release, download: Download) -> bool:
        """Makes a release current; False where it is already. UpdateError or HubError when it is not taken."""
        current = self.loaded.release
        if current == wanted:
            return False
        if current is not None and wanted.number < current.number:
            words = f"release {wanted.number} is older than release {current.number}, which is applied"
            raise UpdateError("older-release", words, lasting=True)
        content = await self._content(wanted, download)
        verify(content, wanted)
        # seconds of work, during which the rest goes on
        database = await asyncio.to_thread(_load, content, self.registry)
        self.folder.write(_bundle(self.folder, wanted.sha256), content)
        self.folder.write(self.folder.current, f"{wanted.sha256} {wanted.number}\n".encode("ascii"))
        self.loaded, self.problem = Loaded(database, wanted), ""
        self._keep({wanted.sha256, *(() if current is None else (current.sha256,))})
        return True

    async def _content(self, wanted: Release, download: Download) -> bytes:
        kept = self.folder.read(_bundle(self.folder, wanted.sha256), most=MAX_BYTES + 1)
        if kept is not None and sha256(kept) == wanted.sha256:
            return kept
        try:
            return await download(wanted.sha256)
        except RefusedError as error:
            raise UpdateError("not-given", str(error)[:_SHORT], lasting=False) from None

    def _keep(self, releases: set[str]) -> None:
        """The release before stays, to go back to; older ones go."""
        for folder in self.folder.releases.iterdir():
            if folder.name not in releases:
                shutil.rmtree(folder, ignore_errors=True)


def verify(content: bytes, wanted: Release) -> None:
    """UpdateError unless these octets are the release.

    The one place for signatures: what TUF's metadata must say is checked here, before anything is unpacked.
    """
    if sha256(content) != wanted.sha256:
        words = f"what the hub gave as release {wanted.number} has the SHA-256 {sha256(content)[:16]}…"
        raise UpdateError("hash-mismatch", f"{words}, not {wanted.sha256[:16]}…", lasting=False)


def first_lines(error: FrisketError) -> str:
    """As much of an error's lines as a confirmation holds."""
    return "\n".join(map(printable, str(error).splitlines()[:5]))[:_SHORT]


def _load_current(folder: AgentFolder, registry: Registry) -> Loaded | None:
    text = folder.read(folder.current, most=1000)
    if text is None:
        return None
    match = _CURRENT.match(text.decode("ascii", "replace"))
    if match is None:
        raise UpdateError("damaged", f"{folder.current}: names no release", lasting=True)
    release = Release(number=int(match[2]), sha256=match[1])
    content = folder.read(_bundle(folder, release.sha256), most=MAX_BYTES + 1)
    if content is None:
        raise UpdateError("damaged", f"{_bundle(folder, release.sha256)}: is gone", lasting=True)
    verify(content, release)
    return Loaded(_load(content, registry), release)


def _load(content: bytes, registry: Registry) -> ProfileDatabase:
    try:
        return _build(unpack(content), registry)
    except ProfileError as error:
        raise UpdateError("does-not-load", first_lines(error), lasting=True) from None


def _build(files: Iterable[ProfileFile], registry: Registry) -> ProfileDatabase:
    return build_database(files, registry.steps)


def _own_profiles(registry: Registry) -> Iterable[ProfileFile]:
    return chain.from_iterable(map(read_folder, registry.profile_folders))


def _bundle(folder: AgentFolder, digest: str) -> Path:
    return folder.releases / digest / "bundle.tar.gz"
