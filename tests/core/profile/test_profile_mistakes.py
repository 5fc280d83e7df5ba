"""Mistakes planted in profiles: each is found where it stands, with what to do about it, and all of them at once."""

from __future__ import annotations

import pytest
from tests.strategies import IDENTITY, database_of, problems_of, profile_file, profile_text

from frisket.errors import ProfileError
from frisket.profile.database import ProfileFile, build_database
from frisket.profile.step_registry import StepRegistry

# A table whose columns the mistakes below name; the body of a profile begins in line 6
SUPPLIES = """\
tables:
  supplies:
    rows:
      - id: mib
        walk: 1.3.5
        index: [hr, n]
        columns:
          type: {col: 5, pipe: [int, {enum: supply_type}]}
          colorant: {col: 3, pipe: [text]}
"""
COUNTERS = """\
tables:
  counters:
    private: true
    rows:
      - {id: mib, walk: 1.3.6, index: [n], columns: {type: {col: 2, pipe: [int]}, value: {col: 9, pipe: [int]}}}
"""


def test_what_the_mistakes_are_planted_in_is_right() -> None:
    everything = profile_text(
        "a/b",
        """\
status: stable
references: ["https://www.rfc-editor.org/rfc/rfc3805"]
tested_with: [{model: X1, firmware: "1.10", case: [x1]}]
requires: {steps: [text], protocols: [snmp]}
aliases: {mib2: 1.3.6.1.2.1, sys: mib2.1}
match:
  - {sysObjectID: [1.3.6.1.4.1.99999], sysDescr: '(?i)laser', priority: 5}
  - {ieee1284: {MFG: ^A, MDL: B}, not: {hrDeviceDescr: plotter}}
  - probes: [{oid: sys.1.0, like: laser}, {oid: mib2.43.5.1.1.1.*}]
enums: {brand: {acme: ACME, default: Other}}
fields:
  manufacturer: {from: [{const: ACME, prefer: 5}, {oid: sys.1.0, pipe: [text, {enum: brand}]}], doc: who made it}
  console_messages: {from: [{oid: mib2.43.16.5.1.2.*, pipe: [{text: console}], take: all}]}
  page_counts.print.color.two.large:
    unit: sheets
    agree: {within_percent: 2}
    replace: true
    from: [{table: counters, column: value, where: {type: ["1", "2"]}, take: sum, unit_column: type, unit: images}]
charsets: {general: {oid: 1.3.9.0, pipe: [int]}}
limits: {max_repetitions: 5, never: [sys.9]}
tables:
  counters:
    private: true
    key: [n, type]
    rows:
      - id: mib
        walk: 1.3.6
        index: [n]
        where: {type: ["1"]}
        columns:
          type: {col: 2, pipe: [int]}
          value:
            first:
              - {lookup: {walk: 1.3.7, index: [n, type], col: 4}, pipe: [int]}
              - {column: type}
              - {const: "5", pipe: [int]}
  supplies:
    merge_by: [type]
    rows:
      - {id: mib, walk: 1.3.5, index: [hr, n], columns: {type: {const: toner}}}
""",
        kind="device",
    )
    assert problems_of(everything) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        # --- keys and shapes ---
        ("stats: stable\n", "6:1: $.stats: unknown key 'stats', did you mean 'status'?"),
        (
            "fields:\n  model:\n    from:\n      - {oid: 1.3.1.0, pip: [text]}\n",
            "9:24: $.fields.model.from[0].pip: unknown key 'pip', did you mean 'pipe'?",
        ),
        ("limits: {max_repetition: 5}\n", "6:10: $.limits.max_repetition: unknown key 'max_repetition', did you"),
        ("status: stabel\n", "6:9: $.status: 'stabel' is none of draft | stable | deprecated, did you mean 'stable'?"),
        ("limits: {max_repetitions: few}\n", "6:27: $.limits.max_repetitions: 'few' is not a whole number"),
        ("limits: {max_repetitions: 1.5}\n", "6:27: $.limits.max_repetitions: '1.5' is not a whole number"),
        ("limits:\n  max_repetitions:\n", "7:19: $.limits.max_repetitions: '' is not a whole number"),
        (
            "fields:\n  model:\n    replace: yes\n    from: [{const: a}]\n",
            "8:14: $.fields.model.replace: 'yes' is neither true nor false",
        ),
        ("extends: std/printer-mib\n", "6:10: $.extends: a list must stand here"),
        ("aliases: [a]\n", "6:10: $.aliases: a mapping must stand here"),
        ("fields:\n  model: here\n", "7:10: $.fields.model: a mapping must stand here"),
        ("references:\n  - {a: b}\n", "7:5: $.references[0]: a single value must stand here"),
        ("fields: {model: {doc: x}}\n", "6:17: $.fields.model: the key 'from' is missing"),
        ("tested_with: [{firmware: x}]\n", "6:15: $.tested_with[0]: the key 'model' is missing"),
        (
            "tables: {supplies: {rows: [{id: a, walk: 1.3, columns: {}}]}}\n",
            "6:28: $.tables.supplies.rows[0]: the key 'index' is missing",
        ),
        (
            "fields: {model: {from: [{const: a, take: lasst}]}}\n",
            "6:42: $.fields.model.from[0].take: 'lasst' is none of first | first_valid | max | sum | all",
        ),
        (
            "fields: {model: {from: [{const: a, pipe: [{trim: x, text: y}]}]}}\n",
            "6:43: $.fields.model.from[0].pipe[0]: a step is its name, or its name and its argument",
        ),
        # --- fields and candidates ---
        (
            "fields: {serial_numbr: {from: [{const: a}]}}\n",
            "6:10: $.fields.serial_numbr: 'serial_numbr' is none of the disclosed fields, did you mean",
        ),
        (
            "fields: {page_counts.totl: {from: [{const: a}]}}\n",
            "6:10: $.fields.page_counts.totl: 'page_counts.totl' is",
        ),
        ("fields: {page_counts.print.red: {from: [{const: a}]}}\n", "6:10: $.fields.page_counts.print.red: "),
        ("fields: {page_counts: {from: [{const: a}]}}\n", "6:10: $.fields.page_counts: 'page_counts' is none of"),
        ("fields: {ip_address: {from: [{const: a}]}}\n", "6:10: $.fields.ip_address: "),
        ("fields: {model: {from: []}}\n", "6:24: $.fields.model.from: a field needs at least one candidate"),
        (
            "fields: {model: {from: [{pipe: [text]}]}}\n",
            "6:25: $.fields.model.from[0]: exactly one of oid, table, const, select, json, csv, pjl, ipp must",
        ),
        (
            "fields: {model: {from: [{oid: 1.3.1.0, const: a}]}}\n",
            "6:25: $.fields.model.from[0]: exactly one of oid, table, const, select, json",
        ),
        ("fields: {model: {from: [{oid: 1.3.x}]}}\n", "6:31: $.fields.model.from[0].oid: '1.3.x' is not an OID"),
        (
            "aliases: {prt: 1.3.6}\nfields: {model: {from: [{oid: ptr.1.0}]}}\n",
            "7:31: $.fields.model.from[0].oid: 'ptr.1.0' is not an OID: unknown alias 'ptr', did you mean 'prt'?",
        ),
        ("aliases: {a: b.1, b: 1.3}\n", "6:14: $.aliases.a: 'b.1' is not an OID: unknown alias 'b'"),
        ("aliases: {my-mib: 1.3}\n", "6:11: $.aliases.my-mib: an alias is a word such as prt, not 'my-mib'"),
        ("aliases: {prt: 1.3.4294967296}\n", "6:16: $.aliases.prt: '1.3.4294967296' is not an OID: at most 128 arcs"),
        (
            "fields: {model: {from: [{const: a, column: b}]}}\n",
            "6:36: $.fields.model.from[0].column: column goes with table only",
        ),
        (
            "fields: {model: {from: [{oid: 1.3.0, where: {a: [b]}}]}}\n",
            "6:38: $.fields.model.from[0].where: where goes with table only",
        ),
        (
            COUNTERS + "fields: {page_counts.total: {from: [{table: conters, column: value}]}}\n",
            "11:45: $.fields.page_counts.total.from[0].table: unknown table 'conters', did you mean 'counters'?",
        ),
        (
            COUNTERS + "fields: {page_counts.total: {from: [{table: counters, column: valu}]}}\n",
            "11:63: $.fields.page_counts.total.from[0].column: table 'counters' has no column 'valu', did you mean",
        ),
        (
            COUNTERS + "fields: {page_counts.total: {from: [{table: counters}]}}\n",
            "11:37: $.fields.page_counts.total.from[0]: the key 'column' is missing",
        ),
        (
            COUNTERS + "fields: {page_counts.total: {from: [{table: counters, column: value, where: {typ: [a]}}]}}\n",
            "11:77: $.fields.page_counts.total.from[0].where: table 'counters' has no column 'typ', did you mean",
        ),
        (
            COUNTERS + "fields: {page_counts.total: {from: [{table: counters, column: value, unit_column: unit}]}}\n",
            "11:83: $.fields.page_counts.total.from[0].unit_column: table 'counters' has no column 'unit'",
        ),
        (
            "fields: {page_counts.total: {unit: pages, from: [{const: a}]}}\n",
            "6:36: $.fields.page_counts.total.unit: unknown unit 'pages'",
        ),
        (
            "fields: {page_counts.total: {from: [{const: a, unit: sheet}]}}\n",
            "6:54: $.fields.page_counts.total.from[0].unit: unknown unit 'sheet', did you mean 'sheets'?",
        ),
        # --- steps ---
        (
            "fields: {model: {from: [{const: a, pipe: [text, txt]}]}}\n",
            "6:49: $.fields.model.from[0].pipe[1]: unknown step 'txt', did you mean 'text'?",
        ),
        (
            "fields: {model: {from: [{const: a, pipe: [{range: [1]}]}]}}\n",
            "6:43: $.fields.model.from[0].pipe[0]: step 'range' takes the smallest and the largest value",
        ),
        (
            "fields: {model: {from: [{const: a, pipe: [enum]}]}}\n",
            "6:43: $.fields.model.from[0].pipe[0]: step 'enum' takes one value",
        ),
        (
            "enums: {brand: {a: b}}\nfields: {model: {from: [{const: a, pipe: [{enum: brnad}]}]}}\n",
            "7:43: $.fields.model.from[0].pipe[0]: step 'enum' unknown enum 'brnad', did you mean 'brand'?",
        ),
        (
            "fields: {model: {from: [{const: a, pipe: [{regex: '(a'}]}]}}\n",
            "6:43: $.fields.model.from[0].pipe[0]: step 'regex' '(a' is not an RE2 pattern: missing ): (a",
        ),
        ("requires: {steps: [text, hp.tlv]}\n", "6:26: $.requires.steps[1]: unknown step 'hp.tlv'"),
        ("charsets: {general: {oid: 1.y}}\n", "6:27: $.charsets.general.oid: '1.y' is not an OID"),
        ("charsets: {console: {oid: 1.3.0, pipe: [itn]}}\n", "6:41: $.charsets.console.pipe[0]: unknown step 'itn'"),
        ("limits: {never: [1.3, 1.y]}\n", "6:23: $.limits.never[1]: '1.y' is not an OID"),
        # --- rules ---
        ("match:\n  - {priority: 5}\n", "7:5: $.match[0]: a rule without a condition matches every device"),
        ("match: [{sysObjectID: []}]\n", "6:9: $.match[0]: a rule without a condition matches every device"),
        ("match: [{sysObjectID: [1.3, 1.y]}]\n", "6:29: $.match[0].sysObjectID[1]: '1.y' is not an OID"),
        (
            "match: [{probe: {oid: 1.3, like: '['}}]\n",
            "6:34: $.match[0].probe.like: '[' is not an RE2 pattern: missing ]",
        ),
        ("match: [{probe: {like: a}}]\n", "6:17: $.match[0].probe: the key 'oid' is missing"),
        (
            "match: [{ieee1284: {MGF: a, MFG: b}}]\n",
            "6:21: $.match[0].ieee1284.MGF: unknown key 'MGF', did you mean 'MFG'?",
        ),
        (
            "match: [{probe: {oid: 1.1}, probes: [{oid: 1.2}, {oid: 1.3}, {oid: 1.4}]}]\n",
            "6:9: $.match[0]: a rule may have 3 probes, not 4: each can cost a packet",
        ),
        (
            "match: [{sysDescr: a, not: {sysDescr: '(', hrDeviceDescr: b}}]\n",
            "6:39: $.match[0].not.sysDescr: '(' is not an RE2 pattern",
        ),
        ("match: [{sysDescr: a, priority: high}]\n", "6:33: $.match[0].priority: 'high' is not a whole number"),
        # --- tables ---
        (
            "tables: {counters: {rows: []}}\n",
            "6:10: $.tables.counters: only supplies, alerts are disclosed; say private: true for a table that other",
        ),
        (
            SUPPLIES.replace("colorant:", "colour:"),
            "14:11: $.tables.supplies.rows[0].columns.colour: supplies has no column 'colour', did you mean",
        ),
        (
            SUPPLIES.replace("{col: 5, pipe: [int, {enum: supply_type}]}", "{const: tonr}"),
            "13:25: $.tables.supplies.rows[0].columns.type.const: 'tonr' is no type of Printer-MIB, did you mean",
        ),
        (
            SUPPLIES.replace("walk: 1.3.5", "walk: prt.5"),
            "10:15: $.tables.supplies.rows[0].walk: 'prt.5' is not an OID: unknown alias 'prt'",
        ),
        (
            SUPPLIES.replace("{col: 3, pipe: [text]}", "{col: 3, const: black}"),
            "14:21: $.tables.supplies.rows[0].columns.colorant: exactly one of col, lookup, column, const, first",
        ),
        (
            SUPPLIES.replace("{col: 3, pipe: [text]}", "{column: typ}"),
            "14:30: $.tables.supplies.rows[0].columns.colorant.column: no index part or column above is called",
        ),
        (
            SUPPLIES.replace("{col: 3, pipe: [text]}", "{lookup: {walk: 1.3.7, index: [hr, m], col: 4}}"),
            "14:56: $.tables.supplies.rows[0].columns.colorant.lookup.index[1]: no index part or column",
        ),
        (
            SUPPLIES.replace("{col: 3, pipe: [text]}", "{first: [{col: 3}, {column: later}]}"),
            "14:49: $.tables.supplies.rows[0].columns.colorant.first[1].column: no index part or column",
        ),
        (
            SUPPLIES.replace("{col: 3, pipe: [text]}", "{lookup: {walk: 1.3.7, index: [hr]}}"),
            "14:30: $.tables.supplies.rows[0].columns.colorant.lookup: the key 'col' is missing",
        ),
        (
            SUPPLIES.replace("    rows:", "    key: [type, m]\n    rows:"),
            "8:17: $.tables.supplies.key[1]: no source of rows has a column or index part 'm'",
        ),
        (
            SUPPLIES.replace("    rows:", "    merge_by: [type, class]\n    rows:"),
            "8:22: $.tables.supplies.merge_by[1]: a source of rows has no column 'class' to be merged by",
        ),
        (
            SUPPLIES.replace("columns:", "where: {tpye: [toner]}\n        columns:"),
            "12:17: $.tables.supplies.rows[0].where.tpye: unknown column 'tpye', did you mean 'type'?",
        ),
        (
            SUPPLIES.replace("{enum: supply_type}", "{enum: supply_kind}"),
            "13:38: $.tables.supplies.rows[0].columns.type.pipe[1]: step 'enum' unknown enum 'supply_kind'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(body: str, problem: str) -> None:
    (found,) = problems_of(profile_text("a/b", body))
    assert found.startswith(f"a/b.yaml:{problem}"), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a/b.yaml:1:1: $: a mapping must stand here"),
        ("schema: 1\nprofile: a/b\nversion: 1\ntitle: t\n", "a/b.yaml:1:1: $: the key 'kind' is missing"),
        (profile_text("a/b").replace("schema: 1", "schema: 2"), "a/b.yaml:1:9: $.schema: '2' is none of 1"),
        (
            profile_text("a/b", kind="devise"),
            "a/b.yaml:4:7: $.kind: 'devise' is none of device | base | overlay",
        ),
        (profile_text("a/b").replace("version: 1", "version: '1.0'"), "a/b.yaml:3:10: $.version: '1.0' is not a whole"),
        (profile_text("a/c"), "a/b.yaml:2:10: $.profile: 'a/c' is not what its place says: the file of 'a/b'"),
        (profile_text("a/b", kind="device"), "a/b.yaml:1:1: $: a device profile needs `match`; one that only others"),
        (profile_text("a/b", "match: []\n", kind="device"), "a/b.yaml:1:1: $: a device profile needs `match`"),
    ],
)
def test_a_mistake_in_the_head_of_a_file_is_told_with_its_place(text: str, problem: str) -> None:
    (found,) = problems_of(ProfileFile("a/b.yaml", text))
    assert found.startswith(problem), found


