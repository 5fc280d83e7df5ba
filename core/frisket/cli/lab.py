"""`frisket lab`: recordings as virtual printers, until it is told to end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from frisket.cli.bundled import bundled_recordings
from frisket.errors import LabError, RecordingError
from frisket.lab import (
    BEHAVIOUR_NAMES,
    Fleet,
    Recording,
    VirtualPrinter,
    describe,
    find_recordings,
    load_recording,
    make_behaviour,
)
from frisket.lab.places import DEFAULT_BASE
from frisket.profile.suggestion import suggest


def _list_behaviours(context: click.Context, _: click.Parameter, wanted: object) -> None:
    if wanted:
        width = max(map(len, BEHAVIOUR_NAMES))
        for name in BEHAVIOUR_NAMES:
            click.echo(f"{name:{width}}  {describe(name)}")
        context.exit()


@click.command(name="lab")
@click.argument("recordings", metavar="[RECORDING]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--base", default=DEFAULT_BASE, show_default=True, help="The printers' addresses begin here.")
@click.option("--port-offset", default=0, show_default=True, help="Added to the ports 161, 80, 443, 631 and 9100.")
@click.option("--single-address", is_flag=True, help="All printers on 127.0.0.1, each at ports of its own.")
@click.option(
    "--delay", metavar="MS", default=0.0, type=click.FloatRange(min=0), help="Milliseconds before SNMP is answered."
)
@click.option(
    "--loss", metavar="PERCENT", default=0.0, type=click.FloatRange(0, 100), help="SNMP requests that get no answer."
)
@click.option(
    "--pages-per-minute",
    metavar="N",
    default=0.0,
    type=click.FloatRange(min=0),
    help="Time passes: counters rise, supplies fall, paper jams.",
)
@click.option(
    "--behaviour", "behaviours", metavar="NAME=BEHAVIOUR", multiple=True, help="What the printers of one name do."
)
@click.option(
    "--map",
    "map_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write address, port and name of each here too.",
)
@click.option(
    "--list-behaviours",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_behaviours,
    help="Say what each behaviour does, and end.",
)
def command(
    *,
    recordings: Sequence[Path],
    base: str,
    port_offset: int,
    single_address: bool,
    delay: float,
    loss: float,
    pages_per_minute: float,
    behaviours: Sequence[str],
    map_file: Path | None,
) -> None:
    """Serve each RECORDING (a folder or a .snmprec file; the bundled ones if none is given) as a virtual printer.

    Prints address, SNMP port and name of each, then `ready`, and runs until it is interrupted.
    """
    loaded = [load_recording(path) for path in _find(recordings or bundled_recordings())]
    misbehaving = _misbehaving(behaviours, loaded)
    printers = [
        VirtualPrinter(
            recording,
            make_behaviour(misbehaving.get(recording.name, "honest")),
            delay=delay / 1000,
            loss=loss / 100,
            pages_per_minute=pages_per_minute,
        )
        for recording in loaded
    ]
    try:
        fleet = Fleet(printers, base=base, port_offset=port_offset, single_address=single_address)
    except LabError as error:
        raise click.UsageError(str(error)) from None
    asyncio.run(_serve(fleet, map_file))


def _find(paths: Sequence[Path]) -> list[Path]:
    if not paths:
        raise click.UsageError("no recordings are installed; give a RECORDING, or install frisket-profiles")
    try:
        return find_recordings(paths)
    except RecordingError as error:
        raise click.UsageError(str(error)) from None


def _misbehaving(given: Sequence[str], recordings: Sequence[Recording]) -> dict[str, str]:
    """The name of a behaviour by the name of a recording."""
    names = {recording.name for recording in recordings}
    misbehaving = {}
    for text in given:
        name, _, behaviour = text.rpartition("=")
        if name not in names:
            raise click.UsageError(f"--behaviour {text}: no recording is named {name!r}{suggest(name, names)}")
        if behaviour not in BEHAVIOUR_NAMES:
            near = suggest(behaviour, BEHAVIOUR_NAMES)
            raise click.UsageError(f"--behaviour {text}: no such behaviour{near}; --list-behaviours shows them")
        misbehaving[name] = behaviour
    return misbehaving


async def _serve(fleet: Fleet, map_file: Path | None) -> None:
    ended = asyncio.Event()
    with _set_by_signals(ended):
        async with fleet:
            _announce(fleet, map_file)
            await ended.wait()


def _announce(fleet: Fleet, map_file: Path | None) -> None:
    lines = "".join(f"{printer.address}\t{printer.snmp_port}\t{printer.name}\n" for printer in fleet.printers)
    if map_file is not None:
        try:
            map_file.write_text(lines, encoding="utf-8")
        except OSError as error:
            raise LabError(f"{map_file}: cannot be written: {error.strerror}") from None
    click.echo(f"{lines}ready")


@contextmanager
def _set_by_signals(event: asyncio.Event) -> Iterator[None]:
    """SIGINT and SIGTERM end the lab. Not by the loop's own handlers, which Windows does not have."""
    loop = asyncio.get_running_loop()
    before = {
        number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(event.set))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
