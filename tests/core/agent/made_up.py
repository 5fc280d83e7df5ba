"""Readings without a printer."""

from __future__ import annotations

import datetime as dt

from frisket.agent.envelope import seal
from frisket.model.device import Alert, Device, Level, PageCount, Supply
from frisket.model.reading import Alternate, Cost, Note, NoteCode, Provenance, Reading, Source
from frisket.wire.documents import SpooledReading

READ_AT = dt.datetime(2026, 11, 21, 19, 7, tzinfo=dt.UTC)


def made_up(device: int, pages: int = 0, *, day: int = 0) -> SpooledReading:
    """A reading of one of many devices: sealed, without a number."""
    count = PageCount(function="total", value=pages)
    read_at = READ_AT + dt.timedelta(days=day)
    return seal(
        Reading(
            device=Device(read_at=read_at, manufacturer="Maker", serial_number=f"S{device}", page_counts=(count,)),
            profile="std/printer-mib@1",
        )
    )


def full_reading() -> Reading:
    """A reading with each of the twelve fields, and with all that must stay on the machine, which says SECRET."""
    source = Source("snmp", "1.3.6.1.2.1.43.10.2.1.4.1.1", "std/printer-mib@1")
    secret = Alternate(Source("snmp", "1.3.6.1.4.1.55555.1", "SECRET/other@1"), "SECRET", "SECRET")
    given = Provenance(source, raw=b"SECRET", value="SECRET", alternates=(secret,))
    paths = (
        "manufacturer", "model", "serial_number", "mac_address", "system_name", "system_location", "system_contact",
        "page_counts.total", "page_counts.print.color", "supplies[1.1]", "supplies[1.1].level", "console_messages",
        "alerts[1]", "SECRET", "supplies[SECRET SECRET]", "extra.SECRET",
    )  # fmt: skip
    provenance = dict.fromkeys(paths, given) | {"ip_address": Provenance(None, raw=b"SECRET", alternates=(secret,))}
    device = Device(
        read_at=READ_AT,
        manufacturer="Xerox",
        model="WorkCentre 7845",
        serial_number="3913850890",
        mac_address="00:00:aa:01:02:03",
        ip_address="192.0.2.10",
        system_name="Kopierer größe 2",
        system_location="Cellar",
        system_contact="desk@example.org",
        page_counts=(PageCount(function="total", value=178024), PageCount(function="print", color="color", value=0)),
        supplies=(
            Supply(
                index="1.1",
                type="toner",
                class_="consumed",
                colorant="black",
                description="Black Toner",
                level=Level(state="known", percent=1.0, remaining=260, capacity=26000, unit="impressions"),
            ),
            Supply(index="1.2", level=Level(state="some-remaining")),
        ),
        console_messages=("Ready",),
        alerts=(Alert(severity="warning", group="markerSupplies", code=1104, location=1, description="Toner low"),),
    )
    notes = (Note(NoteCode.SOURCES_DISAGREE, "SECRET"), Note(NoteCode.DEVICE_SLOW), Note(NoteCode.SOURCES_DISAGREE))
    cost = Cost(requests=12, bytes_received=3456, seconds=0.7891)
    return Reading(device=device, profile="xerox/workcentre@3", provenance=provenance, notes=notes, cost=cost)
