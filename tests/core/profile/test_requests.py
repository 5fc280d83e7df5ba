"""Requests beyond SNMP: when they are made, what is found in their replies, and mistakes in the words for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import pytest
from tests.strategies import READ_AT, answers_of, database_of, problems_of, profile_text

from frisket.model.answers import Answers, SnmpValue
from frisket.model.identity import Identity
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode, Reading
from frisket.model.request import HttpRequest, IppRequest, PjlRequest, Reply
from frisket.profile.pipeline import answer_from, read, recognise

PJL_SPEAKER = Identity(ieee1284={"CMD": "PCL,PJL"})
XML = b'<u:Usage xmlns:u="urn:u"><u:Total>1200</u:Total><u:Ink c="K">40</u:Ink><u:Ink c="C">70</u:Ink></u:Usage>'
JSON = b'{toner_black: {opt: 1, left: 58}, toner_cyan: {opt: 0, left: 9}, drum: {opt: 1, left: 3}, pages: "77"}'


def page(path: str, octets: bytes) -> Reply:
    return Reply(protocol="http", name=path, octets=octets)


@attrs.frozen
class Conversation:
    """What a profile asked of a device, plan by plan, and what came of it."""

    plans: list[Plan]
    reading: Reading

    @property
    def requests(self) -> list[str]:
        return [name for plan in self.plans for request in plan.requests for name in request.names]


def talk(
    body: str,
    *replies: Reply,
    values: Mapping[str, SnmpValue] | None = None,
    contexts: Mapping[str, Mapping[str, SnmpValue]] | None = None,
    identity: Identity | None = None,
    resting: tuple[str, ...] = (),
) -> Conversation:
    """The conversation with a device that has these values and pages."""
    recorded = answers_of(values or {})
    for reply in replies:
        recorded.add_reply(reply)
    recorded.contexts.update({name: answers_of(inner) for name, inner in (contexts or {}).items()})
    answers, plans = Answers(), []
    steps = read(
        database_of(profile_text("a/b", body)).profiles["a/b"],
        answers,
        identity=identity or Identity(),
        address=None,
        clock=lambda: READ_AT,
        resting=resting,
    )
    try:
        while True:
            plans.append(next(steps))
            answer_from(recorded, plans[-1], answers)
    except StopIteration as end:
        return Conversation(plans, end.value)


# --- when --------------------------------------------------------------------------------------

USAGE = """\
requests:
  usage: {http: {path: /usage.xml, as: xml}, ns: {u: "urn:u"}, when: {missing: [page_counts.total]}}
fields:
  page_counts.total:
    from:
      - {oid: 1.3.1.0, pipe: [int]}
      - {req: usage, select: /u:Usage/u:Total, pipe: [text, int]}
"""


def test_a_request_is_made_where_what_it_waits_for_is_missing() -> None:
    conversation = talk(USAGE, page("/usage.xml", XML))
    assert conversation.requests == ["/usage.xml"]
    assert conversation.reading.device.count("total") == 1200
    source = conversation.reading.provenance["page_counts.total"].source
    assert source is not None
    assert (source.protocol, source.object) == ("http", "/usage.xml /u:Usage/u:Total")


def test_a_request_is_not_made_where_nothing_is_missing() -> None:
    conversation = talk(USAGE, page("/usage.xml", XML), values={"1.3.1.0": 7})
    assert conversation.requests == []
    assert conversation.reading.device.count("total") == 7


def test_a_request_that_brought_nothing_is_not_made_again() -> None:
    conversation = talk(USAGE)
    assert conversation.requests == ["/usage.xml"]
    assert conversation.reading.device.count("total") is None
    (alternate, other) = conversation.reading.provenance["page_counts.total"].alternates
    assert {alternate.reason, other.reason} == {"not asked, or not answered", "the device has no such object"}


def test_a_request_that_rests_is_not_made() -> None:
    assert talk(USAGE, page("/usage.xml", XML), resting=("usage",)).requests == []


LEVELS = """\
requests:
  ink: {http: {path: /ink.xml, as: xml}, ns: {u: "urn:u"}, when: {state: {supplies.level: [some-remaining]}}}
