"""Publishing a release: numbered without gaps, known by the hash of its octets, never changed, and never broken."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.errors import ProfileError
from frisket.plugins.loading import EVERYWHERE, load_plugins
from frisket.profile.database import build_database
from frisket.profile.release import sha256, unpack
from frisket.profile.step_registry import StepRegistry
from frisket.wire.documents import Release
from frisket_hub.errors import HubError
from frisket_hub.routing import Actor
from frisket_hub.store import agents, audit, releases

MAX_NOTES = 10_000


class ReleaseError(HubError):
    """A release that is not published; `problems` has a line for each reason, and nothing was changed."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def check(content: bytes, steps: StepRegistry | None = None) -> dict[str, int]:
    """The profiles of a release and their versions; ReleaseError with everything that is wrong with it."""
    try:
        database = build_database(unpack(content), steps if steps is not None else _installed_steps())
    except ProfileError as error:
        raise ReleaseError(tuple(map(str, error.problems))) from None
    versions = {profile.id: profile.version for profile in database.profiles.values()}
    versions[database.identity.id] = database.identity.version
    return dict(sorted(versions.items()))


async def publish(  # noqa: PLR0917  # what, whose, and by whom: none of them can be left out
    connection: AsyncConnection, provider_member_id: str, content: bytes, notes: str, actor: Actor, now: dt.datetime
) -> Release:
    """The next number; every agent of the provider and below gets a new generation with it."""
    profiles = await asyncio.to_thread(check, content)
    digest = sha256(content)
    number = await releases.last_number(connection, provider_member_id) + 1
    # going back is a new number with older content; only the newest again would be no release
    if await releases.number_of(connection, provider_member_id, digest) == number - 1 > 0:
        raise ReleaseError((f"release {number - 1} holds exactly this; change a profile and raise its version",))
    await releases.add(
        connection,
        member_id=provider_member_id,
        number=number,
        sha256=digest,
        notes=notes[:MAX_NOTES],
        profiles=profiles,
        content=content,
        published_by=actor.id or None,
        published_at=now,
    )
    await agents.bump_generations(connection, provider_member_id)
    entry = audit.Entry(
        member_id=provider_member_id,
        at=now,
        actor=actor.id or actor.kind,
        action=f"release.publish {number}",
        subject=digest,
    )
    await audit.note(connection, entry)
    return Release(number=number, sha256=digest)


@functools.cache
def _installed_steps() -> StepRegistry:
    """The steps of the installed plugins: a profile that uses another would load nowhere."""
    return load_plugins((EVERYWHERE,)).steps
