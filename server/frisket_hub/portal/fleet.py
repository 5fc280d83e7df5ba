"""The fleet: numbers on cards, and a table of devices to search, filter and sort."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import attrs
from starlette.responses import Response

from frisket_hub.portal.documents import name_of, total_of, worst_alert
from frisket_hub.portal.levels import LevelView, level_views, shown_in_list
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, route
from frisket_hub.store import pages
from frisket_hub.store.pages import FleetQuery, FleetRow, FleetSummary

UNSEEN_AFTER = dt.timedelta(days=1)
_COLUMNS = (
    ("name", "Printer"),
    ("site", "Site"),
    ("level", "Supplies"),
    ("pages", "Pages"),
    ("seen", "Last seen"),
)
_LONGEST = 200
_LAST_PAGE = 100_000


@attrs.frozen(kw_only=True)
class Line:
    """A device as a row of the table. `under` stands below its name; `worst` is its worst alert."""

    id: str
    name: str
    under: list[str]
    member: str
    site: str
    levels: list[LevelView]
    supplies: int
    pages: int | None
    worst: Mapping[str, str] | None
    last_seen_at: dt.datetime


@route("GET", "/", audience=Audience.USER, scope="members in sight", summary="The fleet")
async def fleet(request: HubRequest) -> Response:
    query = _asked(request.query, request.now)
    scope = request.actor.scope
    async with request.store.reading() as connection:
        summary = await pages.fleet_summary(connection, scope, silent=pages.silent_since(request.now))
        total = await pages.fleet_count(connection, scope, query)
        query = attrs.evolve(query, page=min(query.page, max(1, -(-total // pages.PAGE))))
        rows = await pages.fleet_rows(connection, scope, query)
        sites = await pages.fleet_sites(connection, scope)
        manufacturers = await pages.fleet_manufacturers(connection, scope)
        member = await pages.member_name(connection, scope, request.actor.member_id)
    first = (query.page - 1) * pages.PAGE
    return render(
        request,
        "fleet.html",
        member=member,
        several_members=len(scope.members) > 1,
        summary=summary,
        tiles=_tiles(summary, query),
        hub_url=str(request.http.base_url).rstrip("/"),
        query=query,
        filtered=_is_filtered(query),
        sites=sites,
        manufacturers=manufacturers,
        columns=[_column(query, sort, name) for sort, name in _COLUMNS],
        rows=[_line(row) for row in rows],
        total=total,
        first=first + 1,
        last=first + len(rows),
        previous=_link(query, page=query.page - 1) if query.page > 1 else "",
        following=_link(query, page=query.page + 1) if first + len(rows) < total else "",
    )


def _asked(given: Mapping[str, str], now: dt.datetime) -> FleetQuery:
    """What makes no sense is left out: a link from an older page must not fail."""
    page, sort = given.get("page", ""), given.get("sort", "")
    return FleetQuery(
        search=given.get("q", "").strip()[:_LONGEST].replace("\0", ""),
        site=given.get("site", "")[:_LONGEST].replace("\0", ""),
        manufacturer=given.get("maker", "")[:_LONGEST].replace("\0", ""),
        low=bool(given.get("low")),
        alerting=bool(given.get("alerts")),
        unseen_since=now - UNSEEN_AFTER if given.get("unseen") else None,
        sort=sort if sort in pages.SORTS else "name",
        descending=given.get("order") == "down",
        page=max(1, min(int(page), _LAST_PAGE)) if page.isascii() and page.isdigit() and len(page) < 9 else 1,
    )


def _link(query: FleetQuery, **changes: Any) -> str:
    """The same list, but for what changes."""
    asked = attrs.evolve(query, **{"page": 1, **changes})
    given = {
        "q": asked.search,
        "site": asked.site,
        "maker": asked.manufacturer,
        "low": "1" if asked.low else "",
        "alerts": "1" if asked.alerting else "",
        "unseen": "1" if asked.unseen_since else "",
        "sort": asked.sort if asked.sort != "name" else "",
        "order": "down" if asked.descending else "",
        "page": str(asked.page) if asked.page > 1 else "",
    }
    said = {key: value for key, value in given.items() if value}
    return f"/?{urlencode(said)}" if said else "/"


def _column(query: FleetQuery, sort: str, name: str) -> dict[str, Any]:
    """A click sorts by the column, pages and times beginning with the largest; the next one turns it round."""
    descending = not query.descending if sort == query.sort else sort in ("pages", "seen")
    return {
        "sort": sort,
        "name": name,
        "right": sort == "pages",
        "link": _link(query, sort=sort, descending=descending),
    }


def _tiles(summary: FleetSummary, query: FleetQuery) -> list[dict[str, Any]]:
    """`kind` colours a number that somebody should look at."""
    only = {"low": query.low, "alerts": query.alerting}
    agents = f"agents silent, of {summary.agents} active" if summary.agents else "agents active yet"
    tiles = [
        ("printers", summary.printers, "printers", "/", "", False),
        ("low", summary.low, "with low supplies", "/?low=1", "warn", only["low"]),
        ("alerts", summary.alerting, "with alerts", "/?alerts=1", "warn", only["alerts"]),
        ("silent", summary.silent, agents, "/agents", "bad", False),
    ]
    if summary.pending:
        tiles.append(("pending", summary.pending, "agents to accept", "/agents", "warn", False))
    return [
        {"count": count, "words": text, "link": link, "kind": kind if count else "", "current": current}
        for _, count, text, link, kind, current in tiles
    ]


def _is_filtered(query: FleetQuery) -> bool:
    asked = (query.search, query.site, query.manufacturer, query.low, query.alerting, query.unseen_since)
    return any(asked)


def _line(row: FleetRow) -> Line:
    document = row.document
    under = [document.get("ip_address"), document.get("system_location"), document.get("serial_number")]
    levels = level_views(document["supplies"])
    return Line(
        id=row.id,
        name=name_of(document),
        under=[text for text in under if text],
        member=row.member,
        site=row.site,
        levels=shown_in_list(levels),
        supplies=len(levels),
        pages=total_of(document),
        worst=worst_alert(document),
        last_seen_at=row.last_seen_at,
    )


ROUTES = (fleet,)
