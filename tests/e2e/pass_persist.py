"""Serves a recording to snmpd through its pass_persist protocol (snmpd.conf(5)): run by snmpd, never imported."""

from __future__ import annotations

import sys
from bisect import bisect_right
from pathlib import Path

from frisket.formats import ber, snmp
from frisket.formats.snmprec import RecordedValue, parse_snmprec
from frisket.model import format_oid, parse_oid

TYPES = {
    ber.INTEGER: "integer",
    ber.OBJECT_IDENTIFIER: "objectid",
    snmp.IP_ADDRESS: "ipaddress",
    snmp.COUNTER32: "counter",
    snmp.GAUGE32: "gauge",
    snmp.TIME_TICKS: "timeticks",
    snmp.COUNTER64: "counter64",
}


def words(recorded: RecordedValue) -> tuple[str, str]:
    value = recorded.value
    if isinstance(value, tuple):
        return "objectid", f".{format_oid(value)}"
    if isinstance(value, int):
        return TYPES[recorded.tag], str(value)
    if recorded.tag == snmp.IP_ADDRESS:
        return "ipaddress", ".".join(map(str, value))
    # as hexadecimal digits, for a text with a line break would end the answer
    return "octet", " ".join(f"{octet:02x}" for octet in value)


def main() -> None:
    objects = parse_snmprec(Path(sys.argv[1]).read_bytes(), sys.argv[1])
    order = list(objects)
    for line in iter(sys.stdin.readline, ""):
        command = line.strip()
        if command == "PING":
            sys.stdout.write("PONG\n")
        elif command in ("get", "getnext"):
            asked = parse_oid(sys.stdin.readline().strip())
            at = bisect_right(order, asked)
            found = asked if command == "get" else order[at] if at < len(order) else None
            if found is not None and found in objects:
                kind, value = words(objects[found])
                sys.stdout.write(f".{format_oid(found)}\n{kind}\n{value}\n")
            else:
                sys.stdout.write("NONE\n")
        sys.stdout.flush()


main()
