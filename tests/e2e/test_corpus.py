"""Real recordings, where they are at hand: what a scan of all of them says, against the truth about each."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import frisket


@pytest.fixture(scope="module")
def score(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("corpus")
    table, documents = folder / "map.tsv", folder / "out.ndjson"
    tools = corpus.parent / "tools"
    for _ in replaying(tools / "replay.py", table):
        addresses = [line.split("\t")[0] for line in table.read_text(encoding="utf-8").splitlines()]
        ran = frisket("scan", *addresses, "--snmp-port", "19161", "--community", "public", "--format", "json")
        assert ran.code == 0, ran.err
        documents.write_text(ran.out, encoding="utf-8")
    command = [tools / "score.py", "devices", "--map", table, "--split", "dev", "--json", documents]
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, encoding="utf-8", check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def replaying(tool: Path, table: Path) -> Iterator[None]:
    command = [tool, "--split", "dev", "--base", "127.0.88.1", "--port", "19161", "--map", table]
    process = subprocess.Popen([sys.executable, *map(str, command)], stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert process.stdout is not None
        assert any(line.strip() == "ready" for line in process.stdout)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


def test_every_printer_is_found(score: dict[str, Any]) -> None:
    assert score["fields"]["found"]["percent"] == 100


def test_no_document_breaks_the_contract(score: dict[str, Any]) -> None:
    assert score["contract"] == []


def test_nothing_is_invented(score: dict[str, Any]) -> None:
    assert score["no_invention"]["percent"] >= 99.7, score["inventions"]


def test_the_fields_are_right(score: dict[str, Any]) -> None:
    """A plain walk of Printer-MIB gets 79.6."""
    assert score["overall"]["mean_of_fields"] >= 82, score["misses"]
