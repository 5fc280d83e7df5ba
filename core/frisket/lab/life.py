"""Time passes in a virtual printer: pages go up, supplies go down and are replaced, a paper jam comes and goes.

Time is counted in slots, the time that one page takes. What holds at a slot follows from the recording and the
number of the slot alone: no chance, no memory; at slot 0 everything is as recorded.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import chain

import attrs

from frisket.formats import ber, snmp
from frisket.formats.snmprec import RecordedValue
from frisket.lab.recording import Recording
from frisket.model.oid import Oid, is_under

Objects = Mapping[Oid, RecordedValue]

# RFC 3805; every index begins with the hrDeviceIndex
_PRT = (1, 3, 6, 1, 2, 1, 43)
_INPUT_NAME = (*_PRT, 8, 2, 1, 13)
_LIFE_COUNT, _POWER_ON_COUNT = (*_PRT, 10, 2, 1, 4), (*_PRT, 10, 2, 1, 5)
_SUPPLY_CLASS, _SUPPLY_TYPE, _SUPPLY_UNIT, _CAPACITY, _LEVEL = ((*_PRT, 11, 1, 1, column) for column in (4, 5, 7, 8, 9))
_CONSOLE_TEXT = (*_PRT, 16, 5, 1, 2)
_ALERT = (*_PRT, 18, 1, 1)

_CONSUMED, _RECEPTACLE = 3, 4
# PrtMarkerSuppliesSupplyUnitTC impressions and sheets: the capacity itself says how many pages it is good for
_PAGE_UNITS = (7, 8)
# Pages from new to empty by PrtMarkerSuppliesTypeTC, of the order that makers print in their data sheets
_YIELDS = {3: 6_000, 4: 25_000, 5: 3_000, 6: 3_000, 9: 30_000, 10: 60_000, 15: 100_000, 20: 100_000, 21: 6_000}
_OTHER_YIELD = 50_000

# Slots between two jams, and slots until somebody has cleared one
_JAM_AFTER, _JAM_LASTS = 200, 20
_JAM_TEXT = b"Paper jam"
_SIZES = {snmp.COUNTER64: 1 << 64, ber.INTEGER: 1 << 31}


@attrs.frozen
class _Counter:
    recorded: RecordedValue
    start: int
    share: Fraction

    def after(self, pages: int) -> RecordedValue:
        size = _SIZES.get(self.recorded.tag, 1 << 32)
        return attrs.evolve(self.recorded, value=(self.start + int(pages * self.share)) % size)


@attrs.frozen
class _Supply:
    """Counted in units of the level; `per_page` of them go with each page. Levels are what is left, of both classes."""

    recorded: RecordedValue
    level: int
    capacity: int
    per_page: Fraction

    def after(self, pages: int) -> RecordedValue:
        """An empty supply (a full receptacle) is replaced after another 50th of its capacity's pages."""
        used = self.capacity - self.level + int(pages * self.per_page)
        used %= self.capacity + max(self.capacity // 50, 1)
        return attrs.evolve(self.recorded, value=max(self.capacity - used, 0))


@attrs.frozen
class Life:
    """`jam` holds what a jam changes; `phase` keeps the printers of a fleet from jamming all at once."""

    _counters: Mapping[Oid, _Counter]
    _supplies: Mapping[Oid, _Supply]
    _jam: Objects
    _phase: int

    @classmethod
    def of(cls, recording: Recording) -> Life:
        phase = zlib.crc32(recording.name.encode()) % _JAM_AFTER
        return cls(_counters(recording), _supplies(recording.objects), _jam(recording.objects), phase)

    def changes(self, slots: int) -> dict[Oid, RecordedValue]:
        """The objects that are not, or may not be, as recorded after so many slots."""
        if slots <= 0:
            return {}
        pages = _pages(slots + self._phase) - _pages(self._phase)
        changes = {oid: counter.after(pages) for oid, counter in self._counters.items()}
        changes |= {oid: supply.after(pages) for oid, supply in self._supplies.items()}
        if (slots + self._phase) % (_JAM_AFTER + _JAM_LASTS) >= _JAM_AFTER:
            changes |= self._jam
        return changes


def _pages(slots: int) -> int:
    """Pages printed in so many slots; none comes out during a jam."""
    jams, rest = divmod(slots, _JAM_AFTER + _JAM_LASTS)
    return jams * _JAM_AFTER + min(rest, _JAM_AFTER)


def _counters(recording: Recording) -> Mapping[Oid, _Counter]:
    life_counts = chain(*(_column(recording.objects, column) for column in (_LIFE_COUNT, _POWER_ON_COUNT)))
    shares = {**dict.fromkeys(life_counts, Fraction(1)), **recording.facts.page_shares}
    counters = {}
    for oid, share in shares.items():
        start = _integer(recording.objects, oid)
        if start is not None and start >= 0:
            counters[oid] = _Counter(recording.objects[oid], start, share)
    return counters


def _supplies(objects: Objects) -> Mapping[Oid, _Supply]:
    """The supplies whose recorded level is a quantity: -1, -2, -3 and what no capacity bounds stay as they are."""
    supplies = {}
    for oid in _column(objects, _LEVEL):
        index = oid[len(_LEVEL) :]
        level, capacity = _integer(objects, oid), _integer(objects, _CAPACITY + index)
        class_ = _integer(objects, _SUPPLY_CLASS + index)
        if level is None or capacity is None or not 0 < level <= capacity or class_ not in (_CONSUMED, _RECEPTACLE):
            continue
        supplies[oid] = _Supply(objects[oid], level, capacity, Fraction(capacity, _yield(objects, index, capacity)))
    return supplies


def _yield(objects: Objects, index: Oid, capacity: int) -> int:
    if _integer(objects, _SUPPLY_UNIT + index) in _PAGE_UNITS:
        return capacity
    type_ = _integer(objects, _SUPPLY_TYPE + index)
    return _OTHER_YIELD if type_ is None else _YIELDS.get(type_, _OTHER_YIELD)


def _jam(objects: Objects) -> Objects:
    """A row behind those of prtAlertTable, and the words on the console; nothing where no marker is recorded."""
    marker = next(_column(objects, _LIFE_COUNT), None)
    if marker is None:
        return {}
    device = marker[len(_LIFE_COUNT)]
    jam = _alert_row(objects, device)
    for line in _column(objects, (*_CONSOLE_TEXT, device)):
        jam[line] = RecordedValue(ber.OCTET_STRING, _JAM_TEXT)
        break
    return jam


def _alert_row(objects: Objects, device: int) -> dict[Oid, RecordedValue]:
    taken = [oid[-1] for oid in objects if is_under(oid, _ALERT)]
    tray = next((oid[-1] for oid in _column(objects, (*_INPUT_NAME, device))), 1)
    integers = {
        2: 3,  # prtAlertSeverityLevel critical
        3: 3,  # prtAlertTrainingLevel untrained
        4: 8,  # prtAlertGroup input
        5: tray,  # prtAlertGroupIndex
        6: 1,  # prtAlertLocation
        7: 8,  # prtAlertCode jam
    }
    row = {column: RecordedValue(ber.INTEGER, value) for column, value in integers.items()}
    row[8] = RecordedValue(ber.OCTET_STRING, _JAM_TEXT)
    row[9] = RecordedValue(snmp.TIME_TICKS, 0)
    return {(*_ALERT, column, device, max(taken, default=0) + 1): recorded for column, recorded in row.items()}


def _column(objects: Objects, prefix: Oid) -> Iterator[Oid]:
    return (oid for oid in objects if len(oid) > len(prefix) and is_under(oid, prefix))


def _integer(objects: Objects, oid: Oid) -> int | None:
    recorded = objects.get(oid)
    return recorded.value if recorded is not None and isinstance(recorded.value, int) else None
