"""Recordings on disk: what is found, what is loaded, and what is said when they are wrong."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from frisket.errors import RecordingError
from frisket.formats.snmp import Version
from frisket.formats.snmprec import format_snmprec
from frisket.lab import find_recordings, load_recording

from .made_up import COPIES, LASER, SYS_NAME, text

FACTS = """
title: A laser printer
snmp: {versions: ["1"], communities: [public, secret]}
ports: ["9100"]
life: {pages: {"1.3.6.1.4.1.99999.1.0": "0.35"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "laser"
    (folder / "pjl").mkdir(parents=True)
    (folder / "http" / "DevMgmt").mkdir(parents=True)
    (folder / "device.snmprec").write_bytes(format_snmprec(LASER.objects))
    (folder / "facts.yaml").write_text(FACTS, encoding="utf-8")
    (folder / "pjl" / "INFO_ID.txt").write_text('"LaserThing 9000"\n', encoding="utf-8")
    (folder / "http" / "index.html").write_text("<h1>LaserThing</h1>", encoding="utf-8")
    (folder / "http" / "DevMgmt" / "usage").write_text("no suffix", encoding="utf-8")
    return folder


def test_a_folder_holds_everything_about_a_device(folder: Path) -> None:
    recording = load_recording(folder)
    assert (recording.name, recording.path, recording.objects) == ("laser", folder, LASER.objects)
    assert recording.pjl == {"INFO ID": '"LaserThing 9000"\n'}
    assert recording.pages == {"/index.html": b"<h1>LaserThing</h1>", "/DevMgmt/usage": b"no suffix"}


def test_facts_say_what_the_device_speaks(folder: Path) -> None:
    recording = load_recording(folder)
    assert recording.facts.title == "A laser printer"
    assert recording.facts.versions == {Version.V1}
    assert recording.facts.communities == {b"public", b"secret"}
    assert recording.facts.page_shares == {COPIES: Fraction(35, 100)}
    assert recording.ports == {9100}


def test_without_facts_both_versions_public_and_the_recorded_ports_are_served(folder: Path) -> None:
    (folder / "facts.yaml").unlink()
    recording = load_recording(folder)
    assert recording.facts.versions == {Version.V1, Version.V2C}
    assert recording.facts.communities == {b"public"}
    assert recording.ports == {80, 9100}


def test_a_bare_file_is_a_recording(tmp_path: Path) -> None:
    file = tmp_path / "mfp-7.snmprec"
    file.write_bytes(format_snmprec(LASER.objects))
    recording = load_recording(file)
    assert (recording.name, recording.objects, recording.ports) == ("mfp-7", LASER.objects, frozenset())


def test_objects_can_be_replaced_in_memory() -> None:
    changed = LASER.replace_objects({SYS_NAME: text("canary")})
    assert changed.objects[SYS_NAME] == text("canary")
    assert len(changed.objects) == len(LASER.objects)
    assert LASER.objects[SYS_NAME] == text("laser")


def test_recordings_are_found_at_any_depth(folder: Path) -> None:
    deep = folder.parent / "more" / "deep"
    deep.mkdir(parents=True)
    (deep / "bare.snmprec").touch()
    assert find_recordings([folder.parent]) == [folder, deep / "bare.snmprec"]
    assert find_recordings([folder / "device.snmprec", folder]) == [folder, folder]


@pytest.mark.parametrize(
    ("name", "says"), [("missing", "does not exist"), ("empty", "holds no recording"), ("notes.txt", "is no recording")]
)
def test_a_path_without_recordings_says_so_and_what_to_give(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(RecordingError, match=rf"{name}: {says}; give a \.snmprec file"):
        find_recordings([tmp_path / name])


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ("snmp: {versions: ['3']}", r"facts\.yaml: snmp: versions: '3' is nothing the lab serves; it serves 1, 2c"),
        ("snmp: {communities: public}", r"snmp: communities: a list is needed here, not 'public'"),
        ("ports: ['21']", r"ports: '21' is nothing the lab serves; it serves 80, 443, 631, 9100"),
        ("colour: yes", r"unknown key 'colour'; known are title, demo, sources, snmp, ports, web, life"),
        ("life: {pages: {'1.3.6.1.4.1.99999.1.0': '-1'}}", r"99999\.1\.0: '-1' is not a share of a page"),
        ("life: {pages: {'one.two': '1'}}", r"life: pages: 'one\.two' is not an OID"),
        ("life: {pages: {'1.3.6.1.2.1.1.5.0': '1'}}", r"1\.5\.0: no number is recorded there in device\.snmprec"),
        ("title: [", r"facts\.yaml:\d+:\d+: .*not YAML"),
    ],
)
def test_wrong_facts_say_where_and_what(folder: Path, facts: str, says: str) -> None:
    (folder / "facts.yaml").write_text(facts, encoding="utf-8")
    with pytest.raises(RecordingError, match=says):
        load_recording(folder)


def test_a_text_that_is_not_utf_8_names_its_file(folder: Path) -> None:
    (folder / "pjl" / "INFO_ID.txt").write_bytes(b"caf\xe9")
    with pytest.raises(RecordingError, match=r"INFO_ID\.txt: not UTF-8 at byte 3"):
        load_recording(folder)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"gone\.snmprec: cannot be read"):
        load_recording(tmp_path / "gone.snmprec")


def test_ipp_responses_are_found_by_their_paths(folder: Path) -> None:
    (folder / "ipp").mkdir()
    (folder / "ipp" / "ipp_print.bin").write_bytes(b"response")
    (folder / "facts.yaml").unlink()
    recording = load_recording(folder)
    assert recording.ipp == {"/ipp/print": b"response"}
    assert recording.ports == {80, 631, 9100}


@pytest.mark.parametrize("kind", ["http", "ipp", "pjl"])
def test_a_folder_without_objects_is_a_device_that_is_silent_in_snmp(tmp_path: Path, folder: Path, kind: str) -> None:
    silent = tmp_path / "silent"
    (silent / kind / "http").mkdir(parents=True)
    assert find_recordings([tmp_path]) == [folder, silent]
    assert find_recordings([silent]) == [silent]
    recording = load_recording(silent)
    assert not recording.snmp
    assert recording.objects == {}
    assert load_recording(folder).snmp


def test_who_may_see_the_pages_stands_in_the_facts(folder: Path) -> None:
    (folder / "facts.yaml").write_text("web: {user: reader, password: x, scheme: basic}", encoding="utf-8")
    web = load_recording(folder).facts.web
    assert web is not None
    assert (web.user, web.password, web.scheme) == ("reader", "x", "basic")
    (folder / "facts.yaml").write_text("web: {scheme: telepathy}", encoding="utf-8")
    with pytest.raises(RecordingError, match="web: scheme: 'telepathy' is nothing the lab knows; it knows basic, dig"):
        load_recording(folder)
