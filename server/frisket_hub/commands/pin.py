"""`frisket hub release pin` and `unpin`: a member stays at a release for a while."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import click

from frisket_hub import administration
from frisket_hub.administration import Desk
from frisket_hub.commands.options import data_option
from frisket_hub.errors import HubError
from frisket_hub.profile_db import pins
from frisket_hub.routing import NotFound


@click.command()
@click.argument("number", type=click.IntRange(1))
@data_option
@click.option("--member", metavar="NAME", help="Who stays there, with all below; the provider if none is given.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, pins.LONGEST.days))
@click.option("--reason", required=True, help="For everybody who looks.")
def pin(*, number: int, data: Path, member: str | None, days: int, reason: str) -> None:
    """Keep a member's agents at release NUMBER, whatever is rolled out meanwhile."""

    async def work(desk: Desk) -> str:
        whose = await desk.member(member)
        until = desk.now + dt.timedelta(days=days)
        await pins.pin(
            desk.connection,
            desk.provider.member_id,
            whose.member_id,
            number,
            reason=reason,
            expires_at=until,
            actor=desk.actor,
            now=desk.now,
        )
        return f"{whose.name} stays at release {number} until {until:%Y-%m-%d}"

    click.echo(asyncio.run(administration.at_desk(data, work)))


@click.command()
@data_option
@click.option("--member", metavar="NAME", help="The provider if none is given.")
def unpin(*, data: Path, member: str | None) -> None:
    """Let a member's agents have what is rolled out again."""

    async def work(desk: Desk) -> str:
        whose = await desk.member(member)
        try:
            await pins.unpin(desk.connection, desk.provider.member_id, whose.member_id, actor=desk.actor, now=desk.now)
        except NotFound:
            raise HubError(f"{whose.name} is pinned to nothing") from None
        return f"{whose.name} is pinned to nothing any more"

    click.echo(asyncio.run(administration.at_desk(data, work)))
