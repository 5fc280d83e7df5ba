"""python-tuf's transport on ours, and its errors as ours."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import IO

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
from tuf.ngclient import FetcherInterface

from frisket.errors import FrisketError, TrustError
from frisket.releases import bundle, manifest
from frisket.releases.trust_codes import TrustCode

# `metadata/…` or `targets/…` of a repository, and the most octets that it may have. TrustError MISSING where there is
# no such file, any other FrisketError for a transport that failed.
Fetch = Callable[[str, int], bytes]

BASE = "https://repository.invalid/"
MAX_METADATA = 512 << 10
_NOT_THERE = 404
# A length that is signed is a promise of whoever signed it: the hub itself signs those of the snapshot
_LIMITS = (("metadata/", MAX_METADATA), ("targets/releases/", manifest.MAX_BYTES), ("targets/", bundle.MAX_BYTES))


class Fetcher(FetcherInterface):
    """`primed` are files that are here already."""

    def __init__(self, fetch: Fetch, primed: Mapping[str, bytes]) -> None:
        self._get = fetch
        self._primed = primed

    def _fetch(self, url: str) -> Iterator[bytes]:  # pragma: no cover  # the interface asks for it
        raise DownloadError(url)

    @contextlib.contextmanager
    def download_file(self, url: str, max_length: int) -> Iterator[IO[bytes]]:
        yield io.BytesIO(self.download_bytes(url, max_length))

    def download_bytes(self, url: str, max_length: int) -> bytes:
        path = url.removeprefix(BASE)
        most = min(max_length, next(limit for start, limit in _LIMITS if path.startswith(start)))
        octets = self._primed.get(path)
        if octets is None and self._primed and path.startswith("metadata/") and path.endswith(".root.json"):
            # the check-in brings every root that is new, so there is no need to ask whether there is one more
            raise DownloadHTTPError("no newer root", _NOT_THERE)
        if octets is None:
            octets = self._ask(path, most)
        if len(octets) > most:
            raise DownloadLengthMismatchError(f"{path}: more than {most:,} octets")
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


class _CarriedError(DownloadError):
    """A failure of ours on its way through python-tuf, which knows its own errors only."""

    def __init__(self, error: FrisketError) -> None:
        super().__init__(str(error))
        self.error = error


_CODES: tuple[tuple[type[Exception], TrustCode], ...] = (
    (ExpiredMetadataError, TrustCode.EXPIRED),
    (UnsignedMetadataError, TrustCode.NOT_SIGNED),
    (LengthOrHashMismatchError, TrustCode.WRONG_CONTENT),
    (DownloadLengthMismatchError, TrustCode.TOO_LARGE),
    (DownloadError, TrustCode.MISSING),
)
# python-tuf has one class for several cases, so that only its words tell them apart (the attack suite pins them)
_WORDS: tuple[tuple[re.Pattern[str], TrustCode], ...] = (
    (re.compile(r"must be >= |Expected \S+\.json version |New snapshot is missing"), TrustCode.OLDER),
    (re.compile(r"Expected (root version |snapshot version |\S+ v)\d"), TrustCode.MIXED),
    (re.compile(r"not part of snapshot|Snapshot does not contain"), TrustCode.MIXED),
)


@contextlib.contextmanager
def told(path: str) -> Iterator[None]:
    """python-tuf's errors as ours; `path` is what was wanted, or empty."""
    try:
        yield
    except _CarriedError as carried:
        raise carried.error from None
    except (RepositoryError, DownloadError) as error:
        raise TrustError(_code_of(error), f"{path}: {error}" if path else str(error)) from None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # python-tuf does not look at the type of every value, and stumbles over it later
        raise TrustError(TrustCode.UNREADABLE, f"{path}: a value of another type than it must have: {error}") from None
    except OSError as error:
        words = f"the trusted metadata cannot be written: {error.strerror}; is there room, and may this user write?"
        raise FrisketError(words) from None


def _code_of(error: Exception) -> TrustCode:
    if isinstance(error, BadVersionNumberError) or type(error) is RepositoryError:
        return next((code for words, code in _WORDS if words.search(str(error))), TrustCode.UNREADABLE)
    return next((code for kind, code in _CODES if isinstance(error, kind)), TrustCode.UNREADABLE)
