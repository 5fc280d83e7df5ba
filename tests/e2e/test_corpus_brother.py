"""Real recordings of Brother's private records, where they are at hand, against what a library made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.e2e.conftest import CORPUS, frisket

NAMES: list[str | None] = [*sorted(path.stem for path in (CORPUS / "brother").glob("*.snmprec"))]

# What the library calls a level, and the supply of which it is one
TONER = {
    f"{color}_{kind}_remaining": (kind, color)
    for color in ("black", "cyan", "magenta", "yellow")
    for kind in ("toner", "ink")
}
DRUMS = {f"{color}_drum_remaining": ("opc", color) for color in ("black", "cyan", "magenta", "yellow")}
PARTS = {
    "drum_remaining": ("opc", None),
    "belt_unit_remaining": ("transferUnit", None),
    "fuser_remaining": ("fuser", None),
    "laser_unit_remaining": ("other", "Laser Unit"),
    "pf_kit_1_remaining": ("other", "PF Kit 1"),
}
LEVELS = TONER | DRUMS | PARTS


@attrs.frozen
class Read:
    """One recording: what the library made of it, and the document that is made of it here."""

    truth: dict[str, Any]
    document: dict[str, Any]

    def level(self, name: str) -> dict[str, Any]:
        kind, more = LEVELS[name]
        fits = [
            supply["level"]
            for supply in self.document["supplies"]
            if supply["type"] == kind
            and more in (supply["colorant"], supply["description"] if kind == "other" else None)
        ]
        assert len(fits) == 1, (name, self.document["supplies"])
        return dict(fits[0])

    def count(self, color: str) -> int | None:
        rows = self.document["page_counts"]
        found = [
            row["value"]
            for row in rows
            if (row["function"], row["color"]) == ("total", color) and row["sides"] == "all"
        ]
        return found[0] if found else None


@pytest.fixture(scope="module", params=NAMES or [None])
def read(request: pytest.FixtureRequest) -> Read:
    if request.param is None:
        pytest.skip("no corpus of real recordings beside the checkout; set FRISKET_CORPUS to one")
    recording: Path = CORPUS / "brother" / f"{request.param}.snmprec"
    ran = frisket("explain", recording, "--json")
    assert ran.code == 0, ran.err
    return Read(json.loads(recording.with_suffix(".json").read_text(encoding="utf-8")), json.loads(ran.out)["device"])


def test_who_it_is_is_read(read: Read) -> None:
    model = read.document["model"].removesuffix(" series")
    assert (read.document["manufacturer"], model) == (read.truth["manufacturer"], read.truth["model"])
    assert read.document["serial_number"] == read.truth["serial"]


def test_every_page_counter_is_read(read: Read) -> None:
    truth = read.truth["page_counts"]
    assert {
        name: read.count(color) for name, color in (("total", "all"), ("mono", "mono"), ("color", "color"))
    } == truth


def test_the_panel_is_read_in_its_character_set(read: Read) -> None:
    """The library gives it in small letters."""
    assert [line.lower() for line in read.document["console_messages"]] == read.truth["console"]


def test_every_level_of_the_records_is_a_supply(read: Read) -> None:
    sensors = read.truth["sensors"]
    for name in LEVELS:
        percent = sensors.get(name, sensors.get(f"{name}_life"))
        pages = sensors.get(f"{name}_pages")
        if percent is not None:
            assert read.level(name)["percent"] == pytest.approx(percent, abs=0.5)
        if pages is not None:
            assert read.level(name)["remaining"] == pages


def test_a_good_status_alone_is_no_percentage(read: Read) -> None:
    colors = [name.removesuffix("_ink_status") for name in read.truth["sensors"] if name.endswith("_ink_status")]
    levels = [supply["level"] for supply in read.document["supplies"] if supply["colorant"] in colors]
    assert [(level["state"], level["percent"]) for level in levels] == [("some-remaining", None)] * len(colors)
