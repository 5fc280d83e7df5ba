"""The audit: who did what, to what, when and why; to read, and to take away."""

from __future__ import annotations

from starlette.responses import Response

from frisket_hub import audit_export
from frisket_hub.portal.rendering import render
from frisket_hub.routing import Audience, HubRequest, route
from frisket_hub.store import pages
from frisket_hub.store.pages import AuditRow

_MOST = 100_000
_LAST_PAGE = 1_000_000


@route("GET", "/audit", audience=Audience.PROVIDER, scope="provider", summary="The audit")
async def audit(request: HubRequest) -> Response:
    scope = request.actor.scope
    async with request.store.reading() as connection:
        total = await pages.audit_count(connection, scope)
        page = min(_page_of(request.query.get("page", "")), max(1, -(-total // pages.AUDIT_PAGE)))
        rows = await pages.audit_rows(connection, scope, page=page)
        member = await pages.member_name(connection, scope, request.actor.member_id)
    first = (page - 1) * pages.AUDIT_PAGE
    return render(
        request,
        "audit.html",
        member=member,
        rows=rows,
        total=total,
        first=first + 1,
        last=first + len(rows),
        previous=page - 1 if page > 1 else 0,
        following=page + 1 if first + len(rows) < total else 0,
    )


@route("GET", "/audit.csv", audience=Audience.PROVIDER, scope="provider", summary="The audit as a table")
async def as_csv(request: HubRequest) -> Response:
    return _file(audit_export.as_csv(await _all(request)), "text/csv", "frisket-audit.csv")


@route("GET", "/audit.json", audience=Audience.PROVIDER, scope="provider", summary="The audit, an object a line")
async def as_json(request: HubRequest) -> Response:
    return _file(audit_export.as_json(await _all(request)), "application/json", "frisket-audit.json")


async def _all(request: HubRequest) -> list[AuditRow]:
    async with request.store.reading() as connection:
        return await pages.audit_rows(connection, request.actor.scope, limit=_MOST)


def _file(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _page_of(text: str) -> int:
    return max(1, min(int(text), _LAST_PAGE)) if text.isascii() and text.isdigit() and len(text) < 9 else 1


ROUTES = (audit, as_csv, as_json)
