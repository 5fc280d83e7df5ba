"""What every step of a release has in common: its errors, its rows, its lines in the audit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.errors import HubError
from frisket_hub.routing import Actor, NotFound
from frisket_hub.store import audit, releases, tuf
from frisket_hub.store.releases import ReleaseRecord

_LONGEST_DETAIL = 400


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
    """Of a step of a release; see `note_deed`."""
    subject = f"release {number}"
    await note_deed(connection, provider, f"release.{verb} {number}", subject, actor=actor, now=now, detail=detail)


async def note_deed(
    connection: AsyncConnection,
    provider: str,
    action: str,
    subject: str,
    *,
    actor: Actor,
    now: dt.datetime,
    detail: str,
) -> None:
    """Of anything that is done to the profile database; what is too long for the audit is cut."""
    entry = audit.Entry(
        member_id=provider,
        at=now,
        actor=actor.id or actor.kind,
        action=action,
        subject=subject,
        detail=detail[:_LONGEST_DETAIL],
    )
    await audit.note(connection, entry)
