"""Rows of tables to supplies and alerts: indexes, joins, merging, levels, and where each cell came from."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from tests.strategies import READ_AT, answers_of, database_of, problems_of, profile_text, read_as

from frisket.model.answers import SnmpValue
from frisket.model.device import MAX_ROWS, Alert, Level, Supply
from frisket.model.reading import NoteCode, Reading, Source
from frisket.profile.mapping import map_reading
from frisket.profile.rows import MAX_TABLE_ROWS

# The columns of prtMarkerSuppliesTable and the join to prtMarkerColorantTable, below made-up OIDs
MIB = """\
      - id: mib
        walk: 1.3.11
        index: [hr, n]
        columns:
          colorant_index: {col: 3, pipe: [int]}
          class: {col: 4, pipe: [int, {enum: supply_class}]}
          type: {col: 5, pipe: [int, {enum: supply_type}]}
          description: {col: 6, pipe: [text, first_line]}
          unit: {col: 7, pipe: [int, {enum: supply_unit}]}
          capacity: {col: 8, pipe: [level]}
          remaining: {col: 9, pipe: [level]}
          colorant:
            first:
              - {lookup: {walk: 1.3.12, index: [hr, colorant_index], col: 4}, pipe: [text, colorant]}
              - {column: description, pipe: [colorant]}
"""
# What a maker's own table adds
ENGINE = """\
      - id: engine
        walk: 1.3.20
        index: [n]
        columns:
          type: {const: toner}
          class: {const: consumed}
          colorant: {col: 4, pipe: [text, colorant]}
          percent: {col: 5, pipe: [int, {range: [0, 100]}]}
"""
PROFILE = profile_text("a/b", f"tables:\n  supplies:\n    rows:\n{MIB}")
MERGED = profile_text("a/b", f"tables:\n  supplies:\n    merge_by: [type, colorant]\n    rows:\n{MIB}{ENGINE}")

_COLUMNS = {"colorant_index": 3, "class_": 4, "type_": 5, "description": 6, "unit": 7, "capacity": 8, "remaining": 9}


def row(index: str, **cells: SnmpValue) -> dict[str, SnmpValue]:
    """A row of the MIB's table: toner, consumed, in impressions, unless it says otherwise."""
    usual: dict[str, SnmpValue] = {"class_": 3, "type_": 3, "unit": 7}
    return {f"1.3.11.{_COLUMNS[name]}.{index}": value for name, value in {**usual, **cells}.items()}


def engine(n: int, colorant: bytes, percent: int) -> dict[str, SnmpValue]:
    return {f"1.3.20.4.{n}": colorant, f"1.3.20.5.{n}": percent}


def read_supplies(values: Mapping[str, SnmpValue], profile: str = PROFILE) -> tuple[Supply, ...]:
    return read_as(profile, values=values).device.supplies


def level(**cells: SnmpValue) -> Level:
    """The level of the one supply that has these cells."""
    (supply,) = read_supplies(row("1.1", **cells))
    return supply.level


# --- levels ------------------------------------------------------------------------------------


def test_a_level_with_a_capacity_has_a_percentage_of_one_decimal() -> None:
    assert level(remaining=260, capacity=26000) == Level(
        state="known", percent=1.0, remaining=260, capacity=26000, unit="impressions"
    )
    assert level(remaining=1, capacity=3).percent == 33.3


def test_zero_is_a_level() -> None:
    assert level(remaining=0, capacity=1000) == Level(
        state="known", percent=0.0, remaining=0, capacity=1000, unit="impressions"
    )


@pytest.mark.parametrize(
    ("remaining", "state"),
    [(-1, "unrestricted"), (-2, "unknown"), (-3, "some-remaining"), (-4, "implausible"), (-100, "implausible")],
)
def test_a_negative_level_is_a_state_and_never_a_percentage(remaining: int, state: str) -> None:
    assert level(remaining=remaining, capacity=1000) == Level(state=state, capacity=1000, unit="impressions")


@pytest.mark.parametrize("capacity", [-1, -2, -3])
def test_a_level_without_a_known_capacity_has_no_percentage(capacity: int) -> None:
    assert level(remaining=100, capacity=capacity) == Level(state="known", remaining=100, unit="impressions")


def test_a_level_that_is_not_there_is_unknown() -> None:
    assert level(capacity=1000) == Level(state="unknown", capacity=1000, unit="impressions")
    assert level() == Level(state="unknown", unit="impressions")


