"""`frisket explain` of a device that says part of what it knows on a page, and of one that is silent in SNMP."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

from frisket.formats.snmprec import RecordedValue
from frisket.lab import Recording, VirtualPrinter
from frisket.lab.facts import Facts, WebFacts
from frisket.model.oid import parse_oid
from tests.e2e.conftest import fleet_of, frisket

PROFILE = """\
schema: 1
profile: aldine/press
version: 1
kind: device
title: Aldine Press
extends: [std/printer-mib]
match: [{sysObjectID: [1.3.6.1.4.1.32473.7]}, {http: {title: '^Aldine Press'}}]
requests:
  usage: {http: {path: /usage.xml, as: xml, auth: panel}, when: {missing: [page_counts.scan]}}
fields:
  manufacturer: {from: [{const: Aldine}]}
  page_counts.scan: {unit: images, from: [{req: usage, select: /usage/scans, pipe: [text, int]}]}
"""
LOGIN = """\
[[web]]
slot = "panel"
networks = ["127.0.0.0/8"]
user = "reader"
password = "ink well"
"""
OBJECTS = {
    "1.3.6.1.2.1.1.1.0": RecordedValue(4, b"Aldine Press 7"),
    "1.3.6.1.2.1.1.2.0": RecordedValue(6, (1, 3, 6, 1, 4, 1, 32473, 7, 1)),
    "1.3.6.1.2.1.43.10.2.1.4.1.1": RecordedValue(65, 41250),
}
DEVICE = Recording(
    name="press-7",
    objects={parse_oid(oid): value for oid, value in OBJECTS.items()},
    pages={"/": b"<html><title>Aldine Press 7</title></html>", "/usage.xml": b"<usage><scans>901</scans></usage>"},
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "aldine").mkdir(parents=True)
    (tmp_path / "shop" / "aldine" / "press.yaml").write_text(PROFILE, encoding="utf-8")
    return tmp_path / "shop"


def test_what_a_page_gave_stands_there_with_its_path_and_selector(shop: Path) -> None:
    with fleet_of([VirtualPrinter(DEVICE)]) as fleet:
        (printer,) = fleet.printers
        where = (printer.address, "--port-offset", str(printer.snmp_port - 161), "--profiles", shop)
        shown, data = frisket("explain", *where), frisket("explain", *where, "--json")
    assert (shown.code, data.code) == (0, 0), shown.err
    words = " ".join(shown.out.replace("│", " ").split())
    assert "page_counts.scan 901 images http aldine/press@1 /usage.xml /usage/scans 901" in words
    source = json.loads(data.out)["sources"]["page_counts.scan"]
    assert (source["protocol"], source["object"]) == ("http", "/usage.xml /usage/scans")


@pytest.mark.parametrize(("find", "code"), [("auto", 0), ("all", 0), ("snmp", 1)])
def test_a_device_without_snmp_is_found_as_a_scan_would_find_it(find: str, code: int, shop: Path) -> None:
    with fleet_of([VirtualPrinter(attrs.evolve(DEVICE, objects={}, snmp=False))]) as fleet:
        (printer,) = fleet.printers
        where = (printer.address, "--port-offset", str(printer.snmp_port - 161), "--profiles", shop)
        ran = frisket("explain", *where, "--find", find)
    assert (ran.code, "901 images" in ran.out) == (code, not code), ran.err


def test_a_login_comes_from_the_file_of_credentials(shop: Path, tmp_path: Path) -> None:
    locked = attrs.evolve(DEVICE, facts=Facts(web=WebFacts(user="reader", password="ink well")))  # noqa: S106  # nobody's
    file = tmp_path / "credentials.toml"
    file.write_text(LOGIN, encoding="utf-8")
    file.chmod(0o600)
    with fleet_of([VirtualPrinter(locked)]) as fleet:
        (printer,) = fleet.printers
        where = (printer.address, "--port-offset", str(printer.snmp_port - 161), "--profiles", shop)
        without, given = frisket("explain", *where), frisket("explain", *where, "--credentials", file)
    assert ("901 images" in without.out, "request-failed" in without.err) == (False, True)
    assert ("901 images" in given.out, "ink well" in given.out + given.err) == (True, False), given.err
