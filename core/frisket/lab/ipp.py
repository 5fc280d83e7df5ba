"""IPP of a virtual printer: recorded responses to Get-Printer-Attributes, over HTTP POST, one request a connection."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from frisket.formats.ipp import GET_PRINTER_ATTRIBUTES
from frisket.lab.traffic import Traffic
from frisket.lab.web import END_OF_HEAD, answer, status_answer

_LONGEST_REQUEST = 64 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
# RFC 8011 appendix B: server-error-operation-not-supported
_OPERATION_NOT_SUPPORTED = b"\x05\x01"
_SHORTEST = 8


class IppConversation:
    """`responses` is keyed by path (`/ipp/print`)."""

    def __init__(self, responses: Mapping[str, bytes], traffic: Traffic) -> None:
        self._responses = responses
        self._traffic = traffic
        self._request = b""

    def hear(self, data: bytes) -> tuple[bytes, bool]:
        self._request += data
        if len(self._request) > _LONGEST_REQUEST:
            return status_answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE), False
        head, end, body = self._request.partition(END_OF_HEAD)
        if not end:
            return b"", True
        length = _LENGTH.search(head + b"\r\n")
        if length is None:
            return status_answer(HTTPStatus.LENGTH_REQUIRED), False
        if len(body) < int(length[1]):
            return b"", True
        self._traffic.ipp_requests += 1
        return respond(head, body, self._responses), False


def respond(head: bytes, body: bytes, responses: Mapping[str, bytes]) -> bytes:
    """The recorded response under the number of the request, whatever attributes were asked for."""
    words = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    if words[0] != "POST":
        return status_answer(HTTPStatus.METHOD_NOT_ALLOWED, "Allow: POST\r\n")
    recorded = responses.get(words[1]) if len(words) == 3 else None
    if recorded is None:
        return status_answer(HTTPStatus.NOT_FOUND)
    if len(body) < _SHORTEST:
        return status_answer(HTTPStatus.BAD_REQUEST)
    number = body[4:8]
    if body[2:4] != GET_PRINTER_ATTRIBUTES.to_bytes(2, "big"):
        return answer(HTTPStatus.OK, body[:2] + _OPERATION_NOT_SUPPORTED + number + b"\x03", "application/ipp")
    return answer(HTTPStatus.OK, recorded[:4] + number + recorded[8:], "application/ipp")
