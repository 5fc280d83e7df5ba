"""From answers to the fields of a document: which candidate wins, what it is counted in, where it came from."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.strategies import READ_AT, answers_of, database_of, profile_text, read_as

from frisket.formats.charset import CODECS
from frisket.model.answers import Answers, SnmpValue
from frisket.model.device import MAX_ROWS, MAX_TEXT, TWELVE_FIELDS
from frisket.model.identity import Identity
from frisket.model.reading import Note, NoteCode, Provenance, Reading, Source
from frisket.profile.mapping import map_identity, one_line, read_charsets
from frisket.profile.pipeline import read, replay
from frisket.profile.steps import Charsets, Sentinel

COUNTERS = """\
tables:
  counters:
    private: true
    rows:
      - id: mib
        walk: 1.3.6
        index: [n]
        columns:
          type: {col: 2, pipe: [int]}
          unit: {col: 3, pipe: [int, {enum: counter_unit}]}
          value: {col: 9, pipe: [level]}
"""


def fields(**fields: str) -> str:
    """The body of a profile with these fields, `page_counts__total` for `page_counts.total`."""
    return "fields:\n" + "".join(f"  {name.replace('__', '.')}: {text}\n" for name, text in fields.items())


def read_fields(values: Mapping[str, SnmpValue], **texts: str) -> Reading:
    return read_as(profile_text("a/b", fields(**texts)), values=values)


def read_model(values: Mapping[str, SnmpValue], *candidates: str) -> str | None:
    """The model that these candidates give."""
    return read_fields(values, model=f"{{from: [{', '.join(candidates)}]}}").device.model


def read_total(values: Mapping[str, SnmpValue], *candidates: str, tables: str = "", unit: str = "") -> object:
    """(value, unit) of the total count that these candidates give, or None."""
    body = f"fields: {{page_counts.total: {{{unit}from: [{', '.join(candidates)}]}}}}\n{tables}"
    counts = read_as(profile_text("a/b", body), values=values).device.page_counts
    return (counts[0].value, counts[0].unit) if counts else None


# --- candidates --------------------------------------------------------------------------------

ONE, TWO, THREE = (f"{{oid: 1.3.{at}.0, pipe: [text]}}" for at in (1, 2, 3))
SAID: Mapping[str, SnmpValue] = {"1.3.1.0": b"one", "1.3.2.0": b"two", "1.3.3.0": b"three"}


def test_the_first_of_equal_candidates_wins() -> None:
    assert read_model(SAID, ONE, TWO) == "one"
    assert read_model(SAID, TWO, ONE) == "two"


def test_the_preferred_candidate_wins_wherever_it_stands() -> None:
    assert read_model(SAID, ONE, "{oid: 1.3.2.0, pipe: [text], prefer: 51}", THREE) == "two"
    assert read_model(SAID, "{oid: 1.3.1.0, pipe: [text], prefer: 49}", TWO, THREE) == "two"


def test_a_constant_is_preferred_to_objects_unless_it_says_otherwise() -> None:
    assert read_model(SAID, ONE, "{const: fixed}") == "fixed"
    assert read_model(SAID, ONE, "{const: fixed, prefer: 0}") == "one"
    assert read_model(SAID, "{const: fixed}", "{oid: 1.3.2.0, pipe: [text], prefer: 91}") == "two"


@pytest.mark.parametrize("unusable", [None, b"", b"  ", b"\x00", b"N/A", b"\x07\x1b"])
def test_a_candidate_that_says_nothing_usable_leaves_its_place_to_the_next(unusable: bytes | None) -> None:
    values = {"1.3.2.0": b"two"} if unusable is None else {"1.3.1.0": unusable, "1.3.2.0": b"two"}
    assert read_model(values, "{oid: 1.3.1.0, pipe: [text, {drop: [n/a]}]}", TWO) == "two"


def test_nothing_usable_at_all_is_null() -> None:
    reading = read_fields({"1.3.1.0": b""}, model=f"{{from: [{ONE}, {TWO}]}}")
    assert reading.device.model is None
    provenance = reading.provenance["model"]
    assert (provenance.source, provenance.raw) == (None, None)
    assert [(alternate.value, alternate.reason) for alternate in provenance.alternates] == [
        (None, "is empty"),
        (None, "the device has no such object"),
    ]


def test_a_profile_that_says_nothing_of_a_field_leaves_it_null() -> None:
    device = read_as(profile_text("a/b"), values=SAID).device
    assert [getattr(device, name) for name in TWELVE_FIELDS if name != "ip_address"] == [None] * 7 + [()] * 4
    assert (device.ip_address, device.read_at) == ("192.0.2.10", READ_AT)


def test_a_text_is_one_line_and_bounded() -> None:
    assert read_model({"1.3.1.0": b" a \r\n\t b "}, ONE) == "a b"
    assert read_model({"1.3.1.0": b"x" * 5000}, ONE) == "x" * MAX_TEXT
    assert one_line("\n") is None
    assert one_line(0) == "0"
    assert one_line(b"octets") is None
    assert one_line(Sentinel.UNKNOWN) is None


def test_a_number_may_be_a_text() -> None:
    assert read_fields({"1.3.1.0": 4711}, serial_number="{from: [{oid: 1.3.1.0}]}").device.serial_number == "4711"


# --- where a value came from -------------------------------------------------------------------


def test_a_value_knows_its_source_its_raw_form_and_what_else_was_said() -> None:
    reading = read_fields(
        {"1.3.1.0": b"one\x00", "1.3.2.0": b"0"},
        model="{from: [{oid: 1.3.2.0, pipe: [text, {drop: ['0']}], prefer: 80}, "
        "{oid: 1.3.1.0, pipe: [text]}, {oid: 1.3.3.*, pipe: [text]}, {const: none, prefer: 1}]}",
    )
    provenance = reading.provenance["model"]
    assert provenance.source == Source("snmp", "1.3.1.0", "a/b@1")
    assert provenance.raw == b"one\x00"
    dropped, absent, constant = provenance.alternates
    assert (dropped.source.object, dropped.value, dropped.reason) == ("1.3.2.0", None, "`drop` leaves nothing")
    assert (absent.source.object, absent.reason) == ("1.3.3.*", "the device has no such object")
    assert (constant.source, constant.value) == (Source("profile", "constant", "a/b@1"), "none")


def test_an_alternate_that_a_step_could_not_use_says_why() -> None:
    candidates = "[{oid: 1.3.1.0, pipe: [int]}, {oid: 1.3.2.0}]"
    reading = read_fields({"1.3.1.0": b"many", "1.3.2.0": 7}, page_counts__total=f"{{from: {candidates}}}")
    (alternate,) = reading.provenance["page_counts.total"].alternates
    assert alternate.reason == "'many' is not a whole number"


def test_a_value_out_of_a_table_names_its_cell_and_keeps_what_the_device_said() -> None:
    body = "fields: {page_counts.total: {from: [{table: counters, column: value, pipe: [{scale: 2}]}]}}\n" + COUNTERS
    reading = read_as(profile_text("a/b", body), values={"1.3.6.9.4": b"21"})
    assert reading.device.count("total") == 42
    provenance = reading.provenance["page_counts.total"]
    assert provenance == Provenance(Source("snmp", "1.3.6.9.4", "a/b@1"), raw=b"21", value=42.0)


def test_a_reading_names_the_profile_that_made_it() -> None:
    assert read_as(profile_text("a/b").replace("version: 1", "version: 12"), values={}).profile == "a/b@12"


# --- take --------------------------------------------------------------------------------------

COLUMN: Mapping[str, SnmpValue] = {"1.3.1.1": b"x", "1.3.1.2": b"5", "1.3.1.3": b"9", "1.3.1.4": b"7"}


@pytest.mark.parametrize(("take", "value"), [("first", None), ("first_valid", 5), ("max", 9), ("sum", 21), ("all", 5)])
def test_take_makes_one_value_of_many(take: str, value: int | None) -> None:
    got = read_total(COLUMN, f"{{oid: 1.3.1.*, pipe: [int], take: {take}}}")
    assert got == (None if value is None else (value, "impressions"))


def test_without_take_the_first_usable_instance_counts() -> None:
    assert read_total(COLUMN, "{oid: 1.3.1.*, pipe: [int]}") == (5, "impressions")


def test_instances_are_taken_in_the_order_of_their_numbers() -> None:
    assert read_model({"1.3.1.10": b"ten", "1.3.1.9": b"nine"}, "{oid: 1.3.1.*, pipe: [text], take: first}") == "nine"


def test_a_sum_is_of_numbers_and_names_all_its_objects() -> None:
    reading = read_fields({"1.3.1.1": 3, "1.3.1.2": 4}, page_counts__total="{from: [{oid: 1.3.1.*, take: sum}]}")
    provenance = reading.provenance["page_counts.total"]
    assert reading.device.count("total") == 7
    assert (provenance.source, provenance.raw) == (Source("snmp", "1.3.1.1, 1.3.1.2", "a/b@1"), None)


def test_the_biggest_of_texts_is_nothing() -> None:
    reading = read_fields(SAID, model="{from: [{oid: 1.3.*, pipe: [text], take: max}]}")
    assert reading.device.model is None
    assert reading.provenance["model"].alternates[0].reason == "not a number"


# --- where and units ---------------------------------------------------------------------------

ROWS: Mapping[str, SnmpValue] = {
    "1.3.6.2.1": 10, "1.3.6.3.1": 7, "1.3.6.9.1": 1000,
    "1.3.6.2.2": 401, "1.3.6.3.2": 8, "1.3.6.9.2": 0,
    "1.3.6.2.3": 402, "1.3.6.3.3": 2, "1.3.6.9.3": 50,
    "1.3.6.2.4": 403, "1.3.6.9.4": 5,
}  # fmt: skip


def count_where(types: str, extra: str = "") -> object:
    candidate = f"{{table: counters, column: value, where: {{type: [{types}]}}, unit_column: unit{extra}}}"
    return read_total(ROWS, candidate, tables=COUNTERS)


def test_where_picks_rows_by_the_values_of_their_columns() -> None:
    assert count_where("10") == (1000, "impressions")
    assert count_where("402, 403", ", take: sum") == (55, "impressions")
    assert count_where("99") is None


def test_zero_is_a_count_and_not_nothing() -> None:
    assert count_where("401") == (0, "sheets")
    assert read_total({"1.3.1.0": 0, "1.3.2.0": 9}, "{oid: 1.3.1.0}", "{oid: 1.3.2.0}") == (0, "impressions")


def test_a_count_is_in_the_unit_of_its_row_else_of_its_candidate_else_of_its_field() -> None:
    assert count_where("401", ", unit: images") == (0, "sheets")
    assert count_where("402", ", unit: images") == (50, "images")
    assert count_where("403", ", unit: images") == (5, "images")
    assert read_total({"1.3.1.0": 3}, "{oid: 1.3.1.0, unit: sheets}", unit="unit: images, ") == (3, "sheets")
    assert read_total({"1.3.1.0": 3}, "{oid: 1.3.1.0}", unit="unit: images, ") == (3, "images")
    assert read_total({"1.3.1.0": 3}, "{oid: 1.3.1.0}") == (3, "impressions")


def test_a_page_count_is_known_by_the_parts_of_its_name() -> None:
    reading = read_fields(
        {"1.3.1.0": 1, "1.3.2.0": 2, "1.3.3.0": 3},
        page_counts__copy="{from: [{oid: 1.3.1.0}]}",
        page_counts__print__color__two="{from: [{oid: 1.3.2.0}]}",
        page_counts__total__all__all__large="{from: [{oid: 1.3.3.0}]}",
    )
    device = reading.device
    assert device.count("copy") == 1
    assert device.count("print", "color", sides="two") == 2
    assert device.count("total", size="large") == 3
    assert set(reading.provenance) == {
        "page_counts.copy",
        "page_counts.print.color.two",
        "page_counts.total.all.all.large",
    }


def test_a_count_that_is_no_whole_number_is_rounded() -> None:
    assert read_total({"1.3.1.0": 5}, "{oid: 1.3.1.0, pipe: [{scale: 0.5}]}") == (2, "impressions")
    assert read_total({"1.3.1.0": 7}, "{oid: 1.3.1.0, pipe: [{scale: 0.5}]}") == (4, "impressions")


@pytest.mark.parametrize("value", [-1, -2, b"many", (1, 3)])
def test_what_is_no_count_is_null_and_comes_from_nowhere(value: SnmpValue) -> None:
    reading = read_fields({"1.3.1.0": value}, page_counts__total="{from: [{oid: 1.3.1.0}]}")
    assert reading.device.page_counts == ()
    assert reading.provenance["page_counts.total"].source is None


def test_a_sentinel_is_never_a_count() -> None:
    assert read_total({"1.3.6.9.1": -3}, "{table: counters, column: value}", tables=COUNTERS) is None


# --- agree -------------------------------------------------------------------------------------


def disagreements(first: int, second: int, within: int) -> list[Note]:
    reading = read_fields(
        {"1.3.1.0": first, "1.3.2.0": second},
        page_counts__total=f"{{agree: {{within_percent: {within}}}, from: [{{oid: 1.3.1.0}}, {{oid: 1.3.2.0}}]}}",
    )
    assert reading.device.count("total") == first
    return list(reading.notes)


def test_sources_that_differ_too_much_are_noted_with_what_each_said() -> None:
    (note,) = disagreements(1000, 1021, 2)
    assert note.code == NoteCode.SOURCES_DISAGREE
    assert note.detail == "page_counts.total: 1.3.1.0 says 1000, 1.3.2.0 says 1021"


@pytest.mark.parametrize(("first", "second", "within"), [(1000, 1020, 2), (1000, 980, 2), (0, 0, 0), (5, 5, 0)])
def test_sources_that_differ_little_are_not_noted(first: int, second: int, within: int) -> None:
    assert disagreements(first, second, within) == []


def test_a_source_that_is_silent_disagrees_with_nobody() -> None:
    reading = read_fields(
        {"1.3.1.0": 1000},
        page_counts__total="{agree: {within_percent: 0}, from: [{oid: 1.3.1.0}, {oid: 1.3.2.0}]}",
    )
    assert reading.notes == ()


# --- console -----------------------------------------------------------------------------------


def test_console_messages_are_all_the_lines_that_say_something() -> None:
    values = {"1.3.1.1": b"Ready", "1.3.1.2": b"", "1.3.1.3": b"  Tray 2 \n empty"}
    reading = read_fields(values, console_messages="{from: [{oid: 1.3.1.*, pipe: [text], take: all}]}")
    assert reading.device.console_messages == ("Ready", "Tray 2 empty")


def test_without_take_all_there_is_one_console_message() -> None:
    values = {"1.3.1.1": b"", "1.3.1.2": b"Ready", "1.3.1.3": b"Set"}
    reading = read_fields(values, console_messages="{from: [{oid: 1.3.1.*, pipe: [text]}]}")
    assert reading.device.console_messages == ("Ready",)


def test_console_messages_are_bounded() -> None:
    values: dict[str, SnmpValue] = {f"1.3.1.{at}": b"x" for at in range(MAX_ROWS + 50)}
    reading = read_fields(values, console_messages="{from: [{oid: 1.3.1.*, pipe: [text], take: all}]}")
    assert len(reading.device.console_messages) == MAX_ROWS


# --- extends -----------------------------------------------------------------------------------

PARENT = profile_text(
    "a/parent",
    "aliases: {x: 1.3}\nenums: {word: {1: parent}}\n"
    + fields(
        model="{from: [{oid: x.1.0, pipe: [text]}, {oid: x.2.0, pipe: [text], prefer: 70}]}",
        system_name="{from: [{oid: x.3.0, pipe: [text]}]}",
        page_counts__total="{agree: {within_percent: 0}, from: [{oid: x.9.0}]}",
    ),
)


def read_child(body: str, values: Mapping[str, SnmpValue], *others: str, extends: str = "a/parent") -> Reading:
    return read_as(PARENT, *others, profile_text("a/child", body, extends=extends), values=values)


def test_a_child_has_what_its_parent_has() -> None:
    reading = read_child("", SAID)
    assert (reading.device.model, reading.device.system_name) == ("two", "three")
    assert reading.provenance["model"].source == Source("snmp", "1.3.2.0", "a/parent@1")
    assert reading.profile == "a/child@1"


def test_a_childs_candidate_comes_before_an_equal_one_of_its_parent() -> None:
    reading = read_child(fields(system_name="{from: [{oid: x.1.0, pipe: [text]}]}"), SAID)
    assert reading.device.system_name == "one"
    assert reading.provenance["system_name"].source == Source("snmp", "1.3.1.0", "a/child@1")
    assert [alternate.value for alternate in reading.provenance["system_name"].alternates] == ["three"]


def test_a_parents_candidate_that_is_preferred_still_wins() -> None:
    assert read_child(fields(model="{from: [{oid: x.3.0, pipe: [text]}]}"), SAID).device.model == "two"


def test_replace_drops_what_the_parents_say() -> None:
    reading = read_child(fields(model="{replace: true, from: [{oid: x.3.0, pipe: [text], prefer: 1}]}"), SAID)
    assert reading.device.model == "three"
    assert reading.provenance["model"].alternates == ()


def test_aliases_and_enums_are_inherited_and_may_be_said_anew() -> None:
    used = fields(model="{from: [{oid: x.7.0, pipe: [text, {enum: word}], prefer: 99}]}")
    assert read_child(used, {"1.3.7.0": b"1"}).device.model == "parent"
    assert read_child("enums: {word: {1: child}}\n" + used, {"1.3.7.0": b"1"}).device.model == "child"
    assert read_child("aliases: {x: 1.4}\n" + used, {"1.4.7.0": b"1"}).device.model == "parent"


def test_agreement_is_inherited() -> None:
    reading = read_child(fields(page_counts__total="{from: [{oid: x.8.0}]}"), {"1.3.8.0": 5, "1.3.9.0": 6})
    assert (reading.device.count("total"), len(reading.notes)) == (5, 1)


def test_of_several_parents_the_later_one_comes_first() -> None:
    other = profile_text("a/other", fields(system_name="{from: [{oid: 1.3.2.0, pipe: [text]}]}"))
    assert read_child("", SAID, other, extends="a/parent, a/other").device.system_name == "two"
    assert read_child("", SAID, other, extends="a/other, a/parent").device.system_name == "three"


def test_what_two_parents_have_from_one_grandparent_is_there_once() -> None:
    middle = [profile_text(f"a/{name}", extends="a/parent") for name in ("left", "right")]
    reading = read_child("", {"1.3.3.0": b"three"}, *middle, extends="a/left, a/right")
    assert reading.device.system_name == "three"
    assert reading.provenance["system_name"].alternates == ()


# --- character sets ----------------------------------------------------------------------------

CHARSETS = profile_text(
    "a/b",
    "charsets: {general: {oid: 1.3.90.0, pipe: [int]}, console: {oid: 1.3.91.0, pipe: [int]}}\n"
    + fields(
        model="{from: [{oid: 1.3.1.0, pipe: [text]}]}",
        console_messages="{from: [{oid: 1.3.2.0, pipe: [{text: console}]}]}",
    ),
)
KANJI = "トナー"


def asked_and_read(values: Mapping[str, SnmpValue]) -> tuple[set[str], Reading]:
    """What a reading asks for, in whatever round, and what comes of it."""
    answers, recorded = Answers(), answers_of(values)
    steps = read(
        database_of(CHARSETS).profiles["a/b"], answers, identity=Identity(), address=None, clock=lambda: READ_AT
    )
    asked = set()
    try:
        while True:
            plan = next(steps)
            for oid in plan.instances:
                asked.add(".".join(map(str, oid)))
                value = recorded.get(oid)
                if value is not None:
                    answers.put(oid, value)
            answers.asked.update(plan.instances)
    except StopIteration as end:
        reading: Reading = end.value
        return asked, reading


def test_character_sets_are_not_asked_for_when_all_text_is_ascii_or_utf_8() -> None:
    asked, reading = asked_and_read({"1.3.1.0": KANJI.encode(), "1.3.2.0": b"Ready", "1.3.90.0": 17})
    assert asked == {"1.3.1.0", "1.3.2.0"}
    assert reading.device.model == KANJI


def test_a_character_set_is_asked_for_when_some_text_needs_it() -> None:
    values: dict[str, SnmpValue] = {
        "1.3.1.0": KANJI.encode("shift_jis"),
        "1.3.2.0": b"Ready",
        "1.3.90.0": 17,
        "1.3.91.0": 4,
    }
    asked, reading = asked_and_read(values)
    assert asked == {"1.3.1.0", "1.3.2.0", "1.3.90.0"}
    assert (reading.device.model, reading.device.console_messages) == (KANJI, ("Ready",))


def test_the_console_has_a_character_set_of_its_own() -> None:
    values: dict[str, SnmpValue] = {
        "1.3.1.0": KANJI.encode("shift_jis"),
        "1.3.2.0": b"Pr\xc1t",
        "1.3.90.0": 17,
        "1.3.91.0": 2004,
    }
    asked, reading = asked_and_read(values)
    assert asked >= {"1.3.90.0", "1.3.91.0"}
    assert (reading.device.model, reading.device.console_messages) == (KANJI, ("Prêt",))


def test_text_is_latin_1_where_no_character_set_is_declared_or_none_that_is_known() -> None:
    assert asked_and_read({"1.3.1.0": b"Pr\xeat"})[1].device.model == "Prêt"
    assert asked_and_read({"1.3.1.0": b"Pr\xeat", "1.3.90.0": 99999})[1].device.model == "Prêt"


def test_declared_character_sets_are_read_by_their_numbers() -> None:
    profile = database_of(CHARSETS).profiles["a/b"]
    assert read_charsets(profile, answers_of({"1.3.90.0": 17, "1.3.91.0": 5555})) == {
        "general": CODECS[17],
        "console": None,
    }
    assert read_charsets(profile, Answers()) == {}


def test_texts_tell_which_declarations_they_need() -> None:
    charsets = Charsets()
    read_as(CHARSETS, values={"1.3.1.0": b"Pr\xeat", "1.3.2.0": b"Ready"}, charsets=charsets)
    assert charsets.wanted == {"general"}


# --- identity ----------------------------------------------------------------------------------


def test_an_identity_is_what_a_responder_says_of_itself() -> None:
    identity = map_identity(
        database_of().identity,
        answers_of(
            {
                "1.3.6.1.2.1.1.2.0": (1, 3, 6, 1, 4, 1, 99999, 1),
                "1.3.6.1.2.1.1.1.0": b"Laser\r\nThing ",
                "1.3.6.1.2.1.25.3.2.1.3.1": b"",
                "1.3.6.1.2.1.25.3.2.1.3.2": b"Thing 9000",
                "1.3.6.1.2.1.99.1.1": b"MFG:Maker;MDL:9000;",
            }
        ),
    )
    assert identity.sys_object_id == (1, 3, 6, 1, 4, 1, 99999, 1)
    assert (identity.sys_descr, identity.hr_device_descr) == ("Laser Thing", "Thing 9000")
    assert identity.ieee1284 == {"MFG": "Maker", "MDL": "9000"}


def test_an_identity_of_the_wrong_types_is_none() -> None:
    identity = map_identity(
        database_of().identity, answers_of({"1.3.6.1.2.1.1.2.0": b"text", "1.3.6.1.2.1.1.1.0": b""})
    )
    assert (identity.sys_object_id, identity.sys_descr, identity.hr_device_descr) == (None, None, None)
    assert identity.ieee1284 == {}


def test_a_recording_that_is_no_printer_has_no_reading() -> None:
    recognised, reading = replay(
        database_of(CHARSETS), answers_of({"1.3.6.1.2.1.1.1.0": b"Switch"}), address=None, clock=lambda: READ_AT
    )
    assert (recognised.profile, reading) == (None, None)
    assert recognised.identity.sys_descr == "Switch"


# --- what went wrong once -----------------------------------------------------------------------------


def test_a_negative_count_leaves_its_place_to_the_next_candidate() -> None:
    # -2 is how many makers say "unknown"
    assert read_total({"1.3.1.0": -2, "1.3.2.0": 7}, "{oid: 1.3.1.0, prefer: 80}", "{oid: 1.3.2.0}") == (
        7,
        "impressions",
    )


def test_the_first_valid_instance_of_a_column_is_one_that_the_field_can_hold() -> None:
    assert read_total({"1.3.1.1": -2, "1.3.1.2": 9}, "{oid: 1.3.1.*}") == (9, "impressions")


def test_octets_that_no_step_made_text_leave_their_place_to_the_next_candidate() -> None:
    assert read_model({"1.3.1.0": b"one", "1.3.2.0": b"two"}, "{oid: 1.3.1.0, prefer: 80}", TWO) == "two"


def test_a_sum_or_a_maximum_leaves_out_what_is_no_count() -> None:
    # 100 - 2 = 98 would be a number that nobody said
    assert read_total({"1.3.1.1": -2, "1.3.1.2": 100}, "{oid: 1.3.1.*, take: sum}") == (100, "impressions")


def test_impressions_and_sheets_are_never_added_up() -> None:
    values: dict[str, SnmpValue] = {"1.3.6.3.1": 7, "1.3.6.9.1": 7, "1.3.6.3.2": 8, "1.3.6.9.2": 5}
    candidate = "{table: counters, column: value, unit_column: unit, take: sum}"
    assert read_total(values, candidate, tables=COUNTERS) != (12, "impressions")


@pytest.mark.parametrize("word", [b"nan", b"inf"])
def test_a_word_that_float_takes_for_a_number_is_no_count(word: bytes) -> None:
    # float() of Python knows both
    assert read_total({"1.3.1.0": word}, "{oid: 1.3.1.0, pipe: [float]}") is None


def test_a_count_said_under_two_names_costs_no_device() -> None:
    # the same row by two names, which Device refuses
    assert (
        read_child(fields(page_counts__total__all="{from: [{oid: x.9.0}]}"), {"1.3.9.0": 7}).device.count("total") == 7
    )


def test_a_missing_cell_is_no_word_for_where() -> None:
    # str(None) is no value of a cell
    candidate = "{table: counters, column: value, where: {type: [None]}}"
    assert read_total({"1.3.6.9.1": 7}, candidate, tables=COUNTERS) is None
