"""Files of the profile database from the hub: compressed, a bundle as a patch of the one that is here where that works.

What comes is no more trusted for it: the signed length bounds what is expanded, and the signed hash decides.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import attrs

from frisket.agent.hub_client import HubClient
from frisket.errors import DecodeError, FrisketError, TrustError
from frisket.releases import compression
from frisket.releases.bundle import sha256
from frisket.releases.roles import patch_file
from frisket.releases.trust_codes import TrustCode

_BUNDLE = re.compile(r"targets/(profiles/([^/]+))/([0-9a-f]{64})\.(bundle@[0-9]+\.tar)\Z")
# What does not compress becomes a little longer
_OVERHEAD = 4096


@attrs.frozen(eq=False)
class Downloads:
    """`fetch` is for threads other than the loop's, in which python-tuf works. `older` gives the octets of the bundle
    of a namespace that is here, None where there is none.
    """

    hub: HubClient
    loop: asyncio.AbstractEventLoop
    older: Callable[[str], bytes | None]

    def fetch(self, path: str, most: int) -> bytes:
        """As `releases.client.Fetch`: TrustError for what is not there or not what it should be, else HubError."""
        bundle = _BUNDLE.match(path)
        base = None if bundle is None else self.older(bundle[2])
        if bundle is not None and base is not None:
            try:
                return self._patched(patch_file(f"{bundle[1]}/{bundle[4]}", bundle[3], sha256(base)), base, most)
            except FrisketError:
                pass  # it costs one request, and the whole is there too
        return self._expanded(f"{path}{compression.SUFFIX}", most)

    def _patched(self, path: str, base: bytes, most: int) -> bytes:
        octets = self._expanded(path, most, base=base)
        if f"/{sha256(octets)}." not in path:
            raise TrustError(TrustCode.WRONG_CONTENT, f"{path}: gives something else")
        return octets

    def _expanded(self, path: str, most: int, *, base: bytes | None = None) -> bytes:
        octets = self._get(path, most + _OVERHEAD)
        try:
            return compression.expand(octets, most, base=base)
        except compression.ExpandsTooFarError as error:
            raise TrustError(TrustCode.TOO_LARGE, f"{path}: {error}") from None
        except DecodeError as error:
            raise TrustError(TrustCode.UNREADABLE, f"{path}: {error}") from None

    def _get(self, path: str, most: int) -> bytes:
        asking = asyncio.run_coroutine_threadsafe(self.hub.fetch(path, most), self.loop)
        return asking.result()
