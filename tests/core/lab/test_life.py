"""Time passes: what goes up, what goes down, and the jam."""

from __future__ import annotations

from fractions import Fraction

import attrs
from hypothesis import given
from hypothesis import strategies as st

from frisket.formats import snmp
from frisket.formats.snmp import Pdu, decode_message
from frisket.formats.snmprec import RecordedValue
from frisket.lab import Facts, Recording
from frisket.lab.life import Life
from frisket.lab.living_agent import LivingAgent
from frisket.model.oid import Oid

from .made_up import (
    ALERTS,
    CONSOLE_LINE,
    COPIES,
    LASER,
    LIFE_COUNT,
    POWER_ON_COUNT,
    SYS_DESCR,
    counter,
    level,
    request,
    supply,
    text,
)

BUSY = attrs.evolve(LASER, facts=Facts(page_shares={COPIES: Fraction("0.35")}))
LIFE = Life.of(BUSY)
# More slots than lie between two jams
A_JAM_LATER = 220
slots = st.integers(0, 100_000)


def value(changes: dict[Oid, RecordedValue], oid: Oid, recording: Recording = BUSY) -> int:
    number = changes.get(oid, recording.objects[oid]).value
    assert isinstance(number, int)
    return number


def is_jammed(changes: dict[Oid, RecordedValue]) -> bool:
    return any(oid[: len(ALERTS)] == ALERTS for oid in changes)


def test_nothing_changes_before_the_first_page() -> None:
    assert LIFE.changes(0) == {}


@given(slots)
def test_life_counts_and_private_counters_go_up_together(slot: int) -> None:
    changes = LIFE.changes(slot)
    pages = value(changes, LIFE_COUNT) - 1000
    assert value(changes, POWER_ON_COUNT) == 10 + pages
    assert value(changes, COPIES) == 500 + int(pages * Fraction("0.35"))
    assert 0.9 * slot - 20 <= pages <= slot


@given(slots, slots)
def test_counters_never_go_down(one: int, other: int) -> None:
    earlier, later = sorted((one, other))
    assert value(LIFE.changes(earlier), LIFE_COUNT) <= value(LIFE.changes(later), LIFE_COUNT)


def test_counters_wrap_at_their_size() -> None:
    nearly_full = LASER.replace_objects({LIFE_COUNT: counter(2**32 - 1), COPIES: RecordedValue(snmp.COUNTER64, 2**32)})
    recording = attrs.evolve(nearly_full, facts=BUSY.facts)
    changes = Life.of(recording).changes(100)
    assert value(changes, LIFE_COUNT) < 100
    assert value(changes, COPIES) > 2**32


@given(slots)
def test_levels_stay_between_empty_and_capacity(slot: int) -> None:
    changes = LIFE.changes(slot)
    assert 0 <= value(changes, level(1)) <= 6000
    assert 0 <= value(changes, level(2)) <= 100


def test_toner_counted_in_impressions_loses_one_with_each_page() -> None:
    changes = LIFE.changes(150)
    assert 3000 - value(changes, level(1)) == value(changes, LIFE_COUNT) - 1000 > 0


def test_the_space_left_in_a_receptacle_shrinks() -> None:
    assert value(LIFE.changes(10_000), level(2)) < 60


def test_empty_toner_stays_empty_for_a_while_and_is_replaced() -> None:
    levels = [value(LIFE.changes(slot), level(1)) for slot in range(0, 8000, 10)]
    empty = levels.index(0)
    replaced = next(number for number, left in enumerate(levels) if number > empty and left)
    assert replaced - empty > 5
    assert levels[replaced] > 5900


def test_levels_that_are_no_quantity_stay_as_they_are() -> None:
    assert level(3) not in LIFE.changes(500)
    odd = {
        **supply(4, class_=3, type_=3, unit=19, capacity=-2, level=9),
        **supply(5, class_=3, type_=3, unit=19, capacity=100, level=150),
        **supply(6, class_=3, type_=3, unit=19, capacity=100, level=0),
    }
    changes = Life.of(LASER.replace_objects(odd)).changes(500)
    assert not {level(4), level(5), level(6)} & changes.keys()


def test_a_jam_comes_and_goes() -> None:
    states = [is_jammed(LIFE.changes(slot)) for slot in range(1, 1 + A_JAM_LATER)]
    assert states.count(True) == 20
    assert not is_jammed(LIFE.changes(0))


def jammed() -> dict[Oid, RecordedValue]:
    return next(changes for slot in range(A_JAM_LATER) if is_jammed(changes := LIFE.changes(slot)))


def test_a_jam_is_a_critical_alert_of_the_input_group_and_stands_on_the_console() -> None:
    changes = jammed()
    row = {oid[-3]: changes[oid].value for oid in changes if oid[: len(ALERTS)] == ALERTS}
    assert (row[2], row[4], row[7], row[8]) == (3, 8, 8, b"Paper jam")
    assert sorted(row) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert changes[CONSOLE_LINE] == text("Paper jam")


def test_no_page_comes_out_during_a_jam() -> None:
    counts = {value(c, LIFE_COUNT) for slot in range(A_JAM_LATER) if is_jammed(c := LIFE.changes(slot))}
    assert len(counts) == 1


def test_a_jam_is_a_row_behind_those_that_are_recorded() -> None:
    recorded = LASER.replace_objects({(*ALERTS, 2, 1, 41): counter(4)})
    life = Life.of(recorded)
    changes = next(c for slot in range(A_JAM_LATER) if is_jammed(c := life.changes(slot)))
    assert {oid[-1] for oid in changes if oid[: len(ALERTS)] == ALERTS} == {42}


def test_what_has_no_marker_never_jams() -> None:
    assert Life.of(Recording(name="router", objects={SYS_DESCR: text("a router")})).changes(215) == {}


def test_printers_of_a_fleet_do_not_jam_all_at_once() -> None:
    lives = [Life.of(attrs.evolve(LASER, name=f"printer {number}")) for number in range(20)]
    assert len({next(s for s in range(A_JAM_LATER) if is_jammed(life.changes(s))) for life in lives}) > 10


def life_count(agent: LivingAgent) -> object:
    [datagram] = agent.now().answer(request(Pdu.GET, LIFE_COUNT))
    return decode_message(datagram).varbinds[0][1]


def test_the_agent_follows_the_clock() -> None:
    seconds = [0.0]
    agent = LivingAgent(LASER, 60, clock=lambda: seconds[0])
    assert life_count(agent) == 1000
    seconds[0] = 25.5
    assert life_count(agent) == 1000 + value(Life.of(LASER).changes(25), LIFE_COUNT) - 1000 > 1000


def test_with_no_pages_a_minute_nothing_changes() -> None:
    seconds = [0.0]
    agent = LivingAgent(LASER, 0, clock=lambda: seconds[0])
    seconds[0] = 1e6
    assert life_count(agent) == 1000
