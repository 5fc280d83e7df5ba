"""What a check-in needs to know, in one statement: the agent, where its member stands, and what is rolled out there."""

from __future__ import annotations

import datetime as dt

import attrs
from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub.store.agents import Speaker
from frisket_hub.store.schema import agents, members, pins, rollouts


@attrs.frozen(kw_only=True)
class Standing:
    """`under_way` is the id of the rollout that is running or paused, `done_number` the newest release that everybody
    may have (0: none). `pinned` says that a pin lies on the member or above it.
    """

    path: str
    pinned: bool
    under_way: str | None
    under_way_number: int
    done_number: int

    @property
    def provider(self) -> str:
        """The member at the root of the tree, whose profile database this is."""
        return self.path.split("/", 2)[1]


@attrs.frozen
class Spoken:
    """An agent that spoke just now, its row locked, in the transaction in which its nonce was remembered."""

    connection: AsyncConnection
    agent: Speaker
    standing: Standing


_NAMES = tuple(field.name for field in attrs.fields(Speaker))
_AGENT = [agents.c[name] for name in _NAMES]
_path = members.c.path
_above = members.alias("above")
# The rollouts of the member at the root of the path
_id_length = func.length(rollouts.c.member_id)
_HERE = and_(rollouts.c.member_id == func.substr(_path, 2, _id_length), func.substr(_path, 2 + _id_length, 1) == "/")
# At most one; neither IN nor LIMIT, which SQLAlchemy fills in anew each time
_UNDER_WAY = and_(_HERE, or_(rollouts.c.state == "running", rollouts.c.state == "paused"))
_PINNED = exists().where(
    pins.c.member_id == _above.c.member_id,
    func.substr(_path, 1, func.length(_above.c.path)) == _above.c.path,
    pins.c.expires_at > bindparam("now"),
)
_STATEMENT = (
    select(
        *_AGENT,
        _path,
        _PINNED.correlate(members),
        select(func.max(rollouts.c.id)).where(_UNDER_WAY).correlate(members).scalar_subquery(),
        select(func.max(rollouts.c.release_number)).where(_UNDER_WAY).correlate(members).scalar_subquery(),
        select(func.max(rollouts.c.release_number))
        .where(_HERE, rollouts.c.state == "done")
        .correlate(members)
        .scalar_subquery(),
    )
    .join(members, members.c.member_id == agents.c.member_id)
    .where(agents.c.member_id == bindparam("member_id"), agents.c.id == bindparam("agent_id"))
    .with_for_update(of=agents)
)


async def of_agent(
    connection: AsyncConnection, member_id: str, agent_id: str, *, now: dt.datetime
) -> tuple[Speaker, Standing] | None:
    """The agent's row is locked until the transaction ends."""
    given = {"member_id": member_id, "agent_id": agent_id, "now": now}
    row = (await connection.execute(_STATEMENT, given)).first()
    if row is None:
        return None
    path, pinned, under_way, under_way_number, done_number = row[len(_AGENT) :]
    standing = Standing(
        path=path,
        pinned=bool(pinned),
        under_way=under_way,
        under_way_number=under_way_number or 0,
        done_number=done_number or 0,
    )
    return Speaker(**dict(zip(_NAMES, row, strict=False))), standing
