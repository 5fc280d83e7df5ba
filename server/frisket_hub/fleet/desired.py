"""What an agent should have, and the generation that rises whenever that changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.ext.asyncio import AsyncConnection

from frisket.wire.documents import Desired, NewMetadata, Release
from frisket_hub.fleet.targets import check_targets
from frisket_hub.routing import Actor, NotFound
from frisket_hub.store import agents, audit
from frisket_hub.store.agents import Agent
from frisket_hub.store.scope import Scope

SHORTEST_INTERVAL = 60
LONGEST_INTERVAL = 604_800


async def change(
    connection: AsyncConnection,
    scope: Scope,
    agent_id: str,
    *,
    scan_interval: int,
    targets: Iterable[str],
    exclude: Iterable[str],
    actor: Actor,
    now: dt.datetime | None = None,
) -> int:
    """The new generation; the old one where nothing is different. `scan_interval` is seconds.

    ValueError says everything that cannot be so; NotFound for an agent outside the scope.
    """
    wanted = {"targets": check_targets(targets), "exclude": check_targets(exclude)}
    if not SHORTEST_INTERVAL <= scan_interval <= LONGEST_INTERVAL:
        raise ValueError(f"an agent scans every {SHORTEST_INTERVAL // 60} to {LONGEST_INTERVAL // 60} minutes")
    agent = await agents.find(connection, scope, agent_id, lock=True)
    if agent is None:
        raise NotFound(agent_id)
    if (agent.scan_interval, agent.targets, agent.exclude) == (scan_interval, wanted["targets"], wanted["exclude"]):
        return agent.generation
    generation = agent.generation + 1
    await agents.change(connection, scope, agent_id, scan_interval=scan_interval, generation=generation, **wanted)
    await audit.note(
        connection,
        audit.Entry(
            member_id=agent.member_id,
            at=now or dt.datetime.now(dt.UTC),
            actor=actor.id or actor.kind,
            action=f"agent.change {generation}",
            subject=agent_id,
        ),
    )
    return generation


def desired_of(agent: Agent, release: Release | None, metadata: NewMetadata | None = None) -> Desired:
    return Desired(
        generation=agent.generation,
        scan_interval=agent.scan_interval,
        targets=agent.targets,
        exclude=agent.exclude,
        release=release,
        metadata=metadata,
    )
