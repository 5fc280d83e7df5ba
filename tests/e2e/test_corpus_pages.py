"""Real pages, PJL answers and IPP responses, where they are at hand, against the truth about each.

A folder is made of each, with as much SNMP beside it as tells what the device is; the rest it can only have from there.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import CORPUS, frisket

IPP_NAMES: list[str | None] = [*sorted(path.stem for path in (CORPUS / "ipp").glob("*.bin"))]

# sysDescr, sysObjectID, prtGeneralConfigChanges
HP = """1.3.6.1.2.1.1.1.0|4|HP ETHERNET MULTI-ENVIRONMENT
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.11.2.3.9.1
1.3.6.1.2.1.43.5.1.1.1.1|65|1
"""
SAMSUNG = """1.3.6.1.2.1.1.1.0|4|Samsung Network Printer
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.236.11.5.1
1.3.6.1.2.1.43.5.1.1.1.1|65|1
"""
# and prtInterpreterLangFamily, which says langPJL
BROTHER = """1.3.6.1.2.1.1.1.0|4|Brother NC-6200h, Firmware Ver.1.0
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2435.2.3.9.1
1.3.6.1.2.1.43.5.1.1.1.1|65|1
1.3.6.1.2.1.43.15.1.1.2.1.1|2|5
"""
TYPES = {"ink-cartridge": "inkCartridge", "imageDrum": "opc"}
COLORS = {
    "#000000": "black",
    "#00FFFF": "cyan",
    "#FF00FF": "magenta",
    "#FFFF00": "yellow",
    "K": "black",
    "C": "cyan",
    "M": "magenta",
    "Y": "yellow",
    "OPC": None,
}


def truth(name: str) -> dict[str, Any]:
    path = CORPUS / "truth" / f"{name}.json"
    if not path.is_file():
        pytest.skip("no corpus of real recordings beside the checkout; set FRISKET_CORPUS to one")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def recorded(folder: Path, files: dict[str, Path | str]) -> Path:
    """A recording's folder of corpus files, and of texts."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, file)
        else:
            file.write_text(content, encoding="utf-8")
    return folder


def read(recording: Path) -> dict[str, Any]:
    ran = frisket("explain", recording, "--json")
    assert ran.code == 0, ran.err
    document: dict[str, Any] = json.loads(ran.out)["device"]
    return document


