"""`frisket hub rollout …`: a release goes out in rings, is watched, and is stopped."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from frisket_hub import administration
from frisket_hub.administration import Desk
from frisket_hub.commands.options import data_option
from frisket_hub.errors import HubError
from frisket_hub.profile_db import pace
from frisket_hub.profile_db import rollout as engine
from frisket_hub.routing import Actor
from frisket_hub.store import rollouts
from frisket_hub.store.rollouts import Rollout


@click.group()
def rollout() -> None:
    """How a release reaches the agents: in rings, as far as its evidence carries."""


@rollout.command()
@click.argument("number", type=click.IntRange(1))
@data_option
@click.option("--volunteer", "volunteers", multiple=True, metavar="AGENT", help="Gets it first; may be given again.")
@click.option("--ring", "rings", multiple=True, type=float, metavar="PERCENT", help="[1, 10, 50 and 100]")
@click.option("--soak", default=engine.SOAK // 60, show_default=True, metavar="MINUTES", help="From ring to ring.")
@click.option("--minimum", default=engine.MINIMUM, show_default=True, help="Healthy agents before the next ring.")
@click.option(
    "--failure-limit", default=100 * engine.FAILURE_LIMIT, show_default=True, metavar="PERCENT", help="That halts it."
)
def start(
    *,
    number: int,
    data: Path,
    volunteers: tuple[str, ...],
    rings: tuple[float, ...],
    soak: int,
    minimum: int,
    failure_limit: float,
) -> None:
    """Offer release NUMBER to the agents, ring by ring. What is under way is replaced."""

    async def work(desk: Desk) -> None:
        await engine.start(
            desk.connection,
            desk.provider.member_id,
            number,
            volunteers=[(await desk.agent(name)).id for name in volunteers],
            rings=[ring / 100 for ring in rings] or engine.RINGS,
            soak=soak * 60,
            minimum=minimum,
            failure_limit=failure_limit / 100,
            actor=desk.actor,
            now=desk.now,
        )

    asyncio.run(administration.at_desk(data, work))
    _show(data)


@rollout.command()
@data_option
@click.option("--reason", required=True, help="For everybody who looks.")
def pause(*, data: Path, reason: str) -> None:
    """Offer it to nobody else for now."""
    _do(data, engine.pause, reason)


@rollout.command()
@data_option
@click.option("--reason", default="", help="For the audit.")
def resume(*, data: Path, reason: str) -> None:
    """Go on after a pause."""
    _do(data, engine.resume, reason)


@rollout.command()
@data_option
@click.option("--reason", required=True, help="For everybody who looks.")
def halt(*, data: Path, reason: str) -> None:
    """Stop it for good, and withdraw it from the agents that have not applied it."""
    _do(data, engine.halt, reason)


@rollout.command()
@data_option
def show(*, data: Path) -> None:
    """How far the last rollout has come."""
    _show(data)


class _Deed(Protocol):
    async def __call__(
        self,
        connection: AsyncConnection,
        provider: str,
        rollout_id: str,
        *,
        reason: str,
        actor: Actor,
        now: dt.datetime,
    ) -> None: ...


def _do(data: Path, deed: _Deed, reason: str) -> None:
    """To the rollout that is under way."""

    async def work(desk: Desk) -> None:
        provider = desk.provider.member_id
        found = await rollouts.under_way(desk.connection, provider)
        if found is None:
            raise HubError("no rollout is under way; `frisket hub rollout start NUMBER` starts one")
        await deed(desk.connection, provider, found.id, reason=reason, actor=desk.actor, now=desk.now)

    asyncio.run(administration.at_desk(data, work))
    _show(data)


def _show(data: Path) -> None:
    for line in asyncio.run(administration.at_desk(data, _lines)):
        click.echo(line)


async def _lines(desk: Desk) -> list[str]:
    newest = await rollouts.newest(desk.connection, desk.provider.member_id, limit=1)
    if not newest:
        raise HubError("nothing was rolled out yet; `frisket hub rollout start NUMBER` starts with a release")
    profiles = await rollouts.profiles(desk.connection, newest[0], failing_only=True)
    return [
        *_words(newest[0]),
        *(f"  {name}: {each['failed']} of {each['reported']}" for name, each in profiles.items()),
    ]


def _words(found: Rollout) -> Iterator[str]:
    ring = "volunteers" if not found.ring else f"{100 * found.rings[found.ring - 1]:g} % of agents"
    yield f"release {found.release_number}: {found.state}, ring {found.ring} of {len(found.rings)} ({ring})"
    yield (
        f"offered to {found.offered}: {found.healthy} healthy, {found.applied} applied, {found.failed} failed"
        f" (at least {pace.lower_bound(found.failed, found.reported):.1%}, the limit is {found.failure_limit:.1%})"
    )
    if found.reason:
        yield found.reason
    if found.state == "running":
        yield f"{pace.places(found.healthy, found.failed, found.failure_limit)} agents may have it unreported at a time"
