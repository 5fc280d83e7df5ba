"""How the portal writes times, numbers and the MIB's labels for people."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_STEPS = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

_PHRASES: Mapping[str, str] = {
    "opc": "Drum",
    "tonerCartridge": "Toner cartridge",
    "inkCartridge": "Ink cartridge",
    "generalPrinter": "Printer",
    "markerSupplies": "Supplies",
    "mac_address": "MAC address",
    "ip_address": "IP address",
}

_NOTES: Mapping[str, str] = {
    "no-profile": "No profile knows this device; only what every printer says was read.",
    "profile-tie": "Two profiles fit this device equally well; the first by name was used.",
    "level-implausible": "The device gave a level that cannot be right; it is shown as implausible.",
    "sources-disagree": "Two sources on the device gave different values; the table shows which one was used.",
    "table-cut": "The device has more rows than are taken; some are missing here.",
    "device-silent": "The device stopped answering before everything was read.",
    "device-slow": "The device answers slowly.",
    "counter-fell": "A page count is lower than it was: the counter was reset, or a part was changed.",
    "identity-changed": "The serial number at this address changed: another device, or a changed part.",
}

# What an agent gives as the reason for not taking a release, or for going back
_CODES: Mapping[str, str] = {
    "": "",
    "does-not-load": "does not load there",
    "self-test": "failed its self-test",
    "crashed": "crashed",
    "coverage-lost": "devices were read worse than before",
    "no-download": "could not be downloaded",
    "no-root": "no keys to trust",
    "not-signed": "not signed by who may",
    "expired": "its signatures have expired",
    "older": "older than what it has",
    "mixed": "parts that do not belong together",
    "wrong-content": "not the content that was signed",
    "too-large": "larger than was signed",
    "missing": "something of it is missing",
    "not-delegated": "signed by a vendor for another's profiles",
    "unreadable": "unreadable",
    "fork": "two hubs tell different stories",
}


def zone(name: str) -> dt.tzinfo:
    """UTC for a zone that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC


def local(time: dt.datetime, zone_name: str, now: dt.datetime) -> str:
    """`20:07` today, else `21 Nov, 20:07`, with the year where it is another."""
    there, here = time.astimezone(zone(zone_name)), now.astimezone(zone(zone_name))
    if there.date() == here.date():
        return f"{there:%H:%M}"
    year = "" if there.year == here.year else f" {there.year}"
    return f"{there.day} {there:%b}{year}, {there:%H:%M}"


def local_day(time: dt.datetime, zone_name: str) -> str:
    there = time.astimezone(zone(zone_name))
    return f"{there.day} {there:%b} {there.year}"


def exact(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def machine(time: dt.datetime) -> str:
    """For `<time datetime>`."""
    return f"{time.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def ago(time: dt.datetime, now: dt.datetime) -> str:
    """`5 min ago`, `in 40 min`, `3 days ago`."""
    seconds = int((now - time).total_seconds())
    if abs(seconds) < 10:
        return "just now"
    text = _span(abs(seconds))
    return f"{text} ago" if seconds > 0 else f"in {text}"


def _span(seconds: int) -> str:
    for limit, unit, name in _STEPS:
        if seconds < limit:
            return f"{seconds // unit} {name}"
    days = seconds // 86_400
    return f"{days} day{'' if days == 1 else 's'}"


def duration(seconds: int) -> str:
    """`1 h`, `1 h 30 min`, `45 min`, `90 s`: the exact length of an interval."""
    parts = []
    for unit, name in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(seconds, unit)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts) or "0 s"


def number(value: float | None) -> str:
    """`178,024`; a dash where there is none."""
    if value is None:
        return "–"  # noqa: RUF001  # the dash that tables use
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def phrase(label: str | None) -> str:
    """A MIB label as words: `wasteToner` to `Waste toner`."""
    if not label:
        return ""
    words = _PHRASES.get(label) or _CAMEL.sub(" ", label).replace("_", " ").replace("-", " ").lower()
    return words[:1].upper() + words[1:]


def note(code: str) -> str:
    """What a note code means for somebody who did not write the agent."""
    return _NOTES.get(code) or f"{phrase(code)}."


def code_words(code: str) -> str:
    """Why an agent did not take a release, in words; a code that is new here as it is."""
    return _CODES.get(code, code.replace("-", " "))


def plain(value: object) -> str:
    """A value of a device document in one line: text as it stands, nothing as a word, tables as JSON."""
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_FINDINGS: Mapping[str, str] = {
    "fields_lost": "lost a field",
    "identity_changed": "changed identity",
    "counters_wrong": "count wrongly",
    "unrecognised": "not recognised",
    "errors": "could not be read",
}


def worse(health: Mapping[str, int]) -> str:
    """`3 of 12 devices lost a field`; nothing where none is worse off."""
    found = [f"{count} {_FINDINGS[name]}" for name, count in health.items() if name in _FINDINGS and count]
    return f"of {health['devices']} devices, {', '.join(found)}" if found else ""