def counts(document: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {
        (row["function"], row["color"]): row["value"]
        for row in document["page_counts"]
        if (row["sides"], row["size"]) == ("all", "all")
    }


def levels(document: dict[str, Any]) -> list[tuple[str, str | None, float | None]]:
    return [(row["type"], row["colorant"], row["level"]["percent"]) for row in document["supplies"]]


@pytest.mark.parametrize("name", IPP_NAMES or [None])
def test_ipp_alone_says_who_it_is_and_what_is_in_it(name: str | None, tmp_path: Path) -> None:
    expected = truth(name or "")
    document = read(recorded(tmp_path / "device", {"ipp/ipp_print.bin": CORPUS / "ipp" / f"{name}.bin"}))
    # The truth has the brand in the device's own spelling. Where it has neither brand nor model, its source took both
    # from the device ID, which there is none of; the make and model names a Kyocera by its line.
    brand = expected["manufacturer"] or "Kyocera"
    assert document["manufacturer"].casefold() == brand.casefold()
    assert document["model"] == (expected["model"] or expected["make_and_model"])
    # An Epson's serial number is packed in hexadecimal digits, of which the truth has not been unpacked
    serial = expected["serial"]
    assert document["serial_number"] == (unpacked(serial) if brand == "EPSON" else serial)
    assert (document["system_name"], document["system_location"] or "") == (expected["name"], expected["location"])
    assert [
        (row["description"], *level) for row, level in zip(document["supplies"], levels(document), strict=True)
    ] == [
        (row["description"], TYPES.get(row["type"], row["type"]), color(row), row["level_percent"])
        for row in expected["supplies"]
    ]
    reasons = expected["state_reasons"]
    assert [row["description"] for row in document["alerts"]] == ([] if reasons is None else [reasons])
    assert document["page_counts"] == []


def color(row: dict[str, Any]) -> str | None:
    """The name of an ink says more than its colour: two are #000000 in a device that has a photo black."""
    return "photo black" if row["description"].lower().startswith("photo black") else COLORS[row["color"]]


def unpacked(serial: str) -> str:
    return bytes.fromhex(serial[:16]).decode() + serial[16:]


def test_ledm_says_what_snmp_leaves_out(tmp_path: Path) -> None:
    expected = truth("ledm_hp_m175nw")
    pages: dict[str, Path | str] = {
        f"http/DevMgmt/{page.name}": page for page in (CORPUS / "web" / "hp_m175nw").glob("*.xml")
    }
    document = read(recorded(tmp_path / "device", {"device.snmprec": HP, **pages}))
    # The truth has the brand in the model, too
    assert f"{document['manufacturer']} {document['model']}" == expected["model"]
    assert document["serial_number"] == expected["serial"]
    found, pages_of = counts(document), expected["page_counts"]
    assert found["total", "all"] == pages_of["total"]
    assert found["total", "mono"] == pages_of["mono"]
    assert found["total", "color"] == pages_of["color"]
    copied = {"all": "TotalImpressions", "mono": "MonochromeImpressions", "color": "ColorImpressions"}
    for shade, name in copied.items():
        assert found["copy", shade] == int(pages_of["CopyApplicationSubunit"][name])
    scanner = pages_of["ScannerEngineSubunit"]
    assert found["scan", "all"] == int(scanner["AdfImages"]) + int(scanner["FlatbedImages"])
    assert levels(document) == [
        (TYPES.get(row["type"], row["type"]), COLORS[row["color"]], row["level_percent"])
        for row in expected["supplies"]
    ]
    assert [row["description"] for row in document["supplies"]] == [row["description"] for row in expected["supplies"]]
    assert document["alerts"] == expected["alerts"]
    # What the panel shows stands beside the category `ready`, which is all that the truth has; it is no field of ours
    assert len(document["console_messages"]) == 1


def test_syncthru_says_what_snmp_leaves_out(tmp_path: Path) -> None:
    expected = truth("web_samsung_m2070")
    pages = CORPUS / "web" / "samsung_m2070"
    recording = recorded(
        tmp_path / "device",
        {
            "device.snmprec": SAMSUNG,
            "http/sws/app/information/home/home.json": pages / "home.json",
            "http/sws/app/information/counters/counters.json": pages / "counters.json",
        },
    )
    document = read(recording)
    assert {
        "manufacturer": document["manufacturer"],
        "model": document["model"],
        "serial": document["serial_number"],
        "mac": document["mac_address"],
        "name": document["system_name"],
        "location": document["system_location"] or "",
        "console": document["console_messages"],
    } == {key: expected[key] for key in ("manufacturer", "model", "serial", "mac", "name", "location", "console")}
    assert {name: counts(document)[name, "all"] for name in ("print", "copy")} == expected["page_counts"]
    # drums that are not fitted are no supplies
    assert levels(document) == [(row["type"], row["color"], row["level_percent"]) for row in expected["supplies"]]


def test_pjl_says_what_snmp_leaves_out(tmp_path: Path) -> None:
    expected = truth("pjl_brother_hl5170dn")
    answers = {
        "INFO_ID": "brother_hl5170dn_info_id.txt",
        "INFO_PAGECOUNT": "brother_hl5170dn_info_pagecount.txt",
        "INFO_STATUS": "brother_hl5170dn_info_status_sleep.txt",
    }
    # without the line that repeats the query, as a recording has them
    texts = {
        f"pjl/{query}.txt": (CORPUS / "pjl" / name).read_text(encoding="utf-8").partition("\n")[2]
        for query, name in answers.items()
    }
    document = read(recorded(tmp_path / "device", {"device.snmprec": BROTHER, **texts}))
    assert (document["manufacturer"], document["model"]) == (expected["manufacturer"], expected["model"])
    assert counts(document)["total", "all"] == expected["page_counts"]["total"]
    # The truth has the panel of two moments, of which this is the first; its serial number comes from USB
    assert document["console_messages"] == expected["console"][:1]
    assert document["supplies"] == expected["supplies"]
