"""Which profile read which device last: what a new release is compared on, and which of its cases are of use here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import attrs

from frisket.agent.folder import AgentFolder
from frisket.errors import DocumentError
from frisket.wire.json_text import load_object

MAX_DEVICES = 20_000
_MAX_BYTES = 16 << 20


@attrs.define
class KnownDevices:
    """`profile@version` by address. A file that cannot be read costs one comparison, no scan."""

    folder: AgentFolder
    by_address: dict[str, str] = attrs.field(factory=dict)

    @classmethod
    def load(cls, folder: AgentFolder) -> KnownDevices:
        content = folder.read(folder.devices, most=_MAX_BYTES + 1)
        try:
            data = {} if content is None else load_object(content, max_bytes=_MAX_BYTES)
        except DocumentError:
            data = {}
        return cls(folder, dict(_texts(data)))

    @property
    def profiles(self) -> frozenset[str]:
        """Ids of those that read a device."""
        return frozenset(reference.partition("@")[0] for reference in self.by_address.values())

    def save(self, read: Mapping[str, str]) -> None:
        """After a scan; a device that did not answer is known on, and who answered longest ago goes first."""
        silent = {address: profile for address, profile in self.by_address.items() if address not in read}
        newest = list({**silent, **read}.items())[-MAX_DEVICES:]
        self.by_address = dict(newest)
        self.folder.write(self.folder.devices, json.dumps(self.by_address, separators=(",", ":")).encode())


def _texts(data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for address, profile in data.items():
        if isinstance(profile, str):
            yield address, profile
