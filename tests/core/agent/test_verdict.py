from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from tests.core.agent.made_up import full_reading

from frisket.agent.verdict import Pair, is_worse, judge, judge_profile, reasons
from frisket.wire.device import to_document
from frisket.wire.documents import ProfileHealth

BEFORE = to_document(full_reading().device)


def after(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = copy.deepcopy(BEFORE)
    change(document)
    return document


def judged(change: Callable[[dict[str, Any]], object]) -> ProfileHealth:
    return judge_profile([Pair(before=BEFORE, after=after(change))]).health


def count(row: int, value: int) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["page_counts"][row].update(value=value)


@pytest.mark.parametrize(
    ("change", "worse"),
    [
        (lambda document: document.update(serial_number="OTHER"), {"identity_changed": 1}),
        (lambda document: document.update(mac_address="00:00:aa:ff:ff:ff"), {"identity_changed": 1}),
        (lambda document: document.update(serial_number=None), {"fields_lost": 1}),
        (lambda document: document.update(system_location=None), {"fields_lost": 1}),
        (lambda document: document["supplies"].pop(), {"fields_lost": 1}),
        (lambda document: document["supplies"][0].update(level={"state": "unknown"}), {"fields_lost": 1}),
        (lambda document: document["page_counts"].pop(), {"fields_lost": 1}),
        (count(0, 178023 - 100), {"counters_wrong": 1}),
        (count(0, 5_000_000), {"counters_wrong": 1}),
        (lambda document: document["page_counts"][0].update(unit="sheets"), {"counters_wrong": 1}),
    ],
)
def test_what_is_worse(change: Callable[[dict[str, Any]], object], worse: dict[str, int]) -> None:
    assert judged(change) == ProfileHealth(devices=1, **worse)


@pytest.mark.parametrize(
    "change",
    [
        dict.copy,
        lambda document: document.update(console_messages=[], alerts=[]),
        lambda document: document.update(system_name="now it says so"),
        lambda document: document["supplies"][1].update(level={"state": "known"}),
        lambda document: document["supplies"][0]["level"].update(percent=0.5, remaining=130),
        count(0, 178027),
        lambda document: document.update(serial_number=None, masked=["serial_number"]),
        lambda document: (count(0, 178124)(document), document.update(read_at="2026-11-21T19:07:30Z")),
    ],
)
def test_what_is_not(change: Callable[[dict[str, Any]], object]) -> None:
    assert not judged(change).worse


def test_counters_that_were_swapped_are_wrong_on_every_device() -> None:
    def swap(document: dict[str, Any]) -> None:
        one, other = document["page_counts"]
        one["value"], other["value"] = other["value"], one["value"]

    pairs = {"a/b@2": [Pair(before=BEFORE, after=after(swap))] * 4, "a/c@1": [Pair(before=BEFORE, after=BEFORE)]}
    health = judge(pairs)
    assert health == {"a/b@2": ProfileHealth(devices=4, counters_wrong=4), "a/c@1": ProfileHealth(devices=1)}
    assert is_worse(health)
    assert reasons(pairs) == ["a/b@2: counters wrong on 4 of 4: page_counts.print.color, page_counts.total"]


def test_a_few_devices_may_lose_a_field_and_a_field_that_few_had_is_no_loss() -> None:
    without = after(lambda document: document.update(system_name="x", serial_number=None))
    fine = Pair(before=BEFORE, after=BEFORE)
    lost = Pair(before=BEFORE, after=without)
    assert not judge_profile([lost] + [fine] * 19).health.worse
    assert judge_profile([lost] * 2 + [fine] * 18).health.fields_lost == 2
    rare = Pair(before=without, after=after(lambda document: document.update(serial_number=None)))
    assert not judge_profile([rare] * 2 + [fine] * 18 + [lost]).health.worse


def test_devices_that_are_no_printers_any_more_or_cannot_be_read() -> None:
    pairs = [Pair(before=BEFORE, after=None), Pair(before=BEFORE, after=None, failed=True)]
    judged = judge_profile(pairs)
    assert judged.health == ProfileHealth(devices=2, unrecognised=1, errors=1)
    assert judged.reasons == ("unrecognised on 1 of 2", "errors on 1 of 2")
    assert not is_worse({})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda document: document.update(serial_number="OTHER"), "serial_number"),
        (lambda document: document.update(serial_number=None), "serial_number"),
        (lambda document: document["supplies"][0].update(level={"state": "unknown"}), "supplies[9.9].level.percent"),
        (lambda document: document["supplies"].pop(), "supplies[1.1]"),
        (count(0, 5_000_000), "page_counts.total"),
    ],
)
def test_what_a_person_accepted_is_no_reason_to_go_back(
    change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    pairs = {"acme/laser@2": [Pair(before=BEFORE, after=after(change))]}
    assert is_worse(judge(pairs))
    assert not is_worse(judge(pairs, {"acme/laser": frozenset([expected])}))
    assert reasons(pairs, {"acme/laser": frozenset([expected])}) == []
    assert is_worse(judge(pairs, {"acme/other": frozenset([expected])}))
    assert is_worse(judge(pairs, {"acme/laser": frozenset(["model"])}))


def test_devices_that_are_to_be_left_out_are_no_reason_to_go_back() -> None:
    pairs = {"acme/laser@2": [Pair(before=BEFORE, after=None)]}
    assert is_worse(judge(pairs))
    assert not is_worse(judge(pairs, {"acme/laser": frozenset([""])}))
