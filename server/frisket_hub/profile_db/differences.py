"""What a release would change: on every recorded device of both, and how many live devices use what changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.errors import RecordingError
from frisket.model.answers import Answers
from frisket.profile.difference_groups import findings
from frisket.profile.diffing import compare
from frisket.profile.recorded import answers_of
from frisket.profile.versions import versions_of
from frisket.releases.bundle import Bundle
from frisket.wire.device import to_document
from frisket_hub.profile_db import replaying
from frisket_hub.store import agents


def report(old: Collection[Bundle], new: Collection[Bundle], *, against: int | None) -> dict[str, Any]:
    """Everything but the live devices. `against`: the number of the old release; None for the first of all.

    ProfileError where the new bundles do not load together.
    """
    after = replaying.load(new)
    profiles = _profiles(_versions(old), _versions(new))
    if against is None:
        return {"against": None, "recordings": 0, "findings": [], "profiles": profiles}
    before = replaying.load(old)
    recordings = dict(_recordings([*old, *new]))
    differences = compare(before, after, recordings.items(), to_document)
    found = [finding.to_data() for finding in findings(differences)]
    return {"against": against, "recordings": len(recordings), "findings": found, "profiles": profiles}


async def live_devices(
    connection: AsyncConnection, provider: str, profiles: Mapping[str, Mapping[str, Any]]
) -> dict[str, int]:
    """Devices of the whole fleet that agents read last with a profile that is changed or removed."""
    concerned = {*profiles["changed"], *profiles["removed"]}
    counted = dict.fromkeys(sorted(concerned), 0)
    async for reference, devices in agents.profiles_in_use(connection, provider):
        profile = reference.partition("@")[0]
        if profile in counted:
            counted[profile] += devices
    return counted


def _versions(bundles: Iterable[Bundle]) -> dict[str, int]:
    return versions_of(profile for bundle in bundles for profile in bundle.profiles)


def _profiles(old: Mapping[str, int], new: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    return {
        "changed": {name: [old[name], new[name]] for name in old if name in new and old[name] != new[name]},
        "added": {name: version for name, version in new.items() if name not in old},
        "removed": {name: version for name, version in old.items() if name not in new},
    }


def _recordings(bundles: Iterable[Bundle]) -> Iterator[tuple[str, Answers]]:
    for bundle in bundles:
        for name, files in sorted(bundle.cases.items()):
            try:
                yield name, answers_of(files, name=name)
            except RecordingError:
                # it was refused, or it is a folder without a recording
                continue
