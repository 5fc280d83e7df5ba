"""A route says who may use it, or the hub does not start; errors tell a program or a person, and nothing more."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from frisket_hub import app
from frisket_hub.dispatch import Endpoint
from frisket_hub.errors import DeclarationError
from frisket_hub.routing import Audience, Declared, HubRequest, NotFound, Refused, check, route
from frisket_hub.settings import Settings
from frisket_hub.store.engine import Store

from .town import open_town


@route("GET", "/hello", audience=Audience.ANONYMOUS, scope="none", summary="Says hello")
async def hello(request: HubRequest) -> Response:
    return PlainTextResponse(f"hello {request.query.get('name', 'you')}")


@route("GET", "/broken", audience=Audience.ANONYMOUS, scope="none", summary="Makes a mistake")
async def broken(request: HubRequest) -> Response:
    raise RuntimeError("a secret of the inside")


@route("GET", "/api/broken", audience=Audience.ANONYMOUS, scope="none", summary="Makes a mistake")
async def broken_for_programs(request: HubRequest) -> Response:
    raise RuntimeError("a secret of the inside")


@route("GET", "/api/things/{id}", audience=Audience.ANONYMOUS, scope="none", summary="Is never there")
async def thing(request: HubRequest) -> Response:
    raise NotFound(request.path["id"])


@route("GET", "/teapot", audience=Audience.ANONYMOUS, scope="none", summary="Refuses")
async def teapot(request: HubRequest) -> Response:
    raise Refused(418, "I am <b>a teapot</b>.")


@route("GET", "/seen", audience=Audience.ANONYMOUS, scope="none", summary="Says what it sees")
async def seen(request: HubRequest) -> Response:
    return PlainTextResponse(f"{request.http.scope['scheme']} {request.http.client and request.http.client.host}")


@route("POST", "/echo", audience=Audience.ANONYMOUS, scope="none", summary="Says how long it was")
async def echo(request: HubRequest) -> Response:
    return PlainTextResponse(f"{len(request.body)} {dict(request.form)}")


ROUTES: list[object] = [hello, broken, broken_for_programs, thing, teapot, seen, echo]


def test_a_declaration_says_everything() -> None:
    assert (hello.method, hello.path, hello.name) == ("GET", "/hello", "test_routing.hello")
    assert check(hello) is hello


@pytest.mark.parametrize(
    ("audience", "scope"),
    [
        (Audience.ANONYMOUS, ""),
        (Audience.ANONYMOUS, "everything"),
        (None, "none"),
        ("anybody", "none"),
        (Audience.ANONYMOUS, "members in sight"),
        (Audience.AGENT, "none"),
        (Audience.ADMIN, "members in sight"),
        (Audience.PROVIDER, "none"),
    ],
)
def test_a_declaration_without_audience_or_scope_stops_the_start(
    sqlite_url: str, audience: Audience, scope: str
) -> None:
    bad = attrs.evolve(hello, audience=audience, scope=scope)

    async def scenario() -> None:
        store = await Store.open(sqlite_url)
        with pytest.raises(DeclarationError, match="/hello"):
            app.build(Settings(), store, [bad])
        await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "unmarked",
    [
        Route("/left-over", lambda _: PlainTextResponse("set-up")),
        Mount("/files", app=PlainTextResponse("files")),
        Route("/left-over", lambda _: PlainTextResponse("set-up"), include_in_schema=False),
    ],
)
def test_a_route_by_another_door_stops_the_start(sqlite_url: str, unmarked: Route | Mount) -> None:
    async def scenario() -> None:
        store = await Store.open(sqlite_url)
        hub = app.build(Settings(), store)
        hub.router.routes.append(unmarked)
        with pytest.raises(DeclarationError, match="without audience and scope"):
            async with hub.router.lifespan_context(hub):
                pass
        with pytest.raises(DeclarationError):
            app.build(Settings(), store, [unmarked])
        await store.close()

    asyncio.run(scenario())


def test_a_route_that_is_declared_twice_stops_the_start() -> None:
    with pytest.raises(DeclarationError, match=r"declared by test_routing\.hello and by test_routing\.teapot"):
        app.checked([hello, attrs.evolve(teapot, path="/hello")])


def test_everything_that_is_declared_is_served_and_nothing_else(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with open_town(sqlite_url) as town:
            app.check_routes(town.app.routes)
            endpoints = [route.endpoint for route in town.app.routes if isinstance(route, Route)]
            served = [endpoint.declared for endpoint in endpoints if isinstance(endpoint, Endpoint)]
            assert served == list(app.declared_routes())
            assert len(served) == len(town.app.routes)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/hello?name=you", 200, "hello you"),
        ("/nowhere", 404, "nothing here that you may see"),
        ("/hello/", 404, "nothing here that you may see"),
        ("/broken", 500, "went wrong here"),
        ("/api/broken", 500, '{"error":"That went wrong here'),
        ("/api/things/1", 404, '{"error":"There is nothing here'),
        ("/api/nowhere", 404, '{"error":"There is nothing here'),
        ("/agent/v2/check-in", 404, '{"error":"There is nothing here'),
        ("/teapot", 418, "I am &lt;b&gt;a teapot&lt;/b&gt;."),
    ],
)
def test_errors_are_pages_for_people_and_objects_for_programs(
    sqlite_url: str, path: str, status: int, says: str
) -> None:
    async def scenario() -> None:
        async with open_town(sqlite_url, routes=ROUTES) as town, town.browser() as browser:
            answer = await browser.get(path)
            assert answer.status_code == status
            assert says in answer.text
            assert "secret" not in answer.text
            kind = "application/json" if path.startswith(("/api/", "/agent/")) else "text/"
            assert answer.headers["content-type"].startswith(kind)
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"

    asyncio.run(scenario())


def test_what_is_absent_looks_the_same_everywhere(sqlite_url: str) -> None:
    async def scenario() -> None:
        async with open_town(sqlite_url, routes=ROUTES) as town, town.browser() as browser:
            answers = {(await browser.get(f"/api/things/{name}")).content for name in ("1", "2", "%C3%BC", "a" * 500)}
            assert len(answers) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"a=1&b=%C3%BC", "application/x-www-form-urlencoded; charset=utf-8", 200),
        (b"a=1", "multipart/form-data; boundary=x", 415),
        (b"{}", "application/json", 415),
        (b"a=%FF", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"a=%00", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % number for number in range(300)), "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_form_is_read_within_limits(sqlite_url: str, content: bytes, kind: str, status: int) -> None:
    async def scenario() -> None:
        async with open_town(sqlite_url, routes=ROUTES) as town, town.browser() as browser:
            headers = {"content-type": kind, "origin": "http://127.0.0.1:8631"}
            answer = await browser.http.post("/echo", content=content, headers=headers)
            assert answer.status_code == status

    asyncio.run(scenario())


def test_a_declared_route_needs_the_declaration_not_the_function() -> None:
    async def bare(request: Request) -> Response:
        return PlainTextResponse("bare")

    with pytest.raises(DeclarationError):
        app.checked([bare])
    assert isinstance(hello, Declared)
