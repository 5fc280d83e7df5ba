"""Readings as CSV: a row for each device, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from frisket.model.device import Device, Supply

_TEXTS = (
    "ip_address",
    "manufacturer",
    "model",
    "serial_number",
    "mac_address",
    "system_name",
    "system_location",
    "system_contact",
)
_COUNTS = (
    ("total", "all"),
    ("total", "mono"),
    ("total", "color"),
    ("print", "all"),
    ("copy", "all"),
    ("fax", "all"),
    ("scan", "all"),
)
# What makes a spreadsheet run a cell instead of showing it (OWASP: CSV injection)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def header() -> str:
    counts = [f"{function}_{color}" if color != "all" else f"{function}_pages" for function, color in _COUNTS]
    return _line(["read_at", *_TEXTS, *counts, "supplies", "console_messages", "alerts"])


def row(device: Device) -> str:
    """Cells of texts, counts, and the lists joined by `; `."""
    texts = [_safe(getattr(device, name)) for name in _TEXTS]
    counts = ["" if (value := device.count(*key)) is None else str(value) for key in _COUNTS]
    alerts = [f"{alert.severity}: {alert.description or alert.group or alert.code}" for alert in device.alerts]
    lists = ["; ".join(_supplies(device)), "; ".join(device.console_messages), "; ".join(alerts)]
    return _line([device.read_at.strftime("%Y-%m-%dT%H:%M:%SZ"), *texts, *counts, *map(_safe, lists)])


def _supplies(device: Device) -> Iterator[str]:
    for supply in device.supplies:
        yield f"{_name(supply)} {_level(supply)}"


def _name(supply: Supply) -> str:
    return " ".join(filter(None, (supply.colorant, supply.type))) or supply.description or supply.index


def _level(supply: Supply) -> str:
    percent = supply.level.percent
    return supply.level.state if percent is None else f"{percent:g}%"


def _safe(text: str | None) -> str:
    if not text:
        return ""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    # before Python 3.13 only the characters of the line end itself are quoted in a cell
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().removesuffix("\r\n")
