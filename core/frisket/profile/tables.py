"""Rows of the disclosed tables to supplies and alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from frisket.model import labels
from frisket.model.device import MAX_ROWS, MAX_TEXT, Alert, Level, Supply
from frisket.model.reading import Note, NoteCode, Provenance, Source
from frisket.profile.evaluating import Evaluator, is_count
from frisket.profile.rows import Row
from frisket.profile.steps import Sentinel


class Notes(Protocol):
    """Where provenance and notes go while a reading is made."""

    provenance: dict[str, Provenance]
    notes: list[Note]


def read_supplies(evaluator: Evaluator, trail: Notes) -> tuple[Supply, ...]:
    """Every supply in the order of the rows."""
    return tuple(_supply(row, trail) for row in _rows("supplies", evaluator))


def read_alerts(evaluator: Evaluator, trail: Notes) -> tuple[Alert, ...]:
    """Every alert in the order of the rows."""
    alerts = []
    for row in _rows("alerts", evaluator):
        _remember(row, f"alerts[{row.label}]", ("severity", "description"), trail)
        alerts.append(
            Alert(
                severity=_word(row, "severity", labels.ALERT_SEVERITIES) or "other",
                group=_word(row, "group", labels.ALERT_GROUPS),
                code=_number(row, "code"),
                location=_number(row, "location"),
                description=_text(row, "description"),
            )
        )
    return tuple(alerts)


def _supply(row: Row, trail: Notes) -> Supply:
    class_ = _word(row, "class", labels.SUPPLY_CLASSES)
    level = read_level(row)
    path = f"supplies[{row.label}]"
    _remember(row, path, ("type", "colorant", "description"), trail)
    _remember(row, f"{path}.level", ("remaining", "percent", "capacity"), trail)
    if level.state == "implausible":
        detail = f"{path}: {level.remaining} of {level.capacity} {level.unit or ''}".rstrip()
        trail.notes.append(Note(NoteCode.LEVEL_IMPLAUSIBLE, detail))
    return Supply(
        index=row.label,
        type=_word(row, "type", labels.SUPPLY_TYPES),
        class_=None if class_ == "other" else class_,
        colorant=_text(row, "colorant"),
        description=_text(row, "description"),
        level=level,
    )


def read_level(row: Row) -> Level:
    """RFC 3805 prtMarkerSuppliesLevel and -MaxCapacity to a level; a percentage only where both are numbers.

    A percentage that another source gives stands in where the MIB's own level is none.
    """
    remaining, capacity, unit = row.value("remaining"), row.value("capacity"), _word(row, "unit", labels.SUPPLY_UNITS)
    limit = capacity if isinstance(capacity, int) and is_count(capacity) else None
    if isinstance(remaining, int) and is_count(remaining):
        if limit is not None and 0 < limit < remaining:
            return Level(state="implausible", remaining=remaining, capacity=limit, unit=unit)
        percent = _percent(remaining, limit, unit)
        if percent is None:
            percent = _given_percent(row)
        return Level(state="known", percent=percent, remaining=remaining, capacity=limit, unit=unit)
    given = _given_percent(row)
    if given is not None:
        return Level(state="known", percent=given, capacity=limit, unit=unit)
    state = remaining.value if isinstance(remaining, Sentinel) else "unknown"
    return Level(state=state, capacity=limit, unit=unit)


def _given_percent(row: Row) -> float | None:
    percent = row.value("percent")
    return round(float(percent), 1) if isinstance(percent, (int, float)) and 0 <= percent <= 100 else None


def _percent(remaining: int, capacity: int | None, unit: str | None) -> float | None:
    if capacity:
        return round(100 * remaining / capacity, 1)
    return float(remaining) if unit == "percent" and remaining <= 100 else None


def _text(row: Row, column: str) -> str | None:
    value = row.value(column)
    return " ".join(value.split())[:MAX_TEXT] or None if isinstance(value, str) else None


def _word(row: Row, column: str, known: Mapping[int, str]) -> str | None:
    """A label of the MIB; a cell that says anything else says nothing that a document may hold."""
    value = _text(row, column)
    return value if value in known.values() else None


def _rows(name: str, evaluator: Evaluator) -> list[Row]:
    """As many rows as a document may hold; that there are more is told."""
    rows = evaluator.rows(name)
    if len(rows) > MAX_ROWS:
        evaluator.cut.add(name)
    return rows[:MAX_ROWS]


def _number(row: Row, column: str) -> int | None:
    value = row.value(column)
    return value if isinstance(value, int) else None


def _remember(row: Row, path: str, columns: tuple[str, ...], trail: Notes) -> None:
    """The first of these columns that says something stands for the path."""
    for column in columns:
        found = row.cells.get(column)
        if found is not None and found.value is not None:
            source = Source(found.where.protocol, found.where.object, row.rows.origins[column])
            trail.provenance[path] = Provenance(source, found.raw, found.value)
            return
