"""The twelve fields only, of pages, PJL and IPP: what no profile reads there appears in no output.

The marks stand in every text, attribute and key but those that the profile reads; the document is the same as without.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from frisket.cli.workbench import load_database
from frisket.formats import ber
from frisket.formats.snmprec import RecordedValue
from frisket.lab import Fleet, Recording, VirtualPrinter
from frisket.lab.hostile_ipp import field
from frisket.model.oid import Oid
from frisket.plugins import load_plugins
from frisket.profile.database import ProfileDatabase
from frisket.profile.mapping import map_reading
from frisket.profile.pages import Pages
from frisket.profile.picks import Pick, Raw
from frisket.profile.pipeline import replay
from frisket.profile.profile import Each
from frisket.profile.recorded import load_answers
from frisket.scan.reader import utc_now
from tests.e2e.conftest import Figure, Ran, fleet_of, frisket

MARK = "CANARY"
BASE = "127.0.135.0"
# A text between tags or a value of an attribute, a quoted text of JSON, and a value of PJL
_MARKUP = re.compile(r'(?<=>)[^<>]*\w[^<>]*(?=<)|(?<==")[^"<>]*\w[^"<>]*(?=")')
_JSON = re.compile(r'"[^"]*"')
_PJL = re.compile(r"(?<==).+$", re.MULTILINE)
_FORMS = ("table", "json", "csv")


def scanned(fleet: Fleet, form: str, *options: str | Path) -> Ran:
    offset = str(fleet.printers[0].place.offset)
    addresses = [printer.address for printer in fleet.printers]
    ran = frisket("scan", *addresses, "--port-offset", offset, "--format", form, *options)
    assert ran.code == 0, ran.err
    return ran


def documents(ran: Ran) -> list[dict[str, Any]]:
    found = [{**json.loads(line), "read_at": None} for line in ran.out.splitlines()]
    return sorted(found, key=lambda document: str(document["ip_address"]))


# --- the recordings that come with the profiles ------------------------------------------------


@attrs.define
class ListeningPages(Pages):
    """Hears what the picks of a profile find, and the words by which they look for it."""

    heard: set[str] = attrs.field(factory=set)

    def look(self, name: str, pick: Pick, page: Any) -> list[Raw]:
        found = super().look(name, pick, page)
        self.heard.update(map(str, found), [pick.text])
        return found


def what_is_heard(database: ProfileDatabase, path: Path) -> set[str]:
    """Everything that reading this recording takes from its pages, by whichever request."""
    answers = load_answers(path)
    recognised, _ = replay(database, answers, address=None, clock=utc_now)
    assert recognised.profile is not None
    requests = recognised.profile.requests
    answers.requested.update(one.request for one in requests.values() if one.request is not None)
    pages = ListeningPages(answers, requests)
    map_reading(recognised.profile, answers, address=None, read_at=utc_now(), pages=pages)
    rows = [rows.place for table in recognised.profile.tables.values() for rows in table.rows]
    pages.heard.add(recognised.identity.http_title or "")
    return pages.heard | {place.pick.text for place in rows if isinstance(place, Each) and place.pick is not None}


def plain(text: str) -> str:
    """As people see it: without entities, and with one blank for many."""
    return " ".join(html.unescape(text).split())


def marked(pattern: re.Pattern[str], text: str, heard: set[str]) -> str:
    # what a selector compares with need only be a part of what stands there
    compared = [literal for one in heard for literal in re.findall(r'"([^"]{3,})"', one)]

    def mark(found: re.Match[str]) -> str:
        said = plain(found[0]).strip('" ')
        is_read = any(said in plain(one) for one in heard) or any(literal in found[0] for literal in compared)
        return found[0] if is_read else f'"{MARK}"' if found[0].startswith('"') else MARK

    return pattern.sub(mark, text)


def with_marks(recording: Recording, heard: set[str]) -> Recording:
    pages = {}
    for path, octets in recording.pages.items():
        text = octets.decode("utf-8", "replace")
        # what says how the page is to be read stays
        prolog = text.partition("?>")[0] + "?>" if text.startswith("<?xml") else ""
        rest = text.removeprefix(prolog)
        pages[path] = (prolog + marked(_MARKUP if rest.lstrip().startswith("<") else _JSON, rest, heard)).encode()
    pjl = {query: marked(_PJL, text, heard) for query, text in recording.pjl.items()}
    return attrs.evolve(recording, pages=pages, pjl=pjl)


def test_marks_in_the_pages_of_every_recording_change_no_document(
    recordings: dict[str, Recording], figure: Figure
) -> None:
    database = load_database(load_plugins())
    talking = [one for one in recordings.values() if one.pages or one.pjl or one.ipp]
    assert len(talking) > 20
    heard = {one.name: what_is_heard(database, one.path) for one in talking if one.path is not None}
    marks = [with_marks(one, heard[one.name]) for one in talking]
    with fleet_of([*map(VirtualPrinter, talking)], base=BASE) as fleet:
        unmarked = documents(scanned(fleet, "json"))
    with fleet_of([*map(VirtualPrinter, marks)], base=BASE) as fleet:
        runs = {form: scanned(fleet, form) for form in _FORMS}
        asked = sum(printer.traffic.web_requests > 0 for printer in fleet.printers)
    count = sum(page.count(MARK.encode()) for one in marks for page in one.pages.values())
    count += sum(text.count(MARK) for one in marks for text in one.pjl.values())
    figure("marks", f"{count} in {len(marks)} recordings, of which {asked} are asked for pages")
    assert count > 200
    assert documents(runs["json"]) == unmarked
    assert not [form for form, ran in runs.items() if MARK in ran.out + ran.err]


# --- a profile that reads something of everything ----------------------------------------------

PROFILE = """\
schema: 1
profile: acme/talker
version: 1
kind: device
title: Speaks everything
extends: [std/printer-mib]
match: [{sysObjectID: [1.3.6.1.4.1.99999.8], priority: 100}]
requests:
  html: {http: {path: /status.html, as: html}}
  xml: {http: {path: /counters.xml, as: xml}}
  json: {http: {path: /data.json, as: json}}
  csv: {http: {path: /jobs.csv, as: csv}}
  pjl: {pjl: [INFO STATUS, INFO PAGECOUNT]}
  printer: {ipp: {path: [/ipp/print], attributes: [printer-location]}}
