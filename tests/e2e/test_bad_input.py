"""Bad input: a message that says what, where and what to do; the right exit code; nothing lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from frisket.lab import Recording, VirtualPrinter
from tests.e2e.conftest import Ran, fleet_of, frisket, targets_of

Recordings = dict[str, Recording]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("192.0.2.0/33", "not a CIDR"),
        ("192.0.2.0/x", "write it as 192.0.2.0/24"),
        ("192.0.2.20-192.0.2.10", "swap its ends"),
        ("192.0.2.1-192.0.2.300", "not a range"),
        ("192.0.2.256", "four numbers from 0 to 255"),
        ("192.0.2.1:99999", "is not a port"),
        ("no-such-host.invalid", "no such host"),
        ("@no-such-file", "the file cannot be read"),
        ("2001:db8::1", "IPv6 is not scanned yet"),
    ],
)
def test_a_malformed_target_is_named_and_mended(target: str, words: str) -> None:
    ran = frisket("scan", target)
    assert ran.code == 2
    assert target in ran.err
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_all_malformed_targets_are_told_at_once() -> None:
    ran = frisket("scan", "192.0.2.0/40", "192.0.2.9-192.0.2.1", "127.0.0.1")
    assert ran.code == 2
    assert "192.0.2.0/40" in ran.err
    assert "192.0.2.9-192.0.2.1" in ran.err


def test_more_than_2_to_the_20_addresses_need_a_yes() -> None:
    ran = frisket("scan", "10.0.0.0/8")
    assert ran.code == 2
    assert "16,777,214 addresses are more than 2^20; say --yes" in ran.err


def test_excluding_everything_is_told() -> None:
    ran = frisket("scan", "192.0.2.0/24", "--exclude", "192.0.0.0/16")
    assert (ran.code, "--exclude takes them all" in ran.err) == (2, True)


def test_no_printer_is_no_failure_and_has_hints() -> None:
    ran = frisket("scan", "127.0.0.1:9", "--timeout", "0.1")
    assert (ran.code, ran.out) == (0, "")
    assert "--community" in ran.err


def test_an_unknown_command_and_an_unknown_option_have_suggestions() -> None:
    assert "did you mean 'scan'?" in frisket("scna").err
    ran = frisket("scan", "127.0.0.1", "--comunity", "x")
    assert (ran.code, "--community" in ran.err) == (2, True)


def test_a_port_in_use_is_named_with_a_way_out(recordings: Recordings, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.69.1", 11161))
        folder = recordings["mp-c3004"].path
        assert folder is not None
        ran = frisket("lab", folder, "--base", "127.0.69.0", "--port-offset", "11000")
    assert ran.code == 1
    assert "127.0.69.1" in ran.err
    assert "11161" in ran.err
    assert "--port-offset" in ran.err


def test_a_recording_that_is_none_is_named(tmp_path: Path) -> None:
    ran = frisket("lab", tmp_path / "nothing")
    assert ran.code in (1, 2)
    assert "nothing" in ran.err
    broken = tmp_path / "broken.snmprec"
    broken.write_text("1.3.6.1.2.1.1.1.0|4|fine\n1.3.6.x|4|broken\n", encoding="utf-8")
    ran = frisket("explain", broken)
    assert (ran.code, "broken.snmprec:2:" in ran.err) == (1, True)


def test_broken_yaml_is_shown_with_file_line_and_column(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "copier.yaml").write_text("schema: 1\nprofile: [\n", encoding="utf-8")
    checked = frisket("profile", "check", tmp_path)
    assert (checked.code, checked.out.startswith("acme/copier.yaml:3:1: $: not YAML")) == (1, True), checked.out
    scanned = frisket("scan", "127.0.0.1", "--profiles", tmp_path)
    assert (scanned.code, "acme/copier.yaml:3:1:" in scanned.err) == (1, True)


def test_a_profile_that_names_an_unknown_step_is_shown_with_a_suggestion(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    text = """\
schema: 1
profile: acme/copier
version: 1
kind: device
title: Acme copiers
match: [{sysObjectID: [1.3.6.1.4.1.99999.1]}]
fields:
  model: {from: [{oid: 1.3.6.1.2.1.1.1.0, pipe: [txt]}]}
"""
    (folder / "copier.yaml").write_text(text, encoding="utf-8")
    ran = frisket("profile", "check", folder / "copier.yaml")
    where = "acme/copier.yaml:8:50: $.fields.model.from[0].pipe[0]:"
    assert (ran.code, ran.out.strip()) == (1, f"{where} unknown step 'txt', did you mean 'text'?")


@pytest.fixture
def broken_plugin(tmp_path: Path) -> Path:
    """A distribution on sys.path whose plugin raises while it loads."""
    (tmp_path / "boom.py").write_text("raise RuntimeError('no licence key')\n", encoding="utf-8")
    info = tmp_path / "boom-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: boom\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[frisket]\nboom = boom\n", encoding="utf-8")
    return tmp_path


def test_a_plugin_that_raises_is_reported_and_stops_nothing(broken_plugin: Path, recordings: Recordings) -> None:
    with fleet_of([VirtualPrinter(recordings["mp-c3004"])]) as fleet:
        ran = with_path(broken_plugin, "scan", *targets_of(fleet), "--format", "json")
    assert ran.code == 0
    assert "plugin boom failed: RuntimeError: no licence key" in ran.err
    assert json.loads(ran.out)["model"] == "MP C3004ex"
    shown = with_path(broken_plugin, "plugins")
    assert (shown.code, "boom 1.0" in shown.out) == (1, True)


def with_path(folder: Path, *arguments: str) -> Ran:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "frisket", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False, env=environment)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("form", ["table", "json"])
def test_ctrl_c_prints_what_was_read_until_then(recordings: Recordings, form: str) -> None:
    slow = [VirtualPrinter(recordings["mp-c3004"], delay=30.0 if at else 0.0) for at in range(3)]
    with fleet_of(slow) as fleet:
        command = [sys.executable, "-m", "frisket", "scan", *targets_of(fleet), "--format", form, "--timeout", "20"]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment
        )
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "MP C3004ex" in out
    assert "interrupted; read until then: 3 addresses, 1 printer" in err
    assert "Traceback" not in err


def test_a_reader_of_the_pipe_that_has_seen_enough_ends_the_scan_quietly(recordings: Recordings) -> None:
    with fleet_of([VirtualPrinter(recordings["mp-c3004"]) for _ in range(8)]) as fleet:
        command = [sys.executable, "-m", "frisket", "scan", *targets_of(fleet), "--format", "json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read().decode()
        process.wait(20)
        process.stderr.close()
    assert "Traceback" not in err
