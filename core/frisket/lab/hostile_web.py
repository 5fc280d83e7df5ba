"""Web servers of devices that are broken or mean no good: what an agent's client has to bear, by name.

Each is told in its docstring, and served by `frisket.lab.hostile_wire.serving`.
"""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Mapping
from types import MappingProxyType

from frisket.lab.hostile_wire import WebBehaviour, Wire

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_FILLER = b"x" * 16384
_PAGE = b"<html>device</html>"
# What a client on the way to another place must not reach
ELSEWHERE = "127.99.99.99"


async def honest(wire: Wire) -> None:
    """A page"""
    await wire.send(_OK + b"Content-Length: %d\r\n\r\n" % len(_PAGE) + _PAGE)


# --- more than anybody asked for -------------------------------------------------------------


async def endless_body(wire: Wire) -> None:
    """A page without a length, and without an end"""
    await wire.send(_OK + b"\r\n")
    await wire.send_all(itertools.repeat(_FILLER))


async def endless_chunks(wire: Wire) -> None:
    """Chunk after chunk, and never the last one"""
    await wire.send(_CHUNKED)
    await wire.send_all(itertools.repeat(b"4000\r\n" + _FILLER + b"\r\n"))


async def tiny_chunks(wire: Wire) -> None:
    """Chunks of one octet with long extensions: frames without a page"""
    await wire.send(_CHUNKED)
    await wire.send_all(itertools.repeat(b"1;" + b"e" * 4000 + b"\r\nx\r\n"))


async def endless_trailers(wire: Wire) -> None:
    """Headers behind the last chunk, without an end"""
    await wire.send(_CHUNKED + b"0\r\n")
    await wire.send_all(f"X-{at}: {at}\r\n".encode() for at in itertools.count())


async def endless_headers(wire: Wire) -> None:
    """One header after the other"""
    await wire.send(_OK)
    await wire.send_all(f"X-{at}: {'x' * 200}\r\n".encode() for at in itertools.count())


async def endless_header(wire: Wire) -> None:
    """One header, whose value never ends"""
    await wire.send(_OK + b"X: ")
    await wire.send_all(itertools.repeat(_FILLER))


async def endless_status(wire: Wire) -> None:
    """A status line that never ends"""
    await wire.send(b"HTTP/1.1 200 ")
    await wire.send_all(itertools.repeat(_FILLER))


