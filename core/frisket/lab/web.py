"""The embedded web pages of a virtual printer: GET of what is recorded, one request a connection."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import unquote

from frisket.lab.facts import WebFacts
from frisket.lab.traffic import Traffic
from frisket.lab.web_login import Doorkeeper

# In which a request must be complete and its answer taken
WEB_SECONDS = 5.0
_LONGEST_REQUEST = 8 * 1024
END_OF_HEAD = b"\r\n\r\n"
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
    """`pages` is keyed by path (`/index.html`); with a login, who has not proved that he may gets none."""

    def __init__(self, pages: Mapping[str, bytes], traffic: Traffic, login: WebFacts | None = None) -> None:
        self._pages = pages
        self._traffic = traffic
        self._doorkeeper = None if login is None else Doorkeeper(login)
        self._request = b""

    def hear(self, data: bytes) -> tuple[bytes, bool]:
        self._request += data
        if len(self._request) > _LONGEST_REQUEST:
            return status_answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE), False
        if END_OF_HEAD not in self._request:
            return b"", True
        self._traffic.web_requests += 1
        if self._doorkeeper is not None and not self._doorkeeper.lets_in(self._request):
            return status_answer(HTTPStatus.UNAUTHORIZED, self._doorkeeper.challenge), False
        return respond(self._request, self._pages), False


def respond(request: bytes, pages: Mapping[str, bytes]) -> bytes:
    """The whole answer to a request, of which only the first line counts."""
    words = request.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        return status_answer(HTTPStatus.BAD_REQUEST)
    if words[0] != "GET":
        return status_answer(HTTPStatus.METHOD_NOT_ALLOWED, "Allow: GET\r\n")
    path = unquote(words[1].partition("?")[0])
    if path.endswith("/"):
        path += "index.html"
    page = pages.get(words[1], pages.get(path))
    return status_answer(HTTPStatus.NOT_FOUND) if page is None else answer(HTTPStatus.OK, page, _media_type(path, page))


def _media_type(path: str, page: bytes) -> str:
    """By the name of the file, or what it looks like: many pages of devices come from programs and end in anything."""
    by_name = _CONTENT_TYPES.get(PurePosixPath(path).suffix)
    if by_name is not None:
        return by_name
    start = page[:100].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<?xml"):
        return "text/xml"
    return "text/html" if start.startswith(b"<") else "application/octet-stream"


def status_answer(status: HTTPStatus, header: str = "") -> bytes:
    return answer(status, f"{status.value} {status.phrase}\n".encode(), "text/plain; charset=utf-8", header)


def answer(status: HTTPStatus, body: bytes, content_type: str, header: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n{header}Connection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body
