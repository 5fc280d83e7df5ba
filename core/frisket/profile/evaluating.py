"""Candidates, pipes and table rows against a device's answers: pure, and the same for a socket as for a recording."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import attrs

from frisket.errors import StepError
from frisket.model.answers import Answers, SnmpValue
from frisket.model.oid import Oid, format_oid
from frisket.model.reading import Source
from frisket.profile.profile import (
    Candidate,
    Cell,
    Column,
    Constant,
    Copy,
    FirstOf,
    Fixed,
    Lookup,
    OidRef,
    Pipe,
    Rows,
    Table,
    TableRef,
)
from frisket.profile.steps import Charsets, Sentinel, Value

# A hostile device may have a million rows; the longest table of counters that is known has some 300
MAX_TABLE_ROWS = 2048


@attrs.frozen
class Found:
    """A value after its pipe, what the device said before it, and which object said so."""

    value: Value
    raw: SnmpValue | str | None
    object: str
    reason: str = ""
    unit: str | None = None

    @property
    def usable(self) -> bool:
        return self.value is not None and self.value != ""


@attrs.frozen
class Row:
    """A row of a table by its index; `label` is the index as the MIB writes it."""

    label: str
    rows: Rows
    cells: Mapping[str, Found]

    def value(self, column: str) -> Value:
        found = self.cells.get(column)
        return None if found is None else found.value


@attrs.define
class Evaluator:
    """One device's answers under one profile's tables. Tables are read once, when a field first needs them."""

    answers: Answers
    tables: Mapping[str, Table]
    charsets: Charsets
    _rows: dict[str, list[Row]] = attrs.field(factory=dict)
    cut: set[str] = attrs.field(factory=set)

    def run(self, pipe: Pipe, raw: SnmpValue | str, name: str, start: Value = None) -> Found:
        """The pipe over a raw value, or over `start` where a column copies another one."""
        value: Value = raw if start is None else start
        for step in pipe:
            try:
                value = step.run(value, self.charsets)
            except StepError as error:
                return Found(None, raw, name, str(error))
            if value is None:
                return Found(None, raw, name, f"`{step.name}` leaves nothing")
        return Found(value, raw, name)

    def candidates(self, candidate: Candidate) -> list[Found]:
        """Everything that a candidate finds, in the order of the device's indexes, before `take`."""
        place = candidate.place
        if isinstance(place, Constant):
            return [self.run(candidate.pipe, place.value, "constant")]
        if isinstance(place, OidRef):
            return [self.run(candidate.pipe, raw, format_oid(oid)) for oid, raw in self._instances(place)]
        return list(self._from_table(candidate, place))

    def _instances(self, ref: OidRef) -> list[tuple[Oid, SnmpValue]]:
        if ref.every:
            return [((*ref.oid, *index), raw) for index, raw in self.answers.column(ref.oid)]
        raw = self.answers.get(ref.oid)
        return [] if raw is None else [(ref.oid, raw)]

    def _from_table(self, candidate: Candidate, place: TableRef) -> Iterator[Found]:
        for row in self.rows(place.table):
            cell = row.cells.get(place.column)
            if cell is None or not _fits(row, place.where):
                continue
            found = cell
            if candidate.pipe and cell.usable:
                ran = self.run(candidate.pipe, "", cell.object, start=cell.value)
                found = attrs.evolve(ran, raw=cell.raw)
            unit = row.value(candidate.unit_column) if candidate.unit_column else None
            yield attrs.evolve(found, unit=unit if isinstance(unit, str) else None)

    # --- tables --------------------------------------------------------------------------------

    def rows(self, name: str) -> list[Row]:
        if name not in self._rows:
            table = self.tables[name]
            rows: list[Row] = []
            for at, source in enumerate(table.rows):
                read = list(self._read(name, source))
                rows = _merged(rows, read, table.merge_by) if at else read
            self._rows[name] = rows
        return self._rows[name]

    def _read(self, name: str, source: Rows) -> Iterator[Row]:
        columns = {
            column.col: dict(self.answers.column((*source.walk, column.col))) for column in _cells(source.columns)
        }
        indexes = sorted({index for cells in columns.values() for index in cells})
        if len(indexes) > MAX_TABLE_ROWS:
            self.cut.add(name)
        for index in indexes[:MAX_TABLE_ROWS]:
            row = self._row(source, index, columns)
            if _fits(row, source.where):
                yield row

    def _row(self, source: Rows, index: Oid, columns: Mapping[int, Mapping[Oid, SnmpValue]]) -> Row:
        # devices with shorter indexes than the MIB's leave out hrDeviceIndex, which stands on the left
        names = source.index[-len(index) :] if len(index) < len(source.index) else source.index
        row = _RowReader(self, source, index, dict(zip(names, index, strict=False)), columns)
        for name in source.columns:
            row.named(name)
        return Row(".".join(map(str, index)), source, {name: cell for name, cell in row.cells.items() if cell})


