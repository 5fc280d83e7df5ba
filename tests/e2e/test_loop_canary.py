"""From the device to the hub's tables: a mark in what the winning profile does not read is nowhere on the way."""

from __future__ import annotations

import contextlib
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from frisket.cli.workbench import load_database
from frisket.lab import Recording, VirtualPrinter
from frisket.plugins import load_plugins
from tests.e2e.conftest import Ran, fleet_of, frisket, targets_of
from tests.e2e.test_canary import MARK, MARK_NUMBER, what_is_read, with_marks

NAMES = ("laserjet-mfp-m527", "mp-c3004", "altalink-c8055", "mfc-l8900cdw")


@contextlib.contextmanager
def hub_at(data: Path, log: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "frisket", "hub", "serve", "--data", str(data), "--port", "0"]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8")
    assert process.stdout is not None
    try:
        yield next(line.split()[-1] for line in process.stdout if "http" in line)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        process.stdout.close()


def marked(recordings: dict[str, Recording]) -> list[VirtualPrinter]:
    database = load_database(load_plugins())
    printers = []
    for name in NAMES:
        recording = with_marks(recordings[name], what_is_read(database, recordings[name]))
        pages = {path: b"<html><title>" + MARK.encode() + b"</title></html>" for path in recording.pages}
        printers.append(VirtualPrinter(attrs.evolve(recording, pages=pages or {"/index.html": MARK.encode()})))
    return printers


def works(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    return ran.out + ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="the hub is ended by a signal")
def test_a_mark_reaches_neither_spool_nor_wire_nor_log_nor_table(
    recordings: dict[str, Recording], tmp_path: Path
) -> None:
    hub, agent = ("--data", tmp_path / "hub"), ("--data", tmp_path / "agent")
    password = tmp_path / "password"
    password.write_text("not a secret at all\n", encoding="utf-8")
    works(frisket("hub", "init", *hub, "--email", "a@demo.example", "--password-file", password))
    said = []
    with fleet_of(marked(recordings)) as fleet:
        with hub_at(tmp_path / "hub", tmp_path / "hub.log") as address:
            token = works(frisket("hub", "token", *hub)).split()[-1]
            works(frisket("agent", "enroll", address, "--token", token, "--name", "a", "--site", "s", *agent))
            works(frisket("hub", "agent", "accept", "a", *hub))
            targets = [word for target in targets_of(fleet) for word in ("--target", target)]
            works(frisket("hub", "agent", "change", "a", *hub, *targets))
            said.append(works(frisket("agent", "once", *agent)))
        # the hub is away: what is read now stays in the spool, and the outbox shows the octets that would go out
        away = frisket("agent", "once", "--scan", *agent)
        said.append(away.out + away.err)
    outbox = works(frisket("agent", "outbox", "--pretty", *agent))
    assert outbox.count('"serial_number"') >= len(NAMES)
    said += [outbox, works(frisket("agent", "status", *agent))]
    said.append(works(frisket("hub", "device", "list", *hub)))
    assert re.search(r"Ricoh MP C3004ex", said[-1]), "the loop was at work"
    for text in said:
        assert MARK not in text
        assert str(MARK_NUMBER) not in text.replace(",", "")
    with contextlib.closing(sqlite3.connect(tmp_path / "hub" / "hub.sqlite")) as connection:
        dump = "\n".join(connection.iterdump())
    assert dump.count('"serial_number"') >= len(NAMES)
    assert MARK not in dump
    assert str(MARK_NUMBER) not in dump
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert MARK.encode() not in path.read_bytes(), path
