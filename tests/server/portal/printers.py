"""Ten printers that together say everything a printer can say, or say nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen
class Printer:
    """Whose agent read it, how many pages it prints a day (0: it was read once), and when it was seen last."""

    agent: str
    daily: int
    document: dict[str, Any]
    seen: dt.timedelta = dt.timedelta(minutes=9)


def printers(text: Callable[[str], str]) -> list[Printer]:
    """`text` makes of each text what the printer says instead."""

    def made(maker: str, model: str, serial: str, address: str, **more: Any) -> dict[str, Any]:
        return document(text(maker), text(model), text(serial), address, **more)

    waste = supply("1.5", "wasteToner", None, 62, **{"class": "receptacle"})
    drum = supply("1.6", "opc", "black", 8, capacity=100_000)
    odd = supply("1.5", "ink", text("light cyan") if text("") else "light cyan", "implausible")
    low, jam = alert("warning", text("Toner low")), alert("critical", text("Paper jam in tray 2"), "mediaPath", 8)
    xerox = made(
        "Xerox", "WorkCentre 7845", "3913850890", "192.0.2.10", color=61_230, mac_address="00:00:aa:01:02:03",
        system_name=text("staff-1"), system_location=text("Staff room, 1st floor"),
        system_contact=text("helpdesk@harbour.example"), supplies=[*toners(1, 48, 73.5, 90), waste, drum],
        alerts=[jam, low], console_messages=[text("Paper jam in tray 2"), text("Replace black toner soon")],
    )  # fmt: skip
    hp = made("HP", "LaserJet M402dn", "PHBQD12345", "192.0.2.11", supplies=toners(37), total=52_417)
    brother = made("Brother", "HL-L5100DN", "E74521M9N1", "192.0.2.12", supplies=toners("some-remaining"), total=8_802)
    kyocera = made("Kyocera", "ECOSYS P3045dn", "VQ7Y302911", "192.0.2.13", supplies=toners("unknown"), total=None)
    four = [*toners(62, 55, 41, 12), waste]
    ricoh = made("Ricoh", "MP C3004", "E154M540117", "192.0.2.14", supplies=four, total=301_560, color=120_003)
    inks = [*toners(80, 66, 71, "unrestricted"), odd]
    epson = made("Epson", "WF-C5790", "X3BC001234", "192.0.2.15", supplies=inks, total=4_120)
    lexmark = made("Lexmark", "MS415dn", "4514C2B", "198.51.100.11", supplies=toners(22), total=90_001, alerts=[low])
    silent = document(None, None, None, "198.51.100.12", total=None, console_messages=[])
    full = [*toners(92, 88, 84, 79), waste]
    canon = made("Canon", "iR-ADV C3520", "2XL01234", "203.0.113.5", supplies=full, total=15_730, color=9_870)
    konica = made(
        "Konica Minolta", "bizhub C258", "A7R0021012345", "203.0.113.6", supplies=toners(5, 9, 30, 33), total=88_190,
        alerts=[alert("warning", None)],
    )  # fmt: skip
    return [
        Printer("active", 412, xerox),
        Printer("active", 95, hp),
        Printer("active", 0, {**brother, "system_location": text("Room 12")}),
        Printer("active", 0, kyocera),
        Printer("active", 40, ricoh),
        Printer("active", 0, epson),
        Printer("silent", 0, lexmark, dt.timedelta(days=2)),
        Printer("silent", 0, silent, dt.timedelta(days=9)),
        Printer("waiting", 20, canon),
        Printer("waiting", 0, konica),
    ]


def document(maker: str | None, model: str | None, serial: str | None, address: str, **more: Any) -> dict[str, Any]:
    """A `frisket.device/1` document."""
    total, color = more.pop("total", 178_024), more.pop("color", None)
    counts = [("total", "all", "impressions", total)] if total is not None else []
    if color is not None:
        counts += [("total", "mono", "impressions", total - color), ("total", "color", "impressions", color)]
        counts += [("copy", "all", "impressions", color // 3), ("scan", "all", "images", color // 2)]
    rows = [
        {"function": function, "color": kind, "sides": "all", "size": "all", "unit": unit, "value": value}
        for function, kind, unit, value in counts
    ]
    return {
        "schema": "frisket.device/1", "read_at": "2026-11-21T19:07:00Z", "manufacturer": maker, "model": model,
        "serial_number": serial, "mac_address": None, "ip_address": address, "system_name": None,
        "system_location": None, "system_contact": None, "page_counts": rows, "supplies": [],
        "console_messages": ["Ready"], "alerts": [], **more,
    }  # fmt: skip


def supply(index: str, kind: str, colorant: str | None, level: float | str, **more: Any) -> dict[str, Any]:
    """`level` is a percentage, or a state."""
    capacity = more.pop("capacity", 26_000)
    said: dict[str, Any] = {"state": level, "percent": None, "remaining": None, "capacity": None, "unit": None}
    if not isinstance(level, str):
        said = {
            "state": "known", "percent": float(level), "remaining": round(capacity * level / 100),
            "capacity": capacity, "unit": "impressions",
        }  # fmt: skip
    shown = {"index": index, "type": kind, "class": "consumed", "colorant": colorant, "description": None}
    return {**shown, "level": said, **more}


def toners(*levels: float | str) -> list[dict[str, Any]]:
    """Black, cyan, magenta, yellow; only black where there is one."""
    inks = zip(("black", "cyan", "magenta", "yellow"), levels, strict=False)
    return [supply(f"1.{index}", "toner", ink, level) for index, (ink, level) in enumerate(inks, 1)]


def alert(severity: str, description: str | None, group: str = "markerSupplies", code: int = 1104) -> dict[str, Any]:
    return {"severity": severity, "group": group, "code": code, "location": 1, "description": description}
