"""Differences as findings: what keeps a release back first, and one for each kind, profile and value."""

from __future__ import annotations

from frisket.profile.difference_groups import findings
from frisket.profile.diffing import Change, Difference


def _difference(name: str, *changes: Change, before: str | None = "hp/one", after: str | None = "hp/one") -> Difference:
    return Difference(recording=name, before=before, after=after, changes=changes)


def test_the_same_of_many_recordings_is_one_finding() -> None:
    rows = (Change(f"supplies[{at}].level.percent", 5.0, None) for at in ("1.1", "1.2"))
    many = [_difference(f"b{at}", Change("supplies[2].level.percent", 1, None)) for at in range(30)]
    (found,) = findings([_difference("a", *rows), *many])
    assert (found.kind, found.path, found.count, found.blocks) == ("lost", "supplies[*].level.percent", 32, True)
    assert (found.recordings[0], len(found.recordings)) == ("a", 20)
    assert found.example == {"recording": "a", "before": 5.0, "after": None}


def test_what_blocks_comes_first_and_says_so() -> None:
    identity = (Change("serial_number", "1", "2"), Change("mac_address", "m", None))
    found = findings([
        _difference("a", Change("model", None, "M"), *identity),
        _difference("b", Change("page_counts.copy", "1 impressions", "2 impressions"), Change("model", "x", "y")),
        _difference("c", after=None),
        _difference("d", before=None),
        _difference("e", after="hp/two"),
        _difference("f"),
    ])  # fmt: skip
    assert [(one.kind, one.profile, one.path, one.blocks) for one in found] == [
        ("unrecognised", "hp/one", "", True),
        ("identity", "hp/one", "serial_number", True),
        ("lost", "hp/one", "mac_address", True),
        ("changed", "hp/one", "page_counts.copy", True),
        ("changed", "hp/one", "model", False),
        ("changed", "hp/two", "profile", False),
        ("gained", "hp/one", "model", False),
        ("recognised", "hp/one", "", False),
    ]
    assert found[0].to_data()["key"] == "unrecognised:hp/one:"