# --- several profiles --------------------------------------------------------------------------


def test_an_unknown_parent_is_told_with_the_nearest_one() -> None:
    child = profile_text("a/child", extends="a/parrent")
    problem = "a/child.yaml:6:11: $.extends[0]: unknown profile 'a/parrent', did you mean 'a/parent'?"
    assert problems_of(profile_text("a/parent"), child) == [problem]


def test_profiles_that_extend_each_other_in_a_circle_are_told_by_the_way_round() -> None:
    files = [profile_text("a/b", extends="a/c"), profile_text("a/c", extends="a/d"), profile_text("a/d", extends="a/b")]
    (problem,) = problems_of(*files)
    assert problem == "a/d.yaml:6:11: $.extends[0]: a/b extends a/c extends a/d extends a/b: a loop"


def test_a_profile_that_extends_itself_is_a_circle() -> None:
    (problem,) = problems_of(profile_text("a/b", extends="a/b"))
    assert problem == "a/b.yaml:6:11: $.extends[0]: a/b extends a/b: a loop"


def test_a_mistake_of_a_parent_is_not_told_of_its_children() -> None:
    parent = profile_text("a/parent", "aliases: {x: 1.3}\nstats: stable\n")
    child = profile_text("a/child", "fields: {model: {from: [{oid: x.1.0}]}}\n", extends="a/parent")
    (problem,) = problems_of(parent, child)
    assert problem.startswith("a/parent.yaml:7:1: $.stats: unknown key 'stats'")


