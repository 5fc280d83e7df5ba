"""Mistakes of many kinds planted in one profile each: `frisket profile check` says where, and what was meant."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from tests.e2e.conftest import Ran, frisket

RIGHT = """\
schema: 1
profile: {name}
version: 1
kind: device
title: Planted
extends: [std/printer-mib]
aliases: {{own: 1.3.6.1.4.1.32473.{number}}}
match:
  - {{sysObjectID: [own.1], sysDescr: '(?i)planted'}}
fields:
  serial_number:
    from: [{{oid: own.2.1.0, pipe: [text], prefer: 80}}]
  page_counts.copy:
    unit: impressions
    from: [{{table: counters, column: value, take: sum}}]
tables:
  counters:
    private: true
    rows:
      - {{id: own, walk: own.3.1, index: [n], columns: {{value: {{col: 3, pipe: [int]}}}}}}
"""


@attrs.frozen
class Mistake:
    """What stands in place of what, and where and how it is told."""

    name: str
    right: str
    wrong: str
    place: str
    words: str


MISTAKES = (
    Mistake("unknown-key", "prefer: 80", "prefr: 80", "12:43", "unknown key 'prefr', did you mean 'prefer'?"),
    Mistake("unknown-step", "pipe: [text]", "pipe: [txt]", "12:36", "unknown step 'txt', did you mean 'text'?"),
    Mistake("bad-oid", "oid: own.2.1.0", "oid: own.2.x", "12:18", "2.x' is not an OID"),
    Mistake("unknown-alias", "oid: own.2.1.0", "oid: onw.2.1.0", "12:18", "unknown alias 'onw', did you mean 'own'?"),
    Mistake("bad-enum", "[text], ", "[int, {enum: suply_type}], ", "12:41", "did you mean 'supply_type'?"),
    Mistake("duplicate-key", "version: 1\n", "version: 1\nversion: 2\n", "4:1", "'version' stands here a second time"),
    Mistake("unknown-parent", "std/printer-mib", "std/printer-mbi", "6:11", "did you mean 'std/printer-mib'?"),
    Mistake("loop", "[std/printer-mib]", "[planted/loop]", "6:11", "planted/loop extends planted/loop: a loop"),
    Mistake("bad-pattern", "(?i)planted", "(?i)plan(ted", "9:38", "is not an RE2 pattern"),
    Mistake("unknown-field", "  serial_number:", "  serial_numbr:", "11:3", "did you mean 'serial_number'?"),
    Mistake("unknown-column", "column: value", "column: valeu", "15:38", "did you mean 'value'?"),
    Mistake("unknown-table", "table: counters", "table: conters", "15:20", "did you mean 'counters'?"),
    Mistake("wrong-take", "take: sum", "take: som", "15:51", "'som' is none of first | first_valid | max | sum | all"),
    Mistake("unknown-unit", "unit: impressions", "unit: impresions", "14:11", "did you mean 'impressions'?"),
    Mistake("wrong-kind", "kind: device", "kind: devise", "4:7", "did you mean 'device'?"),
    Mistake("wrong-place", "profile: planted/", "profile: elsewhere/", "2:10", "is not what its place says"),
    Mistake("anchor", "title: Planted", "title: &t Planted", "5:8", "anchors and aliases are not part of the language"),
    Mistake("missing-key", "title: Planted\n", "", "1:1", "the key 'title' is missing"),
)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("planted")
    (folder / "planted").mkdir()
    for number, mistake in enumerate(MISTAKES, 100):
        text = RIGHT.format(name=f"planted/{mistake.name}", number=number)
        assert mistake.right in text, mistake.name
        path = folder / "planted" / f"{mistake.name}.yaml"
        path.write_text(text.replace(mistake.right, mistake.wrong, 1), encoding="utf-8")
    return frisket("profile", "check", folder)


def test_what_the_mistakes_are_planted_in_is_right(tmp_path: Path) -> None:
    (tmp_path / "planted").mkdir()
    text = RIGHT.format(name="planted/right", number=99)
    (tmp_path / "planted" / "right.yaml").write_text(text, encoding="utf-8")
    assert frisket("profile", "check", tmp_path).code == 0


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_planted_mistake_is_told_where_it_stands(mistake: Mistake, checked: Ran) -> None:
    told = [line for line in checked.out.splitlines() if line.startswith(f"planted/{mistake.name}.yaml:")]
    assert len(told) == 1, told
    assert told[0].startswith(f"planted/{mistake.name}.yaml:{mistake.place}: $"), told[0]
    assert mistake.words in told[0]


def test_all_of_them_are_told_at_once(checked: Ran) -> None:
    assert (checked.code, len(checked.out.splitlines())) == (1, len(MISTAKES))
    assert f"{len(MISTAKES)} problems" in checked.err
