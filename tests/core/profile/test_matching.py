"""Which profile is for a device, and what has to be asked before that is known."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.strategies import READ_AT, answers_of, database_of, profile_text

import frisket_profiles
from frisket.model.answers import Answers, SnmpValue
from frisket.model.identity import Identity
from frisket.model.oid import Oid, format_oid, parse_oid
from frisket.model.reading import NoteCode
from frisket.plugins import load_plugins
from frisket.profile.database import ProfileDatabase, build_database, read_folder
from frisket.profile.matching import Match, match
from frisket.profile.pipeline import replay

MAKER: Oid = (1, 3, 6, 1, 4, 1, 99999)
# The probe of the made-up identity, and one of its instances
PRINTER = "1.3.6.1.2.1.43.5.1.1.1"
PRINTER_SAYS: Mapping[str, SnmpValue] = {f"{PRINTER}.1": 5}
BASE = profile_text("std/base", f"match: [{{probe: {{oid: {PRINTER}.*}}}}]\n")


def device(name: str, rule: str, *, extends: str = "") -> str:
    """A device's profile with one rule."""
    return profile_text(name, f"match: [{{{rule}}}]\n", kind="device", extends=extends)


def answered(values: Mapping[str, SnmpValue], *asked: str) -> Answers:
    """Answers in which the identity's probe and these columns were sampled."""
    answers = answers_of(values)
    answers.sampled.update(map(parse_oid, (PRINTER, *asked)))
    return answers


def won(database: ProfileDatabase, identity: Identity, answers: Answers | None = None) -> str | None:
    """The id of the profile for a printer; None for no printer."""
    outcome = match(database, identity, answered(PRINTER_SAYS) if answers is None else answers)
    assert (outcome.probes, outcome.ties) == ((), ())
    return None if outcome.profile is None else outcome.profile.id


def identity(**names: object) -> Identity:
    return Identity(**{"sys_object_id": (*MAKER, 1, 2), "sys_descr": "LaserThing 9000", **names})  # type: ignore[arg-type]  # by their names


# --- conditions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("sysObjectID: [1.3.6.1.4.1.99999]", True),
        ("sysObjectID: [1.3.6.1.4.1.99999.1.2]", True),
        ("sysObjectID: [1.3.6.1.4.1.99999.1.2.0]", False),
        ("sysObjectID: [1.3.6.1.4.1.9999]", False),
        ("sysObjectID: [1.3.6.1.4.1.999999]", False),
        ("sysObjectID: [1.3.5, 1.3.6.1.4.1.99999.1]", True),
        ("sysDescr: ^LaserThing", True),
        ("sysDescr: laserthing", False),
        ("sysDescr: '(?i)laserthing'", True),
        ("hrDeviceDescr: .", False),
        ("ieee1284: {MFG: ^Maker$}", True),
        ("ieee1284: {MFG: ^Maker$, MDL: '8'}", False),
        ("ieee1284: {CMD: .}", False),
        ("sysObjectID: [1.3.6.1.4.1.99999], sysDescr: InkThing", False),
        ("sysObjectID: [1.3.6.1.4.1.99999], not: {sysDescr: Ink}", True),
        ("sysObjectID: [1.3.6.1.4.1.99999], not: {sysDescr: Laser}", False),
        ("sysObjectID: [1.3.6.1.4.1.99999], not: {sysDescr: Laser, hrDeviceDescr: .}", True),
        ("not: {sysObjectID: [1.3.6.1.4.1.99999.1]}", False),
        ("not: {sysObjectID: [1.3.6.1.4.1.99999.2]}", True),
        ("sysDescr: Laser, not: {sysDescr: Laser, not: {sysDescr: '9000'}}", True),
    ],
)
def test_a_rule_holds_when_all_of_its_conditions_do(rule: str, holds: bool) -> None:
    said = identity(ieee1284={"MFG": "Maker", "MDL": "9000"})
    assert won(database_of(device("a/b", rule)), said) == ("a/b" if holds else None)


def test_one_of_several_rules_is_enough() -> None:
    text = profile_text("a/b", "match: [{sysDescr: Ink}, {sysDescr: Laser}]\n", kind="device")
    assert won(database_of(text), identity()) == "a/b"


