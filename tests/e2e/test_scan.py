"""`frisket scan` against virtual printers on real sockets."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import attrs
import pytest

from frisket.cli.bundled import bundled_recordings
from frisket.lab import Recording, VirtualPrinter, load_recording, make_behaviour
from frisket.wire.device import from_document
from tests.e2e.conftest import fleet_of, frisket, targets_of

Recordings = dict[str, Recording]


def test_json_is_one_device_document_a_line(recordings: Recordings) -> None:
    with fleet_of([VirtualPrinter(recording) for recording in recordings.values()]) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--format", "json")
    assert ran.code == 0, ran.err
    devices = [from_document(json.loads(line)) for line in ran.out.splitlines()]
    assert len(devices) == len(recordings)
    assert {device.ip_address for device in devices} == {printer.address for printer in fleet.printers}


def test_csv_has_a_row_for_each_device(recordings: Recordings) -> None:
    with fleet_of([VirtualPrinter(recordings["mp-c3004"])]) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert (row["model"], row["total_pages"], row["total_color"]) == ("MP C3004ex", "58000", "25422")
    assert "black toner 60%" in row["supplies"]


def test_formulas_in_device_texts_are_quoted_in_csv(recordings: Recordings) -> None:
    with fleet_of([VirtualPrinter(recordings["mp-c3004"], make_behaviour("formulas"))]) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(ran.out))
    assert row["system_name"].startswith("'")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_terminal_escapes_of_a_device_reach_no_output(recordings: Recordings, form: str) -> None:
    with fleet_of([VirtualPrinter(recordings["mp-c3004"], make_behaviour("control-characters"))]) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--format", form)
    assert ran.code == 0
    assert not set("\x1b\x07\x08\x9b\u202e") & set(ran.out + ran.err)


def test_a_device_that_speaks_v1_only_is_read_like_any_other(recordings: Recordings) -> None:
    with fleet_of([VirtualPrinter(recordings["oki-c332-v1"])]) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--format", "json")
    device = from_document(json.loads(ran.out))
    assert (device.manufacturer, device.model, len(device.supplies)) == ("OKI", "C332", 10)


def test_lost_packets_cost_time_and_no_facts(recordings: Recordings) -> None:
    lossy = [VirtualPrinter(recordings[name], loss=0.1) for name in ("mp-c3004", "color-laserjet-m553") * 4]
    with fleet_of(lossy) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--format", "json", "--timeout", "0.3", "--retries", "6")
    devices = [from_document(json.loads(line)) for line in ran.out.splitlines()]
    assert len(devices) >= 7, ran.err  # the sweep itself asks a silent address three times, not seven
    assert {len(device.supplies) for device in devices} == {5, 7}


def test_a_full_mfp_costs_at_most_eight_requests(recordings: Recordings) -> None:
    with fleet_of([VirtualPrinter(recordings["laserjet-mfp-m527"])]) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--format", "json")
        traffic = fleet.printers[0].traffic
    assert ran.code == 0
    assert traffic.snmp_requests <= 8


def test_no_byte_reaches_the_print_port(recordings: Recordings) -> None:
    with fleet_of([VirtualPrinter(recordings["laserjet-m604"])]) as fleet:
        assert frisket("scan", *targets_of(fleet), "--format", "json").code == 0
        assert fleet.printers[0].traffic.pjl_bytes == 0


def test_what_is_no_printer_is_not_reported() -> None:
    others = [load_recording(path) for path in bundled_recordings() if "identity.cases" in path.parts]
    assert len(others) >= 2
    with fleet_of([VirtualPrinter(recording) for recording in others]) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--format", "json")
    assert (ran.code, ran.out) == (0, "")
    assert "Nothing here answered as a printer" in ran.err


def test_a_wrong_community_meets_silence_and_a_right_one_is_tried_after_it(recordings: Recordings) -> None:
    closed = VirtualPrinter(_with_community(recordings["mp-c3004"], b"hidden"))
    with fleet_of([closed]) as fleet:
        assert frisket("scan", *targets_of(fleet), "--format", "json", "--timeout", "0.3").out == ""
        both = ("--community", "public", "--community", "hidden", "--timeout", "0.3")
        ran = frisket("scan", *targets_of(fleet), "--format", "json", *both)
    assert json.loads(ran.out)["model"] == "MP C3004ex"
    assert "hidden" not in ran.out + ran.err


def _with_community(recording: Recording, community: bytes) -> Recording:
    return attrs.evolve(recording, facts=attrs.evolve(recording.facts, communities=frozenset({community})))


def test_a_new_profile_and_a_new_device_need_no_python(tmp_path: Path) -> None:
    case = tmp_path / "acme" / "copier.cases" / "one"
    case.mkdir(parents=True)
    (tmp_path / "acme" / "copier.yaml").write_text(_ACME, encoding="utf-8")
    (case / "device.snmprec").write_text(_ACME_DEVICE, encoding="utf-8")
    (case / "expect.yaml").write_text(
        "profile: acme/copier\ndevice: {manufacturer: Acme, model: Q9}\n", encoding="utf-8"
    )
    tested = frisket("profile", "test", tmp_path, "--profiles", tmp_path)
    assert (tested.code, "1 case, 0 failed" in tested.err) == (0, True), tested.out + tested.err
    with fleet_of([VirtualPrinter(load_recording(case))]) as fleet:
        ran = frisket("scan", *targets_of(fleet), "--profiles", tmp_path, "--format", "json")
    document = json.loads(ran.out)
    assert document["manufacturer"] == "Acme"
    assert [count["value"] for count in document["page_counts"] if count["function"] == "copy"] == [77]


_ACME = """\
schema: 1
profile: acme/copier
version: 1
kind: device
title: Acme copiers
extends: [std/printer-mib]
match: [{sysObjectID: [1.3.6.1.4.1.99999.1]}]
fields:
  manufacturer: {from: [{const: Acme}]}
  page_counts.copy: {from: [{oid: 1.3.6.1.4.1.99999.2.1.0, pipe: [int]}]}
"""
_ACME_EXPECTED = "profile: acme/copier\ndevice: {manufacturer: Acme, model: Q9}\n"
_ACME_DEVICE = """\
1.3.6.1.2.1.1.1.0|4|Acme Q9
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1.9
1.3.6.1.2.1.25.3.2.1.3.1|4|Q9
1.3.6.1.2.1.43.10.2.1.4.1.1|65|1000
1.3.6.1.4.1.99999.2.1.0|65|77
"""
