"""The embedded web pages of a virtual printer: GET of what is recorded, one request a connection."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import unquote

from frisket.lab.traffic import Traffic

# In which a request must be complete and its answer taken
WEB_SECONDS = 5.0
_LONGEST_REQUEST = 8 * 1024
_END = b"\r\n\r\n"
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


class WebConversation:
    """`pages` is keyed by path (`/index.html`)."""

    def __init__(self, pages: Mapping[str, bytes], traffic: Traffic) -> None:
        self._pages = pages
        self._traffic = traffic
        self._request = b""

    def hear(self, data: bytes) -> tuple[bytes, bool]:
        self._request += data
        if len(self._request) > _LONGEST_REQUEST:
            return _status(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE), False
        if _END not in self._request:
            return b"", True
        self._traffic.web_requests += 1
        return respond(self._request, self._pages), False


def respond(request: bytes, pages: Mapping[str, bytes]) -> bytes:
    """The whole answer to a request, of which only the first line counts."""
    words = request.partition(b"\r\n")[0].decode("latin-1").split(" ")
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
