"""What an agent confirms of a generation: kept once for each state; only the newest generation moves
what is observed of the agent, and every one the rollout of the release that it speaks of.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import Confirmation, to_data
from frisket_hub.profile_db import outcomes
from frisket_hub.store import agents, members
from frisket_hub.store.agents import Agent, Speaker
from frisket_hub.store.scope import Scope

# A repeated `applied` does not take back that the first scan was good
_RANK = {"initial": 0, "refused": 1, "applied": 1, "healthy": 2, "failed": 2, "reverted": 3}
_RUNNING = ("applied", "healthy")


async def confirm(
    connection: AsyncConnection, scope: Scope, agent_id: str, document: Confirmation, *, now: dt.datetime
) -> bool:
    """False when this was confirmed before; LookupError for an agent that is not active."""
    agent = await agents.find(connection, scope, agent_id, lock=True)
    if agent is None or agent.state != "active":
        raise LookupError(agent_id)
    first = await agents.confirm(connection, confirmation_row(agent, document, now))
    provider = await members.provider_of(connection, agent.member_id)
    await outcomes.report(connection, provider, agent, document, now=now)
    moved = _moved(agent, document)
    if first and moved is not None:
        await agents.change(connection, scope, agent_id, observed=moved)
    return first


def confirmation_row(agent: Speaker, document: Confirmation, now: dt.datetime) -> dict[str, Any]:
    return {
        "member_id": agent.member_id,
        "agent_id": agent.id,
        "generation": document.generation,
        "state": document.state,
        "release_number": document.release.number if document.release else None,
        "code": document.code,
        "detail": document.detail,
        "refused": to_data(document)["refused"],
        "at": now,
    }


def _moved(agent: Agent, document: Confirmation) -> dict[str, Any] | None:
    """What is observed of the agent now; None where that is as it was."""
    if agent.observed is None or document.generation != agent.generation:
        return None
    before = agent.observed["observed"]
    of_this = before["generation"] == document.generation
    if of_this and _RANK[document.state] < _RANK[before["state"]]:
        return None
    running = {"generation": document.generation, "release": to_data(document)["release"]}
    after = {**before, **(running if document.state in _RUNNING else {}), "state": document.state}
    return {**agent.observed, "observed": after, "refused": to_data(document)["refused"]}
