"""`frisket lab` as a person runs it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from frisket.cli.main import run
from frisket.formats.snmprec import format_snmprec
from frisket.lab import VirtualPrinter

from .made_up import BASE, LASER, OFFSET, serving

HERE = ("--base", BASE, "--port-offset", str(OFFSET))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "laser.snmprec"
    file.write_bytes(format_snmprec(LASER.objects))
    return file


@contextmanager
def lab(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "frisket", "lab", *map(str, arguments), *HERE]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent SIGINT or SIGTERM on Windows")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_the_printers_are_and_ends_when_told(recording: Path, tmp_path: Path, number: int) -> None:
    map_file = tmp_path / "map.tsv"
    with lab(recording, recording, "--map", map_file, "--delay", "20", "--pages-per-minute", "30") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        first, second = BASE.removesuffix("0") + "1", BASE.removesuffix("0") + "2"
        assert lines == [f"{first}\t20161\tlaser\n", f"{second}\t20161\tlaser\n", "ready\n"]
        assert map_file.read_text(encoding="utf-8") == "".join(lines[:2])
        told = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=5) == 0
        assert time.monotonic() - told < 1
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_every_behaviour_is_listed_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lab", "--list-behaviours"]) == 0
    assert re.search(r"^endless +a walk meets ever new rows", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--behaviour", "laser=rude"], "laser=rude: no such behaviour; --list-behaviours shows them"),
        (["--behaviour", "laser=endles"], "no such behaviour, did you mean 'endless'?"),
        (["--behaviour", "lazer=xss"], "no recording is named 'lazer', did you mean 'laser'?"),
        (["--loss", "101"], "101"),
        (["--delay", "-1"], "-1"),
        (["missing"], "missing: does not exist; give a .snmprec file"),
        (["--port-offset", "70000"], "moves a port out of 1 to 65535"),
    ],
)
def test_wrong_use_says_what_is_wrong_and_exits_2(
    recording: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert run(["lab", str(recording), *HERE, *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert says in " ".join(said.err.split())


def test_a_broken_recording_is_named_with_its_line_and_exits_1(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording.write_text("1.3.6|4|fine\nbroken\n", encoding="utf-8")
    assert run(["lab", str(recording), *HERE]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "laser.snmprec:2: not a line" in said.err


def test_a_port_in_use_exits_1(recording: Path) -> None:
    with serving(VirtualPrinter(LASER)), lab(recording) as process:
        out, error = process.communicate(timeout=10)
    assert (process.returncode, out) == (1, "")
    assert "port 20161: in use by another program; give another --port-offset" in error


def test_a_map_that_cannot_be_written_exits_1(recording: Path, tmp_path: Path) -> None:
    with lab(recording, "--map", tmp_path / "no" / "map.tsv") as process:
        _, error = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "map.tsv: cannot be written: No such file or directory" in error
