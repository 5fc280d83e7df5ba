"""The agent's side of TUF: a release is taken only if vendor and provider both signed the very same octets.

python-tuf's client does the work of its specification (rollback, freeze, mix-and-match, fast-forward, thresholds);
here are its files, its transport, and what a release adds: `releases/N.json` and each vendor's role name one hash.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

import attrs
from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import TargetFile
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from frisket.errors import DocumentError, FrisketError, TrustError
from frisket.releases import manifest as manifests
from frisket.releases.bundle import MAX_BYTES, sha256
from frisket.releases.manifest import Manifest
from frisket.releases.roles import manifest_path
from frisket.releases.trust_codes import TrustCode

# `metadata/…` or `targets/…` of a repository, and the most octets that it may have. TrustError MISSING where there is
# no such file, any other FrisketError for a transport that failed.
Fetch = Callable[[str, int], bytes]
# The octets of a bundle that is here already, by their SHA-256
Kept = Callable[[str], bytes | None]

_HERE = "https://repository.invalid/"
_NOT_THERE = 404
_CONFIG = UpdaterConfig(
    max_root_rotations=64,
    root_max_length=64 << 10,
    snapshot_max_length=512 << 10,
    targets_max_length=512 << 10,
    prefix_targets_with_hash=True,
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
        with _told(""):
            self._opened().refresh()

    def release(self, number: int, digest: str, kept: Kept) -> VerifiedRelease:
        """Release `number`, whose manifest has this SHA-256; TrustError for anything else, and for any of its bundles.

        Bundles that are kept are not downloaded, and are verified all the same.
        """
        name = manifest_path(number)
        octets = self._target(name, self._info(name), lambda _: None)
        if sha256(octets) != digest:
            raise TrustError(TrustCode.FORK, f"release {number} is not the one that the hub names: {digest[:16]}…")
        manifest = self._read(octets, number)
        bundles = {}
        for namespace, reference in manifest.bundles.items():
            path = manifest.path_of(namespace)
            info = self._info(path)
            if info.hashes.get("sha256") != reference.sha256 or info.length != reference.length:
                words = f"{path}: the vendor and release {number} speak of different content"
                raise TrustError(TrustCode.WRONG_CONTENT, words)
            if info.length > MAX_BYTES:
                raise TrustError(TrustCode.TOO_LARGE, f"{path}: a bundle has at most {MAX_BYTES >> 20} MiB")
            bundles[namespace] = self._target(path, info, kept)
        return VerifiedRelease(manifest=manifest, octets=octets, bundles=bundles)

    def _opened(self) -> Updater:
        if self._updater is None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._updater = Updater(
                str(self.folder),
                f"{_HERE}metadata/",
                target_base_url=f"{_HERE}targets/",
                fetcher=_Fetcher(self.fetch, self.primed),
                config=_CONFIG,
                bootstrap=self.bootstrap,
            )
        return self._updater

    def _info(self, path: str) -> TargetFile:
        with _told(path):
            info = self._opened().get_targetinfo(path)
        if info is None:
            raise TrustError(TrustCode.NOT_DELEGATED, f"{path}: nobody who may has signed it")
        return info

    def _target(self, path: str, info: TargetFile, kept: Kept) -> bytes:
        here = kept(info.hashes.get("sha256", ""))
        with _told(path):
            if here is not None:
                info.verify_length_and_hashes(here)
                return here
            with tempfile.TemporaryDirectory() as folder:
                file = Path(self._opened().download_target(info, str(Path(folder) / "target")))
                return file.read_bytes()

    def _read(self, octets: bytes, number: int) -> Manifest:
        try:
            manifest = manifests.from_octets(octets)
        except DocumentError as error:
            raise TrustError(TrustCode.UNREADABLE, f"{manifest_path(number)}: {error.problems[0]}") from None
        if manifest.number != number:
            raise TrustError(TrustCode.WRONG_CONTENT, f"{manifest_path(number)} is release {manifest.number}")
        return manifest


class _CarriedError(DownloadError):
    """A failure of ours on its way through python-tuf, which knows its own errors only."""

    def __init__(self, error: FrisketError) -> None:
        super().__init__(str(error))
        self.error = error


class _Fetcher(FetcherInterface):
    """python-tuf's transport, on `Fetch`."""

    def __init__(self, fetch: Fetch, primed: Mapping[str, bytes]) -> None:
        self._get = fetch
        self._primed = primed

    def _fetch(self, url: str) -> Iterator[bytes]:  # pragma: no cover  # the interface asks for it
        raise DownloadError(url)

    @contextlib.contextmanager
    def download_file(self, url: str, max_length: int) -> Iterator[IO[bytes]]:
        yield io.BytesIO(self.download_bytes(url, max_length))

    def download_bytes(self, url: str, max_length: int) -> bytes:
        path = url.removeprefix(_HERE)
        octets = self._primed.get(path)
        if octets is None and self._primed and path.startswith("metadata/") and path.endswith(".root.json"):
            # the check-in brings every root that is new, so there is no need to ask whether there is one more
            raise DownloadHTTPError("no newer root", _NOT_THERE)
        if octets is None:
            octets = self._ask(path, max_length)
        if len(octets) > max_length:
            raise DownloadLengthMismatchError(f"{path}: more than {max_length:,} octets")
        return octets

    def _ask(self, path: str, most: int) -> bytes:
        try:
            return self._get(path, most)
        except TrustError as error:
            if error.code == TrustCode.MISSING and path.endswith(".root.json"):
                raise DownloadHTTPError(path, _NOT_THERE) from None
            raise _CarriedError(error) from None
        except FrisketError as error:
            raise _CarriedError(error) from None


_CODES: tuple[tuple[type[Exception], TrustCode], ...] = (
    (ExpiredMetadataError, TrustCode.EXPIRED),
    (UnsignedMetadataError, TrustCode.NOT_SIGNED),
    (LengthOrHashMismatchError, TrustCode.WRONG_CONTENT),
    (DownloadLengthMismatchError, TrustCode.TOO_LARGE),
    (DownloadError, TrustCode.MISSING),
)


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """python-tuf's errors as ours."""
    try:
        yield
    except _CarriedError as carried:
        raise carried.error from None
    except BadVersionNumberError as error:
        code = TrustCode.MIXED if "xpected" in str(error) else TrustCode.OLDER
        raise TrustError(code, _words(path, error)) from None
    except (RepositoryError, DownloadError) as error:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), TrustCode.UNREADABLE)
        raise TrustError(code, _words(path, error)) from None
    except OSError as error:
        raise FrisketError(f"the trusted metadata cannot be written: {error.strerror}; is there room?") from None


def _words(path: str, error: Exception) -> str:
    return f"{path}: {error}" if path else str(error)