def test_what_the_device_did_not_say_holds_no_condition_but_a_negative_one() -> None:
    silent = Identity()
    assert won(database_of(device("a/b", "sysDescr: .*"), device("a/c", "sysObjectID: [1.3]")), silent) is None
    assert won(database_of(device("a/b", "not: {sysDescr: .*}")), silent) == "a/b"


# --- the most specific one wins ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("sysObjectID: [1.3.6.1.4.1.99999.1]", "sysObjectID: [1.3.6.1.4.1.99999]"),
        ("sysObjectID: [1.3.6.1.4.1.99999.1]", "sysObjectID: [1.3.6.1.4.1.99999], sysDescr: Laser"),
        ("sysObjectID: [1.3.6.1.4.1.99999], sysDescr: Laser", "sysObjectID: [1.3.6.1.4.1.99999]"),
        ("sysObjectID: [1.3.6.1]", "sysDescr: LaserThing, hrDeviceDescr: Thing"),
        ("sysDescr: Laser, not: {sysDescr: Ink}", "sysDescr: LaserThing 9000"),
        ("sysDescr: L, priority: 1", "sysObjectID: [1.3.6.1.4.1.99999.1.2], sysDescr: Laser"),
        ("sysObjectID: [1.3.6.1.4.1.99999]", "priority: -1, sysDescr: LaserThing 9000, hrDeviceDescr: Thing"),
        ("sysObjectID: [1.3.6.1.4.1.99999, 1.3.5.5.5.5.5.5.5.5]", "sysObjectID: [1.3.6.1.4.1]"),
    ],
)
def test_the_more_specific_rule_wins_whatever_the_order_of_the_files(better: str, worse: str) -> None:
    said = identity(hr_device_descr="Thing")
    assert won(database_of(device("a/better", better), device("z/worse", worse)), said) == "a/better"
    assert won(database_of(device("a/worse", worse), device("z/better", better)), said) == "z/better"


def test_a_device_comes_before_a_base_however_specific_the_base_is() -> None:
    base = profile_text("a/base", "match: [{sysObjectID: [1.3.6.1.4.1.99999.1.2], priority: 9}]\n")
    assert won(database_of(base, device("z/b", "sysDescr: L")), identity()) == "z/b"
    assert won(database_of(base), identity()) == "a/base"


def test_a_base_without_rules_is_for_nothing() -> None:
    assert won(database_of(profile_text("a/base")), identity()) is None


# --- ties --------------------------------------------------------------------------------------


def test_profiles_that_fit_alike_are_settled_by_name_and_told() -> None:
    files = [device("c/x", "sysDescr: '9000'"), device("a/x", "sysDescr: Laser"), device("b/x", "sysDescr: Thing")]
    outcome = match(database_of(*files), identity(), answered(PRINTER_SAYS))
    assert outcome.profile is not None
    assert (outcome.profile.id, outcome.ties) == ("a/x", ("b/x", "c/x"))


def test_of_two_that_fit_alike_the_one_that_extends_the_other_wins() -> None:
    files = [device("a/parent", "sysDescr: Laser"), device("z/child", "sysDescr: Thing", extends="a/parent")]
    assert won(database_of(*files), identity()) == "z/child"


def test_two_rules_of_one_profile_are_no_tie() -> None:
    text = profile_text("a/b", "match: [{sysDescr: Laser}, {sysDescr: Thing}]\n", kind="device")
    assert won(database_of(text), identity()) == "a/b"


def test_a_tie_becomes_a_note_of_the_reading() -> None:
    database = database_of(device("a/x", "sysDescr: Laser"), device("b/x", "sysDescr: Thing"))
    values = {**PRINTER_SAYS, "1.3.6.1.2.1.1.1.0": b"LaserThing"}
    recognised, reading = replay(database, answers_of(values), address=None, clock=lambda: READ_AT)
    assert reading is not None
    assert [(note.code, note.detail) for note in reading.notes] == [(NoteCode.PROFILE_TIE, "a/x and b/x fit alike")]
    assert recognised.notes == reading.notes


# --- printers and others -----------------------------------------------------------------------


def test_what_shows_no_sign_of_a_printer_gets_no_profile() -> None:
    database = database_of(device("a/b", "sysDescr: Laser"))
    assert won(database, identity(), answered({})) is None
    assert won(database, identity(), answered(PRINTER_SAYS)) == "a/b"