tables:
  supplies:
    merge_by: [type, colorant]
    rows:
      - id: mib
        walk: 1.3.7
        index: [n]
        columns:
          type: {const: toner}
          colorant: {col: 2, pipe: [text]}
          remaining: {col: 3, pipe: [level]}
      - id: web
        req: ink
        each: /u:Usage/u:Ink
        columns:
          type: {const: toner}
          colorant: {select: "@c", pipe: [text, {map: {K: black, C: cyan}}]}
          percent: {select: ., pipe: [text, int]}
"""


@pytest.mark.parametrize(("level", "asked"), [(-3, ["/ink.xml"]), (-2, []), (50, [])])
def test_a_request_can_wait_for_the_state_of_a_level(level: int, asked: list[str]) -> None:
    values: Mapping[str, SnmpValue] = {"1.3.7.2.1": b"black", "1.3.7.3.1": level}
    assert talk(LEVELS, page("/ink.xml", XML), values=values).requests == asked


def test_rows_of_a_page_fill_those_of_the_mib_which_keep_their_index() -> None:
    values: Mapping[str, SnmpValue] = {"1.3.7.2.1": b"black", "1.3.7.3.1": -3}
    supplies = talk(LEVELS, page("/ink.xml", XML), values=values).reading.device.supplies
    assert [(one.index, one.colorant, one.level.percent) for one in supplies] == [
        ("1", "black", 40.0),
        ("web.2", "cyan", 70.0),
    ]


def test_the_source_that_a_profile_prefers_gives_its_cells_and_the_mib_its_index() -> None:
    preferred = LEVELS.replace("req: ink\n", "req: ink\n        prefer: 60\n").replace("level]", "int]")
    values: Mapping[str, SnmpValue] = {"1.3.7.2.1": b"black", "1.3.7.3.1": -3, "1.3.7.2.2": b"cyan", "1.3.7.3.2": -3}
    body = preferred.replace("remaining: {col", "percent: {col").replace(
        "state: {supplies.level: [some-remaining]}", "missing: [model]"
    )
    supplies = talk(body, page("/ink.xml", XML), values=values).reading.device.supplies
    assert [(one.index, one.level.percent) for one in supplies] == [("1", 40.0), ("2", 70.0)]


def test_a_source_of_rows_stands_aside_for_those_that_it_names() -> None:
    aside = LEVELS.replace("req: ink\n", "req: ink\n        unless: [mib]\n")
    values: Mapping[str, SnmpValue] = {"1.3.7.2.1": b"magenta", "1.3.7.3.1": -3}
    (supply,) = talk(aside, page("/ink.xml", XML), values=values).reading.device.supplies
    assert supply.index == "1"


def test_one_protocol_is_asked_at_a_time_and_the_next_only_for_what_is_still_missing() -> None:
    body = """\
requests:
  pages: {http: {path: /p.json, as: json}, when: {missing: [page_counts.total]}}
  pjl: {pjl: [INFO PAGECOUNT], when: {missing: [page_counts.total]}}
fields:
  page_counts.total: {from: [{req: pages, json: pages, pipe: [int]}, {req: pjl, pjl: PAGECOUNT, pipe: [int]}]}
