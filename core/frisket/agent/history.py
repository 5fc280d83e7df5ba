"""What each device said last: how a counter that falls and a serial number that changes at an address are noticed.

Both are marked and never hidden: a new board starts at zero, and a device may really have been replaced.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import TypeVar

import attrs

from frisket.agent.folder import AgentFolder
from frisket.errors import DocumentError
from frisket.model.device import Device
from frisket.model.reading import Note, NoteCode, Reading
from frisket.wire.json_text import load_object

MAX_DEVICES = 20_000
_MAX_BYTES = 32 << 20

Counts = Mapping[str, int]
_T = TypeVar("_T")


@attrs.define
class History:
    """Counters by device, and serial numbers by address. A file that cannot be read costs one comparison, no scan."""

    folder: AgentFolder
    _counts: OrderedDict[str, Counts] = attrs.field(factory=OrderedDict)
    _serials: OrderedDict[str, str] = attrs.field(factory=OrderedDict)

    @classmethod
    def load(cls, folder: AgentFolder) -> History:
        history = cls(folder)
        content = folder.read(folder.history)
        if content is None:
            return history
        try:
            data = load_object(content, max_bytes=_MAX_BYTES)
        except DocumentError:
            return history
        history._counts.update(_counts_of(data.get("counts")))
        history._serials.update(_serials_of(data.get("serials")))
        return history

    def marked(self, reading: Reading) -> Reading:
        """The reading with notes on what does not fit to the last one; from now on it is the last one."""
        device = reading.device
        notes = [*self._falls(device), *self._other_serial(device)]
        return attrs.evolve(reading, notes=(*reading.notes, *notes)) if notes else reading

    def save(self) -> None:
        text = json.dumps({"counts": self._counts, "serials": self._serials}, separators=(",", ":"))
        self.folder.write(self.folder.history, text.encode())

    def _falls(self, device: Device) -> Iterator[Note]:
        key = _key(device)
        if key is None:
            return
        before = self._counts.pop(key, {})
        now = {".".join((*count.key, count.unit)): count.value for count in device.page_counts}
        _put(self._counts, key, now or before)
        for name, value in now.items():
            if value < before.get(name, 0):
                yield Note(NoteCode.COUNTER_FELL, f"page_counts.{name}: {before[name]:,} before, {value:,} now")

    def _other_serial(self, device: Device) -> Iterator[Note]:
        address, serial = device.ip_address, device.serial_number
        if address is None or serial is None:
            return
        before = self._serials.pop(address, serial)
        _put(self._serials, address, serial)
        if before != serial:
            yield Note(NoteCode.SERIAL_CHANGED, f"another device than last time answers at {address}")


def _key(device: Device) -> str | None:
    """DESIGN 4: the serial number within its maker, else the MAC address; never the address alone."""
    if device.serial_number is not None:
        return f"{device.manufacturer}/{device.serial_number}"
    return device.mac_address


def _put(known: OrderedDict[str, _T], key: str, value: _T) -> None:
    known[key] = value
    while len(known) > MAX_DEVICES:
        known.popitem(last=False)


def _counts_of(data: object) -> Iterator[tuple[str, Counts]]:
    for key, counts in data.items() if isinstance(data, dict) else ():
        if isinstance(counts, dict):
            yield key, {name: value for name, value in counts.items() if isinstance(value, int)}


def _serials_of(data: object) -> Iterator[tuple[str, str]]:
    for address, serial in data.items() if isinstance(data, dict) else ():
        if isinstance(serial, str):
            yield address, serial
