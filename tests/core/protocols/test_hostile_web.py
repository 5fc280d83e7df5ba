"""Whatever a device's web server does costs no more than its bounds and ends in a clear note."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.protocols.made_up import ADDRESS, Outcome, ask, contact, run, web_ports

from frisket.lab.hostile_ipp import HONEST, IPP_BEHAVIOURS
from frisket.lab.hostile_web import WEB_BEHAVIOURS
from frisket.lab.hostile_wire import WebBehaviour, Wire, serving
from frisket.model.request import HttpRequest, IppRequest

SECONDS = 0.8
MOST = 32 * 1024
# Twice the body for frames of chunks, 64 KiB for headers, and what one read takes beyond
MOST_ON_THE_WIRE = 2 * MOST + 64 * 1024 + 64 * 1024
MEMORY = 4 * 1024 * 1024

PAGES = {"honest", "long-page", "wrong-charset"}
REFUSED = {
    "endless-body", "endless-chunks", "gzip-bomb", "huge-length", "tiny-chunks", "redirect-climbing",
    "redirect-elsewhere", "redirect-loop", "redirect-maze", "redirect-of-nothing", "redirect-to-file",
    "redirect-to-name", "redirect-to-no-host", "redirect-to-port", "redirect-to-user", "redirect-with-escape",
    "redirect-without-location",
}  # fmt: skip

PRINTERS = {
    "honest", "date-of-nothing", "no-group", "other-number", "out-of-band", "unknown-charset", "unknown-tags",
}  # fmt: skip
TOO_LARGE = {"attribute-bomb", "collection-in-collections", "huge-text", "member-bomb", "value-bomb"}
NO_NEWS = {"not-found"}


async def get(behaviour: WebBehaviour) -> Outcome:
    async with serving(behaviour, ADDRESS) as port:
        request = HttpRequest(paths=("/status.html",), timeout=SECONDS, max_bytes=MOST)
        return await ask(contact(web_ports(port)), request)


async def ask_printer(behaviour: WebBehaviour, most: int = MOST) -> Outcome:
    async with serving(behaviour, ADDRESS) as port:
        request = IppRequest(paths=("/ipp/print",), attributes=("x",), timeout=SECONDS, max_bytes=most)
        return await ask(contact(web_ports(ipp=port)), request)


def within_bounds(found: Outcome) -> None:
    assert found.seconds < SECONDS + 1
    assert found.requests <= 6
    assert found.octets <= 3 * MOST_ON_THE_WIRE
    assert len(found.notes) <= 1
    assert found.details.isascii()
    assert found.details == "" or found.details.isprintable()
    assert len(found.details) < 250


@pytest.mark.parametrize("name", sorted(WEB_BEHAVIOURS))
def test_a_hostile_page_costs_its_bounds_and_a_note(name: str) -> None:
    found = run(get(WEB_BEHAVIOURS[name]))
    within_bounds(found)
    assert found.octets <= MOST_ON_THE_WIRE
    if name in PAGES:
        assert [reply.name for reply in found.replies] == ["/status.html"]
        assert found.notes == ()
    else:
        assert found.replies == []
        assert found.codes == {"request-refused" if name in REFUSED else "request-failed"}, found.details
        assert "/status.html" in found.details


@pytest.mark.parametrize("name", sorted(set(WEB_BEHAVIOURS) - PAGES))
def test_a_hostile_web_server_where_ipp_is_costs_its_bounds_and_a_note(name: str) -> None:
    found = run(ask_printer(WEB_BEHAVIOURS[name]))
    within_bounds(found)
    assert found.replies == []
    assert found.codes <= {"request-refused", "request-failed"}
    assert "/ipp/print" in found.details


@pytest.mark.parametrize("name", sorted(IPP_BEHAVIOURS))
def test_a_hostile_printer_costs_its_bounds_and_a_note(name: str) -> None:
    found = run(ask_printer(IPP_BEHAVIOURS[name]))
    within_bounds(found)
    if name in PRINTERS:
        assert [reply.name for reply in found.replies] == ["/ipp/print"]
        assert found.notes == ()
    else:
        assert found.replies == []
        expected = set() if name in NO_NEWS else {"request-refused" if name in TOO_LARGE else "request-failed"}
        assert found.codes == expected, found.details


@pytest.mark.parametrize("name", sorted(TOO_LARGE))
def test_a_bomb_that_may_come_in_is_not_unpacked(name: str) -> None:
    found = run(ask_printer(IPP_BEHAVIOURS[name], most=2 << 20))
    assert found.replies == []
    assert found.codes == {"request-failed"}


@pytest.mark.parametrize("name", ["endless-body", "endless-chunks", "endless-headers", "gzip-bomb", "tiny-chunks"])
def test_memory_is_bounded(name: str) -> None:
    run(get(WEB_BEHAVIOURS["honest"]))
    tracemalloc.start()
    try:
        run(get(WEB_BEHAVIOURS[name]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # the bomb itself is made in this process, too
    assert peak < MEMORY + (9 << 20 if name == "gzip-bomb" else 0)


class Sends:
    """The beginning of some octets, and the end."""

    def __init__(self, octets: bytes) -> None:
        self.octets = octets

    async def __call__(self, wire: Wire) -> None:
        await wire.send(self.octets)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n4\r\npage\r\n2\r\n-2\r\n0\r\n\r\n"
PRINTER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n\x02\0\0\0\0\0\0\1%b" % (len(HONEST) + 8, HONEST)
PAGE = HttpRequest(paths=("/a",), timeout=SECONDS, max_bytes=MOST)
QUESTION = IppRequest(paths=("/a",), attributes=("x",), timeout=SECONDS, max_bytes=MOST)


@pytest.mark.parametrize(("answer", "request_"), [(CHUNKED, PAGE), (PRINTER, QUESTION)])
def test_an_answer_that_is_cut_off_anywhere_is_a_note(answer: bytes, request_: HttpRequest | IppRequest) -> None:
    async def cut_off() -> list[Outcome]:
        device = Sends(b"")
        found = []
        async with serving(device, ADDRESS) as port:
            for length in range(len(answer) + 1):
                device.octets = answer[:length]
                found.append(await ask(contact(web_ports(port, ipp=port)), request_))
        return found

    *broken, whole = run(cut_off())
    assert len(whole.replies) == 1
    for found in broken:
        assert found.replies == []
        assert found.codes == {"request-failed"}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.sampled_from([b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n", CHUNKED[:54], PRINTER[:60]]))
def test_any_answer_is_a_reply_or_a_note(octets: bytes, begun: bytes) -> None:
    for request in (PAGE, QUESTION):

        async def answered(asked: HttpRequest | IppRequest = request) -> Outcome:
            async with serving(Sends(begun + octets), ADDRESS) as port:
                return await ask(contact(web_ports(port, ipp=port)), asked)

        found = run(answered())
        assert len(found.replies) + len(found.notes) <= 1
        assert found.details.isprintable()