@attrs.define
class _RowReader:
    """One row while it is read: a column that another one uses is read when it is asked for, and once."""

    evaluator: Evaluator
    source: Rows
    index: Oid
    parts: Mapping[str, int]
    columns: Mapping[int, Mapping[Oid, SnmpValue]]
    cells: dict[str, Found | None] = attrs.field(factory=dict)

    def named(self, name: str) -> Found | None:
        """An index part, or the cell of a column; None also for a column that is just being read and uses itself."""
        if name in self.parts:
            return Found(self.parts[name], self.parts[name], f"index {name}")
        if name not in self.cells and name in self.source.columns:
            self.cells[name] = None
            self.cells[name] = self.cell(self.source.columns[name])
        return self.cells.get(name)

    def cell(self, column: Column) -> Found | None:
        if isinstance(column, Cell):
            raw = self.columns[column.col].get(self.index)
            name = format_oid((*self.source.walk, column.col, *self.index))
            return None if raw is None else self.evaluator.run(column.pipe, raw, name)
        if isinstance(column, Lookup):
            return self._lookup(column)
        if isinstance(column, Fixed):
            return self.evaluator.run(column.pipe, column.value, "constant")
        if isinstance(column, Copy):
            return self._onwards(self.named(column.column), column.pipe)
        usable = (found for part in column.columns if (found := self.cell(part)) is not None and found.usable)
        return self._onwards(next(usable, None), column.pipe)

    def _onwards(self, found: Found | None, pipe: Pipe) -> Found | None:
        """A value that another column found, through a further pipe."""
        if found is None or not found.usable or not pipe:
            return found
        return attrs.evolve(self.evaluator.run(pipe, "", found.object, start=found.value), raw=found.raw)

    def _lookup(self, lookup: Lookup) -> Found | None:
        index = []
        # what this row's index leaves out, the other table's leaves out as well
        for name in (name for name in lookup.index if name in self.parts or name not in self.source.index):
            arc = _arc(self.named(name))
            if arc is None:
                return None
            index.append(arc)
        oid = (*lookup.walk, lookup.col, *index)
        raw = self.evaluator.answers.get(oid)
        return None if raw is None else self.evaluator.run(lookup.pipe, raw, format_oid(oid))


def _merged(older: list[Row], newer: list[Row], merge_by: Sequence[str]) -> list[Row]:
    """Rows of a further source fill the missing and unknown cells of those that they agree with on `merge_by`.

    Only one with one: two blacks stay two, for nothing says which of them is meant.
    """
    rows = list(older)
    places: dict[tuple[str, ...], list[int]] = {}
    for at, row in enumerate(older):
        places.setdefault(_key(row, merge_by), []).append(at)
    twins = Counter(_key(row, merge_by) for row in newer)
    for row in newer:
        key = _key(row, merge_by)
        same = places.get(key, []) if key else []
        if len(same) == twins[key] == 1:
            rows[same[0]] = _filled(older[same[0]], row)
        else:
            rows.append(attrs.evolve(row, label=f"{row.rows.id}.{row.label}"))
    return rows


def _key(row: Row, merge_by: Sequence[str]) -> tuple[str, ...]:
    """What a row is known by; empty where it does not say all of it."""
    values = [row.value(column) for column in merge_by]
    return () if None in values else tuple(map(str, values))


def _filled(older: Row, newer: Row) -> Row:
    better = {name: cell for name, cell in newer.cells.items() if not _known(older.cells.get(name)) and _known(cell)}
    origins = {**older.rows.origins, **{name: newer.rows.origins[name] for name in better}}
    rows = attrs.evolve(older.rows, origins=origins) if better else older.rows
    return attrs.evolve(older, cells={**older.cells, **better}, rows=rows)


def _known(found: Found | None) -> bool:
    return found is not None and found.usable and not isinstance(found.value, Sentinel)


def _arc(found: Found | None) -> int | None:
    value = None if found is None else found.value
    return value if isinstance(value, int) and value >= 0 else None


def _fits(row: Row, where: Mapping[str, frozenset[str]]) -> bool:
    cells = ((row.value(column), values) for column, values in where.items())
    return all(value is not None and str(value) in values for value, values in cells)


def _cells(columns: Mapping[str, Column]) -> Iterator[Cell]:
    """The columns that make a row exist: those of its own table."""
    pending: list[Column] = list(columns.values())
    while pending:
        column = pending.pop(0)
        if isinstance(column, Cell):
            yield column
        elif isinstance(column, FirstOf):
            pending.extend(column.columns)


def take(candidate: Candidate, found: Sequence[Found]) -> Found | None:
    """One value out of many by the candidate's `take`; the usable ones, but for `first`, which is what it says."""
    if candidate.take == "first":
        return found[0] if found else None
    usable = [one for one in found if one.usable]
    if not usable:
        return found[0] if found else None
    if candidate.take in ("first_valid", "all"):
        return usable[0]
    numbers = [(one.value, one) for one in usable if isinstance(one.value, (int, float)) and is_count(one.value)]
    if not numbers:
        return attrs.evolve(usable[0], value=None, reason="not a number")
    if candidate.take == "max":
        return max(numbers, key=lambda pair: pair[0])[1]
    first = numbers[0][1]
    if len({one.unit for _, one in numbers}) > 1:
        return attrs.evolve(first, value=None, reason="its rows count different units, which have no sum")
    objects = ", ".join(one.object for _, one in numbers)
    return attrs.evolve(first, value=sum(value for value, _ in numbers), raw=None, object=objects)


def is_count(value: Value) -> bool:
    """Whether a value can be counted with: a finite number that is not below zero."""
    return isinstance(value, (int, float)) and math.isfinite(value) and 0 <= value < 2**63


def source_of(candidate: Candidate, found: Found) -> Source:
    protocol = "profile" if isinstance(candidate.place, Constant) else "snmp"
    return Source(protocol, found.object, candidate.profile)