async def interim_forever(wire: Wire) -> None:
    """`100 Continue` again and again"""
    await wire.send_all(itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"))


async def error_with_endless_body(wire: Wire) -> None:
    """500, and endless words about it"""
    await wire.send(b"HTTP/1.1 500 Broken\r\n\r\n")
    await wire.send_all(itertools.repeat(_FILLER))


async def gzip_bomb(wire: Wire) -> None:
    """A page of some MiB in a few kB, compressed though nobody asked for that"""
    packed = gzip.compress(bytes(8 << 20))
    await wire.send(_OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)


async def gzip_transfer(wire: Wire) -> None:
    """A transfer encoding that nobody speaks"""
    await wire.send(_OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")


# --- wrong lengths ---------------------------------------------------------------------------


async def huge_length(wire: Wire) -> None:
    """A page that says to be of 900 GB"""
    await wire.send(_OK + b"Content-Length: 999999999999\r\n\r\n")
    await wire.send_all(itertools.repeat(_FILLER))


async def length_of_digits(wire: Wire) -> None:
    """A length of 5,000 digits"""
    await wire.send(_OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + _PAGE)


async def negative_length(wire: Wire) -> None:
    """A length below zero"""
    await wire.send(_OK + b"Content-Length: -1\r\n\r\n" + _PAGE)


async def two_lengths(wire: Wire) -> None:
    """Two lengths that disagree"""
    await wire.send(_OK + b"Content-Length: 5\r\nContent-Length: 19\r\n\r\n" + _PAGE)


async def short_page(wire: Wire) -> None:
    """Less than the length says, and the end"""
    await wire.send(_OK + b"Content-Length: 5000\r\n\r\n" + _PAGE)


async def long_page(wire: Wire) -> None:
    """More than the length says: the rest looks like the next answer"""
    await wire.send(_OK + b"Content-Length: 6\r\n\r\n<html>" + _OK + b"Content-Length: 4\r\n\r\nevil")


async def chunk_bomb(wire: Wire) -> None:
    """A chunk that says to be of 2^80 octets"""
    await wire.send(_CHUNKED + b"FFFFFFFFFFFFFFFFFFFFFFFF\r\n" + _PAGE)


async def no_chunks(wire: Wire) -> None:
    """chunked, says the header, and it is not"""
    await wire.send(_CHUNKED + _PAGE)


# --- slowness and breaking off ---------------------------------------------------------------


async def no_answer(wire: Wire) -> None:
    """Silence"""
    await wire.wait()


async def slow_headers(wire: Wire) -> None:
    """headers, one octet at a time"""
    await wire.send_all((b"%c" % octet for octet in _OK + b"X: " + _FILLER), every=0.05)


async def slow_body(wire: Wire) -> None:
    """A page, one octet at a time"""
    await wire.send(_OK + b"Content-Length: 20000\r\n\r\n")
    await wire.send_all(itertools.repeat(b"x"), every=0.05)


async def stalled_body(wire: Wire) -> None:
    """Half a page, then silence"""
    await wire.send(_OK + b"Content-Length: 20000\r\n\r\n" + _PAGE)
    await wire.wait()


async def reset_at_once(wire: Wire) -> None:
    """A connection that is torn down at the request"""
    wire.reset()


async def reset_after_headers(wire: Wire) -> None:
    """A connection that is torn down in the page"""
    await wire.send(_OK + b"Content-Length: 20000\r\n\r\n" + _PAGE)
    wire.reset()


async def closed_at_once(wire: Wire) -> None:
    """The end in place of an answer"""


# --- no HTTP ---------------------------------------------------------------------------------


async def garbage(wire: Wire) -> None:
    """Octets that mean nothing"""
    await wire.send(bytes(range(256)) * 8)


async def http_0_9(wire: Wire) -> None:
    """A page without a status line, as before 1996"""
    await wire.send(_PAGE)


async def nul_in_headers(wire: Wire) -> None:
    """NUL in a header's name and value"""
    await wire.send(_OK + b"X\0Y: a\0b\r\nContent-Length: 19\r\n\r\n" + _PAGE)


async def control_in_status(wire: Wire) -> None:
    """A status line that would move a terminal's cursor"""
    await wire.send(b"\x1b[2J\x1b]0;owned\x07 200 OK\r\n\r\n" + _PAGE)


async def status_of_letters(wire: Wire) -> None:
    """A status that is no number"""
    await wire.send(b"HTTP/1.1 OK 200\r\n\r\n" + _PAGE)


async def switching(wire: Wire) -> None:
    """101, to a protocol that nobody wanted"""
    await wire.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: print\r\nConnection: Upgrade\r\n\r\n" + _FILLER)


async def no_content(wire: Wire) -> None:
    """204 in place of a page"""
    await wire.send(b"HTTP/1.1 204 No Content\r\n\r\n")


async def partial_content(wire: Wire) -> None:
    """A part of a page of which no part was asked for"""
    await wire.send(b"HTTP/1.1 206 Partial\r\nContent-Length: 19\r\n\r\n" + _PAGE)


async def wrong_charset(wire: Wire) -> None:
    """A page in a character set that does not exist, with octets that are in none"""
    page = b'<meta charset="rot13">\xff\xfe\x80' + _PAGE
    await wire.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=klingon\r\n\r\n" + page)


# --- redirects -------------------------------------------------------------------------------


def _redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")


def _redirecting(location: str, tells: str) -> WebBehaviour:
    async def behaviour(wire: Wire) -> None:
        await wire.send(_redirect(location.format(port=wire.port, other=wire.port + 1)))

    behaviour.__doc__ = tells
    return behaviour


async def redirect_loop(wire: Wire) -> None:
    """A redirect to the page that was asked for"""
    await wire.send(_redirect(wire.target))


async def redirect_maze(wire: Wire) -> None:
    """A redirect to ever new pages"""
    await wire.send(_redirect(f"{wire.target}x"))


async def redirect_without_location(wire: Wire) -> None:
    """A redirect that does not say where"""
    await wire.send(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")


# --- logins ----------------------------------------------------------------------------------


def _challenging(challenge: str, tells: str) -> WebBehaviour:
    async def behaviour(wire: Wire) -> None:
        await wire.send(f"HTTP/1.1 401 No\r\n{challenge}Content-Length: 0\r\n\r\n".encode("latin-1"))

    behaviour.__doc__ = tells
    return behaviour


_LONG = "x" * 3000

WEB_BEHAVIOURS: Mapping[str, WebBehaviour] = MappingProxyType(
    {
        "honest": honest,
        "chunk-bomb": chunk_bomb,
        "closed-at-once": closed_at_once,
        "control-in-status": control_in_status,
        "endless-body": endless_body,
        "endless-chunks": endless_chunks,
        "endless-header": endless_header,
        "endless-headers": endless_headers,
        "endless-status": endless_status,
        "endless-trailers": endless_trailers,
        "error-with-endless-body": error_with_endless_body,
        "garbage": garbage,
        "gzip-bomb": gzip_bomb,
        "gzip-transfer": gzip_transfer,
        "http-0.9": http_0_9,
        "huge-length": huge_length,
        "interim-forever": interim_forever,
        "length-of-digits": length_of_digits,
        "login-forever": _challenging('WWW-Authenticate: Digest realm="x", nonce="y", qop="auth"\r\n', "401, always"),
        "login-by-basic": _challenging('WWW-Authenticate: Basic realm="x"\r\n', "401, and wants the password itself"),
        "login-by-unknown": _challenging("WWW-Authenticate: Telepathy\r\n", "401, by a scheme that nobody knows"),
        "login-by-nothing": _challenging("", "401, and does not say how"),
        "login-in-pieces": _challenging(f'WWW-Authenticate: Digest realm="{_LONG}\\\r\n', "401, by broken words"),
        "long-page": long_page,
        "negative-length": negative_length,
        "no-answer": no_answer,
        "no-chunks": no_chunks,
        "no-content": no_content,
        "nul-in-headers": nul_in_headers,
        "partial-content": partial_content,
        "redirect-climbing": _redirecting("/a/%2e%2e/%2e%2e/etc/passwd", "a redirect out of the pages"),
        "redirect-elsewhere": _redirecting(f"http://{ELSEWHERE}/", "a redirect to another device"),
        "redirect-loop": redirect_loop,
        "redirect-maze": redirect_maze,
        "redirect-of-nothing": _redirecting("http://[::1", "a redirect to what is no address"),
        "redirect-to-file": _redirecting("file:///etc/passwd", "a redirect to this machine's files"),
        "redirect-to-name": _redirecting("http://device.invalid/", "a redirect to a name"),
        "redirect-to-no-host": _redirecting(f"//{ELSEWHERE}/x", "a redirect to another device without a scheme"),
        "redirect-to-port": _redirecting("http://127.0.0.1:{other}/", "a redirect to another port of the device"),
        "redirect-to-user": _redirecting("http://admin:x@127.0.0.1:{port}/", "a redirect with a login in it"),
        "redirect-with-escape": _redirecting("/\x1b[2J", "a redirect that would move a terminal's cursor"),
        "redirect-without-location": redirect_without_location,
        "reset-after-headers": reset_after_headers,
        "reset-at-once": reset_at_once,
        "short-page": short_page,
        "slow-body": slow_body,
        "slow-headers": slow_headers,
        "stalled-body": stalled_body,
        "status-of-letters": status_of_letters,
        "switching": switching,
        "tiny-chunks": tiny_chunks,
        "two-lengths": two_lengths,
        "wrong-charset": wrong_charset,
    }
)
