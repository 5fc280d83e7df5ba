"""What a virtual printer has beside SNMP, PJL and plain pages: https, logins, IPP, and silence."""

from __future__ import annotations

import ipaddress
import socket

import attrs
import pytest
from tests.core.protocols.made_up import Outcome, ask, contact, run

from frisket.errors import LabError
from frisket.formats.ipp import decode_response
from frisket.lab import BEHAVIOUR_NAMES, Facts, Recording, VirtualPrinter, describe, make_behaviour
from frisket.lab.facts import WebFacts
from frisket.lab.hostile_ipp import HONEST
from frisket.model.request import HttpRequest, IppRequest, Request
from frisket.protocols.contact import Ports
from frisket.protocols.vault import Vault, WebLogin

from .made_up import LASER, OFFSET, serving

RESPONSE = b"\x02\x00\x00\x00\x00\x00\x00\x07" + HONEST
SILENT = Recording(name="silent", snmp=False, pages={"/a.cgi": b"<p>a</p>"}, ipp={"/ipp/print": RESPONSE})
PAGE = HttpRequest(paths=("/a.cgi",), auth="admin", timeout=3.0)
WORDS = "correct"


def read(recording: Recording, request: Request, password: str = WORDS) -> Outcome:
    networks = (ipaddress.ip_network("127.0.0.0/8"),)
    vault = Vault(logins=(WebLogin(slot="admin", networks=networks, user="reader", password=password),))
    with serving(VirtualPrinter(recording)) as [printer]:
        return run(ask(contact(Ports().moved(OFFSET), address=printer.address, vault=vault), request))


def on(*ports: int, scheme: str | None = None) -> Recording:
    web = None if scheme is None else WebFacts(user="reader", password=WORDS, scheme=scheme)
    return attrs.evolve(SILENT, facts=Facts(ports=frozenset(ports), web=web))


def test_ipp_is_served_under_the_number_of_the_request() -> None:
    found = read(SILENT, IppRequest(paths=("/ipp", "/ipp/print"), attributes=("printer-name",), timeout=3.0))
    (reply,) = found.replies
    assert reply.name == "/ipp/print"
    assert decode_response(reply.octets).attributes["printer-name"] == ("Device",)
    assert decode_response(reply.octets).request_id != 7


def test_a_page_without_a_known_name_has_the_type_that_it_looks_like() -> None:
    (reply,) = read(SILENT, PAGE).replies
    assert reply.media_type == "text/html"


@pytest.mark.parametrize("ports", [(443,), (80, 443)])
@pytest.mark.parametrize("scheme", [None, "basic", "digest"])
def test_pages_are_served_over_tls_where_the_facts_say_so(ports: tuple[int, ...], scheme: str | None) -> None:
    found = read(on(*ports, scheme=scheme), PAGE)
    assert [reply.octets for reply in found.replies] == [b"<p>a</p>"]
    assert found.notes == ()


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_who_has_another_password_sees_no_page(scheme: str) -> None:
    found = read(on(80, scheme=scheme), PAGE, "wrong")
    assert found.replies == []
    assert "401" in found.details


def test_a_silent_device_does_not_listen_to_snmp() -> None:
    with (
        serving(VirtualPrinter(SILENT)) as [printer],
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
    ):
        # nobody else has the port
        sock.bind((printer.address, printer.snmp_port))


@pytest.mark.parametrize(
    ("name", "request_"),
    [("web/gzip-bomb", PAGE), ("ipp/truncated", IppRequest(paths=("/ipp/print",), attributes=("x",), timeout=3.0))],
)
def test_a_virtual_printer_misbehaves_in_web_or_ipp_alone(name: str, request_: Request) -> None:
    with serving(VirtualPrinter(attrs.evolve(LASER, pages=SILENT.pages), make_behaviour(name))) as [printer]:
        found = run(ask(contact(Ports().moved(OFFSET), address=printer.address), request_))
    assert found.replies == []
    assert len(found.notes) == 1


def test_every_behaviour_has_a_name_and_says_what_it_does() -> None:
    assert len(set(BEHAVIOUR_NAMES)) == len(BEHAVIOUR_NAMES) > 100
    assert all(3 < len(describe(name)) < 100 for name in BEHAVIOUR_NAMES)
    assert make_behaviour("web/no-answer").web is not None
    with pytest.raises(LabError, match="no such behaviour"):
        make_behaviour("web/rude")
