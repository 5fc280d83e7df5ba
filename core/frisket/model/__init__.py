"""The common device model, in the words of Printer-MIB and PWG: frozen classes, no input or output."""

from frisket.model.answers import Answers, SnmpValue
from frisket.model.device import SCHEMA, TWELVE_FIELDS, Alert, Device, Level, PageCount, Supply
from frisket.model.identity import Identity
from frisket.model.oid import Oid, format_oid, is_under, parse_oid
from frisket.model.plan import Plan
from frisket.model.reading import Alternate, Cost, Note, NoteCode, Provenance, Reading, Source, Unread

__all__ = [
    "SCHEMA",
    "TWELVE_FIELDS",
    "Alert",
    "Alternate",
    "Answers",
    "Cost",
    "Device",
    "Identity",
    "Level",
    "Note",
    "NoteCode",
    "Oid",
    "PageCount",
    "Plan",
    "Provenance",
    "Reading",
    "SnmpValue",
    "Source",
    "Supply",
    "Unread",
    "format_oid",
    "is_under",
    "parse_oid",
]
