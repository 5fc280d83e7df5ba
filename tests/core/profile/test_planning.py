"""What is asked of a device: everything that a profile needs, nothing twice, and nothing that it forbids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.strategies import READ_AT, answers_of, database_of, profile_text

from frisket.model.answers import Answers, SnmpValue
from frisket.model.oid import format_oid, parse_oid
from frisket.model.plan import Plan
from frisket.profile.pipeline import Recognised, read, recognise
from frisket.profile.planning import plan_identification, plan_probes, plan_reading
from frisket.profile.profile import OidRef

BODY = """\
fields:
  model: {from: [{oid: 1.3.1.0, pipe: [text]}, {oid: 1.3.2.*, pipe: [text]}, {const: none}]}
  system_name: {from: [{oid: 1.3.1.0, pipe: [text]}]}
  page_counts.total: {from: [{table: counters, column: value}]}
charsets: {general: {oid: 1.3.9.0, pipe: [int]}, console: {table: hidden, column: a}}
tables:
  counters: {private: true, rows: [{id: m, walk: 1.3.5, index: [n], columns: {type: {col: 2}, value: {col: 9}}}]}
  hidden: {private: true, rows: [{id: m, walk: 1.3.6, index: [n], columns: {a: {col: 1}}}]}
  supplies:
    rows:
      - id: mib
        walk: 1.3.7
        index: [hr, n]
        columns:
          type: {col: 5, pipe: [text]}
          colorant: {first: [{lookup: {walk: 1.3.8, index: [hr, n], col: 4}}, {column: type}, {const: black}, {col: 5}]}
