"""`frisket record` and what comes after it: from a device that no profile knows to a passing case."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from frisket.cli.workbench import load_database
from frisket.formats.scrub import Raw, scrub
from frisket.formats.snmprec import RecordedValue, parse_snmprec, recorded_answers
from frisket.lab import Recording, VirtualPrinter, load_recording
from frisket.model.oid import format_oid, parse_oid
from frisket.plugins import load_plugins
from frisket.profile.diffing import values_of
from frisket.protocols.never_asked import NEVER_ASKED, may_be_asked
from frisket.scan.recording import identify
from frisket.wire.device import to_document
from tests.e2e.conftest import fleet_of, frisket, targets_of

Recordings = dict[str, Recording]


def test_a_recording_reads_as_its_device_but_for_what_is_private(recordings: Recordings, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    device = recordings["mp-c3004"]
    with fleet_of([VirtualPrinter(device)]) as fleet:
        (target,) = targets_of(fleet)
        ran = frisket("record", target, "-o", folder)
        (before,) = map(json.loads, frisket("scan", target, "--format", "json").out.splitlines())
    assert (ran.code, ran.out.strip()) == (0, str(folder))
    assert "proved: none of the originals is left" in ran.err
    assert "read as ricoh/mp: Ricoh MP C3004ex" in ran.err
    written = load_recording(folder)
    assert {oid: value.tag for oid, value in written.objects.items()}.keys() <= device.objects.keys()
    after = json.loads(frisket("explain", folder, "--json").out)["device"]
    for name in ("manufacturer", "model", "page_counts", "supplies", "alerts", "console_messages"):
        assert after[name] == before[name]
    for name in ("serial_number", "mac_address", "system_name", "system_location"):
        assert after[name] != before[name]
    text = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    for name in ("serial_number", "system_name", "system_location", "system_contact"):
        assert before[name].encode() not in text
        assert before[name].encode() not in (ran.err + ran.out).encode()
    tested = frisket("profile", "test", folder)
    assert (tested.code, tested.out) == (0, "✔ case\n")


def test_of_a_device_that_nobody_knows_what_looks_like_a_serial_number_is_disguised(tmp_path: Path) -> None:
    objects = {
        "1.3.6.1.2.1.1.1.0": RecordedValue(4, b"Boreal Fjord 320c"),
        "1.3.6.1.2.1.1.2.0": RecordedValue(6, (1, 3, 6, 1, 4, 1, 32473, 21, 5)),
        "1.3.6.1.2.1.25.3.2.1.3.1": RecordedValue(4, b"Boreal Fjord 320c"),
        "1.3.6.1.2.1.43.10.2.1.4.1.1": RecordedValue(65, 88012),
        "1.3.6.1.4.1.32473.21.1.1.0": RecordedValue(4, b"BQ7K009182"),
    }
    device = Recording(name="fjord", objects={parse_oid(oid): value for oid, value in objects.items()})
    with fleet_of([VirtualPrinter(device)]) as fleet:
        ran = frisket("record", *targets_of(fleet), "-o", tmp_path / "case")
    assert (ran.code, "no profile knows its serial number" in ran.err) == (0, True), ran.err
    assert "1 serial number (in 1 place)" in ran.err
    text = (tmp_path / "case" / "device.snmprec").read_text(encoding="utf-8")
    assert ("BQ7K009182" in text, "Boreal Fjord 320c" in text) == (False, True)


def test_types_are_recorded_as_they_were_said(recordings: Recordings, tmp_path: Path) -> None:
    device = recordings["example-copier"]
    with fleet_of([VirtualPrinter(device)]) as fleet:
        ran = frisket("record", *targets_of(fleet), "-o", tmp_path / "case", "--unscrubbed")
    assert ran.code == 0
    assert "NOT SCRUBBED" in ran.err
    assert (tmp_path / "case" / "UNSCRUBBED.txt").is_file()
    assert load_recording(tmp_path / "case").objects == device.objects


def test_an_unscrubbed_recording_becomes_no_case(recordings: Recordings, tmp_path: Path) -> None:
    with fleet_of([VirtualPrinter(recordings["example-copier"])]) as fleet:
        frisket("record", *targets_of(fleet), "-o", tmp_path / "case", "--unscrubbed")
    ran = frisket("profile", "new", "a/b", "--from", tmp_path / "case", "--into", tmp_path / "own")
    assert (ran.code, "is not scrubbed" in ran.err) == (1, True)


def test_what_is_never_asked_is_not_recorded_either(tmp_path: Path) -> None:
    # an agent that would name the object when it is walked
    never = (*NEVER_ASKED[0], 7, 0)
    beside = (*NEVER_ASKED[0][:9], 3, 0)
    objects = {
        (1, 3, 6, 1, 2, 1, 1, 2, 0): RecordedValue(6, NEVER_ASKED[0][:9]),
        (1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 1, 1): RecordedValue(65, 1),
        beside: RecordedValue(2, 5),
        never: RecordedValue(4, b"a command"),
    }
    with fleet_of([VirtualPrinter(Recording(name="armed", objects=objects))]) as fleet:
        ran = frisket("record", *targets_of(fleet), "-o", tmp_path / "case")
    assert ran.code == 0, ran.err
    recorded = load_recording(tmp_path / "case").objects
    assert beside in recorded
    assert [format_oid(oid) for oid in recorded if not may_be_asked(oid)] == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("127.0.0.1:9", "--timeout", "0.1"), 1, "no device answers there"),
        (("127.0.0.0/30",), 2, "record takes one device"),
        (("127.0.0.1", "--http", "http://192.0.2.1/"), 2, "a path on the device"),
    ],
)
def test_what_cannot_be_recorded_is_told_and_nothing_is_written(
    arguments: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    ran = frisket("record", *arguments, "-o", tmp_path / "case")
    assert ran.code == code
    assert words in ran.err
    assert not (tmp_path / "case").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    ran = frisket("record", "127.0.0.1:9", "-o", tmp_path)
    assert (ran.code, "is not empty" in ran.err) == (1, True)


# --- from a recording to a passing case, and what a change of profiles does ----------------------


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, recordings: Recordings) -> Path:
    """A folder of profiles with the draft for a device that no profile knows."""
    folder = tmp_path_factory.mktemp("own")
    path = recordings["example-copier"].path
    assert path is not None
    ran = frisket("profile", "new", "example/copier", "--from", path, "--into", folder)
    assert ran.code == 0, ran.err
    return folder


def test_a_drafted_profile_is_right_wins_and_says_what_may_be_what(own: Path) -> None:
    text = (own / "example" / "copier.yaml").read_text(encoding="utf-8")
    assert "status: draft" in text
    assert "30110 + 20100 = 50210, the life count" in text
    assert frisket("profile", "check", own).code == 0
    ran = frisket("profile", "test", own)
    assert (ran.code, ran.out) == (0, "✔ example/copier.cases/example-copier\n")
    expected = (own / "example/copier.cases/example-copier/expect.yaml").read_text(encoding="utf-8")
    assert expected.startswith("profile: example/copier\n")


def test_a_profile_that_is_there_is_not_drafted_again(own: Path, recordings: Recordings) -> None:
    path = recordings["example-copier"].path
    assert path is not None
    ran = frisket("profile", "new", "example/copier", "--from", path, "--into", own)
    assert (ran.code, "is there already" in ran.err) == (1, True)


def test_a_drafted_profile_for_a_known_device_wins_over_what_read_it(tmp_path: Path, recordings: Recordings) -> None:
    path = recordings["mp-c3004"].path
    assert path is not None
    ran = frisket("profile", "new", "mine/special", "--from", path, "--into", tmp_path)
    assert ran.code == 0, ran.err
    assert "extends: [ricoh/mp]" in (tmp_path / "mine/special.yaml").read_text(encoding="utf-8")
    assert frisket("profile", "test", tmp_path).code == 0


def test_expectations_are_refreshed_visibly_and_only_when_asked(own: Path, tmp_path: Path) -> None:
    case = own / "example/copier.cases/example-copier/expect.yaml"
    good = case.read_text(encoding="utf-8")
    wrong = good.replace("value: 50210", "value: 1")
    case.write_text(wrong, encoding="utf-8")
    failed = frisket("profile", "test", own)
    assert (failed.code, case.read_text(encoding="utf-8")) == (1, wrong)
    updated = frisket("profile", "test", own, "--update")
    assert (updated.code, case.read_text(encoding="utf-8")) == (0, good)
    changes = [line for line in updated.out.splitlines() if line.startswith(("-  ", "+  "))]
    assert [("value: 1}" in line, "value: 50210}" in line) for line in changes] == [(True, False), (False, True)]
    assert "1 case, 1 failed" in updated.err


def test_a_difference_of_two_databases_is_told_field_by_field(own: Path, tmp_path: Path) -> None:
    newer = tmp_path / "example" / "copier.yaml"
    newer.parent.mkdir()
    text = (own / "example" / "copier.yaml").read_text(encoding="utf-8")
    newer.write_text(text.replace("{const: Example}", "{const: Sample}"), encoding="utf-8")
    same = frisket("profile", "diff", own, own)
    assert (same.code, same.out) == (0, "")
    ran = frisket("profile", "diff", own, tmp_path, "--json")
    assert ran.code == 1
    (difference,) = [one for one in json.loads(ran.out)["differences"] if one["recording"].startswith("example/")]
    assert difference["changes"] == [
        {"path": "manufacturer", "kind": "changed", "before": "Example", "after": "Sample"}
    ]
    assert difference["changes_identity"]
    assert "manufacturer: 'Example' → 'Sample'   ← what it is known by" in frisket("profile", "diff", own, tmp_path).out


# --- real recordings ---------------------------------------------------------------------------

_PRIVATE = ("serial_number", "mac_address", "system_name", "system_location", "system_contact")


def test_real_recordings_can_be_scrubbed_and_read_as_before(corpus: Path) -> None:
    registry = load_plugins()
    database = load_database(registry)
    files = sorted(corpus.glob("*/*.snmprec"))
    assert files
    for file in files:
        objects = parse_snmprec(file.read_bytes(), file.name)
        clean = scrub(Raw(objects=objects), key=secrets.token_bytes(32)).raw.objects
        before, after = (identify(database, recorded_answers(one)) for one in (objects, clean))
        assert before[1] == after[1], file.name
        if before[0] is None or after[0] is None:
            continue
        one, other = (values_of(to_document(reading.device)) for reading in (before[0], after[0]))
        changed = {path for path in {*one, *other} if one.get(path) != other.get(path)}
        assert {path for path in changed if not path.startswith(_PRIVATE)} == set(), file.name
