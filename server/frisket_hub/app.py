"""Builds the application from what is declared; decides nothing. A route that does not say for whom stops it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import cast

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from frisket_hub import portal
from frisket_hub.answers import HANDLERS
from frisket_hub.api import agent, health, openapi, repository, vendor
from frisket_hub.dispatch import Endpoint
from frisket_hub.edge import Edge
from frisket_hub.errors import DeclarationError
from frisket_hub.members import sign_in
from frisket_hub.members.agents import Keys
from frisket_hub.metrics import Metrics
from frisket_hub.profile_db import upkeep
from frisket_hub.profile_db.repository import Compressed
from frisket_hub.routing import Declared, check
from frisket_hub.settings import Settings
from frisket_hub.store.engine import Store

MODULES = (agent, health, openapi, repository, vendor, sign_in, *portal.PAGES)


class Hub(Starlette):
    """The application, with the edge outside of everything, so that errors get its headers too."""

    def build_middleware_stack(self) -> ASGIApp:
        larger = {one.path: one.max_body for one in self.state.declared if one.max_body is not None}
        return cast(ASGIApp, Edge(super().build_middleware_stack(), self.state.settings, larger))


def declared_routes() -> tuple[Declared, ...]:
    """Every route that there is, checked."""
    return checked(route for module in MODULES for route in module.ROUTES)


def checked(routes: Iterable[object]) -> tuple[Declared, ...]:
    """DeclarationError for a route without audience and scope, and for two of the same method and path."""
    found = tuple(check(route) for route in routes)
    seen: dict[tuple[str, str], Declared] = {}
    for route in found:
        other = seen.setdefault((route.method, route.path), route)
        if other is not route:
            raise DeclarationError(f"{route.method} {route.path} is declared by {other.name} and by {route.name}")
    return found


def build(settings: Settings, store: Store, routes: Sequence[object] | None = None) -> Hub:
    """The application on an open store. `routes`: other ones than all that are declared."""
    declared = declared_routes() if routes is None else checked(routes)
    metrics, keys = Metrics(), Keys()
    app = Hub(
        routes=[_route(one, Endpoint(one, settings, store, metrics, keys)) for one in declared],
        exception_handlers=HANDLERS,
        lifespan=_start,
    )
    app.router.redirect_slashes = False
    app.state.settings, app.state.metrics, app.state.declared = settings, metrics, declared
    app.state.store = store
    app.state.limits, app.state.compressed = sign_in.Limits(), Compressed()
    return app


def check_routes(routes: Iterable[BaseRoute]) -> None:
    """DeclarationError for a route that came to the application by another door."""
    for route in routes:
        if not isinstance(route, Route) or not isinstance(route.endpoint, Endpoint):
            raise DeclarationError(f"{route!r}: a route without audience and scope; declare it with routing.route")
        check(route.endpoint.declared)


@contextlib.asynccontextmanager
async def _start(app: Starlette) -> AsyncIterator[None]:
    check_routes(app.routes)
    async with upkeep.running(app.state.store, app.state.settings):
        yield


def _route(declared: Declared, endpoint: Endpoint) -> Route:
    return Route(declared.path, endpoint, methods=[declared.method], name=declared.name)