def test_a_level_in_percent_needs_no_capacity() -> None:
    assert level(remaining=42, unit=19) == Level(state="known", percent=42.0, remaining=42, unit="percent")
    assert level(remaining=42, unit=19, capacity=-2).percent == 42.0
    assert level(remaining=42, unit=19, capacity=100).percent == 42.0
    assert level(remaining=142, unit=19).percent is None
    assert level(remaining=42, unit=7).percent is None


def test_a_level_above_its_capacity_is_implausible_and_noted() -> None:
    reading = read_as(PROFILE, values=row("1.1", remaining=1500, capacity=1000, unit=8))
    assert reading.device.supplies[0].level == Level(state="implausible", remaining=1500, capacity=1000, unit="sheets")
    (note,) = reading.notes
    assert (note.code, note.detail) == (NoteCode.LEVEL_IMPLAUSIBLE, "supplies[1.1]: 1500 of 1000 sheets")


def test_a_full_supply_and_one_without_any_capacity_are_plausible() -> None:
    assert level(remaining=1000, capacity=1000).percent == 100.0
    assert level(remaining=5, capacity=0) == Level(state="known", remaining=5, capacity=0, unit="impressions")


def test_the_level_of_a_receptacle_is_the_space_that_is_left() -> None:
    (waste,) = read_supplies(row("1.5", class_=4, type_=4, remaining=900, capacity=1000))
    assert (waste.class_, waste.type, waste.level.percent, waste.level.remaining) == (
        "receptacle",
        "wasteToner",
        90.0,
        900,
    )


def test_a_number_that_the_mib_does_not_know_has_no_label() -> None:
    (supply,) = read_supplies(row("1.1", class_=2, type_=99, unit=99, remaining=5))
    assert (supply.class_, supply.type, supply.level.unit) == (None, None, None)


def test_a_supply_of_another_class_has_none() -> None:
    assert read_supplies(row("1.1", class_=1))[0].class_ is None


# --- rows and indexes --------------------------------------------------------------------------


def test_rows_come_in_the_order_of_their_indexes_which_are_read_and_not_assumed() -> None:
    values = row("2.10") | row("2.9") | row("1.12") | row("3.0")
    assert [supply.index for supply in read_supplies(values)] == ["1.12", "2.9", "2.10", "3.0"]


def test_a_row_exists_where_any_of_its_columns_does() -> None:
    values: dict[str, SnmpValue] = {"1.3.11.5.1.1": 3, "1.3.11.6.1.2": b"Black Toner", "1.3.11.9.1.3": 5}
    assert [(supply.index, supply.type, supply.colorant) for supply in read_supplies(values)] == [
        ("1.1", "toner", None),
        ("1.2", None, "black"),
        ("1.3", None, None),
    ]


def test_a_cell_of_a_joined_table_alone_makes_no_row() -> None:
    assert read_supplies({"1.3.12.4.1.1": b"black"}) == ()


def test_a_description_is_the_first_line_that_says_something() -> None:
    (supply,) = read_supplies(row("1.1", description=b"\n Black Cartridge \n\xff\x00junk"))
    assert (supply.description, supply.colorant) == ("Black Cartridge", "black")


def test_an_empty_description_is_null() -> None:
    assert read_supplies(row("1.1", description=b"\x00"))[0].description is None


def test_a_colorant_is_joined_by_the_index_that_the_row_names() -> None:
    values = {
        **row("1.1", colorant_index=2, description=b"Toner"),
        **row("1.2", colorant_index=1, description=b"Toner"),
        "1.3.12.4.1.1": b"cyan",
        "1.3.12.4.1.2": b"black",
        "1.3.12.4.2.2": b"magenta",
    }
    assert [supply.colorant for supply in read_supplies(values)] == ["black", "cyan"]


def test_rows_that_count_from_zero_are_joined_like_any_other() -> None:
    values = {
        **row("3.0", colorant_index=0),
        **row("3.1", colorant_index=1),
        "1.3.12.4.3.0": b"black",
        "1.3.12.4.3.1": b"cyan",
    }
    assert [(supply.index, supply.colorant) for supply in read_supplies(values)] == [("3.0", "black"), ("3.1", "cyan")]


@pytest.mark.parametrize("colorant_index", [0, 9, -1, b"x"])
def test_a_join_that_leads_nowhere_leaves_its_place_to_the_description(colorant_index: SnmpValue) -> None:
    values = {**row("1.1", colorant_index=colorant_index, description=b"Yellow"), "1.3.12.4.1.1": b"black"}
    assert read_supplies(values)[0].colorant == "yellow"


