"""CUPS as a third party: what its own SNMP supply query finds on virtual printers, against our device documents.

The scheduler runs on loopback with queues of its own; a job to `socket://` makes its backend ask for the supplies on
UDP 161, which only an administrator's process may open.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

from frisket.formats.ipp import decode_response
from frisket.lab import Recording, VirtualPrinter, running_fleet
from frisket.lab.fleet import Fleet
from frisket.model.request import IppRequest
from tests.core.protocols.made_up import ask, contact, run, web_ports
from tests.e2e.conftest import Figure, frisket
from tests.e2e.real_peers import PATHS, free_port, is_open, started, wait_until

SCHEDULER = shutil.which("cupsd", path=PATHS)
SUBMIT = shutil.which("lp", path=PATHS)
BACKEND = Path("/usr/lib/cups/backend-available/socket")
# Where the scheduler listens (it takes no other name of loopback), and where the printers begin
DESK, FLOOR = "127.0.0.1", "127.0.139.1"


def may_open_161() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((FLOOR, 161))
        except OSError:
            return False
    return True


pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        SCHEDULER is None or SUBMIT is None or not BACKEND.exists(),
        reason="CUPS is not installed (Debian packages cups, cups-client)",
    ),
    pytest.mark.skipif(not may_open_161(), reason="UDP 161, where CUPS asks, needs an administrator's rights"),
]

# Without a PPD, CUPS asks for no supplies
PPD = """\
*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "RAW.PPD"
*Manufacturer: "Any"
*Product: "(Any)"
*PSVersion: "(3010.000) 0"
*ModelName: "Any"
*ShortNickName: "Any"
*NickName: "Any"
*cupsFilter: "application/vnd.cups-raw 0 -"
*OpenUI *PageSize: PickOne
*DefaultPageSize: A4
*PageSize A4: ""
*CloseUI: *PageSize
*OpenUI *PageRegion: PickOne
*DefaultPageRegion: A4
*PageRegion A4: ""
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4: "0 0 595 842"
*DefaultPaperDimension: A4
*PaperDimension A4: "595 842"
"""
FILES = """\
ServerRoot {root}
ServerBin {root}/bin
DataDir /usr/share/cups
CacheDir {root}/cache
StateDir {root}/state
RequestRoot {root}/spool
TempDir {root}/spool/tmp
DocumentRoot {root}
AccessLog {root}/access.log
ErrorLog {root}/error.log
PageLog {root}/page.log
User lp
Group lp
SystemGroup root
"""
SERVER = """\
Listen {desk}:{port}
Browsing Off
WebInterface No
DefaultShared No
<Location />
Order allow,deny
Allow all
</Location>
"""
QUEUE = """\
<Printer {name}>
DeviceURI socket://{address}:9100/?waiteof=false
State Idle
Accepting Yes
Shared No
</Printer>
"""
COLORS = {"#000000": "black", "#00FFFF": "cyan", "#FF00FF": "magenta", "#FFFF00": "yellow"}
ATTRIBUTES = ("marker-names", "marker-types", "marker-colors", "marker-levels")
NAMES = (
    "mp-c3004",
    "lexmark-ms812",
    "kyocera-ecosys-m5526",
    "xerox-versalink-c405",
    "canon-ir-c3520",
    "sharp-japanese",
)


@attrs.frozen
class Both:
    """The supplies of one printer: in CUPS' words, and in ours."""

    cups: list[dict[str, Any]]
    ours: list[dict[str, Any]]


@pytest.fixture(scope="module")
def found(recordings: dict[str, Recording], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Both]:
    printers = []
    for name in NAMES:
        recording = recordings[name]
        printers.append(
            VirtualPrinter(attrs.evolve(recording, facts=attrs.evolve(recording.facts, ports=frozenset({9100}))))
        )
    with running_fleet(printers, base=FLOOR) as fleet:
        ran = frisket("scan", *(printer.address for printer in fleet.printers), "--format", "json", "--find", "snmp")
        assert ran.code == 0, ran.err
        documents = {line["ip_address"]: line for line in map(json.loads, ran.out.splitlines())}
        told = dict(cups_tells(fleet, tmp_path_factory.mktemp("cups")))
        return {one.name: Both(told[one.name], documents[one.address]["supplies"]) for one in fleet.printers}