"""


def words(plan: Plan) -> list[str]:
    """Instances as they are, first instances with `?`, columns with `*`."""
    return [
        *map(format_oid, plan.instances),
        *(f"{format_oid(oid)}?" for oid in plan.firsts),
        *(f"{format_oid(oid)}*" for oid in plan.columns),
    ]


def planned(body: str, asked: Iterable[str] = (), sampled: Iterable[str] = (), charsets: Iterable[str] = ()) -> Plan:
    answers = Answers()
    answers.asked.update(map(parse_oid, asked))
    answers.sampled.update(map(parse_oid, sampled))
    return plan_reading(database_of(profile_text("a/b", body)).profiles["a/b"], answers, charsets)


def test_fields_disclosed_tables_and_the_tables_that_fields_read_are_planned_once() -> None:
    assert words(planned(BODY)) == ["1.3.1.0", "1.3.2*", "1.3.5.2*", "1.3.5.9*", "1.3.7.5*", "1.3.8.4*"]


def test_character_sets_are_planned_when_a_text_needs_them() -> None:
    assert "1.3.9.0" in words(planned(BODY, charsets=["general"]))
    assert "1.3.6.1*" not in words(planned(BODY, charsets=["general"]))
    assert "1.3.6.1*" in words(planned(BODY, charsets=["general", "console", "unheard_of"]))


def test_what_was_asked_is_not_planned_again() -> None:
    everything = [word.rstrip("*") for word in words(planned(BODY))]
    assert not planned(BODY, asked=everything)
    assert words(planned(BODY, asked=["1.3.1.0", "1.3.5.2"])) == ["1.3.2*", "1.3.5.9*", "1.3.7.5*", "1.3.8.4*"]


def test_a_column_that_was_only_sampled_is_still_planned() -> None:
    assert words(planned(BODY, sampled=["1.3.2", "1.3.7.5"])) == words(planned(BODY))


def test_nothing_below_a_forbidden_subtree_is_planned() -> None:
    body = BODY + "limits: {never: [1.3.5, 1.3.1.0, 1.3.7.55]}\n"
    assert words(planned(body)) == ["1.3.2*", "1.3.7.5*", "1.3.8.4*"]


def test_a_column_that_holds_a_forbidden_object_is_not_walked() -> None:
    # a walk of 1.3.2 would come upon 1.3.2.7
    assert "1.3.2*" not in words(planned(BODY + "limits: {never: [1.3.2.7]}\n"))


def test_forbidden_subtrees_and_the_bulk_limit_are_inherited() -> None:
    parent = profile_text("a/parent", "limits: {max_repetitions: 5, never: [1.3.2]}\n")
    child = profile_text("a/b", BODY + "limits: {never: [1.3.5]}\n", extends="a/parent")
    plan = plan_reading(database_of(parent, child).profiles["a/b"], Answers())
    assert words(plan) == ["1.3.1.0", "1.3.7.5*", "1.3.8.4*"]
    assert plan.max_repetitions == 5


def test_a_child_may_set_its_own_bulk_limit() -> None:
    parent = profile_text("a/parent", "limits: {max_repetitions: 5}\n")
    child = profile_text("a/b", "limits: {max_repetitions: 7}\n", extends="a/parent")
    assert plan_reading(database_of(parent, child).profiles["a/b"], Answers()).max_repetitions == 7


def test_a_profile_without_limits_has_none() -> None:
    assert planned(BODY).max_repetitions is None


def test_identification_asks_for_scalars_and_first_instances() -> None:
    plan = plan_identification(database_of().identity, Answers())
    assert words(plan) == [
        "1.3.6.1.2.1.1.2.0",
        "1.3.6.1.2.1.1.1.0",
        "1.3.6.1.2.1.25.3.2.1.3?",
        "1.3.6.1.2.1.99.1?",
        "1.3.6.1.2.1.43.5.1.1.1?",
    ]


def test_probes_are_asked_once_however_often_they_are_wanted() -> None:
    answers = Answers()
    answers.asked.add((1, 3, 1))
    answers.sampled.add((1, 3, 2))
    refs = [OidRef((1, 3, at), every) for at in (1, 2, 3) for every in (True, False)] * 2
    assert words(plan_probes(refs, answers)) == ["1.3.3", "1.3.3?"]


def test_an_empty_plan_says_so() -> None:
    assert not Plan()
    assert not Plan(max_repetitions=5)
    assert Plan(firsts=((1, 3),))


def test_nothing_is_asked_twice_from_identification_to_reading() -> None:
    body = BODY + "match: [{sysDescr: Laser, probe: {oid: 1.3.2.*}}]\n"
    database = database_of(profile_text("a/b", body, kind="device"))
    values: Mapping[str, SnmpValue] = {
        "1.3.6.1.2.1.1.1.0": b"Laser",
        "1.3.6.1.2.1.43.5.1.1.1.1": 1,
        "1.3.2.1": b"Pr\xeat",
        "1.3.7.5.1.1": b"toner",
    }
    recorded, answers, plans = answers_of(values), Answers(), []
    steps = recognise(database, answers)
    try:
        while True:
            plans.append(answer(next(steps), recorded, answers))
    except StopIteration as end:
        recognised: Recognised = end.value
    assert recognised.profile is not None
    reading = read(recognised.profile, answers, identity=recognised.identity, address=None, clock=lambda: READ_AT)
    plans.extend(answer(plan, recorded, answers) for plan in reading)
    asked = [word for plan in plans for word in words(plan)]
    assert len(set(asked)) == len(asked)
    assert all(plans)
    # what is asked, in rounds: identity, the rule's probe, the reading, and the character set of one text
    assert [len(words(plan)) for plan in plans] == [5, 1, 6, 1]


def answer(plan: Plan, recorded: Answers, answers: Answers) -> Plan:
    """Answers a plan as a device would."""
    for oid in (*plan.instances, *plan.firsts, *plan.columns):
        found = recorded.column(oid)[: 1 if oid in plan.firsts else None]
        for index, value in found:
            answers.put((*oid, *index), value)
    answers.asked.update(plan.instances, plan.columns)
    answers.sampled.update(plan.firsts)
    return plan
