"""The embedded web pages of a virtual printer: GET of what is recorded, one request a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import unquote

from frisket.lab.traffic import Traffic

# Seconds in which a request must be complete and its answer taken
_TIME = 5.0
_CONTENT_TYPES = {
    ".css": "text/css",
    ".htm": "text/html; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "text/xml",
}


class WebPort:
    """`pages` is keyed by path (`/index.html`)."""

    def __init__(self, pages: Mapping[str, bytes], traffic: Traffic) -> None:
        self._pages = pages
        self._traffic = traffic

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_TIME):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                answer = _status(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            else:
                self._traffic.web_requests += 1
                answer = respond(head, self._pages)
            writer.write(answer)
            await writer.drain()


def respond(head: bytes, pages: Mapping[str, bytes]) -> bytes:
    """The whole answer to a request's first lines."""
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        return _status(HTTPStatus.BAD_REQUEST)
    if words[0] != "GET":
        return _status(HTTPStatus.METHOD_NOT_ALLOWED, "Allow: GET\r\n")
    path = unquote(words[1].partition("?")[0])
    if path.endswith("/"):
        path += "index.html"
    page = pages.get(path)
    if page is None:
        return _status(HTTPStatus.NOT_FOUND)
    return _answer(HTTPStatus.OK, page, _CONTENT_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream"))


def _status(status: HTTPStatus, header: str = "") -> bytes:
    return _answer(status, f"{status.value} {status.phrase}\n".encode(), "text/plain; charset=utf-8", header)


def _answer(status: HTTPStatus, body: bytes, content_type: str, header: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n{header}Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
