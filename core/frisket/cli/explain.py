"""`frisket explain`: one device, every field, and why it says what it says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import click

from frisket.cli.device_table import note_lines
from frisket.cli.explain_text import as_text, raw_words
from frisket.cli.screen import console_for
from frisket.cli.workbench import (
    community_option,
    credentials_option,
    find_option,
    load_database,
    looks_at_silent,
    ports_of,
    ports_options,
    profiles_option,
    protocols_of,
    registry_of,
    vault_of,
)
from frisket.errors import FrisketError
from frisket.model.reading import Alternate, Provenance, Reading, Source, Unread
from frisket.profile.database import ProfileDatabase
from frisket.profile.pipeline import replay
from frisket.profile.recorded import load_answers
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.reader import Reader, utc_now
from frisket.scan.targets import parse_targets
from frisket.wire.device import to_document


@click.command(name="explain")
@click.argument("target", metavar="TARGET|RECORDING")
@ports_options
@find_option
@community_option
@credentials_option
@click.option("--json", "as_json", is_flag=True, help="For programs: the document, its sources and its notes.")
@profiles_option
@click.pass_context
def command(ctx: click.Context, /, target: str, *, as_json: bool, **options: object) -> None:
    """Every field of one device: its value, where it came from, what else was said, and what lost and why.

    The device is an address, or a recording: a folder as `frisket record` writes it, or a .snmprec file.
    """
    run = _Options(**options)  # type: ignore[arg-type]  # click made each what its option says
    registry = registry_of(ctx)
    database = load_database(registry, run.extra_profiles)
    if Path(target).exists():
        result = _read_recording(database, Path(target))
    else:
        if set(target) & {"/", "\\"} and not target.partition("/")[2].isdigit():
            raise FrisketError(f"{target}: there is no such recording")
        reader = Reader(database=database, protocols=protocols_of(registry))
        result = asyncio.run(_read_device(reader, target, run))
    if as_json:
        click.echo(json.dumps(as_data(result), ensure_ascii=False, indent=2))
    elif isinstance(result, Reading):
        out = console_for()
        out.print(as_text(result, width=out.width))
    console = console_for(stderr=True)
    for line in note_lines([result]):
        console.print(line)
    if isinstance(result, Unread):
        ctx.exit(1)


@attrs.frozen(kw_only=True)
class _Options:
    """The options as click gives them."""

    snmp_port: int | None
    ipp_port: int | None
    port_offset: int
    find: str
    communities: tuple[bytes, ...]
    credentials: Path | None
    extra_profiles: tuple[Path, ...]

    def settings(self) -> ScanSettings:
        return ScanSettings(
            communities=self.communities,
            ports=ports_of(self.snmp_port, self.ipp_port, self.port_offset),
            find_silent=looks_at_silent(self.find, addresses=1),
            vault=vault_of(self.credentials),
        )


def _read_recording(database: ProfileDatabase, path: Path) -> Reading | Unread:
    answers = load_answers(path)
    recognised, reading = replay(database, answers, address=None, clock=utc_now)
    if reading is None:
        raise FrisketError(f"{path}: not a printer: {_identity_words(recognised.identity.sys_descr)}")
    return reading


async def _read_device(reader: Reader, target: str, run: _Options) -> Reading | Unread:
    settings = run.settings()
    targets = parse_targets([target], port=settings.ports.snmp)
    if len(targets) != 1:
        raise click.UsageError(f"{target} is {len(targets)} addresses; explain takes one device")
    async for result in scan(targets, reader, settings):
        return result
    raise FrisketError(f"{target}: no printer answers there; `frisket scan {target}` has hints")


def _identity_words(sys_descr: str | None) -> str:
    return f"it calls itself {sys_descr!r}" if sys_descr else "it says nothing of itself"


def as_data(result: Reading | Unread) -> Mapping[str, Any]:
    notes = [{"code": str(note.code), "detail": note.detail} for note in result.notes]
    if isinstance(result, Unread):
        return {"address": result.address, "notes": notes}
    sources = {path: _provenance_data(provenance) for path, provenance in result.provenance.items()}
    return {"device": to_document(result.device), "profile": result.profile, "sources": sources, "notes": notes}


def _provenance_data(provenance: Provenance) -> Mapping[str, Any]:
    source = provenance.source
    where = {} if source is None else _source_data(source)
    alternates = [_alternate_data(alternate) for alternate in provenance.alternates]
    return {**where, "raw": raw_words(provenance.raw) or None, "alternates": alternates}


def _alternate_data(alternate: Alternate) -> Mapping[str, Any]:
    reason = {"reason": alternate.reason} if alternate.reason else {}
    return {**_source_data(alternate.source), "value": raw_words(alternate.value) or None, **reason}


def _source_data(source: Source) -> Mapping[str, Any]:
    return {"protocol": source.protocol, "object": source.object, "profile": source.profile}
