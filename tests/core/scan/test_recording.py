"""Recording over every protocol that is spoken: what a device says lands in the files that a case has for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from frisket.errors import SilentError
from frisket.formats import ber, snmp
from frisket.formats.scrub import Raw
from frisket.formats.snmp import decode_message, decode_tags, encode_message, encode_value, encode_varbind
from frisket.formats.snmprec import RecordedValue
from frisket.lab import Recording, load_recording
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.request import HttpRequest, Reply
from frisket.profile.database import ProfileDatabase
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.never_asked import NEVER_ASKED, may_be_asked
from frisket.protocols.session import Access, Budget, Endpoint, NoteBook
from frisket.protocols.snmp_walk import allowed_parts, without_nested
from frisket.scan.case_folder import write_case
from frisket.scan.recording import Recorded, answers_of, contact_with, file_of, record
from frisket.testing import StartPrinters

SPEAKS_PJL = {(1, 3, 6, 1, 2, 1, 43, 15, 1, 1, 2, 1, 1): RecordedValue(ber.INTEGER, 5)}
PRINTER = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): RecordedValue(ber.OCTET_STRING, b"Example Copier 700"),
    (1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 1, 1): RecordedValue(snmp.COUNTER32, 4),
}


class Told:
    """A session that gives what it was told to, and remembers what it was asked."""

    def __init__(self, transport: FakeTransport, contact: Contact) -> None:
        self.notes: NoteBook = contact.notes
        self.budget: Budget = contact.budget
        self._transport = transport

    async def ask(self, plan: Plan, answers: Answers) -> None:
        for request in plan.requests:
            self._transport.asked.append(request.names)
            for name in request.names:
                if name in self._transport.replies:
                    octets = self._transport.replies[name]
                    answers.add_reply(Reply(protocol=request.protocol, name=name, octets=octets))
                    break
            answers.requested.add(request)

    def close(self) -> None:
        self._transport.closed += 1


class FakeTransport:
    """Another way to ask a device, as a plugin would bring it."""

    def __init__(self, replies: Mapping[str, bytes], *, silent: bool = False) -> None:
        self.replies = replies
        self.silent = silent
        self.asked: list[tuple[str, ...]] = []
        self.closed = 0

    async def open(self, contact: Contact) -> Told:
        if self.silent:
            raise SilentError(contact.address, "refuses")
        return Told(self, contact)


@pytest.fixture
def recorded(frisket_database: ProfileDatabase, virtual_printers: StartPrinters) -> Callable[..., Recorded]:
    """Records a made-up printer with these further transports."""

    def run(objects: Mapping[tuple[int, ...], RecordedValue], *pages: str, **transports: FakeTransport) -> Recorded:
        (printer,) = virtual_printers([Recording(name="one", objects=objects)]).printers
        endpoint, access = Endpoint(printer.address, printer.snmp_port), Access(version=1, community=b"public")
        contact = contact_with(endpoint, access, Ports())
        return asyncio.run(record(contact, frisket_database, transports, pages=pages))

    return run


def test_pages_queries_and_attributes_land_in_their_files(recorded: Callable[..., Recorded]) -> None:
    web = FakeTransport({"/": b"<html>", "/a/b.xml": b"<x/>"})
    pjl = FakeTransport({"INFO STATUS": b'@PJL INFO STATUS\r\nCODE=10001\r\nDISPLAY="Ready"\r\n\x0c'})
    ipp = FakeTransport({"/ipp/print": b"\x02\x00"})
    found = recorded({**PRINTER, **SPEAKS_PJL}, "/", "/a/b.xml", http=web, pjl=pjl, ipp=ipp)
    assert found.raw.files == {
        "http/index.html": b"<html>",
        "http/a/b.xml": b"<x/>",
        "pjl/INFO_STATUS.txt": b'CODE=10001\nDISPLAY="Ready"\n',
        "ipp/ipp_print.bin": b"\x02\x00",
    }
    assert found.missing == ()
    assert (len(web.asked), web.closed) == (2, 2)


def test_no_byte_of_pjl_goes_to_what_has_not_proved_to_speak_it(recorded: Callable[..., Recorded]) -> None:
    pjl = FakeTransport({})
    assert recorded(PRINTER, pjl=pjl).raw.files == {}
    assert pjl.asked == []


def test_what_cannot_be_recorded_is_told_and_the_rest_is_kept(recorded: Callable[..., Recorded]) -> None:
    found = recorded(PRINTER, "/a", http=FakeTransport({}, silent=True))
    assert [line.partition(":")[0] for line in found.missing] == ["http /a"]
    assert set(PRINTER) == set(found.raw.objects)
    (line,) = recorded(PRINTER, "/a").missing
    assert line == "http /a: no plugin speaks http"


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/a/../../b", "/"])
def test_no_path_leads_out_of_the_folder(path: str) -> None:
    name = file_of(Reply(protocol="http", name=path))
    assert name.startswith("http/")
    assert ".." not in name


def test_files_come_back_as_the_answers_that_they_were() -> None:
    files = {"http/a/index.html": b"1", "http/b.xml": b"2", "pjl/INFO_ID.txt": b"3", "ipp/ipp_print.bin": b"4"}
    answers = answers_of(Raw(objects={}, files=files))
    given = [("http", "/a/"), ("http", "/b.xml"), ("pjl", "INFO ID"), ("ipp", "/ipp/print")]
    assert [reply.octets if (reply := answers.reply(*one)) else b"" for one in given] == [b"1", b"2", b"3", b"4"]
    assert answers.replies(HttpRequest(paths=("/b.xml",)))


def test_a_written_case_is_a_recording_of_the_lab(frisket_database: ProfileDatabase, tmp_path: Path) -> None:
    raw = Raw(objects=PRINTER, files={"http/index.html": b"<html>", "pjl/INFO_ID.txt": b"x\n"})
    draft = write_case(tmp_path / "case", raw, frisket_database)
    loaded = load_recording(tmp_path / "case")
    assert (draft.profile, loaded.ports) == ("std/printer-mib", frozenset((80, 9100)))
    assert dict(loaded.objects) == PRINTER
    assert loaded.facts.title == "Example Copier 700"


def test_a_device_that_is_silent_in_snmp_is_recorded_by_what_else_it_says(
    frisket_database: ProfileDatabase, tmp_path: Path
) -> None:
    ipp = FakeTransport({"/ipp/print": b"\x02\x00"})
    contact = contact_with(Endpoint("127.0.0.1", 9), None, Ports())
    found = asyncio.run(record(contact, frisket_database, {"ipp": ipp}))
    assert found.raw == Raw(objects={}, files={"ipp/ipp_print.bin": b"\x02\x00"})
    draft = write_case(tmp_path / "case", found.raw, frisket_database, versions=())
    assert draft.profile is None
    assert load_recording(tmp_path / "case").ports == {631}
    assert not (tmp_path / "case" / "device.snmprec").exists()


# --- the walk ----------------------------------------------------------------------------------


def test_the_types_of_values_are_those_of_the_message() -> None:
    values = [(ber.INTEGER, -3), (snmp.COUNTER32, 5), (snmp.IP_ADDRESS, b"\x0a\0\0\x01"), (snmp.COUNTER64, 2**40)]
    binds = [encode_varbind((1, 3, at), encode_value(tag, value)) for at, (tag, value) in enumerate(values)]  # type: ignore[arg-type]  # of several types
    data = encode_message(1, b"public", snmp.Pdu.RESPONSE, 7, binds, error_status=0, error_index=0)
    assert decode_tags(data) == tuple(tag for tag, _ in values)
    assert len(decode_message(data).varbinds) == 4


@pytest.mark.parametrize("never", NEVER_ASKED)
def test_no_walk_begins_in_or_above_what_is_never_asked(never: tuple[int, ...]) -> None:
    parts = list(allowed_parts(never[:7]))
    assert parts
    assert all(may_be_asked(part) for part in parts)
    assert list(allowed_parts(never)) == list(allowed_parts((*never, 1))) == []
    assert list(allowed_parts((1, 3, 6, 1, 2, 1, 43))) == [(1, 3, 6, 1, 2, 1, 43)]


def test_subtrees_in_others_are_walked_once() -> None:
    assert without_nested([(1, 3, 6), (1, 3, 6, 1), (1, 4), (1, 3, 6)]) == [(1, 3, 6), (1, 4)]
