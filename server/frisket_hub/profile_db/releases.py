"""What every step of a release has in common: its errors, its rows, its lines in the audit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.errors import HubError
from frisket_hub.routing import Actor, NotFound
from frisket_hub.store import audit, releases, tuf
from frisket_hub.store.releases import ReleaseRecord


class ReleaseError(HubError):
    """A release that goes no further; `problems` has a line for each reason, and nothing was changed."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


async def in_state(connection: AsyncConnection, provider: str, number: int, state: str) -> ReleaseRecord:
    """The release, which nobody else changes now. NotFound where there is none; ReleaseError in another state."""
    await tuf.lock(connection, provider)
    record = await releases.find(connection, provider, number)
    if record is None:
        raise NotFound(str(number))
    if record.state != state:
        raise ReleaseError((f"release {number} is {record.state}, not {state}",))
    return record


async def note(
    connection: AsyncConnection, provider: str, number: int, verb: str, *, actor: Actor, now: dt.datetime, detail: str
) -> None:
    entry = audit.Entry(
        member_id=provider,
        at=now,
        actor=actor.id or actor.kind,
        action=f"release.{verb} {number}",
        subject=f"release {number}",
        detail=detail[:400],
    )
    await audit.note(connection, entry)
