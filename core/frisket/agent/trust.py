"""What the agent trusts of the profile database: a first root, and from there what python-tuf has verified.

The root comes with the enrolment, or from a file that a person brought; it is passed on at every start. Whatever is
wrong with newer metadata, what is applied stays applied, and scanning goes on.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

import attrs

from frisket.agent.folder import AgentFolder
from frisket.errors import TrustError
from frisket.releases import metadata
from frisket.releases.client import Client, Fetch
from frisket.releases.metadata import Described
from frisket.releases.roles import ROOT, TIMESTAMP, metadata_file
from frisket.releases.trust_codes import TrustCode
from frisket.wire.documents import NewMetadata, Trusted

# With less of its life left, a timestamp is asked for
_RENEW = dt.timedelta(hours=24)


@attrs.frozen(kw_only=True)
class Standing:
    """The newest root and timestamp that were verified; None for what was never there."""

    root: Described | None
    timestamp: Described | None

    def expired(self, now: dt.datetime) -> bool:
        return any(one is not None and one.expires <= now for one in (self.root, self.timestamp))

    def to_wire(self, problem: str, now: dt.datetime) -> Trusted:
        return Trusted(
            root=0 if self.root is None else self.root.version,
            timestamp=0 if self.timestamp is None else self.timestamp.version,
            renew=self.timestamp is None or self.timestamp.expires - now < _RENEW,
            problem=problem or (TrustCode.EXPIRED if self.expired(now) else ""),
        )


@attrs.frozen
class Trust:
    """One folder's trust."""

    folder: AgentFolder

    def begin(self, root: bytes) -> int:
        """Makes this the root that everything is trusted by, and says its version; TrustError for no root that its own
        keys signed.
        """
        metadata.require_signed(root, above=root, role=ROOT)
        self.folder.write(self.folder.root, root)
        return metadata.describe(root).version

    @property
    def has_root(self) -> bool:
        return self.folder.read(self.folder.root) is not None

    def client(self, fetch: Fetch, brought: NewMetadata | None) -> Client:
        """`brought` came with the check-in. TrustError where there is no root to begin with."""
        root = self.folder.read(self.folder.root)
        if root is None:
            words = "this agent has no root of the profile database yet; the hub has none, or did not send it"
            raise TrustError(TrustCode.NO_ROOT, words)
        return Client(self.folder.trust, root, fetch, {} if brought is None else dict(_files(brought)))

    def standing(self) -> Standing:
        """As the files say, which were verified before they were written."""
        root = self._described(self.folder.root.name)
        while root is not None:
            newer = self._described(f"trust/root_history/{root.version + 1}.root.json")
            if newer is None or newer.version != root.version + 1:
                break
            root = newer
        return Standing(root=root, timestamp=self._described("trust/timestamp.json"))

    def tidy(self) -> None:
        """Removes what python-tuf had half written when it was killed."""
        for leftover in self.folder.trust.glob("tmp*"):
            with contextlib.suppress(OSError):
                leftover.unlink()

    def _described(self, name: str) -> Described | None:
        content = self.folder.read(self.folder.path / name)
        try:
            return None if content is None else metadata.describe(content)
        except TrustError:
            return None


def _files(brought: NewMetadata) -> Iterator[tuple[str, bytes]]:
    for root in map(str.encode, brought.roots):
        yield metadata.file_name(ROOT, root), root
    yield metadata_file(TIMESTAMP, None), brought.timestamp.encode()
