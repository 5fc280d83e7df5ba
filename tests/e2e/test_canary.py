"""The twelve fields only: a mark in every object that the winning profile does not read appears in no output."""

from __future__ import annotations

import pytest

from frisket.cli.workbench import load_database
from frisket.formats import ber
from frisket.formats.snmprec import RecordedValue, recorded_answers
from frisket.lab import Recording, VirtualPrinter
from frisket.model import Answers, Oid, Plan, is_under
from frisket.plugins import load_plugins
from frisket.profile import pipeline
from frisket.profile.database import ProfileDatabase
from frisket.scan.reader import utc_now
from tests.e2e.conftest import fleet_of, frisket, targets_of

MARK = "CANARY"
# stands nowhere in a recording
MARK_NUMBER = 987_654_321
# What a device may say beyond what is recorded: in the tables that are read, and far from them
ELSEWHERE: tuple[Oid, ...] = (
    (1, 3, 6, 1, 2, 1, 1, 8, 0),
    (1, 3, 6, 1, 2, 1, 25, 4, 2, 1, 2, 1),
    (1, 3, 6, 1, 2, 1, 43, 8, 2, 1, 18, 1, 1),
    (1, 3, 6, 1, 2, 1, 43, 11, 1, 1, 10, 1, 1),
    (1, 3, 6, 1, 4, 1, 2699, 1, 1, 1, 1, 1),
    (1, 3, 6, 1, 4, 1, 55555, 1, 0),
)


@pytest.fixture(scope="module")
def database() -> ProfileDatabase:
    return load_database(load_plugins())


def what_is_read(database: ProfileDatabase, recording: Recording) -> list[Plan]:
    """Every plan that reading this recording comes to."""
    recorded, plans = recorded_answers(recording.objects), []
    answers = Answers()
    steps = pipeline.recognise(database, answers)
    try:
        while True:
            plan = next(steps)
            plans.append(plan)
            pipeline.answer_from(recorded, plan, answers)
    except StopIteration as end:
        recognised = end.value
    reading = pipeline.read(recognised.profile, answers, identity=recognised.identity, address=None, clock=utc_now)
    try:
        while True:
            plan = next(reading)
            plans.append(plan)
            pipeline.answer_from(recorded, plan, answers)
    except StopIteration:
        return plans


def with_marks(recording: Recording, plans: list[Plan]) -> Recording:
    """The recording with a mark in every object that no plan names."""
    instances = {oid for plan in plans for oid in plan.instances}
    columns = [column for plan in plans for column in (*plan.columns, *plan.firsts)]

    def is_read(oid: Oid) -> bool:
        return oid in instances or any(is_under(oid, column) for column in columns)

    marks = {oid: mark(recording.objects[oid]) for oid in recording.objects if not is_read(oid)}
    marks |= {oid: RecordedValue(ber.OCTET_STRING, MARK.encode()) for oid in ELSEWHERE if not is_read(oid)}
    assert marks
    return recording.replace_objects(marks)


def mark(recorded: RecordedValue) -> RecordedValue:
    if isinstance(recorded.value, int):
        return RecordedValue(recorded.tag, MARK_NUMBER)
    return RecordedValue(ber.OCTET_STRING, MARK.encode())


def test_a_mark_in_what_is_not_read_appears_in_no_output(
    recordings: dict[str, Recording], database: ProfileDatabase
) -> None:
    marked = [with_marks(recording, what_is_read(database, recording)) for recording in recordings.values()]
    assert sum(MARK.encode() == one.value for recording in marked for one in recording.objects.values()) > 1000
    with fleet_of([VirtualPrinter(recording) for recording in marked]) as fleet:
        targets = targets_of(fleet)
        outputs = [frisket("scan", *targets, "--format", form) for form in ("table", "json", "csv")]
        # one of each profile that has private objects of its own is enough for the slower command
        outputs += [frisket("explain", target) for target in targets[::9]]
        outputs += [frisket("explain", target, "--json") for target in targets[::9]]
    for ran in outputs:
        assert ran.code == 0, ran.err
        for text in (ran.out, ran.err):
            assert MARK not in text
            assert str(MARK_NUMBER) not in text.replace(",", "")


def test_the_marks_would_be_seen(recordings: dict[str, Recording]) -> None:
    location = (1, 3, 6, 1, 2, 1, 1, 6, 0)
    seen = recordings["mp-c3004"].replace_objects({location: RecordedValue(ber.OCTET_STRING, MARK.encode())})
    with fleet_of([VirtualPrinter(seen)]) as fleet:
        assert MARK in frisket("scan", *targets_of(fleet), "--format", "json").out
