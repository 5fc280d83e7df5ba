"""`frisket scan`: the printers among some addresses."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from pathlib import Path

import attrs
import click

from frisket.cli import device_csv
from frisket.cli.device_table import device_table, note_lines
from frisket.cli.scan_progress import scan_progress
from frisket.cli.screen import can_draw, console_for
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
from frisket.model.reading import Reading, Unread
from frisket.plugins.registry import Registry
from frisket.protocols.contact import Ports
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.reader import Reader
from frisket.scan.targets import MANY_ADDRESSES, Targets, parse_targets
from frisket.wire.device import to_document

_NOTHING = """Nothing here answered as a printer. Things to try:
  - is SNMP switched on in the printer, and UDP port 161 open on the way to it?
  - does it use another community than public?  --community NAME
  - does it answer slowly?  --timeout 3
  - is SNMP switched off for good?  --find all asks for IPP and web pages, too"""


@click.command(name="scan")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--exclude", multiple=True, metavar="TARGET", help="Addresses to leave out; may be given more than once.")
@ports_options
@find_option
@community_option
@credentials_option
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.option(
    "--timeout", type=click.FloatRange(0.05, 60), default=1.0, show_default=True, help="Seconds to wait for one answer."
)
@click.option(
    "--retries", type=click.IntRange(0, 10), default=2, show_default=True, help="How often silence is asked again."
)
@click.option(
    "--device-deadline", type=click.FloatRange(1, 600), default=30.0, show_default=True, help="Seconds for one device."
)
@click.option(
    "--parallel", type=click.IntRange(1, 1000), default=64, show_default=True, help="Devices read side by side."
)
@click.option("--yes", is_flag=True, help="Do not stop at more than 2^20 addresses.")
@profiles_option
@click.pass_context
def command(ctx: click.Context, /, targets: tuple[str, ...], exclude: tuple[str, ...], **options: object) -> None:
    """The printers among TARGETs, with their twelve fields.

    A TARGET is an address, a CIDR, a range a-b, a host name, or @file with one of these in each line. With --format
    json, each printer is one device document in a line, as soon as it is read.
    """
    run = _Options(**options)  # type: ignore[arg-type]  # click made each what its option says
    wanted = parse_targets(targets, exclude=exclude, port=run.ports().snmp)
    if len(wanted) > MANY_ADDRESSES and not run.yes:
        raise click.UsageError(f"{len(wanted):,} addresses are more than 2^20; say --yes if they are all meant")
    if not len(wanted):
        raise click.UsageError("no address is left to scan; --exclude takes them all")
    registry = registry_of(ctx)
    results = _Results(run.form)
    finished = asyncio.run(_scan(wanted, _reader(registry, run), run.settings(len(wanted)), results))
    results.end()
    _summary(results, wanted, finished=finished)
    if not finished or results.unread:
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
    form: str
    timeout: float
    retries: int
    device_deadline: float
    parallel: int
    yes: bool
    extra_profiles: tuple[Path, ...]

    def ports(self) -> Ports:
        return ports_of(self.snmp_port, self.ipp_port, self.port_offset)

    def settings(self, addresses: int) -> ScanSettings:
        return ScanSettings(
            find_silent=looks_at_silent(self.find, addresses=addresses),
            ports=self.ports(),
            communities=self.communities,
            timeout=self.timeout,
            retries=self.retries,
            device_deadline=self.device_deadline,
            parallel=self.parallel,
            vault=vault_of(self.credentials),
        )


def _reader(registry: Registry, options: _Options) -> Reader:
    database = load_database(registry, options.extra_profiles)
    return Reader(database=database, protocols=protocols_of(registry))


@attrs.define
class _Results:
    """What was read so far. JSON and CSV go out line by line; a table needs all of them."""

    form: str
    readings: list[Reading] = attrs.field(factory=list)
    unread: list[Unread] = attrs.field(factory=list)
    started: float = attrs.field(factory=time.monotonic)

    def take(self, result: Reading | Unread) -> None:
        if isinstance(result, Unread):
            self.unread.append(result)
            return
        if self.form == "csv" and not self.readings:
            click.echo(device_csv.header())
        self.readings.append(result)
        if self.form == "json":
            click.echo(json.dumps(to_document(result.device), ensure_ascii=False))
        elif self.form == "csv":
            click.echo(device_csv.row(result.device))

    def end(self) -> None:
        if self.form == "table" and self.readings:
            console = console_for()
            console.print(device_table(self.readings, unicode=can_draw(console)))
        if self.form == "csv" and not self.readings:
            click.echo(device_csv.header())


async def _scan(targets: Targets, reader: Reader, settings: ScanSettings, results: _Results) -> bool:
    """False when Ctrl-C ended it early; what was read until then is kept."""
    with scan_progress() as progress:
        try:
            async with contextlib.aclosing(scan(targets, reader, settings, progress)) as found:
                async for result in found:
                    results.take(result)
        except asyncio.CancelledError:
            return False
    return True


def _summary(results: _Results, targets: Targets, *, finished: bool) -> None:
    console = console_for(stderr=True)
    for line in note_lines([*results.readings, *results.unread]):
        console.print(line)
    seconds = time.monotonic() - results.started
    count = len(results.readings)
    words = f"{len(targets):,} address{'es' * (len(targets) != 1)}, {count:,} printer{'s' * (count != 1)}"
    unread = f", {len(results.unread)} not read" if results.unread else ""
    console.print(f"{words}{unread}, {seconds:.1f} s" if finished else f"interrupted; read until then: {words}{unread}")
    if finished and not count and not results.unread:
        console.print(_NOTHING)
