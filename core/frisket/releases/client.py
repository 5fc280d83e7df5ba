"""The agent's side of TUF: a release is taken only if vendor and provider both signed the very same octets.

python-tuf's client does the work of its specification (rollback, freeze, mix-and-match, fast-forward, thresholds);
here are its files, and what a release adds: `releases/N.json` and each vendor's role name one hash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
from tuf.api.metadata import TargetFile
from tuf.ngclient import Updater, UpdaterConfig

from frisket.errors import DocumentError, TrustError
from frisket.releases import bundle
from frisket.releases import manifest as manifests
from frisket.releases.bundle import sha256
from frisket.releases.fetching import BASE, MAX_METADATA, Fetch, Fetcher, told
from frisket.releases.manifest import Manifest
from frisket.releases.roles import manifest_path, target_file
from frisket.releases.trust_codes import TrustCode

__all__ = ["Client", "Fetch", "Kept", "VerifiedRelease"]

# The octets of a bundle that is here already, by their SHA-256
Kept = Callable[[str], bytes | None]

# As much as an agent holds in memory of one release
MAX_RELEASE = 128 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_CONFIG = UpdaterConfig(
    # every root since the enrolment counts on each start
    max_root_rotations=256,
    root_max_length=64 << 10,
    snapshot_max_length=MAX_METADATA,
    targets_max_length=MAX_METADATA,
)


@attrs.frozen(kw_only=True)
class VerifiedRelease:
    """Whole and verified: `bundles` are the octets of each namespace's `.tar`."""

    manifest: Manifest
    octets: bytes
    bundles: Mapping[str, bytes]

    @property
    def sha256(self) -> str:
        return sha256(self.octets)


@attrs.define
class Client:
    """One trusted state in a folder, which is only ever moved forward.

    `bootstrap` is the root that came with the enrolment. `primed` are files that the check-in has brought already.
    """

    folder: Path
    bootstrap: bytes
    fetch: Fetch
    primed: Mapping[str, bytes] = attrs.field(factory=dict)
    _updater: Updater | None = None

    def refresh(self) -> None:
        """The newest root, timestamp, snapshot and targets; TrustError with the first thing that is wrong."""
        try:
            self._refresh(self.primed)
        except TrustError:
            if not self.primed:
                raise
            # What was brought builds on files that are damaged here: the repository has all of them, roots too
            self._refresh({})

    def release(self, number: int, digest: str, kept: Kept) -> VerifiedRelease:
        """Release `number`, whose manifest has this SHA-256; TrustError for anything else, and for any of its bundles.

        Bundles that are kept are not downloaded, and are verified all the same.
        """
        if self._updater is None:
            self.refresh()
        name = manifest_path(number)
        octets = self._target(self._info(name), lambda _: None)
        if sha256(octets) != digest:
            raise TrustError(TrustCode.FORK, f"release {number} is not the one that the hub names: {digest[:16]}…")
        manifest = _read(octets, number)
        if sum(reference.length for reference in manifest.bundles.values()) > MAX_RELEASE:
            raise TrustError(TrustCode.TOO_LARGE, f"{name}: a release has at most {MAX_RELEASE >> 20} MiB")
        bundles = {namespace: self._bundle(manifest, namespace, kept) for namespace in manifest.bundles}
        return VerifiedRelease(manifest=manifest, octets=octets, bundles=bundles)

    def _refresh(self, primed: Mapping[str, bytes]) -> None:
        self._updater = None
        with told(""):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            updater = Updater(
                str(self.folder),
                f"{BASE}metadata/",
                fetcher=Fetcher(self.fetch, primed),
                config=_CONFIG,
                bootstrap=self.bootstrap,
            )
            updater.refresh()
        self._updater = updater

    def _bundle(self, manifest: Manifest, namespace: str, kept: Kept) -> bytes:
        path, reference = manifest.path_of(namespace), manifest.bundles[namespace]
        info = self._info(path)
        if (info.hashes["sha256"], info.length) != (reference.sha256, reference.length):
            words = f"{path}: the vendor and release {manifest.number} speak of different content"
            raise TrustError(TrustCode.WRONG_CONTENT, words)
        if info.length > bundle.MAX_BYTES:
            raise TrustError(TrustCode.TOO_LARGE, f"{path}: a bundle has at most {bundle.MAX_BYTES >> 20} MiB")
        return self._target(info, kept)

    def _info(self, path: str) -> TargetFile:
        assert self._updater is not None
        with told(path):
            info = self._updater.get_targetinfo(path)
        if info is None:
            raise TrustError(TrustCode.NOT_DELEGATED, f"{path}: nobody who may has signed it")
        # one kind of hash, as it becomes part of a file's name
        if set(info.hashes) != {"sha256"} or not _SHA256.match(str(info.hashes["sha256"])):
            raise TrustError(TrustCode.UNREADABLE, f"{path}: is not signed by its SHA-256")
        return info

    def _target(self, info: TargetFile, kept: Kept) -> bytes:
        digest = info.hashes["sha256"]
        octets = kept(digest)
        with told(info.path):
            if octets is None:
                octets = Fetcher(self.fetch, {}).download_bytes(BASE + target_file(info.path, digest), info.length)
            info.verify_length_and_hashes(octets)
        return octets


def _read(octets: bytes, number: int) -> Manifest:
    try:
        manifest = manifests.from_octets(octets)
    except DocumentError as error:
        raise TrustError(TrustCode.UNREADABLE, f"{manifest_path(number)}: {error.problems[0]}") from None
    if manifest.number != number:
        raise TrustError(TrustCode.WRONG_CONTENT, f"{manifest_path(number)} is release {manifest.number}")
    return manifest
