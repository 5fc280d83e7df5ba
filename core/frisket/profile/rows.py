"""Rows of a profile's tables: read from each source, merged where they are about the same thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from frisket.model.answers import Answers, SnmpValue
from frisket.model.oid import Oid
from frisket.profile.found import CONSTANT, Found, Where, snmp
from frisket.profile.profile import (
    Cell,
    Column,
    Copy,
    Each,
    FirstOf,
    Fixed,
    Lookup,
    Picked,
    Pipe,
    Rows,
    Table,
    Walk,
    Zip,
)
from frisket.profile.steps import Sentinel, Value

if TYPE_CHECKING:
    from frisket.profile.evaluating import Evaluator

# A hostile device may have a million rows; the longest table of counters that is known has some 300
MAX_TABLE_ROWS = 2048


@attrs.frozen
class Row:
    """A row of a table by its index; `label` is the index as the MIB writes it."""

    label: str
    rows: Rows
    cells: Mapping[str, Found]

    def value(self, column: str) -> Value:
        found = self.cells.get(column)
        return None if found is None else found.value


# In `where`: whatever the cell says, if it says something
ANY = "*"
# The source whose rows keep their index, as they are the MIB's
MIB = "mib"


def read_rows(evaluator: Evaluator, table: Table) -> tuple[list[Row], bool]:
    """The rows of all sources, and whether there were too many.

    Sources are merged in the order of `prefer`. Rows of the source `mib`, or else of the first walk, keep their
    index and their order; those of others are called `source.n`.
    """
    read: dict[str, list[Row]] = {}
    cut = False
    for source in sorted(table.rows, key=lambda source: len(source.unless)):
        rows = [] if any(read.get(name) for name in source.unless) else list(_read(evaluator, source))
        cut = cut or len(rows) > MAX_TABLE_ROWS
        read[source.id] = rows[:MAX_TABLE_ROWS]
    walks = [source.id for source in table.rows if isinstance(source.place, Walk)]
    own = MIB if MIB in walks else walks[0] if walks else ""
    for name in read.keys() - {own}:
        read[name] = [attrs.evolve(row, label=f"{name}.{row.label}") for row in read[name]]
    places = {row.label: place for place, row in enumerate(read.get(own, ()))}
    merged: list[Row] = []
    for source in sorted(table.rows, key=lambda source: -source.prefer):
        merged = _merged(merged, read[source.id], table.merge_by, places.keys()) if merged else read[source.id]
    return sorted(merged, key=lambda row: places.get(row.label, len(places))), cut


def _read(evaluator: Evaluator, source: Rows) -> Iterator[Row]:
    place = source.place
    if isinstance(place, Walk):
        rows = _walked(evaluator, source, place)
    elif isinstance(place, Zip):
        rows = _zipped(evaluator, source, place)
    else:
        rows = _each(evaluator, source, place)
    return (row for row in rows if fits(row, source.where))


def _walked(evaluator: Evaluator, source: Rows, walk: Walk) -> Iterator[Row]:
    answers = evaluator.answers.context(walk.context) if walk.context else evaluator.answers
    columns = {column.col: dict(answers.column((*walk.oid, column.col))) for column in _cells(source.columns)}
    for index in sorted({index for cells in columns.values() for index in cells})[: MAX_TABLE_ROWS + 1]:
        # devices with shorter indexes than the MIB's leave out hrDeviceIndex, which stands on the left
        names = walk.index[-len(index) :] if len(index) < len(walk.index) else walk.index
        parts = dict(zip(names, index, strict=False))
        label = ".".join(map(str, index))
        yield _WalkedRow(evaluator, source, parts, walk=walk, index=index, columns=columns, answers=answers).row(label)


def _each(evaluator: Evaluator, source: Rows, each: Each) -> Iterator[Row]:
    page = evaluator.pages.page(each.request)
    if page is None:
        return
    pick = each.pick
    parts: Sequence[Any] = page if pick is None else evaluator.pages.attempt(each.request, lambda: pick.parts(page), ())
    for number, part in enumerate(parts[: MAX_TABLE_ROWS + 1], 1):
        yield _PageRow(evaluator, source, {}, request=each.request, part=part).row(str(number))


def _zipped(evaluator: Evaluator, source: Rows, zipped: Zip) -> Iterator[Row]:
    page = evaluator.pages.page(zipped.request)
    if page is None:
        return
    lists = {name: page.get(name, ()) for name in zipped.attributes}
    for number in range(min(max(map(len, lists.values())), MAX_TABLE_ROWS + 1)):
        part = {name: (values[number],) for name, values in lists.items() if number < len(values)}
        yield _PageRow(evaluator, source, {}, request=zipped.request, part=part).row(str(number + 1))


@attrs.define
class _RowReader:
    """One row while it is read: a column that another one uses is read when it is asked for, and once."""

    evaluator: Evaluator
    source: Rows
    parts: Mapping[str, int]
    cells: dict[str, Found | None] = attrs.field(factory=dict, init=False)

    def row(self, label: str) -> Row:
        for name in self.source.columns:
            self.named(name)
        return Row(label, self.source, {name: cell for name, cell in self.cells.items() if cell})

    def named(self, name: str) -> Found | None:
        """An index part, or the cell of a column; None also for a column that is just being read and uses itself."""
        if name in self.parts:
            return Found(self.parts[name], self.parts[name], Where("snmp", f"index {name}"))
        if name not in self.cells and name in self.source.columns:
            self.cells[name] = None
            self.cells[name] = self.cell(self.source.columns[name])
        return self.cells.get(name)

    def cell(self, column: Column) -> Found | None:
        if isinstance(column, Fixed):
            return self.evaluator.run(column.pipe, column.value, column.value, CONSTANT)
        if isinstance(column, Copy):
            return self._onwards(self.named(column.column), column.pipe)
        if isinstance(column, FirstOf):
            usable = (found for part in column.columns if (found := self.cell(part)) is not None and found.usable)
            return self._onwards(next(usable, None), column.pipe)
        return self.own(column)

    def own(self, column: Cell | Lookup | Picked) -> Found | None:
        """What the source itself says in a column."""
        raise NotImplementedError

    def _onwards(self, found: Found | None, pipe: Pipe) -> Found | None:
        """A value that another column found, through a further pipe."""
        if found is None or not found.usable or not pipe:
            return found
        return self.evaluator.run(pipe, found.value, found.raw, found.where)


@attrs.define(kw_only=True)
class _WalkedRow(_RowReader):
    """Of an SNMP table."""

    walk: Walk
    index: Oid
    columns: Mapping[int, Mapping[Oid, SnmpValue]]
    answers: Answers

    def own(self, column: Cell | Lookup | Picked) -> Found | None:
        if isinstance(column, Cell):
            raw, oid = self.columns[column.col].get(self.index), (*self.walk.oid, column.col, *self.index)
        elif isinstance(column, Lookup):
            oid = self._looked_up(column)
            raw = self.answers.get(oid) if oid else None
        else:
            return None
        return None if raw is None else self.evaluator.run(column.pipe, raw, raw, snmp(oid))

    def _looked_up(self, lookup: Lookup) -> Oid:
        """The other table's cell; empty where this row does not say which."""
        index = []
        # what this row's index leaves out, the other table's leaves out as well
        for name in (name for name in lookup.index if name in self.parts or name not in self.walk.index):
            arc = _arc(self.named(name))
            if arc is None:
                return ()
            index.append(arc)
        return (*lookup.walk, lookup.col, *index)


