"""One device: levels, counters over time, alerts, console, identity, and where each value came from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from frisket_hub.portal.chart import charts, counter_name
from frisket_hub.portal.documents import name_of, sorted_alerts
from frisket_hub.portal.levels import level_views, shapes_of
from frisket_hub.portal.rendering import render
from frisket_hub.portal.words import phrase
from frisket_hub.routing import Audience, HubRequest, NotFound, route
from frisket_hub.store import pages

_SHOWN = dt.timedelta(days=365)
_IDENTITY = (
    ("manufacturer", "Manufacturer"),
    ("model", "Model"),
    ("serial_number", "Serial number"),
    ("mac_address", "MAC address"),
    ("ip_address", "IP address"),
    ("system_name", "System name"),
    ("system_location", "Location"),
    ("system_contact", "Contact"),
)


@route("GET", "/devices/{id}", audience=Audience.USER, scope="members in sight", summary="One device")
async def device(request: HubRequest) -> Response:
    scope = request.actor.scope
    async with request.store.reading() as connection:
        found = await pages.device_row(connection, scope, request.path["id"])
        if found is None:
            raise NotFound(request.path["id"])
        if found.merged_into is not None:
            return RedirectResponse(f"/devices/{found.merged_into}", status_code=303)
        readings = await pages.counters_over_time(connection, scope, found, since=request.now - _SHOWN)
        member = await pages.member_name(connection, scope, request.actor.member_id)
    document = found.document
    levels = level_views(document["supplies"])
    under = (document.get("system_location"), document.get("ip_address"), document.get("serial_number"))
    return render(
        request,
        "device.html",
        member=member,
        device=found,
        name=name_of(document),
        subtitle=[text for text in under if text],
        address=document.get("ip_address") or "ADDRESS",
        levels=levels,
        shapes=shapes_of(levels),
        charts=charts(readings, time_zone=request.actor.time_zone),
        counts=[(counter_name(row), row["value"], _unit(row)) for row in document["page_counts"]],
        alerts=sorted_alerts(document),
        console=document["console_messages"],
        identity=_identity(document),
        masked=document.get("masked", ()),
        sources=sorted(found.sources.items()),
        notes=found.notes,
    )


def _identity(document: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """Each field with its value: None where the device did not say, "" where its site does not disclose it."""
    masked = document.get("masked", ())
    return [(label, "" if field in masked else document.get(field)) for field, label in _IDENTITY]


def _unit(row: Mapping[str, Any]) -> str:
    return phrase(row["unit"]).lower()


ROUTES = (device,)
