"""What a device document may hold, and what no document holds."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

import attrs
import pytest
from tests.strategies import READ_AT

from frisket.model import labels
from frisket.model.device import TWELVE_FIELDS, Alert, Device, Level, PageCount, Supply

KNOWN = Level(state="known", percent=50.0, remaining=500, capacity=1000, unit="impressions")


def test_there_are_twelve_disclosed_fields_and_each_is_one_of_the_document() -> None:
    names = {field.name for field in attrs.fields(Device)}
    assert len(set(TWELVE_FIELDS)) == 12
    assert names == {*TWELVE_FIELDS, "read_at", "masked"}


def test_a_device_that_says_nothing_has_nothing_but_its_time() -> None:
    device = Device(read_at=READ_AT)
    assert [getattr(device, name) for name in TWELVE_FIELDS[:8]] == [None] * 8
    assert (device.page_counts, device.supplies, device.console_messages, device.alerts) == ((), (), (), ())


# --- levels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["some-remaining", "unknown", "unrestricted", "implausible"])
def test_only_a_known_level_has_a_percentage(state: str) -> None:
    assert Level(state=state).percent is None
    with pytest.raises(ValueError, match=f"a level that is {state} has no percentage"):
        Level(state=state, percent=0.0)


@pytest.mark.parametrize("percent", [-0.1, 100.1, math.nan, math.inf, -math.inf])
def test_a_percentage_lies_between_0_and_100(percent: float) -> None:
    with pytest.raises(ValueError, match="percent"):
        Level(state="known", percent=percent)


@pytest.mark.parametrize("name", ["remaining", "capacity"])
def test_an_amount_is_a_whole_number_from_zero(name: str) -> None:
    assert getattr(Level(state="known", **{name: 0}), name) == 0  # type: ignore[arg-type]  # by its name
    with pytest.raises(ValueError, match=name):
        Level(state="known", **{name: -3})  # type: ignore[arg-type]  # by its name
    with pytest.raises(TypeError, match=name):
        Level(state="known", **{name: 1.5})  # type: ignore[arg-type]  # by its name


# --- closed lists ------------------------------------------------------------------------------


def test_words_outside_the_lists_are_refused() -> None:
    refused: list[Callable[[], object]] = [
        lambda: PageCount(function="staple", value=1),
        lambda: PageCount(function="total", color="red", value=1),
        lambda: PageCount(function="total", sides="both", value=1),
        lambda: PageCount(function="total", size="A3", value=1),
        lambda: PageCount(function="total", unit="pages", value=1),
        lambda: Level(state="empty"),
        lambda: Level(state="known", unit="grams"),
        lambda: Supply(index="1.1", type="cartridge", level=KNOWN),
        lambda: Supply(index="1.1", class_="other", level=KNOWN),
        lambda: Alert(severity="fatal"),
        lambda: Alert(severity="warning", group="paper"),
    ]
    for make in refused:
        with pytest.raises(ValueError, match="must be in"):
            make()


@pytest.mark.parametrize("value", [-1, -(2**31)])
def test_a_page_count_is_never_negative(value: int) -> None:
    with pytest.raises(ValueError, match="value"):
        PageCount(function="total", value=value)


def test_every_label_of_a_mib_that_a_document_shows_is_one_that_it_takes() -> None:
    for type_ in labels.SUPPLY_TYPES.values():
        Supply(index="1.1", type=type_, level=KNOWN)
    for unit in labels.SUPPLY_UNITS.values():
        Level(state="unknown", unit=unit)
    for unit in labels.COUNTER_UNITS.values():
        PageCount(function="total", unit=unit, value=1)
    for severity in labels.ALERT_SEVERITIES.values():
        for group in labels.ALERT_GROUPS.values():
            Alert(severity=severity, group=group)


@pytest.mark.parametrize("name", sorted(labels.ENUMS))
def test_no_list_of_labels_has_a_word_twice_but_for_the_two_kinds_of_warning(name: str) -> None:
    words = [word for word in labels.ENUMS[name].values() if (name, word) != ("alert_severity", "warning")]
    assert len(set(words)) == len(words)


# --- whole devices -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "read_at",
    [
        dt.datetime(2026, 11, 21, 19, 7),  # noqa: DTZ001  # the mistake that must be found
        dt.datetime(2026, 11, 21, 19, 7, tzinfo=dt.timezone(dt.timedelta(hours=1))),
    ],
)
def test_a_time_that_is_not_utc_is_refused(read_at: dt.datetime) -> None:
    with pytest.raises(ValueError, match="read_at is not UTC"):
        Device(read_at=read_at)


def test_two_page_counts_of_one_kind_are_refused_whatever_they_count() -> None:
    twice = (PageCount(function="print", value=1), PageCount(function="print", unit="sheets", value=2))
    with pytest.raises(ValueError, match="page_counts holds the same row twice"):
        Device(read_at=READ_AT, page_counts=twice)


def test_page_counts_that_differ_in_colour_sides_or_size_stand_side_by_side() -> None:
    counts = (
        PageCount(function="print", value=4),
        PageCount(function="print", color="mono", value=3),
        PageCount(function="print", sides="two", value=2),
        PageCount(function="print", size="large", value=0),
    )
    device = Device(read_at=READ_AT, page_counts=counts)
    assert device.count("print") == 4
    assert device.count("print", "mono") == 3
    assert device.count("print", sides="two") == 2
    assert device.count("print", size="large") == 0
    assert device.count("copy") is None


def test_two_supplies_of_one_index_are_refused_and_two_blacks_are_not() -> None:
    black = Supply(index="1.1", type="toner", colorant="black", level=KNOWN)
    assert len(Device(read_at=READ_AT, supplies=(black, attrs.evolve(black, index="1.2"))).supplies) == 2
    with pytest.raises(ValueError, match="supplies holds the same row twice"):
        Device(read_at=READ_AT, supplies=(black, black))


def test_only_a_disclosed_field_can_be_masked() -> None:
    assert Device(read_at=READ_AT, masked=("ip_address",)).masked == ("ip_address",)
    for name in ("read_at", "firmware"):
        with pytest.raises(ValueError, match="masked"):
            Device(read_at=READ_AT, masked=(name,))


@pytest.mark.parametrize("thing", [Device(read_at=READ_AT), KNOWN, PageCount(function="total", value=1)])
def test_nothing_in_a_document_can_be_changed(thing: object) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        thing.unit = "sheets"  # type: ignore[attr-defined]  # the mistake that must be found
