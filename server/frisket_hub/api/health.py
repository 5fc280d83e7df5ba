"""For whatever watches the hub: whether it lives, and figures about it."""

from __future__ import annotations

import ipaddress

from starlette.responses import JSONResponse, Response

from frisket_hub.metrics import CONTENT_TYPE, Metrics
from frisket_hub.routing import Audience, Declared, HubRequest, NotFound, route


@route("GET", "/healthz", audience=Audience.ANONYMOUS, scope="none", summary="200 when the hub reaches its database")
async def healthz(request: HubRequest) -> Response:
    well = await request.store.is_well()
    return JSONResponse({"status": "ok" if well else "no database"}, status_code=200 if well else 503)


@route(
    "GET", "/metrics", audience=Audience.ANONYMOUS, scope="none", summary="Figures for Prometheus, to this machine only"
)
async def metrics(request: HubRequest) -> Response:
    if not _is_loopback(request):
        raise NotFound("metrics")
    figures: Metrics = request.http.app.state.metrics
    return Response(figures.text(), headers={"content-type": CONTENT_TYPE})


def _is_loopback(request: HubRequest) -> bool:
    client = request.http.client
    try:
        return client is not None and ipaddress.ip_address(client.host).is_loopback
    except ValueError:
        return False


ROUTES: tuple[Declared, ...] = (healthz, metrics)