def test_a_profile_may_prove_a_printer_by_a_probe_of_its_own() -> None:
    database = database_of(device("a/b", "sysDescr: Laser, probe: {oid: 1.3.9.*}"))
    assert won(database, identity(), answered({"1.3.9.1": 1}, "1.3.9")) == "a/b"
    assert won(database, identity(), answered({}, "1.3.9")) is None


def test_nothing_is_decided_before_the_signs_of_a_printer_were_asked_for() -> None:
    outcome = match(database_of(device("a/b", "sysDescr: Laser")), identity(), Answers())
    assert [(format_oid(ref.oid), ref.every) for ref in outcome.probes] == [(PRINTER, True)]
    assert outcome.profile is None


EXCLUDING = """\
schema: 1
profile: std/identity
version: 1
kind: identity
title: With a print server's agent left out
identity:
  sysObjectID: {from: [{oid: 1.3.6.1.2.1.1.2.0}]}
  sysDescr: {from: [{oid: 1.3.6.1.2.1.1.1.0, pipe: [text]}]}
  hrDeviceDescr: {from: [{oid: 1.3.6.1.2.1.25.3.2.1.3.*, pipe: [text]}]}
  ieee1284: {from: [{oid: 1.3.6.1.2.1.99.1.*, pipe: [text]}]}
printer:
  - {probe: {oid: 1.3.6.1.2.1.25.3.5.1.1.*}, not: {sysObjectID: [1.3.6.1.4.1.88888]}}
"""


def test_a_print_server_that_lists_its_queues_is_no_printer() -> None:
    database = database_of(device("a/b", "sysDescr: ."), identity=EXCLUDING)
    answers = answers_of({"1.3.6.1.2.1.25.3.5.1.1.1": 3})
    answers.sampled.add(parse_oid("1.3.6.1.2.1.25.3.5.1.1"))
    assert won(database, identity(), answers) == "a/b"
    assert won(database, identity(sys_object_id=(1, 3, 6, 1, 4, 1, 88888, 10)), answers) is None


# --- probes ------------------------------------------------------------------------------------


def probes_of(outcome: Match) -> list[str]:
    return [format_oid(ref.oid) + (".*" if ref.every else "") for ref in outcome.probes]


def test_a_probe_holds_when_its_object_exists_and_looks_as_it_must() -> None:
    cases: list[tuple[str, Mapping[str, SnmpValue], bool]] = [
        ("{oid: 1.3.9.*}", {"1.3.9.5": 0}, True),
        ("{oid: 1.3.9.*}", {"1.3.99.5": 0}, False),
        ("{oid: 1.3.9.0}", {"1.3.9.0": b""}, True),
        ("{oid: 1.3.9.0}", {"1.3.9.1": b"x"}, False),
        ("{oid: 1.3.9.0, like: ^Las}", {"1.3.9.0": b"Laser"}, True),
        ("{oid: 1.3.9.0, like: ^Las}", {"1.3.9.0": b"Ink"}, False),
        ("{oid: 1.3.9.0, like: '\xe9'}", {"1.3.9.0": b"Pr\xe9t"}, True),
        ("{oid: 1.3.9.0, like: ^5$}", {"1.3.9.0": 5}, True),
        ("{oid: 1.3.9.0, like: '^1\\.3\\.6'}", {"1.3.9.0": (1, 3, 6, 7)}, True),
    ]
    for probe, values, holds in cases:
        database = database_of(device("a/b", f"sysDescr: Laser, probe: {probe}"))
        assert (won(database, identity(), answered(values, "1.3.9", "1.3.9.0")) == "a/b") is holds, probe


def test_every_probe_of_a_rule_must_hold() -> None:
    database = database_of(device("a/b", "sysDescr: Laser, probes: [{oid: 1.3.8.0}, {oid: 1.3.9.0}]"))
    assert won(database, identity(), answered({"1.3.8.0": 1, "1.3.9.0": 1}, "1.3.8.0", "1.3.9.0")) == "a/b"
    assert won(database, identity(), answered({"1.3.8.0": 1}, "1.3.8.0", "1.3.9.0")) is None