def chain(length: int) -> list[str]:
    """The first has no parent, each other one extends the one before it."""
    names = [f"a/p{at:02}" for at in range(length)]
    return [profile_text(name, extends=names[at - 1] if at else "") for at, name in enumerate(names)]


def test_eight_profiles_may_extend_each_other_and_no_more() -> None:
    assert problems_of(*reversed(chain(8))) == []
    (problem,) = problems_of(*reversed(chain(9)))
    assert problem.endswith("more than 8 profiles extend each other")


def test_the_depth_of_inheritance_is_counted_in_whatever_order_the_files_come() -> None:
    # a parent that was compiled before brings its own depth
    assert any("more than 8 profiles extend each other" in problem for problem in problems_of(*chain(12)))


def test_std_identity_cannot_be_extended() -> None:
    (problem,) = problems_of(profile_text("a/b", extends="std/identity"))
    assert problem == "a/b.yaml:6:11: $.extends[0]: 'std/identity' is of kind identity, which cannot be extended"


def test_a_profile_that_stands_in_two_folders_is_told() -> None:
    (problem,) = problems_of(profile_text("a/b"), profile_text("a/b"))
    assert problem == "a/b.yaml:2:10: $.profile: 'a/b' stands in two folders"


RULE = "match: [{sysObjectID: [1.3.6.1.4.1.99999], sysDescr: x}]\n"


