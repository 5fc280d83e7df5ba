"""Readings as a table for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address

from rich.table import Table
from rich.text import Text

from frisket.cli.levels import is_low, label, level_text
from frisket.model.device import Device, Supply
from frisket.model.reading import Note, Reading, Unread

# Room for `K ████░ 100%` or `K ▒▒▒▒▒ some`, and a gap
_HALF = 14
_COLOURING = ("toner", "ink", "tonerCartridge", "inkCartridge", "solidWax", "inkRibbon", "ribbonWax")


def device_table(readings: Iterable[Reading], *, unicode: bool = True) -> Table:
    """A row for each device in the order of addresses."""
    table = Table(title_justify="left", pad_edge=False, show_lines=True, border_style="dim")
    table.add_column("Address", no_wrap=True)
    table.add_column("Printer", ratio=3, overflow="fold")
    table.add_column("Pages", justify="right", no_wrap=True)
    table.add_column("Supplies", min_width=2 * _HALF - 1, no_wrap=True)
    table.add_column("Says", ratio=3, overflow="fold")
    for reading in sorted(readings, key=_by_address):
        table.add_row(*_row(reading.device, unicode))
    return table


def _by_address(reading: Reading) -> IPv4Address:
    return IPv4Address(reading.device.ip_address or "0.0.0.0")  # noqa: S104  # sorts what has no address first


def _row(device: Device, unicode: bool) -> tuple[Text, Text, Text, Text, Text]:  # as level_text
    name = Text(" ".join(filter(None, (device.manufacturer, device.model))) or "unnamed printer", style="bold")
    if device.serial_number:
        name.append(f"\n{device.serial_number}", style="dim")
    if device.system_location:
        name.append(f"\n{device.system_location}", style="dim italic")
    return (Text(device.ip_address or "-"), name, _pages(device), _supplies(device, unicode), _says(device))


def _pages(device: Device) -> Text:
    text = Text("-" if device.count("total") is None else f"{device.count('total'):,}", style="bold")
    for color, style in (("mono", "white"), ("color", "magenta")):
        value = device.count("total", color)
        if value is not None:
            text.append(f"\n{value:,} {color}", style=style)
    functions = [(name, device.count(name)) for name in ("copy", "fax", "scan")]
    for name, value in functions:
        if value:
            text.append(f"\n{value:,} {name}", style="dim")
    return text


def _supplies(device: Device, unicode: bool) -> Text:  # as level_text
    """What colours; of the rest only what is low, and how many there are."""
    shown = [supply for supply in device.supplies if supply.type in _COLOURING or supply.type is None]
    rest = [supply for supply in device.supplies if supply not in shown]
    shown += [supply for supply in rest if is_low(supply)]
    coloured = [supply for supply in shown if len(label(supply)) <= 2]
    others_shown = [supply for supply in shown if len(label(supply)) > 2]
    text = Text("\n").join([*_lines(coloured, unicode), *_lines(others_shown, unicode)])
    others = len(device.supplies) - len(shown)
    if others:
        text.append(f"\n+ {others} more" if shown else f"{others} without a colour", style="dim")
    return text if device.supplies else Text("-")


def _lines(supplies: Sequence[Supply], unicode: bool) -> Iterable[Text]:  # as level_text
    """One to a line, or two where their labels are as short as those of colours."""
    width = max((len(label(supply)) for supply in supplies), default=0)
    texts = [level_text(supply, unicode=unicode, width=width) for supply in supplies]
    if width > 2:
        yield from texts
        return
    for left, right in zip(texts[::2], [*texts[1::2], None], strict=False):
        if right is not None:
            left.pad_right(max(0, _HALF - left.cell_len))
            left.append_text(right)
        yield left


def _says(device: Device) -> Text:
    """The console, then what is wrong, the worst first."""
    text = Text(" · ".join(device.console_messages[:2]) or "")
    order = {"critical": 0, "warning": 1, "other": 2}
    marks = {"critical": ("✖", "bold red"), "warning": ("▲", "yellow"), "other": ("•", "dim")}
    for alert in sorted(device.alerts, key=lambda alert: order[alert.severity])[:3]:
        mark, style = marks[alert.severity]
        words = alert.description or alert.group or f"code {alert.code}"
        text.append(f"{chr(10) if text else ''}{mark} {words}", style=style)
    if len(device.alerts) > 3:
        text.append(f"\n+ {len(device.alerts) - 3} more", style="dim")
    return text or Text("-", style="dim")


def note_lines(results: Iterable[Reading | Unread]) -> Iterable[Text]:
    """One line for each note: whose it is, its code, what it was about."""
    for result in results:
        address = result.address if isinstance(result, Unread) else (result.device.ip_address or "-")
        kind = "not read" if isinstance(result, Unread) else "noted"
        for note in result.notes:
            yield _note_line(address, kind, note)


def _note_line(address: str, kind: str, note: Note) -> Text:
    line = Text(f"{address}  ")
    line.append(kind, style="red" if kind == "not read" else "yellow")
    line.append(f"  {note.code}", style="bold")
    return line.append(f"  {note.detail}" if note.detail else "")