fields:
  console_messages: {from: [{req: html, select: '//td[@id="panel"]', pipe: [text], prefer: 90}]}
  page_counts.copy: {from: [{req: xml, select: /c:Usage/c:Copies, pipe: [text, int]}]}
  page_counts.fax: {from: [{req: json, json: counters.fax, pipe: [text, int]}]}
  page_counts.scan: {from: [{req: csv, csv: scans, pipe: [text, int]}]}
  page_counts.other: {from: [{req: pjl, pjl: PAGECOUNT, pipe: [text, int]}]}
  system_name: {from: [{req: pjl, pjl: STATUS.DISPLAY, pipe: [text], prefer: 90}]}
  system_location: {from: [{req: printer, ipp: printer-location, pipe: [text], prefer: 90}]}
"""
PAGES = {
    "/status.html": f"""<html lang="{MARK}"><head><title>{MARK}</title><meta name="{MARK}" content="{MARK}"></head>
<body class="{MARK}"><!-- {MARK} --><h1>{MARK}</h1><table><tr><td>{MARK}</td><td id="panel">Warming up</td>
<td title="{MARK}">{MARK}</td></tr></table><script>var x = "{MARK}";</script><p>{MARK}</p></body></html>""",
    "/counters.xml": f"""<?xml version="1.0"?><!-- {MARK} --><u:Usage xmlns:u="urn:usage" owner="{MARK}">
