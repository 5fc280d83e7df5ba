"""The tables of one file: sources of rows, and the columns that make their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from frisket.model import labels
from frisket.profile import document as doc
from frisket.profile import profile as pro
from frisket.profile.parts import Compiler
from frisket.profile.request_parts import PICKS, compile_pick, compile_rows_place
from frisket.profile.suggestion import suggest
from frisket.profile.yaml_text import Path

DISCLOSED_TABLES: Mapping[str, tuple[str, ...]] = {
    "supplies": (
        "type",
        "class",
        "unit",
        "capacity",
        "remaining",
        "percent",
        "colorant_index",
        "colorant",
        "description",
    ),
    "alerts": ("severity", "group", "code", "location", "description"),
}
# The columns that only take labels of the MIB
CLOSED_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "type": tuple(labels.SUPPLY_TYPES.values()),
    "class": tuple(labels.SUPPLY_CLASSES.values()),
    "unit": tuple(labels.SUPPLY_UNITS.values()),
    "severity": tuple(labels.ALERT_SEVERITIES.values()),
    "group": tuple(labels.ALERT_GROUPS.values()),
}
# What a disclosed table's row may hold for the sake of its other columns: it is read, and never shown
_AUXILIARY = "_"


def compile_table(
    compiler: Compiler, path: Path, name: str, table: doc.TableDocument, inherited: pro.Table | None
) -> pro.Table:
    """`inherited` is what the parents have of this table."""
    if not table.private and name not in DISCLOSED_TABLES:
        known = ", ".join(DISCLOSED_TABLES)
        compiler.report(
            path, f"only {known} are disclosed; say private: true for a table that other fields read", key=True
        )
    above = {} if inherited is None else {rows.id: rows for rows in inherited.rows}
    rows = []
    for at, source in enumerate(table.rows):
        if source.id in [other.id for other in table.rows[:at]]:
            compiler.report((*path, "rows", at, "id"), f"two sources of rows are called {source.id!r}")
        made = _rows(compiler, (*path, "rows", at), name, source, above.get(source.id))
        if made is not None:
            rows.append(made)
    _known_keys(compiler, path, table, above, [_with_above(source, above) for source in rows])
    return pro.Table(private=table.private, rows=tuple(rows), merge_by=tuple(table.merge_by or ()))


def _with_above(rows: pro.Rows, above: Mapping[str, pro.Rows]) -> pro.Rows:
    """A source with the columns that it gets from the parents' source of the same id."""
    older = above.get(rows.id)
    return rows if older is None else older.extended(rows)


def _known_keys(
    compiler: Compiler, path: Path, table: doc.TableDocument, above: Mapping[str, pro.Rows], own: Sequence[pro.Rows]
) -> None:
    every = [{*rows.columns, *rows.index} for rows in (*above.values(), *own)]
    for at, column in enumerate(table.key or ()):
        if not any(column in known for known in every):
            compiler.report((*path, "key", at), f"no source of rows has a column or index part {column!r}")
    for at, column in enumerate(table.merge_by or ()):
        if any(column not in {*rows.columns, *rows.index} for rows in own):
            compiler.report((*path, "merge_by", at), f"a source of rows has no column {column!r} to be merged by")


def _rows(
    compiler: Compiler, path: Path, table: str, rows: doc.RowsDocument, inherited: pro.Rows | None
) -> pro.Rows | None:
    if rows.walk is not None or rows.req is None:
        _stray(compiler, path, rows)
    if inherited is None and rows.walk is None and rows.req is None:
        compiler.report(path, "say where rows come from: `walk` and `index`, or `req` with `each` or `zip`")
        return None
    place = compile_rows_place(compiler, path, rows, inherited)
    if place is None:
        return None
    index = place.index if isinstance(place, pro.Walk) else ()
    above = set(index).union(inherited.columns if inherited else ())
    columns: dict[str, pro.Column] = {}
    for name, column in rows.columns.items():
        where: Path = (*path, "columns", name)
        _known_column_name(compiler, where, table, name, column)
        made = _column(compiler, where, column, rows, {*above, *columns})
        if made is not None:
            columns[name] = made
    for name in rows.where or {}:
        if name not in rows.columns and name not in above:
            known = {*rows.columns, *above}
            compiler.report((*path, "where", name), f"unknown column {name!r}{suggest(name, known)}", key=True)
    return pro.Rows(
        id=rows.id,
        profile=compiler.reference,
        place=place,
        prefer=50 if rows.prefer is None else rows.prefer,
        unless=tuple(rows.unless or ()),
        fill_only=rows.fill_only,
        columns=columns,
        origins=dict.fromkeys(columns, compiler.reference),
        where=compiler.where(rows.where),
    )


