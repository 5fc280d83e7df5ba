"""The same devices under two databases, side by side: so that only what the databases make of them differs.

A device that seems worse off is asked once more, under the newer database and then under the older: one that was
switched off or replaced in between says nothing of a release.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from frisket.agent.verdict import Pair, judge_profile
from frisket.model.reading import Reading, Unread
from frisket.profile.database import IDENTITY, ProfileDatabase
from frisket.protocols.transport import Transport
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.reader import Reader
from frisket.scan.targets import Targets, parse_targets
from frisket.wire.device import to_document

# Devices of one profile that are asked again
_MOST = 100

Results = Mapping[str, Reading | Unread]


@attrs.frozen(kw_only=True)
class Comparison:
    """What may be asked, how, and under which databases."""

    targets: Targets
    settings: ScanSettings
    protocols: Mapping[str, Transport]
    before: ProfileDatabase
    after: ProfileDatabase

    async def pairs(self, read: Mapping[str, str], known: Mapping[str, str]) -> dict[str, list[Pair]]:
        """By `profile@version` of the newer database.

        `read` is what the scan under it read, as `profile@version` by address; `known` the same of earlier scans.
        """
        asked = self._candidates(read, known)
        old = await self._results(self.before, asked)
        new = await self._results(self.after, asked)
        pairs = {address: self._pair(address, old, new) for address in asked}
        doubtful = {address for address, pair in pairs.items() if pair is not None and _is_worse(pair)}
        new = await self._results(self.after, doubtful)
        old = await self._results(self.before, doubtful)
        pairs |= {address: self._pair(address, old, new) for address in doubtful}
        found: dict[str, list[Pair]] = {}
        for address, pair in pairs.items():
            if pair is not None:
                found.setdefault(asked[address], []).append(pair)
        return found

    def _candidates(self, read: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
        """Addresses to ask, each with the profile that answers for it."""
        if self.before.digests == self.after.digests:
            return {}
        chosen: dict[str, str] = {}
        counts: dict[str, int] = {}
        for address, reference in self._affected(read, known):
            counts[reference] = counts.get(reference, 0) + 1
            if counts[reference] <= _MOST:
                chosen[address] = reference
        return chosen

    def _affected(self, read: Mapping[str, str], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for address, reference in read.items():
            before = _id(known.get(address, reference))
            if before != _id(reference) or self._differs(before):
                yield address, reference
        for address, reference in known.items():
            if address not in read:
                yield address, self._newer(reference)

    def _differs(self, profile: str) -> bool:
        return any(self.before.digests.get(name) != self.after.digests.get(name) for name in (profile, IDENTITY))

    def _newer(self, reference: str) -> str:
        """As the newer database has it, if it does."""
        profile = self.after.profiles.get(_id(reference))
        return reference if profile is None else profile.reference

    def _pair(self, address: str, old: Results, new: Results) -> Pair | None:
        """None for a device that did not answer under the older database."""
        before, after = old.get(address), new.get(address)
        if not isinstance(before, Reading):
            return None
        document = to_document(after.device) if isinstance(after, Reading) else None
        return Pair(before=to_document(before.device), after=document, failed=isinstance(after, Unread))

    async def _results(self, database: ProfileDatabase, addresses: Collection[str]) -> Results:
        """By address; nothing is remembered from one reading to the next, for a page that rests would seem lost."""
        if not addresses:
            return {}
        reader = Reader(database=database, protocols=self.protocols)
        results: dict[str, Reading | Unread] = {}
        async with contextlib.aclosing(scan(self._among(addresses), reader, self.settings)) as found:
            async for result in found:
                results.setdefault(_address(result), result)
        return results

    def _among(self, addresses: Collection[str]) -> Targets:
        return parse_targets(_endpoints(self.targets, addresses))


def _endpoints(targets: Targets, addresses: Collection[str]) -> Iterable[str]:
    return (str(endpoint) for endpoint in targets if endpoint.address in addresses)


def _address(result: Reading | Unread) -> str:
    if isinstance(result, Reading):
        return result.device.ip_address or ""
    return result.address.partition(":")[0]


def _is_worse(pair: Pair) -> bool:
    return judge_profile([pair]).health.worse


def _id(reference: str) -> str:
    return reference.partition("@")[0]
