"""Confirmations that have not arrived yet: in their order, repeated until each has, whatever comes after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from frisket.agent.errors import RefusedError
from frisket.agent.hub_client import HubClient
from frisket.agent.state import StateFile
from frisket.wire.documents import Confirmation

Say = Callable[[str], None]
# More than one release and one change of settings never wait for long; what is older says nothing any more
_MOST = 8


def with_new(waiting: Iterable[Confirmation], new: Confirmation) -> list[Confirmation]:
    """What the new one says better is left out; what became of a release stays, until it has arrived."""
    kept = [one for one in waiting if one.tried is not None and _subject(one) != _subject(new)]
    return [*kept, new][-_MOST:]


async def send(state: StateFile, hub: HubClient, say: Say) -> None:
    """HubError at the first that does not arrive."""
    while state.state.confirmations:
        confirmation = state.state.confirmations[0]
        try:
            await hub.confirm(confirmation)
        except RefusedError as error:
            if error.status in (401, 403):
                raise
            say(f"confirmation of generation {confirmation.generation}: {error}")
        rest = [one for one in state.state.confirmations if one is not confirmation]
        state.change(confirmations=rest)


def _subject(confirmation: Confirmation) -> tuple[object, str]:
    return confirmation.tried, confirmation.state
