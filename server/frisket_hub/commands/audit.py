"""`frisket hub audit`: who did what, when, and why, for a spreadsheet or a program."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import attrs
import click

from frisket_hub import administration
from frisket_hub.administration import Desk
from frisket_hub.commands.options import data_option
from frisket_hub.store import audit as stored
from frisket_hub.store.audit import Entry

# A spreadsheet takes a cell that begins so for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PAGE = 1_000


@click.command()
@data_option
@click.option("--format", "form", default="csv", show_default=True, type=click.Choice(["csv", "json"]))
def audit(*, data: Path, form: str) -> None:
    """Every deed that changed something, the oldest first. Nothing of it can be changed or removed."""
    entries = asyncio.run(administration.at_desk(data, _all))
    for line in as_csv(entries) if form == "csv" else map(as_json, entries):
        click.echo(line)


async def _all(desk: Desk) -> list[Entry]:
    found: list[Entry] = []
    while page := await stored.entries(desk.connection, desk.actor.scope, limit=_PAGE, after=len(found)):
        found += page
    return found[::-1]


def as_csv(entries: Sequence[Entry]) -> list[str]:
    """With a first line of names; a cell that a spreadsheet would calculate begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in attrs.fields(Entry)])
    writer.writerows([list(map(_cell, _values(entry))) for entry in entries])
    return text.getvalue().splitlines()


def as_json(entry: Entry) -> str:
    """An object a line."""
    names = [field.name for field in attrs.fields(Entry)]
    return json.dumps(dict(zip(names, _values(entry), strict=True)), ensure_ascii=False)


def _values(entry: Entry) -> list[str]:
    return [entry.member_id, entry.at.isoformat(), *(getattr(entry, name) for name in _TEXTS)]


def _cell(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


_TEXTS = ("actor", "action", "subject", "detail")