<u:Owner>{MARK}</u:Owner><u:Copies unit="{MARK}">41</u:Copies><u:Copied by="{MARK}">{MARK}</u:Copied></u:Usage>""",
    "/data.json": f'{{"user": "{MARK}", "counters": {{"fax": 42, "by": "{MARK}"}}, "{MARK}": ["{MARK}"]}}',
    "/jobs.csv": f"owner,scans,{MARK}\r\n{MARK},43,{MARK}\r\n",
    "/index.html": f"<html><title>{MARK}</title>{MARK}</html>",
    "/jobs.html": f"<html><title>{MARK}</title>{MARK}</html>",
}
PJL = {
    "INFO STATUS": f'CODE=10001\r\nDISPLAY="Reception"\r\nONLINE={MARK}\r\nOWNER="{MARK}"\r\n{MARK}={MARK}',
    "INFO PAGECOUNT": f"PAGECOUNT=44\r\nLAST={MARK}",
    "INFO ID": f'"{MARK}"',
    "INFO VARIABLES": f"{MARK}={MARK}",
}
_IPP_MARKS = ("printer-name", "printer-info", "printer-more-info", "job-originating-user-name", "x-owner")
IPP = (
    b"\x02\x00\x00\x00\x00\x00\x00\x01\x01"
    + field(0x47, "attributes-charset", b"utf-8")
    + field(0x48, "attributes-natural-language", b"en")
    + b"\x04"
    + field(0x41, "printer-location", b"Second floor")
    + b"".join(field(0x41, name, MARK.encode()) for name in _IPP_MARKS)
    + b"\x03"
)
SYS_OBJECT_ID: Oid = (1, 3, 6, 1, 2, 1, 1, 2, 0)
INTERPRETER: Oid = (1, 3, 6, 1, 2, 1, 43, 15, 1, 1, 2, 1, 1)


@pytest.fixture
def talker(recordings: dict[str, Recording], tmp_path: Path) -> Iterator[tuple[Fleet, Path]]:
    """A device with marks in all that its profile does not read, and the folder of the profile."""
    (tmp_path / "acme").mkdir()
    text = PROFILE.replace("as: xml}}", 'as: xml}, ns: {c: "urn:usage"}}')
    (tmp_path / "acme" / "talker.yaml").write_text(text, encoding="utf-8")
    claimed = {
        SYS_OBJECT_ID: RecordedValue(ber.OBJECT_IDENTIFIER, (1, 3, 6, 1, 4, 1, 99999, 8, 1)),
        INTERPRETER: RecordedValue(ber.INTEGER, 5),
    }
    recording = recordings["mp-c3004"].replace_objects(claimed)
    facts = attrs.evolve(recording.facts, ports=frozenset({80, 631, 9100}), web=None)
    pages = {path: page.encode() for path, page in PAGES.items()}
    recording = attrs.evolve(recording, facts=facts, pages=pages, pjl=PJL, ipp={"/ipp/print": IPP})
    with fleet_of([VirtualPrinter(recording)], base=BASE) as fleet:
        yield fleet, tmp_path


@pytest.mark.parametrize("form", _FORMS)
def test_marks_beside_what_is_read_appear_in_no_output(talker: tuple[Fleet, Path], form: str) -> None:
    fleet, profiles = talker
    ran = scanned(fleet, form, "--profiles", profiles)
    assert MARK not in ran.out + ran.err
    if form == "json":
        (document,) = documents(ran)
        counts = {count["function"]: count["value"] for count in document["page_counts"]}
        assert [counts[name] for name in ("copy", "fax", "scan", "other")] == [41, 42, 43, 44]
        assert document["console_messages"] == ["Warming up"]
        assert (document["system_name"], document["system_location"]) == ("Reception", "Second floor")


def test_marks_beside_what_is_read_appear_in_no_explanation(talker: tuple[Fleet, Path]) -> None:
    fleet, profiles = talker
    (printer,) = fleet.printers
    where = (printer.address, "--port-offset", str(printer.place.offset))
    for form in ((), ("--json",)):
        ran = frisket("explain", *where, "--profiles", profiles, *form)
        assert ran.code == 0, ran.err
        assert "Reception" in ran.out
        assert MARK not in ran.out + ran.err


def test_a_mark_in_what_is_read_would_be_seen(talker: tuple[Fleet, Path]) -> None:
    fleet, profiles = talker
    text = (profiles / "acme" / "talker.yaml").read_text(encoding="utf-8")
    (profiles / "acme" / "talker.yaml").write_text(text.replace('//td[@id="panel"]', "//h1"), encoding="utf-8")
    assert MARK in scanned(fleet, "json", "--profiles", profiles).out