def test_rules_of_two_unrelated_profiles_that_ask_the_same_name_both_files() -> None:
    files = [profile_text("a/b", RULE, kind="device"), profile_text("c/d", f"status: draft\n{RULE}", kind="device")]
    (problem,) = problems_of(*files)
    assert problem == (
        "c/d.yaml:7:9: $.match[0]: asks the same of a device as a rule of a/b.yaml: give one of them a priority"
    )


@pytest.mark.parametrize(
    "other",
    [
        RULE.replace("sysDescr: x", "sysDescr: x, hrDeviceDescr: z, priority: 1"),
        RULE.replace("99999", "99999.1"),
        RULE.replace("sysDescr: x", "sysDescr: y"),
        RULE.replace("sysDescr: x", "sysDescr: x, not: {hrDeviceDescr: z}"),
    ],
)
def test_rules_that_differ_are_no_tie(other: str) -> None:
    assert problems_of(profile_text("a/b", RULE, kind="device"), profile_text("c/d", other, kind="device")) == []


def test_one_of_several_prefixes_is_enough_for_a_tie() -> None:
    other = RULE.replace("[1.3.6.1.4.1.99999]", "[1.3.6.1.4.1.88888, 1.3.6.1.4.1.99999]")
    (problem,) = problems_of(profile_text("a/b", RULE, kind="device"), profile_text("c/d", other, kind="device"))
    assert "asks the same of a device as a rule of a/b.yaml" in problem


