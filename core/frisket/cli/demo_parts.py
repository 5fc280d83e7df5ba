"""The parts of the demo as processes: started, waited for, and ended, whatever happens in between."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import attrs
import click

from frisket.errors import FrisketError, LabError

# Above 1024, so that nobody needs to be root; the next is tried where one is taken
_OFFSETS = (10_000, 12_000, 14_000, 16_000)
_BASE = "127.0.77.0"
_READY = "ready"
_END_SECONDS = 3


@attrs.frozen
class Printer:
    """A virtual printer as the lab tells of it."""

    address: str
    port: int
    name: str

    @property
    def target(self) -> str:
        return f"{self.address}:{self.port}"


@contextlib.contextmanager
def bytecode_in(folder: Path) -> Iterator[None]:
    """Where Python keeps no bytecode, as in many containers, every process here would compile each module anew, which
    is half of the demo's time: they keep it in this folder.
    """
    if not sys.dont_write_bytecode:
        yield
        return
    before = dict(os.environ)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def call(*arguments: str | Path, shown: str | None = None) -> None:
    """One command in the foreground, shown as it would be typed; FrisketError when it fails."""
    words = list(map(str, arguments))
    typed = [*words[: words.index("--target")], shown] if shown and "--target" in words else words
    click.echo(click.style(f"$ frisket {' '.join(typed)}", dim=True), err=True)
    sys.stdout.flush()
    code = subprocess.run(_command(words), check=False).returncode
    if code:
        raise FrisketError(f"`frisket {' '.join(words[:2])}` ended with {code}; its message stands above")


def said_by(*arguments: str | Path) -> str:
    """What a command prints; FrisketError with its own words when it fails."""
    words = list(map(str, arguments))
    done = subprocess.run(_command(words), check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise FrisketError(f"`frisket {' '.join(words[:2])}`: {done.stderr.strip()}")
    return done.stdout


@contextlib.contextmanager
def running_lab(recordings: Sequence[Path]) -> Iterator[list[Printer]]:
    """Recordings as virtual printers, on the first free ports; LabError with the lab's own words."""
    said = ""
    for offset in _OFFSETS:
        arguments = ["lab", *map(str, recordings), "--port-offset", str(offset), "--pages-per-minute", "20"]
        arguments += ["--base", _BASE] if sys.platform.startswith("linux") else ["--single-address"]
        with _running(arguments) as (lines, errors):
            if lines is not None:
                yield [
                    Printer(address, int(port), name) for address, port, name in (line.split("\t") for line in lines)
                ]
                return
            said = "".join(errors).strip()
    raise LabError(f"the virtual printers did not start: {said or 'no word from them'}")


@contextlib.contextmanager
def running_hub(data: Path) -> Iterator[str]:
    """A hub on a free port; gives its address."""
    with _running(["hub", "serve", "--data", str(data), "--port", "0"]) as (lines, errors):
        if lines is None:
            raise FrisketError(f"the hub did not start: {''.join(errors).strip() or 'no word from it'}")
        yield next(line.split()[-1] for line in lines if "http" in line)


@contextlib.contextmanager
def _running(arguments: Sequence[str]) -> Iterator[tuple[list[str] | None, list[str]]]:
    """A process until it is `ready`, with the lines before that, or None where it ended instead; and its errors."""
    process = subprocess.Popen(
        _command(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    errors: list[str] = []
    assert process.stdout is not None
    assert process.stderr is not None
    # read to the end by somebody, or a full pipe stops the process
    reader = threading.Thread(target=errors.extend, args=(process.stderr,), daemon=True)
    reader.start()
    try:
        lines = _until_ready(process.stdout)
        if lines is None:
            process.wait()
            reader.join(_END_SECONDS)
        yield lines, errors
    finally:
        _end(process)
        reader.join(_END_SECONDS)
        process.stdout.close()
        process.stderr.close()


def _until_ready(stdout: IO[str]) -> list[str] | None:
    lines: list[str] = []
    for line in stdout:
        if line.strip() == _READY:
            return lines
        lines.append(line.rstrip("\n"))
    return None


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "frisket", *arguments]
