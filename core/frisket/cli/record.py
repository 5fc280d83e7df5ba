"""`frisket record`: all that one device says, scrubbed, as a folder that is ready to become a test case."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import click
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from frisket.cli.screen import console_for
from frisket.cli.workbench import community_option, load_database, ports_of, ports_options, profiles_option, registry_of
from frisket.errors import RecordingError
from frisket.formats.private_ipp import private_of_ipp
from frisket.formats.private_words import IP, MAC, NAME, SERIAL, Private, is_somebodys, like_serials
from frisket.formats.scrub import Raw, Scrubbed, scrub
from frisket.formats.snmp import Version
from frisket.model.device import Device
from frisket.plugins.registry import Registry
from frisket.profile.database import ProfileDatabase
from frisket.protocols.contact import Ports
from frisket.protocols.session import Endpoint
from frisket.scan.case_folder import MARK, CaseDraft, check_folder, write_case
from frisket.scan.recording import Recorded, Steps, answers_of, contact_with, find_device, identify, record
from frisket.scan.targets import parse_targets

_VERSION_WORDS = {Version.V1: ("1",), Version.V2C: ("1", "2c")}
# A disguise may by chance be what something else really is called; another key, another disguise
_TRIES = 3
_SERIAL_UNKNOWN = "no profile knows its serial number: what looks like one is disguised; look the files over"


@click.command(name="record")
@click.argument("target")
@click.option(
    "-o", "--output", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path), help="A new folder."
)
@ports_options
@community_option
@click.option(
    "--http", "pages", multiple=True, metavar="PATH", help="A page to record too; may be given more than once."
)
@click.option(
    "--private", multiple=True, metavar="TEXT", help="Something else to disguise, such as an asset number or a name."
)
@click.option(
    "--timeout", type=click.FloatRange(0.05, 60), default=1.0, show_default=True, help="Seconds for an answer."
)
@click.option("--unscrubbed", is_flag=True, help="Write all as it was said. Such a recording must not leave your desk.")
@profiles_option
@click.pass_context
def command(ctx: click.Context, /, target: str, folder: Path, pages: tuple[str, ...], **options: object) -> None:
    """Record the device at TARGET: SNMP objects, and pages, PJL and IPP answers where they are spoken.

    The folder holds device.snmprec, facts.yaml and expect.yaml, a draft of what is true; `frisket profile new` goes on
    from there. Serial numbers, names, addresses, contacts and the like are disguised, the same one everywhere alike.
    Nothing is written to the device, and nothing is written at all unless the proof holds that no original is left.
    """
    run = _Options(**options)  # type: ignore[arg-type]  # click made each what its option says
    check_folder(folder)
    for page in pages:
        if not page.startswith("/") or page.startswith("//"):
            raise click.UsageError(f"--http {page}: a path on the device, such as /status.html")
    endpoint = _one_device(target, run)
    registry = registry_of(ctx)
    database = load_database(registry, run.extra_profiles)
    recorded, versions = asyncio.run(_record(endpoint, database, registry, pages, run))
    for line in recorded.missing:
        click.echo(f"not recorded: {line}", err=True)
    scrubbed = None if run.unscrubbed else _scrub(recorded.raw, database, endpoint, run.private)
    draft = write_case(
        folder,
        scrubbed.raw if scrubbed else recorded.raw,
        database,
        versions=versions,
        scrubbed=scrubbed is not None,
    )
    _report(recorded, scrubbed, draft)
    if recorded.missing:
        ctx.exit(1)


@attrs.frozen(kw_only=True)
class _Options:
    """The options as click gives them."""

    snmp_port: int | None
    ipp_port: int | None
    port_offset: int
    communities: tuple[bytes, ...]
    private: tuple[str, ...]
    timeout: float
    unscrubbed: bool
    extra_profiles: tuple[Path, ...]

    def ports(self) -> Ports:
        return ports_of(self.snmp_port, self.ipp_port, self.port_offset)


def _one_device(target: str, run: _Options) -> Endpoint:
    targets = parse_targets([target], port=run.ports().snmp)
    if len(targets) != 1:
        raise click.UsageError(f"{target} is {len(targets)} addresses; record takes one device")
    return next(iter(targets))


async def _record(
    endpoint: Endpoint, database: ProfileDatabase, registry: Registry, pages: tuple[str, ...], run: _Options
) -> tuple[Recorded, Sequence[str]]:
    access = await find_device(endpoint, database, run.communities, run.ports(), patience=run.timeout)
    contact = contact_with(endpoint, access, run.ports())
    with _progress() as steps:
        recorded = await record(contact, database, registry.protocols, pages=pages, steps=steps)
    return recorded, () if access is None else _VERSION_WORDS.get(Version(access.version), ("1", "2c"))


@contextlib.contextmanager
def _progress() -> Iterator[Steps]:
    """What is being recorded, on a terminal's stderr."""
    console = console_for(stderr=True)
    if not console.is_terminal:
        yield Steps()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("recording {task.description}"),
        TextColumn("{task.fields[count]:,} objects"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=None, count=0)
        yield Steps(changed=lambda what, count: bar.update(task, description=what, count=count))


