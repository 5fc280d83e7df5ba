"""What most readings have in common, so that the spool need not keep it in each of them.

A spool keeps the dictionary that it was begun with, so this one may change at any time.
"""

from __future__ import annotations

from frisket.model import labels

_SOURCE = '":{"protocol":"snmp","object":"1.3.6.1.2.1.{}","profile":"std/printer-mib@1"},"'
# Columns of SNMPv2-MIB, HOST-RESOURCES-MIB, IF-MIB and Printer-MIB that most readings come from
_COLUMNS = (
    "1.1.0", "25.3.2.1.3.1", "2.2.1.6.1", "43.5.1.1.16.1", "43.5.1.1.17.1", "1.5.0", "1.6.0", "1.4.0",
    "43.10.2.1.4.1.1", "43.16.5.1.2.1.1", "43.18.1.1.2.1.1", "43.11.1.1.5.1.1", "43.11.1.1.6.1.1", "43.11.1.1.9.1.1",
)  # fmt: skip


def _supply(words: str) -> str:
    known = '"},{"index":"1.1","type":"{}","class":"consumed","colorant":"black","description":"Black Toner'
    level = '","level":{"state":"known","percent":10.0,"remaining":100,"capacity":1000,"unit":"impressions"}}'
    return known.replace("{}", words) + level


def _count(function: str, color: str) -> str:
    return f'{{"function":"{function}","color":"{color}","sides":"all","size":"all","unit":"impressions","value":1'


def _build() -> bytes:
    parts = [",".join((*labels.ALERT_GROUPS.values(), *labels.SUPPLY_UNITS.values()))]
    parts += [_SOURCE.replace("{}", column) for column in _COLUMNS]
    parts += [f"page_counts.{function}.{color}{_SOURCE}" for function in labels.FUNCTIONS for color in labels.COLORS]
    parts += [f"supplies[1.{row}].level{_SOURCE.replace('{}', '43.11.1.1.9.1.')}" for row in range(1, 10)]
    parts += [f"supplies[1.1].{name}{_SOURCE}" for name in ("type", "class", "colorant", "description")]
    parts += [f"{name}{_SOURCE}" for name in ("alerts", "console_messages", "system_contact", "system_name")]
    parts += ['"level":{"state":"unknown","percent":null,"remaining":null,"capacity":null,"unit":null}}']
    parts += [_supply(words) for words in ("wasteToner", "opc", "fuser", "ink", "toner")]
    parts += [',"colorant":"cyan","description":"Cyan,"colorant":"magenta","description":"Magenta,"colorant":"yellow"']
    parts += [_count(function, color) for function in labels.FUNCTIONS for color in labels.COLORS]
    parts += ['{"severity":"critical","group":"{"severity":"warning","group":"markerSupplies","code":1104,"location":1']
    parts += ['{"number":1,"device":{"schema":"frisket.device/1","read_at":"2026-11-21T19:07:00Z","manufacturer":"']
    parts += ['","model":"","serial_number":"","mac_address":"00:00:","ip_address":"192.168.1.1","system_name":']
    parts += ['null,"system_location":null,"system_contact":null,"page_counts":[],"supplies":[],"console_messages":["']
    parts += ['Ready"],"alerts":[]},"sources":{"manufacturer":{"protocol":"snmp","object":"1.3.6.1.4.1.']
    parts += ['},"notes":[],"counts":{"requests":10,"bytes":1000,"milliseconds":100}}']
    return "".join(parts).encode()


DICTIONARY = _build()