def test_a_device_and_a_base_never_tie_nor_do_a_child_and_its_parent() -> None:
    child = profile_text("e/f", f"extends: [a/b]\n{RULE}", kind="device")
    parent = profile_text("a/b", RULE, kind="device")
    assert problems_of(parent, profile_text("c/d", RULE), child) == []


def test_a_rule_that_stands_twice_in_a_profile_is_a_mistake() -> None:
    (problem,) = problems_of(profile_text("a/b", "match: [{sysDescr: x}, {sysDescr: x}]\n", kind="device"))
    assert problem == "a/b.yaml:6:24: $.match[1]: says the same as match[0]"


def test_a_rule_that_another_profile_always_beats_is_a_mistake() -> None:
    wider = RULE.replace(", sysDescr: x", ", priority: 1")
    (problem,) = problems_of(profile_text("a/b", RULE, kind="device"), profile_text("c/d", wider, kind="device"))
    assert problem == (
        "a/b.yaml:6:9: $.match[0]: can never win: match[0] of c/d.yaml holds wherever it does, and has priority"
    )


def test_a_rule_that_its_own_not_takes_away_is_a_mistake() -> None:
    never = "match: [{sysObjectID: [1.3.6.1.4.1.99999.1], not: {sysObjectID: [1.3.6.1.4.1.99999]}}]\n"
    (problem,) = problems_of(profile_text("a/b", never, kind="device"))
    assert "can never hold: its `not` holds wherever its other conditions do" in problem