def test_a_joined_text_that_names_no_colour_leaves_its_place_to_the_description() -> None:
    values = {**row("1.1", colorant_index=1, description=b"Yellow"), "1.3.12.4.1.1": b"unknown"}
    assert read_supplies(values)[0].colorant == "yellow"


def test_a_colour_that_nobody_names_is_null() -> None:
    assert read_supplies(row("1.1", colorant_index=1, description=b"TN-3480"))[0].colorant is None


LOCAL = """\
tables:
  things:
    private: true
    rows:
      - id: mib
        walk: 1.3.30
        index: [hr]
        columns:
          number: {col: 1, pipe: [int]}
          joined: {lookup: {walk: 1.3.31, index: [hr, number], col: 2}, pipe: [text]}
          again: {column: joined, pipe: [upper]}
          part: {column: hr}
          either: {first: [{column: joined}, {const: none}], pipe: [{map: {x: found, none: nothing}}]}
"""


def read_thing(column: str, values: Mapping[str, SnmpValue]) -> tuple[str | None, Reading]:
    body = f"fields: {{model: {{from: [{{table: things, column: {column}}}]}}}}\n{LOCAL}"
    reading = read_as(profile_text("a/b", body), values=values)
    return reading.device.model, reading


def test_an_index_of_one_part_joins_too() -> None:
    assert read_thing("joined", {"1.3.30.1.4": 7, "1.3.31.2.4.7": b"x"})[0] == "x"
    assert read_thing("joined", {"1.3.30.1.0": 0, "1.3.31.2.0.0": b"x"})[0] == "x"


def test_a_column_may_be_copied_through_a_further_pipe() -> None:
    model, reading = read_thing("again", {"1.3.30.1.4": 7, "1.3.31.2.4.7": b"x"})
    assert model == "X"
    assert reading.provenance["model"].source == Source("snmp", "1.3.31.2.4.7", "a/b@1")
    assert reading.provenance["model"].raw == b"x"


def test_an_index_part_may_be_a_column() -> None:
    assert read_thing("part", {"1.3.30.1.4": 7})[0] == "4"


def test_the_first_column_that_says_something_goes_through_the_common_pipe() -> None:
    assert read_thing("either", {"1.3.30.1.4": 7, "1.3.31.2.4.7": b"x"})[0] == "found"
    assert read_thing("either", {"1.3.30.1.4": 7})[0] == "nothing"


def test_an_index_that_is_too_short_leaves_out_the_parts_on_the_left() -> None:
    body = LOCAL.replace("index: [hr]", "index: [hr, n]").replace("part: {column: hr}", "part: {column: n}")
    text = profile_text("a/b", f"fields: {{model: {{from: [{{table: things, column: part}}]}}}}\n{body}")
    assert read_as(text, values={"1.3.30.1.9": 1}).device.model == "9"


def test_rows_may_be_left_out_by_what_their_columns_say() -> None:
    profile = PROFILE.replace("        columns:", "        where: {type: [toner, ink]}\n        columns:")
    values = row("1.1") | row("1.2", type_=4) | row("1.3", type_=5) | row("1.4", type_=99)
    assert [supply.index for supply in read_supplies(values, profile)] == ["1.1", "1.3"]


def test_a_table_longer_than_any_printers_is_cut_and_noted() -> None:
    values: dict[str, SnmpValue] = {f"1.3.11.5.1.{at}": 3 for at in range(MAX_TABLE_ROWS + 1)}
    reading = read_as(PROFILE, values=values)
    assert len(reading.device.supplies) == MAX_ROWS
    assert [note.code for note in reading.notes] == [NoteCode.TABLE_CUT]
    assert "supplies" in reading.notes[0].detail


# --- merging -----------------------------------------------------------------------------------


def test_another_source_fills_what_the_mib_does_not_know() -> None:
    values = {
        **row("1.1", description=b"Black", remaining=-3, capacity=-2),
        **row("1.2", description=b"Cyan", remaining=-2, capacity=20000),
        **engine(1, b"black", 40),
        **engine(2, b"cyan", 0),
    }
    assert [(supply.index, supply.level.state, supply.level.percent) for supply in read_supplies(values, MERGED)] == [
        ("1.1", "known", 40.0),
        ("1.2", "known", 0.0),
    ]


def test_what_the_mib_knows_is_not_overwritten() -> None:
    values = {**row("1.1", description=b"Black", remaining=500, capacity=1000), **engine(1, b"black", 40)}
    (supply,) = read_supplies(values, MERGED)
    assert (supply.description, supply.level.percent, supply.level.remaining) == ("Black", 50.0, 500)


