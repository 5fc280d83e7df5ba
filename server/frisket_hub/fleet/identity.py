"""Which device a reading is of: serial number within its maker, else MAC, else provisional by site and address.

Never the address alone: a provisional device is taken for one that has a name only where nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from frisket_hub.fleet.seen import LONGEST, Seen, counter_fell, cut
from frisket_hub.store.devices import DeviceRow
from frisket_hub.store.schema import new_id

# What the hub notices itself; unlike the notes of a reading they stay with the device
COUNTER_FELL = "counter-fell"
IDENTITY_CHANGED = "identity-changed"
HUB_NOTES = (COUNTER_FELL, IDENTITY_CHANGED)


@attrs.define(kw_only=True, eq=False)
class Known:
    """A device while a batch is worked through. `added` and `changed` say what the store has to be told."""

    row: DeviceRow
    added: bool = False
    changed: bool = False
    absorbed_by: Known | None = None

    def final(self) -> Known:
        return self if self.absorbed_by is None else self.absorbed_by.final()

    def update(self, **values: Any) -> None:
        self.row = attrs.evolve(self.row, **values)
        self.changed = True


class Register:
    """The devices that a batch may be about; `place` finds a reading's device, or makes one."""

    def __init__(self, member_id: str, rows: Iterable[DeviceRow]) -> None:
        self.member_id = member_id
        self.known: list[Known] = []
        self._by_serial: dict[str, list[Known]] = {}
        self._by_mac: dict[str, list[Known]] = {}
        self._by_place: dict[tuple[str, str], list[Known]] = {}
        for row in rows:
            self._keep(Known(row=row))

    def place(self, seen: Seen) -> Known:
        """The device of a reading, brought up to date with it."""
        here = self._provisional(seen)
        known = self._by_name(seen) or here
        if known is None:
            known = self._keep(Known(row=_new_row(self.member_id, seen), added=True))
        elif here is not None and here is not known:
            self._absorb(known, here)
        notes = {IDENTITY_CHANGED} if self._took_a_place(known, seen) else set()
        _apply(known, seen, notes)
        self._index(known)
        return known

    def _by_name(self, seen: Seen) -> Known | None:
        """By serial number within its maker, else by MAC; what both lead to becomes one."""
        named = self._of_serial(seen)
        wired = self._of_mac(seen)
        if named is not None and wired is not None and wired is not named:
            self._absorb(named, wired)
        return named or wired

    def _of_serial(self, seen: Seen) -> Known | None:
        """A maker that only one of the two names is no other maker, if the MAC or the place is the same."""
        found = [each for each in self._by_serial.get(seen.serial or "", ()) if _current(each, serial=seen.serial)]
        maker = seen.maker
        for known in found:
            if known.row.manufacturer == maker and (maker is not None or _same_place(known, seen)):
                return known
        for known in found:
            if (known.row.manufacturer is None or maker is None) and _same_place(known, seen):
                return known
        return None

    def _of_mac(self, seen: Seen) -> Known | None:
        """Not one that has another serial number, unless another profile version read that."""
        for known in self._by_mac.get(seen.mac or "", ()):
            if not _current(known, mac=seen.mac):
                continue
            other = known.row.serial_number is not None and seen.serial not in (None, known.row.serial_number)
            if not other or _read_otherwise(known, seen):
                return known
        return None

    def _provisional(self, seen: Seen) -> Known | None:
        """A device without a name at this address, if nothing says that it is another one."""
        named = seen.serial is not None or seen.mac is not None
        for each in self._at_place(seen):
            if each.row.provisional and _may_be(each, seen) and (not named or _says_the_same(each, seen)):
                return each
        return None

    def _at_place(self, seen: Seen) -> list[Known]:
        found = self._by_place.get((seen.site_id, seen.address or ""), ())
        here = [each for each in found if _current(each, place=(seen.site_id, seen.address or ""))]
        return sorted(here, key=lambda each: each.row.last_seen_at, reverse=True)

    def _took_a_place(self, known: Known, seen: Seen) -> bool:
        """Whether the address had another serial number until now, or the device had."""
        serial = seen.serial
        if serial is None or (not known.added and seen.at < known.row.last_seen_at):
            return False
        if known.row.serial_number not in (None, serial):
            return True
        moved_in = known.added or known.row.ip_address != seen.address
        others = [each.row.serial_number for each in self._at_place(seen) if each is not known]
        return moved_in and any(other not in (None, serial) for other in others)

    def _absorb(self, winner: Known, loser: Known) -> None:
        """The loser was the same device all along: its readings become the winner's."""
        newer, older = (loser, winner) if loser.row.last_seen_at > winner.row.last_seen_at else (winner, loser)
        winner.update(
            latest=newer.row.latest,
            sources=newer.row.sources,
            notes=_joined_notes(newer.row.notes, older.row.notes),
            last_seen_at=newer.row.last_seen_at,
            first_seen_at=min(winner.row.first_seen_at, loser.row.first_seen_at),
            serial_number=winner.row.serial_number or loser.row.serial_number,
            mac_address=winner.row.mac_address or loser.row.mac_address,
            ip_address=newer.row.ip_address or older.row.ip_address,
        )
        loser.update(merged_into=winner.row.id)
        loser.absorbed_by = winner

    def _keep(self, known: Known) -> Known:
        self.known.append(known)
        self._index(known)
        return known

    def _index(self, known: Known) -> None:
        """Old entries stay: whoever looks something up asks `_current` whether it still holds."""
        row = known.row
        for index, key in ((self._by_serial, row.serial_number), (self._by_mac, row.mac_address)):
            if key is not None and known not in index.setdefault(key, []):
                index[key].append(known)
        if row.ip_address is not None:
            place = self._by_place.setdefault((row.site_id, row.ip_address), [])
            if known not in place:
                place.append(known)