def test_every_problem_of_every_file_is_told_at_once_in_the_order_of_the_text() -> None:
    first = profile_text("a/z", "stats: x\nfields: {modl: {from: [{oid: 1.y}]}}\n")
    second = ProfileFile("a/b.yaml", "a: &x 1\n")
    third = profile_text("c/d", "fields:\n  model: {from: [{const: a, pipe: [txt]}]}\n  serial_numbr: {from: []}\n")
    fourth = profile_text("b/c", "match: [{hrDeviceDescr: a, sysDescr: '('}]\n")
    found = problems_of(first, second, third, fourth)
    assert [problem.split(": $")[0] for problem in found] == [
        "a/b.yaml:1:4",
        "a/z.yaml:6:1",
        "b/c.yaml:6:38",
        "c/d.yaml:7:36",
        "c/d.yaml:8:3",
        "c/d.yaml:8:24",
    ]


def test_lines_are_ordered_as_numbers() -> None:
    body = "".join(f"x{at}: y\n" for at in range(7))
    found = problems_of(profile_text("a/b", body))
    assert [problem.split(":")[1] for problem in found] == [str(line) for line in range(6, 13)]


def test_an_error_is_its_lines_and_carries_each_problem() -> None:
    with pytest.raises(ProfileError) as caught:
        database_of(profile_text("a/b", "x: y\nz: y\n"))
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    assert [(one.file, one.line, one.column, one.path) for one in caught.value.problems] == [
        ("a/b.yaml", 6, 1, "$.x"),
        ("a/b.yaml", 7, 1, "$.z"),
    ]