def test_each_cell_keeps_its_own_source() -> None:
    profile = MERGED.replace("percent: {col: 5, pipe: [int, {range: [0, 100]}]}", "remaining: {col: 5, pipe: [level]}")
    values = {**row("1.1", description=b"Black", remaining=-2, capacity=100), **engine(1, b"black", 40)}
    reading = read_as(profile, values=values)
    assert reading.device.supplies[0].level.percent == 40.0
    assert reading.provenance["supplies[1.1].level"].source == Source("snmp", "1.3.20.5.1", "a/b@1")
    assert reading.provenance["supplies[1.1]"].source == Source("snmp", "1.3.11.5.1.1", "a/b@1")


def test_a_supply_that_only_another_source_knows_is_named_after_it() -> None:
    values = {**row("1.1", description=b"Black", remaining=5), **engine(2, b"cyan", 30)}
    black, cyan = read_supplies(values, MERGED)
    assert (black.index, cyan.index) == ("1.1", "engine.2")
    assert (cyan.type, cyan.class_, cyan.colorant, cyan.level.percent) == ("toner", "consumed", "cyan", 30.0)


def test_rows_are_named_after_their_source_even_where_the_mib_has_none() -> None:
    assert [supply.index for supply in read_supplies(engine(1, b"black", 5), MERGED)] == ["engine.1"]


def test_two_blacks_stay_two_and_none_of_them_is_guessed_to_be_meant() -> None:
    values = {
        **row("1.1", description=b"Black 1", remaining=-3),
        **row("1.2", description=b"Black 2", remaining=-3),
        **engine(1, b"black", 40),
    }
    assert [(supply.index, supply.level.percent) for supply in read_supplies(values, MERGED)] == [
        ("1.1", None),
        ("1.2", None),
        ("engine.1", 40.0),
    ]


def test_a_row_without_a_colour_is_merged_with_nothing() -> None:
    values = {**row("1.1", description=b"TN-1", remaining=-3), **engine(1, b"TN-1", 40)}
    assert [supply.index for supply in read_supplies(values, MERGED)] == ["1.1", "engine.1"]


def test_rows_agree_only_when_every_column_does() -> None:
    values = {**row("1.1", type_=5, description=b"Black", remaining=-3), **engine(1, b"black", 40)}
    assert [(supply.type, supply.level.percent) for supply in read_supplies(values, MERGED)] == [
        ("ink", None),
        ("toner", 40.0),
    ]


def test_without_merge_by_every_row_stands_for_itself() -> None:
    profile = MERGED.replace("    merge_by: [type, colorant]\n", "")
    values = {**row("1.1", description=b"Black", remaining=-3), **engine(1, b"black", 40)}
    assert [supply.index for supply in read_supplies(values, profile)] == ["1.1", "engine.1"]


def test_a_childs_source_is_read_after_its_parents() -> None:
    parent = PROFILE.replace("profile: a/b", "profile: a/parent")
    child = profile_text(
        "a/b", f"tables:\n  supplies:\n    merge_by: [type, colorant]\n    rows:\n{ENGINE}", extends="a/parent"
    )
    values = {**row("1.1", description=b"Black", remaining=-3), **engine(1, b"black", 40)}
    reading = read_as(parent, child, values=values)
    assert [(supply.index, supply.level.percent) for supply in reading.device.supplies] == [("1.1", 40.0)]


def test_a_childs_columns_replace_its_parents_and_leave_the_others() -> None:
    parent = PROFILE.replace("profile: a/b", "profile: a/parent")
    rows = "{id: mib, walk: 1.3.11, index: [hr, n], columns: {type: {const: ink}}}"
    child = profile_text("a/b", f"tables: {{supplies: {{rows: [{rows}]}}}}\n", extends="a/parent")
    (supply,) = read_as(
        parent, child, values=row("1.1", description=b"Black", remaining=5, capacity=10)
    ).device.supplies
    assert (supply.type, supply.colorant, supply.level.percent) == ("ink", "black", 50.0)


def seconds(rows: int) -> float:
    """CPU time of mapping as many rows of both sources, all alike; the quickest of three."""
    profile = database_of(MERGED).profiles["a/b"]
    values: dict[str, SnmpValue] = {}
    for at in range(rows):
        values |= row(f"1.{at}", description=b"Black", remaining=-3) | engine(at, b"black", 40)
    answers, taken = answers_of(values), []
    for _ in range(3):
        started = time.process_time()
        map_reading(profile, answers, address=None, read_at=READ_AT)
        taken.append(time.process_time() - started)
    return min(taken)


