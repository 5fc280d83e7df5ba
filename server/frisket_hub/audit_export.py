"""The audit as a file: for a spreadsheet, which must not calculate what it finds in it, and for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from frisket_hub.store.pages import AuditRow

COLUMNS = ("at", "actor", "name", "action", "subject", "detail")
# A spreadsheet takes a cell that begins so for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[AuditRow]) -> str:
    """With a first line of names; a cell that would be calculated begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_safe(_said(row, column)) for column in COLUMNS] for row in rows)
    return text.getvalue()


def as_json(rows: Iterable[AuditRow]) -> str:
    """An object a line."""
    objects = ({column: _said(row, column) for column in COLUMNS} for row in rows)
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in objects)


def _said(row: AuditRow, column: str) -> str:
    return row.at.isoformat() if column == "at" else getattr(row, column) or ""


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