"""
    pjl = Reply(protocol="pjl", name="INFO PAGECOUNT", octets=b"PAGECOUNT=500\r\n")
    both = talk(body, page("/p.json", JSON), pjl, identity=PJL_SPEAKER)
    assert (both.requests, both.reading.device.count("total")) == (["/p.json"], 77)
    one = talk(body, pjl, identity=PJL_SPEAKER)
    assert (one.requests, one.reading.device.count("total")) == (["/p.json", "INFO PAGECOUNT"], 500)


# --- PJL waits for its proof -------------------------------------------------------------------

PJL = """\
requests: {pjl: {pjl: [INFO STATUS]}}
fields: {console_messages: {from: [{req: pjl, pjl: STATUS.DISPLAY, pipe: [text]}]}}
"""
STATUS = Reply(protocol="pjl", name="INFO STATUS", octets=b'CODE=10001\r\nDISPLAY="Ready"\r\n')


def test_pjl_is_asked_where_the_device_id_names_it() -> None:
    assert talk(PJL, STATUS, identity=PJL_SPEAKER).reading.device.console_messages == ("Ready",)


def test_pjl_is_asked_where_an_interpreter_is_pjl_which_is_asked_first() -> None:
    conversation = talk(PJL, STATUS, values={"1.3.6.1.2.1.43.15.1.1.2.1.1": 5})
    assert [bool(plan.columns) for plan in conversation.plans] == [True, False]
    assert conversation.reading.device.console_messages == ("Ready",)


@pytest.mark.parametrize("interpreter", [None, 3, 6])
def test_pjl_is_never_asked_where_nothing_proves_it(interpreter: int | None) -> None:
    values: Mapping[str, SnmpValue] = {} if interpreter is None else {"1.3.6.1.2.1.43.15.1.1.2.1.1": interpreter}
    conversation = talk(PJL, STATUS, values=values, identity=Identity(ieee1284={"CMD": "BRPJL,PCL"}))
    assert conversation.requests == []
    assert conversation.reading.device.console_messages == ()


# --- contexts ----------------------------------------------------------------------------------


def test_objects_of_another_context_are_asked_there_and_only_when_they_are_missed() -> None:
    body = """\
requests: {card: {snmp: {context: Card}, when: {missing: [model]}}}
fields: {model: {from: [{oid: 1.3.1.0, pipe: [text]}, {req: card, oid: 1.3.2.0, pipe: [text]}]}}
"""
    contexts: Mapping[str, Mapping[str, SnmpValue]] = {"Card": {"1.3.2.0": b"Press 7"}}
    missed = talk(body, values={"1.3.2.0": b"not this"}, contexts=contexts)
    assert missed.reading.device.model == "Press 7"
    assert [sorted(plan.contexts) for plan in missed.plans] == [[], ["Card"]]
    said = talk(body, values={"1.3.1.0": b"Press 9"}, contexts=contexts)
    assert (said.reading.device.model, len(said.plans)) == ("Press 9", 1)


# --- replies -----------------------------------------------------------------------------------


def test_the_first_language_that_is_there_counts() -> None:
    body = """\
requests: {p: {http: {path: '/{lang}/p.json', lang: [en, de], as: json}}}
fields: {model: {from: [{req: p, json: pages, pipe: [text]}]}}
"""
    assert talk(body, page("/de/p.json", JSON)).reading.device.model == "77"


def test_rows_of_json_are_known_by_their_keys_and_left_out_where_not_fitted() -> None:
    body = """\
requests: {p: {http: {path: /p.json, as: json}}}
tables:
  supplies:
    rows:
      - id: web
        req: p
        each: toner_*
        where: {_fitted: ["1"]}
        columns:
          _fitted: {json: opt}
          type: {const: toner}
          colorant: {json: "@key", pipe: [{regex: 'toner_(.+)'}]}
          percent: {json: left, pipe: [int]}
"""
    (supply,) = talk(body, page("/p.json", JSON)).reading.device.supplies
    assert (supply.index, supply.colorant, supply.level.percent) == ("web.1", "black", 58.0)


def test_csv_has_a_row_for_each_line_and_a_column_for_each_title() -> None:
    body = """\