@attrs.define(kw_only=True)
class _PageRow(_RowReader):
    """Of a reply's part."""

    request: str
    part: Any

    def own(self, column: Cell | Lookup | Picked) -> Found | None:
        if not isinstance(column, Picked):
            return None
        pages = self.evaluator.pages
        raws = pages.look(self.request, column.pick, self.part)
        if not raws:
            return None
        return self.evaluator.run(column.pipe, raws[0], raws[0], pages.where(self.request, column.pick.text))


def _merged(older: list[Row], newer: list[Row], merge_by: Sequence[str], own: Collection[str]) -> list[Row]:
    """Rows of a further source fill the missing and unknown cells of those that they agree with on `merge_by`.

    Only one with one: two blacks stay two, for nothing says which of them is meant. `own` holds the labels of the
    MIB's rows, which stay theirs.
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
            filled = _filled(older[same[0]], row)
            rows[same[0]] = attrs.evolve(filled, label=row.label) if row.label in own else filled
        elif not row.rows.fill_only:
            rows.append(row)
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


def fits(row: Row, where: Mapping[str, frozenset[str]]) -> bool:
    cells = ((row.value(column), values) for column, values in where.items())
    return all(value is not None and (str(value) in values or ANY in values) for value, values in cells)


def _cells(columns: Mapping[str, Column]) -> Iterator[Cell]:
    """The columns that make a row exist: those of its own table."""
    pending: list[Column] = list(columns.values())
    while pending:
        column = pending.pop(0)
        if isinstance(column, Cell):
            yield column
        elif isinstance(column, FirstOf):
            pending.extend(column.columns)