def test_merging_costs_no_more_for_each_row_the_more_rows_there_are() -> None:
    # a hostile device fills both tables to the limit, and one loop reads all devices
    assert seconds(800) < 8 * seconds(200)


# --- provenance --------------------------------------------------------------------------------


def test_a_supply_and_its_level_name_the_objects_that_say_them() -> None:
    provenance = read_as(PROFILE, values=row("1.1", remaining=-3, capacity=1000)).provenance
    assert provenance["supplies[1.1]"].source == Source("snmp", "1.3.11.5.1.1", "a/b@1")
    assert provenance["supplies[1.1].level"].source == Source("snmp", "1.3.11.9.1.1", "a/b@1")
    assert provenance["supplies[1.1].level"].raw == -3


def test_what_the_profile_says_itself_is_no_answer_of_the_device() -> None:
    provenance = read_as(MERGED, values=engine(1, b"black", 5)).provenance
    source = provenance["supplies[engine.1]"].source
    assert source is not None
    assert source.protocol == "profile"


# --- alerts ------------------------------------------------------------------------------------

ALERTS = profile_text(
    "a/b",
    """\
tables:
  alerts:
    rows:
      - id: mib
        walk: 1.3.18
        index: [hr, n]
        columns:
          severity: {col: 2, pipe: [int, {enum: alert_severity}]}
          group: {col: 4, pipe: [int, {enum: alert_group}]}
          location: {col: 6, pipe: [int]}
          code: {col: 7, pipe: [int]}
          description: {col: 8, pipe: [text]}
""",
)


def test_an_alert_is_a_row_with_the_labels_of_the_mib() -> None:
    values: dict[str, SnmpValue] = {
        "1.3.18.2.1.7": 4,
        "1.3.18.4.1.7": 11,
        "1.3.18.6.1.7": 0,
        "1.3.18.7.1.7": 1104,
        "1.3.18.8.1.7": b"Toner low \r\n",
        "1.3.18.2.1.12": 5,
        "1.3.18.2.1.13": 3,
        "1.3.18.8.1.13": b"",
    }
    reading = read_as(ALERTS, values=values)
    assert reading.device.alerts == (
        Alert(severity="warning", group="markerSupplies", code=1104, location=0, description="Toner low"),
        Alert(severity="warning"),
        Alert(severity="critical"),
    )
    assert reading.provenance["alerts[1.7]"].source == Source("snmp", "1.3.18.2.1.7", "a/b@1")


def test_a_severity_that_the_mib_does_not_know_is_other() -> None:
    values: dict[str, SnmpValue] = {"1.3.18.2.1.7": 9, "1.3.18.4.1.7": 999, "1.3.18.7.1.7": -2}
    assert read_as(ALERTS, values=values).device.alerts == (Alert(severity="other", code=-2),)


# --- what went wrong once -----------------------------------------------------------------------------


def test_two_blacks_of_one_foreign_source_stay_two() -> None:
    # PROFILES 4.7: rows of two different sources may be one supply
    values = engine(1, b"black", 40) | engine(2, b"black", 60)
    assert [(supply.index, supply.level.percent) for supply in read_supplies(values, MERGED)] == [
        ("engine.1", 40.0),
        ("engine.2", 60.0),
    ]


def test_the_second_of_two_foreign_blacks_does_not_vanish_in_the_one_black_of_the_mib() -> None:
    values = {**row("1.1", description=b"Black", remaining=-3), **engine(1, b"black", 40), **engine(2, b"black", 60)}
    assert {supply.level.percent for supply in read_supplies(values, MERGED)} >= {40.0, 60.0}


@pytest.mark.parametrize(
    ("old", "new", "values"),
    [
        ("type: {col: 5, pipe: [int, {enum: supply_type}]}", "type: {col: 5, pipe: [text]}", {"type_": b"banana"}),
        ("unit: {col: 7, pipe: [int, {enum: supply_unit}]}", "unit: {col: 7, pipe: [text]}", {"unit": b"pages"}),
        ("remaining: {col: 9, pipe: [level]}", "remaining: {col: 9, pipe: [int]}", {"remaining": -3}),
    ],
)
def test_a_cell_that_no_document_may_hold_costs_no_device(old: str, new: str, values: dict[str, SnmpValue]) -> None:
    # the model's validators would refuse the whole reading
    assert old in PROFILE
    (supply,) = read_supplies(row("1.1", **values), PROFILE.replace(old, new))
    assert supply.index == "1.1"


