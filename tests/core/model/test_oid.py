"""Object identifiers: read from text, written as text, and compared arc by arc."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.strategies import long_oids, oids

from frisket.model.oid import MAX_ARCS, Oid, format_oid, is_under, parse_oid


@given(oids() | long_oids())
def test_an_oid_is_read_as_it_was_written(oid: Oid) -> None:
    assert parse_oid(format_oid(oid)) == oid


def test_a_leading_dot_changes_nothing() -> None:
    assert parse_oid(".1.3.6.1") == parse_oid("1.3.6.1") == (1, 3, 6, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "1.",
        "1..3",
        "..1.3",
        "1.3.x",
        "1.3.*",
        "-1.3",
        "1.-3",
        "1 .3",
        " 1.3",
        "1.3\n",
        "1,3",
        "1.3.\uff14",
        "iso.3",
    ],
)
def test_what_is_no_numeric_oid_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(ValueError, match="is not an OID") as caught:
        parse_oid(text)
    assert repr(text) in str(caught.value)


def test_arcs_of_more_than_32_bits_and_more_than_128_of_them_are_refused() -> None:
    assert parse_oid("1.4294967295") == (1, 2**32 - 1)
    assert len(parse_oid(".".join(["1"] * MAX_ARCS))) == MAX_ARCS
    for text in ("1.4294967296", "1.99999999999", ".".join(["1"] * (MAX_ARCS + 1))):
        with pytest.raises(ValueError, match="is not an OID"):
            parse_oid(text)


@pytest.mark.parametrize(
    ("oid", "prefix", "under"),
    [
        ("1.3.6.1.4.1.1.5", "1.3.6.1.4.1.1", True),
        ("1.3.6.1.4.1.1", "1.3.6.1.4.1.1", True),
        ("1.3.6.1.4.1.11", "1.3.6.1.4.1.1", False),
        ("1.3.6.1.4.1.11.2", "1.3.6.1.4.1.1", False),
        ("1.3.6.1.4.1", "1.3.6.1.4.1.1", False),
        ("1.3.6.1.4.2.1", "1.3.6.1.4.1", False),
    ],
)
def test_an_oid_lies_under_a_prefix_by_whole_arcs(oid: str, prefix: str, under: bool) -> None:
    assert is_under(parse_oid(oid), parse_oid(prefix)) is under


@given(oids(), oids())
def test_what_is_appended_to_a_prefix_lies_under_it(prefix: Oid, rest: Oid) -> None:
    assert is_under((*prefix, *rest), prefix)
    assert not is_under(prefix, (*prefix, *rest))
