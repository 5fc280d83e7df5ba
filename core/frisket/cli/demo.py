"""`frisket demo`: a virtual fleet on this machine, scanned and shown.

Starts the parts as processes through their own commands, so that it shows what anybody would type.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs
import click

from frisket.errors import LabError

# Above 1024, so that nobody needs to be root; the next is tried where one is taken
_OFFSETS = (10_000, 12_000, 14_000, 16_000)
_BASE = "127.0.77.0"
_START_SECONDS = 20
_END_SECONDS = 3


@attrs.frozen
class _Printer:
    """A virtual printer as the lab tells of it."""

    address: str
    port: int
    name: str

    @property
    def target(self) -> str:
        return f"{self.address}:{self.port}"


@click.command(name="demo")
@click.option("--once", is_flag=True, help="End after the scan instead of keeping the printers up.")
@click.pass_context
def command(ctx: click.Context, *, once: bool) -> None:
    """A virtual fleet on this machine, scanned and shown.

    Needs no printer, no network and no rights: the printers listen on loopback addresses and high ports.
    """
    with _lab() as printers, tempfile.TemporaryDirectory(prefix="frisket-demo-") as folder:
        targets = Path(folder, "targets")
        targets.write_text("".join(f"{printer.target}  # {printer.name}\n" for printer in printers), encoding="utf-8")
        _say(f"{len(printers)} virtual devices are up, and time passes for them. Scanning them:")
        code = _run(["scan", f"@{targets}"])
        if code:
            ctx.exit(code)
        shown = _worth_explaining(printers)
        _say(f"Where the values of {shown.name} came from:")
        code = _run(["explain", shown.target])
        if not once and not code:
            _wait(printers)
    ctx.exit(code)


def _worth_explaining(printers: Sequence[_Printer]) -> _Printer:
    """One with colours and private counters, if there is one."""
    return next((printer for printer in printers if "color" in printer.name), printers[0])


def _say(words: str) -> None:
    click.echo(click.style(f"\n▸ {words}", bold=True), err=True)


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "frisket", *arguments]


def _run(arguments: Sequence[str]) -> int:
    click.echo(click.style(f"$ frisket {' '.join(arguments)}", dim=True), err=True)
    return subprocess.run(_command(arguments), check=False).returncode


def _wait(printers: Sequence[_Printer]) -> None:
    first = printers[0]
    _say("The printers stay up until Ctrl-C. In another terminal:")
    click.echo(f"  frisket scan {first.target}\n  frisket explain {first.target} --json", err=True)
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)


@contextlib.contextmanager
def _lab() -> Iterator[list[_Printer]]:
    process, printers = _start_lab()
    try:
        yield printers
    finally:
        process.terminate()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start_lab() -> tuple[subprocess.Popen[str], list[_Printer]]:
    """The lab as a process, on the first free ports; LabError with its own words where none will do."""
    said = ""
    for offset in _OFFSETS:
        arguments = ["lab", "--port-offset", str(offset), "--pages-per-minute", "20"]
        arguments += ["--base", _BASE] if sys.platform.startswith("linux") else ["--single-address"]
        process = subprocess.Popen(
            _command(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        printers = _until_ready(process)
        if printers:
            return process, printers
        process.kill()
        said = process.communicate()[1].strip()
    raise LabError(f"the virtual printers did not start: {said or 'no word from them'}")


def _until_ready(process: subprocess.Popen[str]) -> list[_Printer]:
    """What the lab serves; nothing when it ended instead of getting ready."""
    printers: list[_Printer] = []
    until = time.monotonic() + _START_SECONDS
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "ready":
            return printers
        address, port, name = line.rstrip("\n").split("\t")
        printers.append(_Printer(address, int(port), name))
        if time.monotonic() > until:
            break
    return []