def _current(
    known: Known, *, serial: str | None = None, mac: str | None = None, place: tuple[str, str] | None = None
) -> bool:
    row = known.row
    return (
        known.absorbed_by is None
        and serial in (None, row.serial_number)
        and mac in (None, row.mac_address)
        and place in (None, (row.site_id, row.ip_address))
    )


def _same_place(known: Known, seen: Seen) -> bool:
    """The same MAC, or where one of the two has none the same address of the same site."""
    if seen.mac is not None and known.row.mac_address is not None:
        return seen.mac == known.row.mac_address
    return seen.address is not None and (known.row.site_id, known.row.ip_address) == (seen.site_id, seen.address)


def _may_be(known: Known, seen: Seen) -> bool:
    """Nothing that both say differs, and no counter would have run backwards."""
    row, device = known.row, seen.device
    for before, now in ((row.manufacturer, device.manufacturer), (row.model, device.model)):
        if before is not None and now is not None and before != now:
            return False
    in_order = seen.at >= row.last_seen_at
    return not (counter_fell(row.latest, seen.document) if in_order else counter_fell(seen.document, row.latest))


def _says_the_same(known: Known, seen: Seen) -> bool:
    """At least one thing beside the address that both of them say."""
    fields = ("manufacturer", "model", "system_name")
    return any(
        seen.document.get(name) is not None and seen.document[name] == known.row.latest.get(name) for name in fields
    )


def _read_otherwise(known: Known, seen: Seen) -> bool:
    """Whether another profile, or another version of it, gave the serial number: then the device is the same."""
    before, now = known.row.sources.get("serial_number"), seen.sources.get("serial_number")
    return before is not None and now is not None and before["profile"] != now["profile"]


def _apply(known: Known, seen: Seen, notes: set[str]) -> None:
    """Names are filled in whenever they are learnt; everything else is the newest reading's."""
    row, device = known.row, seen.device
    newest = seen.at >= row.last_seen_at
    names = {
        "manufacturer": seen.maker,
        "model": cut(device.model, LONGEST),
        "serial_number": seen.serial,
        "mac_address": seen.mac,
    }
    kept = {name: (newest and value) or getattr(row, name) or value for name, value in names.items()}
    known.update(
        **kept,
        provisional=kept["serial_number"] is None and kept["mac_address"] is None,
        first_seen_at=min(row.first_seen_at, seen.at),
    )
    if not newest:
        return
    if counter_fell(row.latest, seen.document):
        notes = notes | {COUNTER_FELL}
    known.update(
        site_id=seen.site_id,
        agent_id=seen.agent_id,
        ip_address=seen.address or row.ip_address,
        last_seen_at=seen.at,
        latest=dict(seen.document),
        sources=dict(seen.sources),
        notes=_joined_notes([*seen.notes, *sorted(notes)], row.notes),
    )


def _joined_notes(newer: Iterable[str], older: Iterable[str]) -> list[str]:
    """The newer ones, and of the older those that the hub noticed."""
    return list(dict.fromkeys([*newer, *(note for note in older if note in HUB_NOTES)]))


def _new_row(member_id: str, seen: Seen) -> DeviceRow:
    return DeviceRow(
        member_id=member_id,
        id=new_id("d"),
        site_id=seen.site_id,
        agent_id=seen.agent_id,
        manufacturer=seen.maker,
        model=cut(seen.device.model, LONGEST),
        serial_number=seen.serial,
        mac_address=seen.mac,
        ip_address=seen.address,
        provisional=seen.serial is None and seen.mac is None,
        merged_into=None,
        first_seen_at=seen.at,
        last_seen_at=seen.at,
        latest=dict(seen.document),
        sources=dict(seen.sources),
        notes=list(seen.notes),
    )