requests: {p: {http: {path: /p.csv, as: csv}}}
fields: {page_counts.total: {from: [{req: p, csv: Page Counter, pipe: [int]}]}}
"""
    assert talk(body, page("/p.csv", b"Node Name,Page Counter\r\nx,4711\r\n")).reading.device.count("total") == 4711


def test_a_reply_that_cannot_be_read_is_noted_and_costs_its_values_only() -> None:
    body = f"{USAGE}  model: {{from: [{{const: Press}}]}}\n"
    reading = talk(body, page("/usage.xml", b"<!DOCTYPE x><u>1</u>")).reading
    assert [note.code for note in reading.notes] == [NoteCode.REPLY_UNREADABLE]
    assert reading.device.model == "Press"
    assert reading.device.count("total") is None


# --- units -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "wanted", "value", "unit"),
    [
        ("feet", "meters", 305, "meters"),
        ("sheets", "impressions", 1000, "sheets"),
        ("impressions", "impressions", 1000, "impressions"),
    ],
)
def test_a_count_is_converted_inside_its_family_only(given: str, wanted: str, value: int, unit: str) -> None:
    body = f"fields: {{page_counts.total: {{unit: {wanted}, from: [{{oid: 1.3.1.0, unit: {given}}}]}}}}\n"
    (count,) = talk(body, values={"1.3.1.0": 1000}).reading.device.page_counts
    assert (count.value, count.unit) == (value, unit)


# --- what is wrong -----------------------------------------------------------------------------


def mistakes() -> Iterator[tuple[str, str]]:
    yield "requests: {p: {http: {path: /a, as: xml}, pjl: [INFO ID]}}", "exactly one of http, pjl, ipp, snmp"
    yield "requests: {p: {http: {path: //other/a, as: xml}}}", "is no path on the device"
    yield "requests: {p: {http: {path: 'http://other/a', as: xml}}}", "is no path on the device"
    yield "requests: {p: {http: {path: /../a, as: xml}}}", "is no path on the device"
    yield "requests: {p: {http: {path: '/a/{lang}', as: xml}}}", "`lang` and {lang} in the path belong together"
    yield "requests: {p: {http: {path: /a, as: yaml}}}", "'yaml' is none of xml | html | json | csv"
    yield "requests: {p: {pjl: [INFO STATSU]}}", "did you mean 'INFO STATUS'?"
    yield "requests: {p: {pjl: [SET COPIES=2]}}", "is no PJL query that only reads"
    yield "requests: {p: {pjl: [INFO ID], timeout: 31}}", "31 is not between 1 and 30 seconds"
    yield "requests: {p: {pjl: [INFO ID], max_bytes: 2000000}}", "is not between 1 and 1,048,576 octets"
    yield "requests: {p: {pjl: [INFO ID], when: {missing: [modle]}}}", "'modle' is nothing that could be missing"
    yield "requests: {p: {pjl: [INFO ID], when: {state: {supplies.level: [low]}}}}", "'low' is none of some-remaining"
    yield "requests: {p: {pjl: [INFO ID], ns: {a: b}}}", "only a page that is read as xml has namespaces"
    pjl = "requests: {p: {pjl: [INFO ID]}}\n"
    yield pjl + "fields: {model: {from: [{pjl: ID}]}}", "the key 'req' is missing"
    yield pjl + "fields: {model: {from: [{req: q, pjl: ID}]}}", "unknown request 'q'"
    yield (
        pjl + "fields: {model: {from: [{req: p, select: /a}]}}",
        "is read as pjl, in which pjl finds values, not select",
    )
    yield pjl + "fields: {model: {from: [{req: p, pjl: STATUS.CODE}]}}", "does not ask INFO STATUS"
    yield pjl + "fields: {model: {from: [{req: p, oid: 1.3.1.0}]}}", "an OID is asked in an SNMP context"
    xml = "requests: {p: {http: {path: /a, as: xml}}}\n"
    yield xml + "fields: {model: {from: [{req: p, select: 'count(/a)'}]}}", "count"
    yield xml + "tables: {supplies: {rows: [{id: w, req: p, columns: {type: {const: ink}}}]}}", "say what makes a row"
    yield xml + "tables: {supplies: {rows: [{id: w, req: p, zip: [a], columns: {}}]}}", "only the attributes of an IPP"
    ipp = "requests: {p: {ipp: {path: [/ipp], attributes: [marker-names]}}}\n"
    yield ipp + "fields: {model: {from: [{req: p, ipp: marker-name}]}}", "did you mean 'marker-names'?"


@pytest.mark.parametrize(("body", "message"), list(mistakes()))
def test_a_mistake_in_a_request_is_told(body: str, message: str) -> None:
    problems = problems_of(profile_text("a/b", f"{body}\n"))
    assert len(problems) == 1, problems
    assert message in problems[0]


def test_a_print_port_is_never_tried() -> None:
    (problem,) = problems_of(profile_text("a/b", "match: [{port_open: [9100]}]\n", kind="device"))
    assert "9100 is no port to be tried" in problem


# --- overlays ----------------------------------------------------------------------------------

OVERLAY = "overlays: [a/b]\nfields: {model: {replace: true, from: [{const: Ours}]}}\n"


def test_an_overlay_changes_what_it_names_and_whatever_extends_that() -> None:
    child = profile_text("c/d", "match: [{sysDescr: x}]\n", kind="device", extends="a/b")
    database = database_of(profile_text("a/b"), child, profile_text("p/q", OVERLAY, kind="overlay"))
    for name in ("a/b", "c/d"):
        profile = database.profiles[name]
        assert profile.reference == f"{name}@1"
        assert [candidate.profile for candidate in profile.fields["model"].candidates] == ["p/q@1"]
    assert "p/q" not in database.profiles


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("fields: {}\n", "an overlay names the profiles that it touches"),
        ("overlays: [a/x]\n", "unknown profile 'a/x', did you mean 'a/b'?"),
        ("overlays: [a/b]\nmatch: [{sysDescr: x}]\n", "an overlay has no `match`"),
    ],
)
def test_a_mistake_in_an_overlay_is_told(body: str, message: str) -> None:
    (problem,) = problems_of(profile_text("a/b"), profile_text("p/q", body, kind="overlay"))
    assert message in problem


def test_requests_are_compared_by_what_they_ask() -> None:
    assert HttpRequest(paths=("/a",)) == HttpRequest(paths=("/a",))
    assert (
        len({PjlRequest(queries=("INFO ID",)), IppRequest(paths=("/a",), attributes=()), HttpRequest(paths=("/a",))})
        == 3
    )


# --- pages that tell who a device is -----------------------------------------------------------

PRINTER: Mapping[str, SnmpValue] = {"1.3.6.1.2.1.43.5.1.1.1.1": 1, "1.3.6.1.2.1.1.1.0": b"LaserThing"}
BY_TITLE = profile_text("a/title", "match: [{http: {title: '^Thing'}, priority: 9}]\n", kind="device")
BY_DESCR = profile_text("a/descr", "match: [{sysDescr: LaserThing}]\n", kind="device")
START = page("/", b"<html><title>Thing 9</title></html>")


@pytest.mark.parametrize(
    ("files", "values", "asked", "won"),
    [
        ((BY_TITLE, BY_DESCR), PRINTER, [], "a/descr"),
        ((BY_TITLE,), PRINTER, ["/"], "a/title"),
        ((BY_TITLE,), {}, ["/"], "a/title"),
        ((BY_TITLE,), {"1.3.6.1.2.1.1.1.0": b"A switch"}, [], None),
    ],
)
def test_pages_are_looked_at_only_where_nothing_else_tells_a_printer_s_profile(
    files: tuple[str, ...], values: Mapping[str, SnmpValue], asked: list[str], won: str | None
) -> None:
    recorded, answers = answers_of(values), Answers()
    recorded.add_reply(START)
    steps, plans = recognise(database_of(*files), answers), []
    try:
        while True:
            plans.append(next(steps))
            answer_from(recorded, plans[-1], answers)
    except StopIteration as end:
        profile = end.value.profile
    assert [name for plan in plans for request in plan.requests for name in request.names] == asked
    assert (None if profile is None else profile.id) == won
