"""A reading as far as identity is concerned: its names, if they are any, and whether its counters follow others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import attrs

from frisket.model.device import Device

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}\Z")
_NO_MACS = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"})
_NO_SERIALS = frozenset({"unknown", "none", "n/a", "na", "null", "not available", "not specified", "default"})
LONGEST = 200


@attrs.frozen(kw_only=True)
class Seen:
    """`at` is when it was read, never later than when it was received."""

    site_id: str
    agent_id: str
    at: dt.datetime
    device: Device
    document: Mapping[str, Any]
    sources: Mapping[str, Any]
    notes: tuple[str, ...]

    @property
    def maker(self) -> str | None:
        return cut(self.device.manufacturer, LONGEST)

    @property
    def serial(self) -> str | None:
        return usable_serial(self.device.serial_number)

    @property
    def mac(self) -> str | None:
        return usable_mac(self.device.mac_address)

    @property
    def address(self) -> str | None:
        return cut(self.device.ip_address, 45)


def usable_serial(text: str | None) -> str | None:
    """None for what makers put where no serial number was burnt in: `0`, `XXXXXXXX`, `unknown`."""
    serial = (text or "").strip()
    told_apart = len(set(serial)) > 1 and serial.lower() not in _NO_SERIALS
    return serial if told_apart and len(serial) <= LONGEST else None


def usable_mac(text: str | None) -> str | None:
    mac = (text or "").strip().lower().replace("-", ":")
    return mac if _MAC.match(mac) and mac not in _NO_MACS else None


def counter_fell(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether any page count that both documents have, in the same unit, is lower in the later one."""
    key = ("function", "color", "sides", "size", "unit")
    counted = {tuple(row[name] for name in key): row["value"] for row in before.get("page_counts", ())}
    later = ((counted.get(tuple(row[name] for name in key)), row["value"]) for row in now.get("page_counts", ()))
    return any(value is not None and after < value for value, after in later)


def cut(text: str | None, longest: int) -> str | None:
    return None if text is None else text[:longest]
