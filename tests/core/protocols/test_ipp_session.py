"""IPP of devices: the one question, at each of the doors that it may be asked at."""

from __future__ import annotations

import attrs
import pytest
from tests.core.protocols.made_up import ADDRESS, Outcome, ask, contact, run, web_ports

from frisket.formats.ipp import encode_get_printer_attributes
from frisket.lab.certificate import lab_tls
from frisket.lab.hostile_ipp import HONEST, IPP_BEHAVIOURS, IppResponseOf
from frisket.lab.hostile_wire import WebBehaviour, Wire, serving
from frisket.model.request import IppRequest
from frisket.protocols.contact import DeviceMemory
from frisket.protocols.web_client import Door, RefusedError, WebClient

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@attrs.define
class Printers:
    """Printers by path, and what they were asked."""

    printers: dict[str, WebBehaviour]
    requests: list[bytes] = attrs.field(factory=list)

    async def __call__(self, wire: Wire) -> None:
        self.requests.append(wire.request)
        printer = self.printers.get(wire.target)
        await (wire.send(NOT_FOUND) if printer is None else printer(wire))

    @property
    def targets(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.requests]


def request(*paths: str) -> IppRequest:
    return IppRequest(paths=paths, attributes=("marker-levels", "printer-name"), timeout=3.0, max_bytes=8192)


def ask_at(device: WebBehaviour, *paths: str, memory: DeviceMemory | None = None) -> Outcome:
    async def asked() -> Outcome:
        async with serving(device, ADDRESS) as port:
            return await ask(contact(web_ports(ipp=port), memory=memory), request(*paths))

    return run(asked())


def test_a_printers_attributes_come_back_under_its_path() -> None:
    device = Printers({"/ipp/print": IppResponseOf(HONEST)})
    found = ask_at(device, "/ipp/print")
    (reply,) = found.replies
    assert (reply.protocol, reply.name, reply.octets[8:]) == ("ipp", "/ipp/print", HONEST)
    assert found.notes == ()
    head, _, body = device.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /ipp/print HTTP/1.1\r\n")
    assert b"application/ipp" in head
    assert body[2:4] == b"\x00\x0b"
    assert b"ipp://127.0.0.1:" in body
    assert b"marker-levels" in body


def test_nothing_but_the_one_question_can_be_posted() -> None:
    device = contact(web_ports())
    print_job = encode_get_printer_attributes("ipp://192.0.2.1/", [], request_id=1).replace(b"\x00\x0b", b"\x00\x02", 1)
    with pytest.raises(RefusedError):
        run(WebClient(device).post_ipp(Door("http", 1), "/", print_job, max_bytes=1, seconds=1))
    assert device.budget.requests == 0


@pytest.mark.parametrize("name", ["not-found", "client-error", "no-http"])
def test_the_next_path_is_tried_where_no_printer_is(name: str) -> None:
    first = {} if name == "no-http" else {"/a": IPP_BEHAVIOURS[name]}
    device = Printers({**first, "/b": IppResponseOf(HONEST)})
    memory = DeviceMemory()
    found = ask_at(device, "/a", "/b", memory=memory)
    assert [reply.name for reply in found.replies] == ["/b"]
    assert found.notes == ()
    ask_at(device, "/a", "/b", memory=memory)
    assert device.targets == ["/a", "/b", "/b"]


def test_an_older_version_is_tried_where_the_newer_one_is_not_supported() -> None:
    async def old(wire: Wire) -> None:
        """Knows IPP/1.1 only."""
        version = wire.request.partition(b"\r\n\r\n")[2][:2]
        await IppResponseOf(HONEST, status=0 if version == b"\x01\x01" else 0x0503)(wire)

    found = ask_at(old, "/ipp/print")
    assert len(found.replies) == 1
    assert found.notes == ()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: https://printer.invalid:631/ipp/print\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_where_tls_is_wanted_it_is_spoken_and_remembered(answer: bytes) -> None:
    memory = DeviceMemory()

    async def plain(wire: Wire) -> None:
        """Wants TLS."""
        await wire.send(answer)

    async def asked() -> Outcome:
        secure = Printers({"/ipp/print": IppResponseOf(HONEST)})
        async with serving(plain, ADDRESS) as ipp, serving(secure, ADDRESS, tls=lab_tls()) as https:
            device = contact(web_ports(https=https, ipp=ipp), memory=memory)
            found = await ask(device, request("/ipp/print"))
        assert b"ipps://" in secure.requests[0]
        return found

    assert len(run(asked()).replies) == 1
    assert memory.schemes == {"ipp": "https"}


def test_a_port_that_speaks_tls_only_is_spoken_to_so() -> None:
    memory = DeviceMemory()

    async def asked() -> Outcome:
        async with serving(IppResponseOf(HONEST), ADDRESS, tls=lab_tls()) as port:
            return await ask(contact(web_ports(ipp=port), memory=memory), request("/ipp/print"))

    found = run(asked())
    assert len(found.replies) == 1
    assert found.notes == ()
    assert memory.schemes == {"ipp": "ipps"}


def test_a_device_without_ipp_is_asked_once() -> None:
    found = run(ask(contact(web_ports()), request("/a"), request("/b")))
    assert found.requests <= 3
    assert found.notes == (), "that a service is not there is no failure"