# --- scrubbing ---------------------------------------------------------------------------------


def _scrub(raw: Raw, database: ProfileDatabase, endpoint: Endpoint, private: Iterable[str]) -> Scrubbed:
    reading, _ = identify(database, answers_of(raw))
    device = None if reading is None else reading.device
    known = [*_known(endpoint, device)]
    if device is None or device.serial_number is None:
        known += like_serials(raw.objects)
        click.echo(
            "no profile knows its serial number: what looks like one is disguised; look the files over", err=True
        )
    for name, octets in raw.files.items():
        known += private_of_ipp(octets) if name.startswith("ipp/") else ()
    known += [Private(NAME, text.encode("utf-8").decode("latin-1")) for text in private if text]
    for attempt in range(_TRIES):
        try:
            return scrub(raw, key=secrets.token_bytes(32), known=known)
        except RecordingError:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError


def _known(endpoint: Endpoint, device: Device | None) -> Iterator[Private]:
    """What is known of the device beyond the standard places: where it is, and what its profile reads."""
    if is_somebodys(endpoint.address):
        yield Private(IP, endpoint.address)
    if device is not None and device.serial_number and len(device.serial_number) > 3:
        yield Private(SERIAL, device.serial_number.encode("utf-8").decode("latin-1"))
    if device is not None and device.mac_address:
        yield Private(MAC, device.mac_address)


def _report(recorded: Recorded, scrubbed: Scrubbed | None, draft: CaseDraft) -> None:
    click.echo(f"recorded: {_counts(recorded)}", err=True)
    if scrubbed is None:
        click.secho(f"NOT SCRUBBED: {draft.folder} must not leave your desk, as {MARK} in it says", fg="red", err=True)
    else:
        click.echo(f"replaced: {_replaced(scrubbed.originals, scrubbed.places)}", err=True)
        click.echo("proved: none of the originals is left in any form", err=True)
    click.echo(f"read as {draft.profile or 'no printer'}: {draft.title}", err=True)
    click.echo(str(draft.folder))


def _counts(recorded: Recorded) -> str:
    files = len(recorded.raw.files)
    return f"{len(recorded.raw.objects):,} SNMP objects" + (f", {files} file{'s' * (files != 1)}" if files else "")


def _replaced(originals: Mapping[str, int], places: Mapping[str, int]) -> str:
    """Kinds and counts, never what they were."""
    kinds = sorted(originals.items())
    words = [f"{count} {_plural(kind, count)} (in {_plural_places(places[kind])})" for kind, count in kinds]
    return ", ".join(words) or "nothing private was found"


def _plural_places(count: int) -> str:
    return f"{count} place{'s' * (count != 1)}"


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    return f"{kind}{'es' if kind.endswith('s') else 's'}"
