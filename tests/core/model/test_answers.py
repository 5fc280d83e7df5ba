"""Answers: in the order of the OIDs whatever the order in which they came, and columns cut out of them."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import oids

from frisket.model.answers import Answers
from frisket.model.oid import Oid, is_under

COLUMN: Oid = (1, 3, 1)


@given(st.dictionaries(oids(), st.integers(), max_size=30), st.randoms(use_true_random=False))
def test_answers_are_in_the_order_of_their_oids(values: dict[Oid, int], random: Random) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)
    answers = Answers()
    for oid in shuffled:
        answers.put(oid, values[oid])
    assert list(answers) == sorted(values) == list(Answers.of(dict(values)))
    assert len(answers) == len(values)


@given(st.dictionaries(st.lists(st.integers(0, 4), min_size=1, max_size=5).map(tuple), st.integers()))
def test_a_column_is_everything_below_it_by_index(values: dict[Oid, int]) -> None:
    answers = Answers.of(dict(values))
    for prefix in [(), (1,), (2, 1), (4, 4, 4)]:
        below = [(oid[len(prefix) :], values[oid]) for oid in sorted(values) if is_under(oid, prefix)]
        assert answers.column(prefix) == below


def test_a_column_ends_where_the_next_one_begins() -> None:
    answers = Answers.of({(1, 3, 1, 9): 1, (1, 3, 1, 10, 2): 2, (1, 3, 10, 1): 3, (1, 3, 2): 4, (1, 3): 5})
    assert answers.column(COLUMN) == [((9,), 1), ((10, 2), 2)]


def test_indexes_are_ordered_as_numbers_from_whatever_they_begin_with() -> None:
    answers = Answers.of({(*COLUMN, 10): 1, (*COLUMN, 9): 2, (*COLUMN, 0): 3})
    assert [index for index, _ in answers.column(COLUMN)] == [(0,), (9,), (10,)]


def test_a_later_answer_replaces_an_earlier_one_in_its_place() -> None:
    answers = Answers.of({COLUMN: 1})
    answers.put(COLUMN, 2)
    assert (answers.get(COLUMN), list(answers)) == (2, [COLUMN])


def test_what_was_not_answered_is_none_and_zero_is_an_answer() -> None:
    answers = Answers.of({COLUMN: 0})
    assert answers.get(COLUMN) == 0
    assert answers.get((1, 3)) is None
    assert answers.column((9,)) == []


def test_answers_remember_apart_what_was_asked_and_what_was_only_sampled() -> None:
    first, second = Answers(), Answers()
    first.asked.add(COLUMN)
    first.sampled.add((1, 4))
    assert (second.asked, second.sampled) == (set(), set())
