"""`frisket explain`: one device, every field, and why it says what it says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Group
from rich.table import Table
from rich.text import Text

from frisket.cli.device_table import note_lines
from frisket.cli.screen import console_for
from frisket.cli.workbench import load_database, profiles_option, protocols_of, registry_of
from frisket.errors import FrisketError
from frisket.model.oid import format_oid
from frisket.model.reading import Alternate, Provenance, Reading, Unread
from frisket.profile.database import ProfileDatabase
from frisket.profile.pipeline import replay
from frisket.profile.recorded import load_answers
from frisket.profile.steps import Sentinel
from frisket.protocols.contact import Ports
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.reader import Reader, utc_now
from frisket.scan.targets import parse_targets
from frisket.wire.device import to_document


@click.command(name="explain")
@click.argument("target", metavar="TARGET|RECORDING")
@click.option("--snmp-port", type=click.IntRange(1, 65535), default=161, show_default=True)
@click.option("--ipp-port", type=click.IntRange(1, 65535), default=631, show_default=True)
@click.option(
    "--port-offset", type=click.IntRange(0, 60000), default=0, help="Added to every port, as `frisket lab` does."
)
@click.option("--community", default="public", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs: the document, its sources and its notes.")
@profiles_option
@click.pass_context
def command(
    ctx: click.Context,
    target: str,
    *,
    snmp_port: int,
    ipp_port: int,
    port_offset: int,
    community: str,
    as_json: bool,
    extra_profiles: tuple[Path, ...],
) -> None:
    """Every field of one device: its value, where it came from, what else was said, and what lost and why.

    The device is an address, or a recording: a folder with device.snmprec, or a .snmprec file.
    """
    registry = registry_of(ctx)
    database = load_database(registry, extra_profiles)
    if Path(target).exists():
        result = _read_recording(database, Path(target))
    else:
        if set(target) & {"/", "\\"} and not target.partition("/")[2].isdigit():
            raise FrisketError(f"{target}: there is no such recording")
        reader = Reader(database=database, protocols=protocols_of(registry))
        ports = Ports(snmp=snmp_port, ipp=ipp_port).moved(port_offset)
        result = asyncio.run(_read_device(reader, target, ports, community))
    if as_json:
        click.echo(json.dumps(_as_data(result), ensure_ascii=False, indent=2))
    elif isinstance(result, Reading):
        console_for().print(_as_text(result))
    console = console_for(stderr=True)
    for line in note_lines([result]):
        console.print(line)
    if isinstance(result, Unread):
        ctx.exit(1)


def _read_recording(database: ProfileDatabase, path: Path) -> Reading | Unread:
    answers = load_answers(path)
    recognised, reading = replay(database, answers, address=None, clock=utc_now)
    if reading is None:
        raise FrisketError(f"{path}: not a printer: {_identity_words(recognised.identity.sys_descr)}")
    return reading


async def _read_device(reader: Reader, target: str, ports: Ports, community: str) -> Reading | Unread:
    targets = parse_targets([target], port=ports.snmp)
    if len(targets) != 1:
        raise click.UsageError(f"{target} is {len(targets)} addresses; explain takes one device")
    settings = ScanSettings(communities=(community.encode(),), ports=ports, find_silent=True)
    async for result in scan(targets, reader, settings):
        return result
    raise FrisketError(f"{target}: no printer answers there; `frisket scan {target}` has hints")


def _identity_words(sys_descr: str | None) -> str:
    return f"it calls itself {sys_descr!r}" if sys_descr else "it says nothing of itself"


# --- text --------------------------------------------------------------------------------------


def _as_text(reading: Reading) -> Group:
    head = Text(f"Read as {reading.profile}", style="bold")
    if reading.cost.requests:
        cost = reading.cost
        head.append(f"  in {cost.requests} requests, {cost.bytes_received:,} octets, {cost.seconds:.2f} s", style="dim")
    table = Table(border_style="dim", pad_edge=False)
    for name in ("Field", "Value", "From", "Object", "Device said"):
        table.add_column(name, overflow="fold")
    for path, value in _values(reading):
        for row in _rows(path, value, reading.provenance.get(path)):
            table.add_row(*row)
    return Group(head, table)


def _values(reading: Reading) -> Iterator[tuple[str, str | None]]:
    """Each field with the path under which its provenance stands."""
    device = reading.device
    for name in ("manufacturer", "model", "serial_number", "mac_address", "ip_address"):
        yield name, getattr(device, name)
    for name in ("system_name", "system_location", "system_contact"):
        yield name, getattr(device, name)
    for path in reading.provenance:
        if path.startswith("page_counts."):
            key = (*path.split(".")[1:], "all", "all", "all")[:4]
            row = next((count for count in device.page_counts if count.key == key), None)
            yield path, f"{row.value:,} {row.unit}" if row else None
    for supply in device.supplies:
        kind = " ".join(filter(None, (supply.colorant, supply.type, supply.class_)))
        yield f"supplies[{supply.index}]", f"{kind}: {supply.description}" if supply.description else kind
        level = supply.level
        amount = f" ({level.remaining} of {level.capacity} {level.unit})" if level.remaining is not None else ""
        yield (
            f"supplies[{supply.index}].level",
            (level.state if level.percent is None else f"{level.percent:g} %") + amount,
        )
    yield "console_messages", "\n".join(device.console_messages) or None
    yield from zip(
        [path for path in reading.provenance if path.startswith("alerts[")],
        [f"{alert.severity}: {alert.description or alert.group or alert.code}" for alert in device.alerts],
        strict=False,
    )


def _rows(path: str, value: str | None, provenance: Provenance | None) -> Iterator[tuple[Text, Text, Text, Text, Text]]:
    shown = Text("—", style="dim") if value is None else Text(value, style="bold")
    if provenance is None or provenance.source is None:
        reason = _silence(path, value)
        yield Text(path), shown, Text(reason, style="dim"), Text(""), Text("")
    else:
        source = provenance.source
        raw = Text(_raw(provenance.raw), style="dim")
        yield Text(path), shown, Text(f"{source.protocol} {source.profile}", style="green"), Text(source.object), raw
    if provenance is None:
        return
    agreeing = [one for one in provenance.alternates if one.value is not None and one.value == provenance.value]
    if agreeing:
        objects = dict.fromkeys(one.source.object for one in agreeing)
        yield _line("  same:", f"{len(objects)} other place{'s' * (len(objects) != 1)}", "", ", ".join(objects))
    for alternate in provenance.alternates:
        if alternate not in agreeing:
            yield _alternate(alternate)


def _silence(path: str, value: str | None) -> str:
    """What stands where no object of the device does."""
    if path == "ip_address":
        return "the scanned address" if value else "a recording has none"
    return "" if value else "the device did not say"


_Line = tuple[Text, Text, Text, Text, Text]


def _alternate(alternate: Alternate) -> _Line:
    source = alternate.source
    origin = f"{source.protocol} {source.profile}"
    if alternate.value is None:
        return _line("  no:", alternate.reason, origin, source.object)
    return _line("  or:", _raw(alternate.value), origin, source.object, style="yellow")


def _line(word: str, said: str, origin: str, where: str, *, style: str = "dim") -> _Line:
    value = Text(word, style=style).append(f" {said}", style="dim")
    return Text(""), value, Text(origin, style="dim"), Text(where, style="dim"), Text("")


def _raw(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("ascii") if value.isascii() and value.decode("ascii").isprintable() else f"0x{value.hex()}"
    if isinstance(value, tuple):
        return format_oid(value)
    return "" if value is None else str(value.value if isinstance(value, Sentinel) else value)


# --- data --------------------------------------------------------------------------------------


def _as_data(result: Reading | Unread) -> Mapping[str, Any]:
    notes = [{"code": str(note.code), "detail": note.detail} for note in result.notes]
    if isinstance(result, Unread):
        return {"address": result.address, "notes": notes}
    sources = {path: _provenance_data(provenance) for path, provenance in result.provenance.items()}
    return {"device": to_document(result.device), "profile": result.profile, "sources": sources, "notes": notes}


def _provenance_data(provenance: Provenance) -> Mapping[str, Any]:
    source = provenance.source
    alternates = [
        {"object": alternate.source.object, "profile": alternate.source.profile, "value": _raw(alternate.value) or None}
        | ({"reason": alternate.reason} if alternate.reason else {})
        for alternate in provenance.alternates
    ]
    where = {} if source is None else {"protocol": source.protocol, "object": source.object, "profile": source.profile}
    return {**where, "raw": _raw(provenance.raw) or None, "alternates": alternates}