def test_a_probe_is_asked_only_where_the_rest_of_its_rule_holds() -> None:
    files = [BASE, device("a/b", "sysDescr: Ink, probe: {oid: 1.3.8.0}"), device("a/c", "sysDescr: Laser")]
    assert won(database_of(*files), identity()) == "a/c"


def test_no_probe_is_asked_for_what_would_lose_anyway() -> None:
    files = [device("a/b", "sysDescr: Laser, probe: {oid: 1.3.8.0}"), device("a/c", "sysObjectID: [1.3.6.1.4.1.99999]")]
    assert won(database_of(*files), identity()) == "a/c"


def test_all_probes_that_may_matter_are_asked_in_one_round() -> None:
    files = [
        device("a/b", "sysDescr: Laser, probe: {oid: 1.3.7.*}"),
        device("a/c", "sysDescr: Thing, probes: [{oid: 1.3.8.0}, {oid: 1.3.7.*}]"),
        device("a/d", "sysDescr: Ink, probe: {oid: 1.3.9.0}"),
    ]
    outcome = match(database_of(*files), identity(), answered(PRINTER_SAYS))
    assert sorted(probes_of(outcome)) == ["1.3.7.*", "1.3.8.0"]
    assert (outcome.profile, outcome.ties) == (None, ())


def test_a_probe_that_was_asked_is_not_asked_again() -> None:
    files = [
        device("a/b", "sysDescr: Laser, probe: {oid: 1.3.7.*}"),
        device("a/c", "sysDescr: Thing, probe: {oid: 1.3.8.0}"),
    ]
    answers = answered(PRINTER_SAYS, "1.3.7")
    assert probes_of(match(database_of(*files), identity(), answers)) == ["1.3.8.0"]
    answers.asked.add(parse_oid("1.3.8.0"))
    assert won(database_of(*files), identity(), answers) is None


def test_a_rule_whose_probe_fails_leaves_its_place_to_the_next() -> None:
    files = [
        BASE,
        device("a/b", "sysObjectID: [1.3.6.1.4.1.99999], probe: {oid: 1.3.7.*}"),
        device("a/c", "sysDescr: L"),
    ]
    assert won(database_of(*files), identity(), answered(PRINTER_SAYS, "1.3.7")) == "a/c"
    assert won(database_of(*files), identity(), answered({**PRINTER_SAYS, "1.3.7.1": 1}, "1.3.7")) == "a/b"


# --- the profiles that come with Frisket -------------------------------------------------------


@pytest.fixture(scope="module")
def installed() -> ProfileDatabase:
    folder = Path(frisket_profiles.__file__).parent
    return build_database(itertools.chain(read_folder(folder)), load_plugins().steps)


def recognised_as(database: ProfileDatabase, sys_object_id: str, values: Mapping[str, SnmpValue]) -> str | None:
    system: dict[str, SnmpValue] = {"1.3.6.1.2.1.1.1.0": b"A machine", "1.3.6.1.2.1.1.2.0": parse_oid(sys_object_id)}
    recognised, _ = replay(database, answers_of({**system, **values}), address=None, clock=lambda: READ_AT)
    return None if recognised.profile is None else recognised.profile.id


QUEUE: Mapping[str, SnmpValue] = {"1.3.6.1.2.1.25.3.2.1.3.1": b"A queue", "1.3.6.1.2.1.25.3.5.1.1.1": 3}


def test_any_printer_with_the_host_resources_mib_alone_is_read(installed: ProfileDatabase) -> None:
    assert recognised_as(installed, "1.3.6.1.4.1.99999.1", QUEUE) == "std/printer-mib"


@pytest.mark.parametrize("sys_object_id", ["1.3.6.1.4.1.8072.3.2.10", "1.3.6.1.4.1.311.1.1.3.1.2"])
def test_a_print_server_is_not_read_as_a_printer(installed: ProfileDatabase, sys_object_id: str) -> None:
    # a rule whose own probe holds needs no other sign of a printer, so that it must leave them out itself
    assert recognised_as(installed, sys_object_id, QUEUE) is None


def test_a_printer_behind_such_an_agent_is_read_by_its_printer_mib(installed: ProfileDatabase) -> None:
    values: dict[str, SnmpValue] = {"1.3.6.1.2.1.43.10.2.1.4.1.1": 5}
    assert recognised_as(installed, "1.3.6.1.4.1.8072.3.2.10", values) == "std/printer-mib"
