"""`frisket hub audit`: who did what, when, and why."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from frisket_hub import administration
from frisket_hub.administration import Desk
from frisket_hub.audit_export import as_csv, as_json
from frisket_hub.commands.options import data_option
from frisket_hub.store import pages
from frisket_hub.store.pages import AuditRow

_PAGE = 1_000


@click.command()
@data_option
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(["csv", "json"]))
def audit(*, data: Path, form: str) -> None:
    """Every deed that changed something, the newest first. Nothing of it can be changed or removed."""
    rows = asyncio.run(administration.at_desk(data, _all))
    click.echo(as_csv(rows) if form == "csv" else as_json(rows), nl=False)


async def _all(desk: Desk) -> list[AuditRow]:
    found: list[AuditRow] = []
    while page := await pages.audit_rows(desk.connection, desk.actor.scope, page=1 + len(found) // _PAGE, limit=_PAGE):
        found += page
        if len(page) < _PAGE:
            break
    return found