def test_what_is_cut_off_for_the_document_is_noted() -> None:
    values: dict[str, SnmpValue] = {f"1.3.11.5.1.{at}": 3 for at in range(MAX_ROWS + 1)}
    reading = read_as(PROFILE, values=values)
    assert len(reading.device.supplies) == MAX_ROWS
    assert [note.code for note in reading.notes] == [NoteCode.TABLE_CUT]


PARENT = profile_text(
    "a/parent",
    "tables: {supplies: {rows: [{id: m, walk: 1.3.1, index: [n], columns: "
    "{description: {col: 1, pipe: [text]}, colorant: {column: description, pipe: [colorant]}}}]}}\n",
)


def child_of_parent(columns: str) -> str:
    rows = f"{{id: m, walk: 1.3.1, index: [n], columns: {columns}}}"
    return profile_text("a/b", f"tables: {{supplies: {{rows: [{rows}]}}}}\n", extends="a/parent")


def test_a_childs_column_may_use_another_one_of_its_own() -> None:
    # a column that replaces its parent's stands where that one stood, before the child's new ones
    child = child_of_parent("{capacity: {col: 3, pipe: [text]}, colorant: {column: capacity, pipe: [colorant]}}")
    (supply,) = read_supplies_of(child, {"1.3.1.1.1": b"yellow", "1.3.1.3.1": b"cyan"})
    assert supply.colorant == "cyan"


def test_a_childs_column_may_use_one_of_its_parents() -> None:
    child = child_of_parent("{type: {const: toner}, colorant: {column: description, pipe: [lower, colorant]}}")
    (supply,) = read_supplies_of(child, {"1.3.1.1.1": b"YELLOW"})
    assert (supply.type, supply.colorant) == ("toner", "yellow")


@pytest.mark.parametrize(
    ("table", "rows"),
    [("", "where: {description: [x]}, "), ("merge_by: [type, colorant], ", ""), ("key: [colorant], ", "")],
)
def test_a_childs_table_may_name_the_columns_of_its_parents(table: str, rows: str) -> None:
    # the columns of both are one row
    source = f"{{id: m, walk: 1.3.1, index: [n], {rows}columns: {{type: {{const: toner}}}}}}"
    child = profile_text("a/b", f"tables: {{supplies: {{{table}rows: [{source}]}}}}\n", extends="a/parent")
    assert problems_of(PARENT, child) == []


def read_supplies_of(child: str, values: Mapping[str, SnmpValue]) -> tuple[Supply, ...]:
    return read_as(PARENT, child, values=values).device.supplies


def test_a_parents_column_is_the_parents_in_the_provenance() -> None:
    # DESIGN 4: the `profile@version` that gave the value
    reading = read_as(
        PARENT, child_of_parent("{type: {col: 2, pipe: [text, {drop: [x]}]}}"), values={"1.3.1.1.1": b"y"}
    )
    source = reading.provenance["supplies[1]"].source
    assert source is not None
    assert source.profile == "a/parent@1"


def test_a_cell_that_was_merged_in_is_its_own_profiles_in_the_provenance() -> None:
    parent = PROFILE.replace("profile: a/b", "profile: a/parent")
    body = f"tables:\n  supplies:\n    merge_by: [type, colorant]\n    rows:\n{ENGINE}"
    body = body.replace("percent: {col: 5, pipe: [int, {range: [0, 100]}]}", "remaining: {col: 5, pipe: [level]}")
    values = {**row("1.1", description=b"Black", remaining=-2, capacity=100), **engine(1, b"black", 40)}
    reading = read_as(parent, profile_text("a/b", body, extends="a/parent"), values=values)
    assert reading.provenance["supplies[1.1]"].source == Source("snmp", "1.3.11.5.1.1", "a/parent@1")
    assert reading.provenance["supplies[1.1].level"].source == Source("snmp", "1.3.20.5.1", "a/b@1")


def test_a_join_leaves_out_the_part_that_the_rows_index_leaves_out() -> None:
    # a device that leaves hrDeviceIndex out of one table leaves it out of the other one
    values = {**row("4", colorant_index=2, description=b"Toner"), "1.3.12.4.2": b"cyan"}
    assert [(supply.index, supply.colorant) for supply in read_supplies(values)] == [("4", "cyan")]