# --- std/identity ------------------------------------------------------------------------------


def test_a_database_without_std_identity_is_refused() -> None:
    with pytest.raises(ProfileError, match=r"std/identity\.yaml:1:1: \$: the database holds no profile std/identity"):
        build_database([profile_file(profile_text("a/b"))], StepRegistry())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  sysDescr:", "  sysDescription:", "std/identity.yaml:8:3: $.identity.sysDescription: unknown key"),
        ("1.3.6.1.2.1.1.2.0", "1.3.x", "std/identity.yaml:7:30: $.identity.sysObjectID.from[0].oid: '1.3.x' is not"),
        ("pipe: [text]", "pipe: [txt]", "std/identity.yaml:8:53: $.identity.sysDescr.from[0].pipe[0]: unknown step"),
        ("- probe: {oid:", "- prob: {oid:", "std/identity.yaml:12:5: $.printer[0].prob: unknown key 'prob', did you"),
    ],
)
def test_a_mistake_in_std_identity_is_told_with_its_place(old: str, new: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems_of(identity=IDENTITY.replace(old, new, 1)))


# --- what went wrong once -----------------------------------------------------------------------------


def test_a_mistake_in_the_second_of_several_probes_is_told_where_it_stands() -> None:
    (problem,) = problems_of(profile_text("a/b", "match:\n  - probes:\n      - {oid: 1.2.*}\n      - {oid: 1.x}\n"))
    assert problem.startswith("a/b.yaml:9:15: $.match[0].probes[1].oid: '1.x' is not an OID")


def test_a_pattern_that_is_wrong_is_one_mistake_and_not_two() -> None:
    (problem,) = problems_of(profile_text("a/b", "match: [{sysDescr: '('}]\n"))
    assert "is not an RE2 pattern" in problem


def test_two_names_for_one_page_count_are_refused() -> None:
    body = "fields:\n  page_counts.total: {from: [{const: a}]}\n  page_counts.total.all: {from: [{const: b}]}\n"
    assert len(problems_of(profile_text("a/b", body))) == 1


def test_two_sources_of_rows_with_one_id_are_refused() -> None:
    rows = "{id: mib, walk: 1.3.5, index: [n], columns: {type: {const: toner}}}"
    assert len(problems_of(profile_text("a/b", f"tables: {{supplies: {{rows: [{rows}, {rows}]}}}}\n"))) == 1


def test_a_condition_that_is_never_asked_is_refused() -> None:
    # nothing asks for a probe below `not`
    body = "match: [{sysObjectID: [1.3.5], not: {probe: {oid: 1.2.*}}}]\n"
    assert len(problems_of(profile_text("a/b", body, kind="device"))) == 1
