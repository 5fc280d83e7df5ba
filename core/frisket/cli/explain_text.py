"""One reading as a table: each field, its source, and what other places said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from frisket.model.device import Device, Supply
from frisket.model.oid import format_oid
from frisket.model.reading import Alternate, Provenance, Reading, Source
from frisket.profile.mapping import NO_SUCH_OBJECT, NOT_ASKED
from frisket.profile.steps import Sentinel

_COLUMNS = ("Field", "Value", "From", "Object", "Device said")
# An OID over two lines is hard to read, a text is not
_WIDEST = {"Value": 36, "Device said": 20}
# On a terminal with fewer columns, the last three stand below each other
_NARROW = 110
# Objects that an alternate names before it only counts the rest
_NAMED = 3

_Line = tuple[Text, Text, Text, Text, Text]


def as_text(reading: Reading, *, width: int) -> Group:
    """The table, and below it in a line each what the device did not say and what it was not asked."""
    head = Text(f"Read as {reading.profile}", style="bold")
    if reading.cost.requests:
        cost = reading.cost
        head.append(f"  in {cost.requests} requests, {cost.bytes_received:,} octets, {cost.seconds:.2f} s", style="dim")
    table = Table(border_style="dim", pad_edge=False)
    for name in _COLUMNS if width >= _NARROW else (*_COLUMNS[:2], "From, object, and what the device said"):
        table.add_column(name, overflow="fold", max_width=_WIDEST.get(name))
    unsaid = []
    for path, value in _values(reading):
        provenance = reading.provenance.get(path)
        if value is None and path.startswith("page_counts.") and _is_unsaid(provenance):
            unsaid.append(path)
            continue
        for row in _rows(path, value, provenance):
            table.add_row(*(row if width >= _NARROW else _stacked(row)))
    return Group(head, table, *_below(unsaid, reading.provenance.values()))


def _stacked(line: _Line) -> tuple[Text, Text, Text]:
    field, value, *rest = line
    return field, value, Text("\n").join(text for text in rest if text)


def _is_unsaid(provenance: Provenance | None) -> bool:
    """Whether no candidate met anything on the device, so that there is nothing to explain."""
    return provenance is None or all(one.reason in (NO_SUCH_OBJECT, NOT_ASKED) for one in provenance.alternates)


def _below(unsaid: Sequence[str], fields: Iterable[Provenance]) -> Iterator[Text]:
    if unsaid:
        yield Text(f"The device did not say: {', '.join(unsaid)}", style="dim")
    silent = [one.source for field in fields for one in field.alternates if one.reason == NOT_ASKED]
    by_protocol: dict[str, dict[str, None]] = {}
    for source in silent:
        by_protocol.setdefault(source.protocol, {})[source.object] = None
    for protocol, objects in by_protocol.items():
        yield Text(f"Not asked, or not answered: {protocol} {', '.join(objects)}", style="dim")


# --- values ------------------------------------------------------------------------------------


def _values(reading: Reading) -> Iterator[tuple[str, str | None]]:
    """Each field with the path under which its provenance stands."""
    device = reading.device
    for name in ("manufacturer", "model", "serial_number", "mac_address", "ip_address"):
        yield name, getattr(device, name)
    for name in ("system_name", "system_location", "system_contact"):
        yield name, getattr(device, name)
    for path in reading.provenance:
        if path.startswith("page_counts."):
            yield path, _count(device, path)
    for supply in device.supplies:
        yield from _supply(supply)
    yield "console_messages", "\n".join(device.console_messages) or None
    yield from zip(
        [path for path in reading.provenance if path.startswith("alerts[")],
        [f"{alert.severity}: {alert.description or alert.group or alert.code}" for alert in device.alerts],
        strict=False,
    )


def _count(device: Device, path: str) -> str | None:
    key = (*path.split(".")[1:], "all", "all", "all")[:4]
    row = next((count for count in device.page_counts if count.key == key), None)
    return f"{row.value:,} {row.unit}" if row else None


def _supply(supply: Supply) -> Iterator[tuple[str, str]]:
    kind = " ".join(filter(None, (supply.colorant, supply.type, supply.class_)))
    yield f"supplies[{supply.index}]", f"{kind}: {supply.description}" if supply.description else kind
    level = supply.level
    amount = f" ({level.remaining} of {level.capacity} {level.unit})" if level.remaining is not None else ""
    state = level.state if level.percent is None else f"{level.percent:g} %"
    yield f"supplies[{supply.index}].level", state + amount


# --- lines -------------------------------------------------------------------------------------


def _rows(path: str, value: str | None, provenance: Provenance | None) -> Iterator[_Line]:
    shown = Text("—", style="dim") if value is None else Text(value, style="bold")
    if provenance is None or provenance.source is None:
        yield Text(path), shown, Text(_silence(path, value), style="dim"), Text(""), Text("")
    else:
        source = provenance.source
        raw = Text(raw_words(provenance.raw), style="dim")
        yield Text(path), shown, Text(f"{source.protocol} {source.profile}", style="green"), Text(_place(source)), raw
    if provenance is not None:
        yield from _alternates(provenance)


def _silence(path: str, value: str | None) -> str:
    """What stands where no object of the device does."""
    if path == "ip_address":
        return "the scanned address" if value else "a recording has none"
    return "" if value else "the device did not say"


def _alternates(provenance: Provenance) -> Iterator[_Line]:
    """Those that agree, those that differ, and those that gave nothing, by their reasons; once each."""
    agreeing = dict.fromkeys(_place(one.source) for one in _saying(provenance, same=True))
    if provenance.source is not None:
        agreeing.pop(_place(provenance.source), None)
    if agreeing:
        count = f"{len(agreeing)} other place{'s' * (len(agreeing) != 1)}"
        yield _line("same", count, "", _listed(agreeing))
    for other in _saying(provenance, same=False):
        yield _line("or", raw_words(other.value), _origin(other.source), _place(other.source), style="yellow")
    lost: dict[tuple[str, str], dict[str, None]] = {}
    for one in provenance.alternates:
        if one.value is None and one.reason != NOT_ASKED:
            lost.setdefault((one.reason, _origin(one.source)), {})[_place(one.source)] = None
    for (reason, origin), places in lost.items():
        yield _line("no", reason, origin, _listed(places))


def _saying(provenance: Provenance, *, same: bool) -> list[Alternate]:
    """The alternates that gave the value that won, or another one."""
    said = [one for one in provenance.alternates if one.value is not None]
    return [one for one in said if (one.value == provenance.value) is same]


def _origin(source: Source) -> str:
    return f"{source.protocol} {source.profile}"


def _place(source: Source) -> str:
    """The object; of a sum the first, and how many there are: a dozen is not rare."""
    if source.protocol != "snmp":
        return source.object
    first, *others = source.object.split(", ")
    return f"{first} + {len(others)} more" if others else first


def _listed(objects: Iterable[str]) -> str:
    names = list(objects)
    more = len(names) - _NAMED
    return "\n".join(names if more <= 1 else [*names[:_NAMED], f"and {more} more"])


def _line(word: str, said: str, origin: str, where: str, *, style: str = "dim") -> _Line:
    value = Text(f"  {word}:", style=style).append(f" {said}", style="dim")
    return Text(""), value, Text(origin, style="dim"), Text(where, style="dim"), Text("")


def raw_words(value: object) -> str:
    """What a device said, as a person can read it."""
    if isinstance(value, bytes):
        return value.decode("ascii") if value.isascii() and value.decode("ascii").isprintable() else f"0x{value.hex()}"
    if isinstance(value, tuple):
        return format_oid(value)
    return "" if value is None else str(value.value if isinstance(value, Sentinel) else value)
