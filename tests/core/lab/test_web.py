"""The embedded web page: GET of what is recorded, and nothing else."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import attrs
import pytest

from frisket.lab import RunningPrinter, VirtualPrinter
from frisket.lab.web import respond

from .made_up import LASER, serving

PAGES = {"/index.html": b"<h1>LaserThing</h1>", "/DevMgmt/Usage Dyn.xml": b"<usage/>", "/raw.bin": b"\0\1"}


@pytest.fixture(scope="module")
def printer() -> Iterator[RunningPrinter]:
    with serving(VirtualPrinter(attrs.evolve(LASER, pages=PAGES))) as [running]:
        yield running


def get(printer: RunningPrinter, path: str, method: str = "GET") -> tuple[int, str | None, bytes]:
    connection = http.client.HTTPConnection(printer.address, printer.place.web_port, timeout=2)
    connection.request(method, path)
    response = connection.getresponse()
    answer = (response.status, response.getheader("Content-Type"), response.read())
    connection.close()
    return answer


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        ("/index.html", "text/html; charset=utf-8", b"<h1>LaserThing</h1>"),
        ("/", "text/html; charset=utf-8", b"<h1>LaserThing</h1>"),
        ("/index.html?lang=en", "text/html; charset=utf-8", b"<h1>LaserThing</h1>"),
        ("/DevMgmt/Usage%20Dyn.xml", "text/xml", b"<usage/>"),
        ("/raw.bin", "application/octet-stream", b"\0\1"),
    ],
)
def test_recorded_pages_are_served_by_path(printer: RunningPrinter, path: str, content_type: str, body: bytes) -> None:
    assert get(printer, path) == (200, content_type, body)


@pytest.mark.parametrize("path", ["/missing.html", "/../index.html", "/index.html/", "//index.html"])
def test_other_paths_are_not_found(printer: RunningPrinter, path: str) -> None:
    assert get(printer, path)[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_other_methods_are_refused(printer: RunningPrinter, method: str) -> None:
    assert get(printer, "/index.html", method)[0] == 405


def test_requests_are_counted(printer: RunningPrinter) -> None:
    before = printer.traffic.web_requests
    get(printer, "/index.html")
    get(printer, "/missing.html")
    assert printer.traffic.web_requests == before + 2


def test_a_request_without_end_is_refused(printer: RunningPrinter) -> None:
    with socket.create_connection((printer.address, printer.place.web_port), timeout=2) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000)
        assert connection.recv(20).startswith(b"HTTP/1.1 431")


def test_a_client_that_hangs_up_does_no_harm(printer: RunningPrinter) -> None:
    socket.create_connection((printer.address, printer.place.web_port), timeout=2).close()
    assert get(printer, "/")[0] == 200


@pytest.mark.parametrize(
    "head", [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / SPDY/9\r\n\r\n", b"\xff\xff \0 HTTP/1.1 x\r\n\r\n"]
)
def test_what_is_no_request_is_a_bad_request(head: bytes) -> None:
    assert respond(head, PAGES).startswith(b"HTTP/1.1 400 ")