def cups_tells(fleet: Fleet, folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What CUPS says of each printer once a job went there."""
    port = free_port(DESK)
    set_up(fleet, folder, port)
    (folder / "job").write_bytes(b"x")
    assert SCHEDULER is not None
    assert SUBMIT is not None
    command = [SCHEDULER, "-f", "-c", f"{folder}/cupsd.conf", "-s", f"{folder}/cups-files.conf"]
    with started(command, folder):
        wait_until(lambda: is_open(DESK, port))
        for printer in fleet.printers:
            submit = [SUBMIT, "-h", f"{DESK}:{port}", "-d", printer.name, "-o", "raw", f"{folder}/job"]
            subprocess.run(submit, check=True, capture_output=True, timeout=20)
        for printer in fleet.printers:
            wait_until(partial(has_levels, port, printer.name))
            found = attributes_of(port, printer.name)
            rows = zip(*(found[name] for name in ATTRIBUTES), strict=True)
            yield printer.name, [dict(zip(ATTRIBUTES, row, strict=True)) for row in rows]


def has_levels(port: int, queue: str) -> bool:
    return "marker-levels" in attributes_of(port, queue)


def attributes_of(port: int, queue: str) -> dict[str, Any]:
    """Read by our own IPP."""
    asked = IppRequest(paths=(f"/printers/{queue}",), attributes=ATTRIBUTES)
    outcome = run(ask(contact(web_ports(ipp=port), address=DESK), asked))
    assert outcome.notes == ()
    (reply,) = outcome.replies
    return dict(decode_response(reply.octets).attributes)


def set_up(fleet: Fleet, folder: Path, port: int) -> None:
    """A scheduler with a queue for each printer. A backend that only its owner may run is run by the owner."""
    for name in ("bin/backend", "bin/filter", "cache", "state", "spool/tmp", "ppd"):
        (folder / name).mkdir(parents=True)
    shutil.copy(BACKEND, folder / "bin" / "backend" / "socket")
    (folder / "bin" / "backend" / "socket").chmod(0o700)
    (folder / "bin" / "daemon").symlink_to("/usr/lib/cups/daemon")
    (folder / "cups-files.conf").write_text(FILES.format(root=folder), encoding="ascii")
    (folder / "cupsd.conf").write_text(SERVER.format(desk=DESK, port=port), encoding="ascii")
    queues = [QUEUE.format(name=printer.name, address=printer.address) for printer in fleet.printers]
    (folder / "printers.conf").write_text("".join(queues), encoding="ascii")
    for printer in fleet.printers:
        (folder / "ppd" / f"{printer.name}.ppd").write_text(PPD, encoding="ascii")


def in_cups_words(supply: dict[str, Any]) -> dict[str, Any]:
    """One of our supplies. CUPS tells how full a receptacle is, whole percents cut off, and -1 for anything else."""
    percent = supply["level"]["percent"]
    level = -1 if percent is None else math.floor(percent)
    if percent is not None and supply["class"] == "receptacle":
        level = 100 - level
    dashed = re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", supply["type"])
    return {"marker-names": supply["description"], "marker-types": dashed, "marker-levels": level}


@pytest.mark.parametrize("name", NAMES)
def test_cups_finds_the_supplies_that_we_find(found: dict[str, Both], name: str, figure: Figure) -> None:
    both = found[name]
    colors = [supply.pop("marker-colors") for supply in both.cups]
    assert [in_cups_words(supply) for supply in both.ours] == both.cups
    # ours comes from the description, too, where the MIB has no colorant
    assert all(
        COLORS.get(color, supply["colorant"]) == supply["colorant"]
        for color, supply in zip(colors, both.ours, strict=True)
    )
    levels = [supply["level"]["percent"] for supply in both.ours]
    figure("CUPS and we", f"{[supply['marker-levels'] for supply in both.cups]} and {levels}")
    assert len(levels) >= 3