def _stray(compiler: Compiler, path: Path, rows: doc.RowsDocument) -> None:
    for key in ("each", "zip"):
        if getattr(rows, key) is not None:
            compiler.report((*path, key), f"{key} goes with the reply to a request: name it with `req`", key=True)


def _known_column_name(compiler: Compiler, path: Path, table: str, name: str, column: doc.ColumnDocument) -> None:
    known = DISCLOSED_TABLES.get(table)
    if known is None:
        return
    if name not in known and not name.startswith(_AUXILIARY):
        compiler.report(path, f"{table} has no column {name!r}{suggest(name, known)}", key=True)
    words = CLOSED_COLUMNS.get(name)
    if words and column.const is not None and not column.pipe and column.const not in words:
        near = suggest(column.const, words)
        compiler.report((*path, "const"), f"{column.const!r} is no {name} of Printer-MIB{near}")


def _column(
    compiler: Compiler, path: Path, column: doc.ColumnDocument, rows: doc.RowsDocument, known: set[str]
) -> pro.Column | None:
    """`known` holds the index parts and the columns above this one, which it may use."""
    kind = compiler.exactly_one(path, column, ("col", "lookup", "column", "const", "first", *PICKS))
    pipe = compiler.pipe(path, column.pipe)
    if kind == "col" and column.col is not None:
        if rows.req is not None and rows.walk is None:
            compiler.report((*path, "col"), "col is a column of an SNMP table: it goes with walk", key=True)
        return pro.Cell(col=column.col, pipe=pipe)
    if kind == "const" and column.const is not None:
        return pro.Fixed(value=column.const, pipe=pipe)
    if kind == "column" and column.column is not None:
        _known_column(compiler, (*path, "column"), column.column, known)
        return pro.Copy(column=column.column, pipe=pipe)
    if kind == "lookup" and column.lookup is not None:
        return _lookup(compiler, (*path, "lookup"), column.lookup, known, pipe=pipe)
    if kind == "first" and column.first is not None:
        parts = [_column(compiler, (*path, "first", at), part, rows, known) for at, part in enumerate(column.first)]
        return pro.FirstOf(columns=tuple(part for part in parts if part), pipe=pipe)
    if kind in PICKS:
        pick = compile_pick(compiler, path, column, kind, rows.req)
        return None if pick is None else pro.Picked(pick=pick, pipe=pipe)
    return None


def _lookup(
    compiler: Compiler, path: Path, lookup: doc.LookupDocument, known: set[str], *, pipe: pro.Pipe
) -> pro.Lookup:
    for at, name in enumerate(lookup.index):
        _known_column(compiler, (*path, "index", at), name, known)
    walk = compiler.oid_at((*path, "walk"), lookup.walk)
    return pro.Lookup(walk=walk, index=tuple(lookup.index), col=lookup.col, pipe=pipe)


def _known_column(compiler: Compiler, path: Path, name: str, known: set[str]) -> None:
    if name not in known:
        compiler.report(path, f"no index part or column above is called {name!r}{suggest(name, known)}")


def check_unless(compiler: Compiler, tables: Mapping[str, pro.Table]) -> None:
    """Of a device's profile, which has all the sources that there will be."""
    for name, table in tables.items():
        known = [rows.id for rows in table.rows]
        for rows in table.rows:
            for other in rows.unless:
                if other not in known:
                    message = f"rows {rows.id!r}: unless: no source of rows is called {other!r}{suggest(other, known)}"
                    compiler.report(("tables", name), message)
