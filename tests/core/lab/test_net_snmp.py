"""The responder against net-snmp's commands, which know nothing of our codec."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from frisket.formats.snmp import COUNTER64
from frisket.lab import RunningPrinter, VirtualPrinter
from frisket.model.oid import format_oid

from .made_up import BIG_COUNTER, LASER, LEVELS, LIFE_COUNT, serving

pytestmark = pytest.mark.skipif(
    shutil.which("snmpbulkwalk") is None, reason="net-snmp's commands are not installed (Debian: apt-get install snmp)"
)


@pytest.fixture(scope="module")
def printer() -> Iterator[RunningPrinter]:
    with serving(VirtualPrinter(LASER)) as [running]:
        yield running


def run(printer: RunningPrinter, tool: str, version: str, *rest: str) -> list[str]:
    """Lines `.oid = TYPE: value`."""
    where = f"{printer.address}:{printer.snmp_port}"
    command = [tool, f"-v{version}", "-c", "public", "-On", "-t", "2", "-r", "0", where, *rest]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=20)
    return (done.stdout + done.stderr).splitlines()


@pytest.mark.parametrize(("tool", "version"), [("snmpbulkwalk", "2c"), ("snmpwalk", "2c"), ("snmpwalk", "1")])
def test_a_walk_meets_every_object_in_order(printer: RunningPrinter, tool: str, version: str) -> None:
    seen = [oid for oid, recorded in LASER.objects.items() if version != "1" or recorded.tag != COUNTER64]
    lines = [line for line in run(printer, tool, version, ".1.3") if " = " in line and "No more variables" not in line]
    assert [line.split(" = ")[0] for line in lines] == [f".{format_oid(oid)}" for oid in seen]


def test_values_keep_their_types(printer: RunningPrinter) -> None:
    lines = run(printer, "snmpget", "2c", format_oid(LIFE_COUNT), format_oid(BIG_COUNTER), "1.3.6.1.2.1.1.2.0")
    assert lines == [
        f".{format_oid(LIFE_COUNT)} = Counter32: 1000",
        f".{format_oid(BIG_COUNTER)} = Counter64: {1 << 40}",
        ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.99999.7",
    ]


def test_what_is_missing_is_said_in_the_terms_of_the_version(printer: RunningPrinter) -> None:
    missing = format_oid((*LEVELS, 1, 9))
    assert run(printer, "snmpget", "2c", missing) == [f".{missing} = No Such Instance currently exists at this OID"]
    assert "(noSuchName)" in " ".join(run(printer, "snmpget", "1", missing))
