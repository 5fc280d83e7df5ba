"""Scanners, projectors and cameras carry the numbers of makers of printers; no installed profile reports them."""

from __future__ import annotations

import datetime as dt

import pytest

from frisket.cli.workbench import load_database
from frisket.formats.snmprec import parse_snmprec, recorded_answers
from frisket.plugins import load_plugins
from frisket.profile.pipeline import replay

ADS_SCANNER = """
1.3.6.1.2.1.1.1.0|4|Brother NC-8900w, Firmware Ver.1.11  ,MID 8CH-A01,FID 2
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2435.2.3.9.1
1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.1
1.3.6.1.2.1.25.3.2.1.3.1|4|Brother ADS-2800W
1.3.6.1.4.1.2435.2.3.9.1.1.7.0|4|MFG:Brother;CMD:HBS;MDL:ADS-2800W;CLS:PRINTER;
1.3.6.1.4.1.2435.2.3.9.4.2.1.5.5.1.0|4|E76000A0U002960
"""
DS_SCANNER = """
1.3.6.1.2.1.1.1.0|4|EPSON 10/100/1000 Ethernet Scan Server
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.1248.1.1.2.1
1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.1
1.3.6.1.2.1.25.3.2.1.3.1|4|DS-790WN
1.3.6.1.4.1.1248.1.4.2.1.1.1.2.1|4|DS-790WN
"""
EB_PROJECTOR = """
1.3.6.1.2.1.1.1.0|4|EPSON Projector EB-L630U
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.1248.4.1
"""
VB_CAMERA = """
1.3.6.1.2.1.1.1.0|4|Canon VB-M50B
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.1602.5.1
"""
FI_SCANNER = """
1.3.6.1.2.1.1.1.0|4|FUJITSU fi-7300NX
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.211.1.90.4
1.3.6.1.2.1.25.3.2.1.2.1|6|1.3.6.1.2.1.25.3.1.1
1.3.6.1.2.1.25.3.2.1.3.1|4|FUJITSU fi-7300NX
"""


@pytest.mark.parametrize("without_system_group", ["", "1.3.6.1.2.1.1."])
@pytest.mark.parametrize("lines", [ADS_SCANNER, DS_SCANNER, EB_PROJECTOR, VB_CAMERA, FI_SCANNER])
def test_what_prints_nothing_is_no_printer(lines: str, without_system_group: str) -> None:
    left_out = without_system_group
    said = "\n".join(line for line in lines.splitlines() if not left_out or not line.startswith(left_out))
    answers = recorded_answers(parse_snmprec(said.encode(), "device.snmprec"))
    database = load_database(load_plugins(("frisket",)), ())
    recognised, reading = replay(database, answers, address=None, clock=lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert (recognised.profile, reading) == (None, None)
