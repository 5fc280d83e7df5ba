"""The parts of one file's document to the parts of a profile: names looked up, patterns compiled.

Nothing stops at the first mistake: a part that is wrong is reported and left out, so that one run shows them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import attrs

from frisket.errors import Problem
from frisket.model import labels
from frisket.model.oid import Oid, parse_oid
from frisket.profile import document as doc
from frisket.profile import profile as pro
from frisket.profile.regex import Regex
from frisket.profile.steps import StepRegistry
from frisket.profile.suggestion import suggest
from frisket.profile.yaml_text import Node, Path, find, find_key, format_path

_T = TypeVar("_T")

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
MAX_PROBES = 3
# What stands for an OID that was reported as none
_NO_OID: Oid = ()


@attrs.define
class Compiler:
    """Compiles one file. `problems` fills up; a profile that has any is not to be used."""

    file: str
    root: Node
    steps: StepRegistry
    reference: str
    aliases: dict[str, Oid] = attrs.field(factory=dict)
    enums: dict[str, Mapping[str, str]] = attrs.field(factory=dict)
    problems: list[Problem] = attrs.field(factory=list)

    def report(self, path: Path, message: str, *, key: bool = False) -> None:
        node = (find_key if key else find)(self.root, path)
        self.problems.append(Problem(self.file, node.line, node.column, format_path(path), message))

    def attempt(self, path: Path, make: Callable[[], _T], default: _T) -> _T:
        """The value, or the default where making it raises ValueError, whose words become a problem."""
        try:
            return make()
        except ValueError as error:
            self.report(path, str(error))
            return default

    # --- small parts ---------------------------------------------------------------------------

    def oid(self, text: str) -> Oid:
        """An OID with a leading alias or without; ValueError when it is none."""
        head, _, rest = text.partition(".")
        if not head or head.isdigit():
            return parse_oid(text)
        if head not in self.aliases:
            raise ValueError(f"{text!r} is not an OID: unknown alias {head!r}{suggest(head, self.aliases)}")
        return self.aliases[head] + (parse_oid(rest) if rest else ())

    def oid_ref(self, text: str) -> pro.OidRef:
        every = text.endswith(".*")
        return pro.OidRef(self.oid(text.removesuffix(".*")), every)

    def oids(self, path: Path, texts: Sequence[str] | None) -> tuple[Oid, ...]:
        return tuple(
            self.attempt((*path, at), lambda text=text: self.oid(text), ())  # type: ignore[misc]  # bound at once
            for at, text in enumerate(texts or ())
        )

    def regex(self, path: Path, pattern: str | None) -> Regex | None:
        return None if pattern is None else self.attempt(path, lambda: Regex(pattern), None)

    def pipe(self, path: Path, steps: Sequence[doc.StepDocument] | None) -> pro.Pipe:
        built = []
        for at, step in enumerate(steps or ()):
            made = self.attempt(
                (*path, "pipe", at),
                lambda step=step: self.steps.build(step.name, step.argument, self.enums),  # type: ignore[misc]  # bound at once
                None,
            )
            if made is not None:
                built.append(pro.PipeStep(step.name, made))
        return tuple(built)

    def where(self, conditions: Mapping[str, Sequence[str]] | None) -> Mapping[str, frozenset[str]]:
        return {column: frozenset(values) for column, values in (conditions or {}).items()}

    def exactly_one(self, path: Path, document: object, names: Sequence[str]) -> str | None:
        """The one of these keys that stands; a problem and None where none or several do."""
        present = [name for name in names if getattr(document, name) is not None]
        if len(present) == 1:
            return present[0]
        found = " and ".join(present) if present else "none"
        self.report(path, f"exactly one of {', '.join(names)} must stand here, not {found}")
        return None

    # --- matching ------------------------------------------------------------------------------

    def rules(self, path: Path, rules: Sequence[doc.RuleDocument] | None) -> tuple[pro.Rule, ...]:
        return tuple(self.rule((*path, at), rule) for at, rule in enumerate(rules or ()))

    def rule(self, path: Path, rule: doc.RuleDocument) -> pro.Rule:
        probes = [((*path, "probes", at), probe) for at, probe in enumerate(rule.probes or ())]
        if rule.probe is not None:
            probes.insert(0, ((*path, "probe"), rule.probe))
        if len(probes) > MAX_PROBES:
            self.report(path, f"a rule may have {MAX_PROBES} probes, not {len(probes)}: each can cost a packet")
        if rule.not_ is not None and (rule.not_.probe or rule.not_.probes):
            self.report((*path, "not"), "a probe below `not` is never asked; say what the device is instead")
        compiled = pro.Rule(
            sys_object_id=self.oids((*path, "sysObjectID"), rule.sysObjectID),
            sys_descr=self.regex((*path, "sysDescr"), rule.sysDescr),
            hr_device_descr=self.regex((*path, "hrDeviceDescr"), rule.hrDeviceDescr),
            ieee1284=self.ieee1284((*path, "ieee1284"), rule.ieee1284 or {}),
            probes=tuple(self.probe(where, probe) for where, probe in probes),
            not_=None if rule.not_ is None else self.rule((*path, "not"), rule.not_),
            priority=rule.priority,
        )
        wrote = (rule.sysObjectID, rule.sysDescr, rule.hrDeviceDescr, rule.ieee1284, probes, rule.not_)
        if not any(wrote):
            self.report(path, "a rule without a condition matches every device; say what it is for")
        return compiled

    def ieee1284(self, path: Path, patterns: Mapping[str, str]) -> Mapping[str, Regex]:
        known = ("MFG", "MDL", "CMD", "CLS", "DES")
        for key in patterns:
            if key not in known:
                self.report((*path, key), f"unknown key {key!r}{suggest(key, known)}", key=True)
        compiled = {key: self.regex((*path, key), pattern) for key, pattern in patterns.items()}
        return {key: regex for key, regex in compiled.items() if regex is not None}

    def probe(self, path: Path, probe: doc.ProbeDocument) -> pro.Probe:
        ref = self.attempt((*path, "oid"), lambda: self.oid_ref(probe.oid), pro.OidRef(_NO_OID))
        return pro.Probe(ref, self.regex((*path, "like"), probe.like))

    # --- fields --------------------------------------------------------------------------------

    def field(self, path: Path, field: doc.FieldDocument, tables: Mapping[str, pro.Table]) -> pro.Field:
        if not field.from_:
            self.report((*path, "from"), "a field needs at least one candidate")
        self.unit_label((*path, "unit"), field.unit)
        candidates = [
            self.candidate((*path, "from", at), candidate, tables, field.unit)
            for at, candidate in enumerate(field.from_)
        ]
        agree = field.agree.within_percent if field.agree else None
        return pro.Field(candidates=tuple(made for made in candidates if made), agree_within_percent=agree)

    def unit_label(self, path: Path, unit: str | None) -> None:
        if unit is not None and unit not in labels.PAGE_COUNT_UNITS:
            self.report(path, f"unknown unit {unit!r}{suggest(unit, labels.PAGE_COUNT_UNITS)}")

    def candidate(
        self,
        path: Path,
        candidate: doc.CandidateDocument,
        tables: Mapping[str, pro.Table],
        unit: str | None = None,
    ) -> pro.Candidate | None:
        place = self.place(path, candidate, tables)
        self.unit_label((*path, "unit"), candidate.unit)
        pipe = self.pipe(path, candidate.pipe)
        if place is None:
            return None
        preference = 90 if isinstance(place, pro.Constant) else 50
        return pro.Candidate(
            profile=self.reference,
            place=place,
            pipe=pipe,
            take=candidate.take or "first_valid",
            prefer=preference if candidate.prefer is None else candidate.prefer,
            unit=candidate.unit or unit,
            unit_column=candidate.unit_column,
        )

    def place(
        self, path: Path, candidate: doc.CandidateDocument, tables: Mapping[str, pro.Table]
    ) -> pro.OidRef | pro.TableRef | pro.Constant | None:
        kind = self.exactly_one(path, candidate, ("oid", "table", "const"))
        if kind != "table":
            for name in ("column", "where", "unit_column"):
                if getattr(candidate, name) is not None:
                    self.report((*path, name), f"{name} goes with table only", key=True)
        if candidate.const is not None and kind == "const":
            return pro.Constant(candidate.const)
        if candidate.oid is not None and kind == "oid":
            text = candidate.oid
            return self.attempt((*path, "oid"), lambda: self.oid_ref(text), None)
        if kind == "table":
            return self.table_ref(path, candidate, tables)
        return None

    def table_ref(
        self, path: Path, candidate: doc.CandidateDocument, tables: Mapping[str, pro.Table]
    ) -> pro.TableRef | None:
        name = candidate.table or ""
        if name not in tables:
            self.report((*path, "table"), f"unknown table {name!r}{suggest(name, tables)}")
            return None
        if candidate.column is None:
            self.report(path, "the key 'column' is missing")
            return None
        known = {column for rows in tables[name].rows for column in rows.columns}
        asked = [("column", candidate.column), ("unit_column", candidate.unit_column)]
        asked += [("where", column) for column in candidate.where or {}]
        for key, column in asked:
            if column is not None and column not in known:
                self.report((*path, key), f"table {name!r} has no column {column!r}{suggest(column, known)}")
        return pro.TableRef(name, candidate.column, self.where(candidate.where))

    # --- tables --------------------------------------------------------------------------------

    def table(self, path: Path, name: str, table: doc.TableDocument, inherited: Mapping[str, pro.Rows]) -> pro.Table:
        """`inherited` are the sources of rows that the parents have for this table, by id."""
        if not table.private and name not in DISCLOSED_TABLES:
            known = ", ".join(DISCLOSED_TABLES)
            self.report(
                path, f"only {known} are disclosed; say private: true for a table that other fields read", key=True
            )
        ids = [source.id for source in table.rows]
        for at, source_id in enumerate(ids):
            if source_id in ids[:at]:
                self.report((*path, "rows", at, "id"), f"two sources of rows are called {source_id!r}")
        rows = tuple(
            self.rows((*path, "rows", at), name, source, inherited.get(source.id))
            for at, source in enumerate(table.rows)
        )
        whole = {name: {*source.columns, *source.index} for name, source in inherited.items()}
        for source in rows:
            whole[source.id] = {*whole.get(source.id, ()), *source.columns, *source.index}
        for at, column in enumerate(table.key or ()):
            if not any(column in columns for columns in whole.values()):
                self.report((*path, "key", at), f"no source of rows has a column or index part {column!r}")
        for at, column in enumerate(table.merge_by or ()):
            if any(column not in columns for columns in whole.values()):
                self.report((*path, "merge_by", at), f"a source of rows has no column {column!r} to be merged by")
        return pro.Table(private=table.private, rows=rows, merge_by=tuple(table.merge_by or ()))

    def rows(self, path: Path, table: str, rows: doc.RowsDocument, inherited: pro.Rows | None) -> pro.Rows:
        columns: dict[str, pro.Column] = {}
        above = set(rows.index).union(inherited.columns if inherited else ())
        for name, column in rows.columns.items():
            known = DISCLOSED_TABLES.get(table)
            if known and name not in known:
                self.report((*path, "columns", name), f"{table} has no column {name!r}{suggest(name, known)}", key=True)
            made = self.column((*path, "columns", name), column, {*above, *columns})
            if made is not None:
                columns[name] = made
            if known:
                self.closed_word((*path, "columns", name, "const"), name, column)
        for name in rows.where or {}:
            if name not in rows.columns and name not in above:
                self.report((*path, "where", name), f"unknown column {name!r}{suggest(name, rows.columns)}", key=True)
        return pro.Rows(
            id=rows.id,
            profile=self.reference,
            walk=self.attempt((*path, "walk"), lambda: self.oid(rows.walk), _NO_OID),
            index=tuple(rows.index),
            columns=columns,
            origins=dict.fromkeys(columns, self.reference),
            where=self.where(rows.where),
        )

    def closed_word(self, path: Path, name: str, column: doc.ColumnDocument) -> None:
        """A constant of a column that only takes words of the MIB."""
        known = CLOSED_COLUMNS.get(name)
        if known and column.const is not None and not column.pipe and column.const not in known:
            self.report(path, f"{column.const!r} is no {name} of Printer-MIB{suggest(column.const, known)}")

    def column(self, path: Path, column: doc.ColumnDocument, known: set[str]) -> pro.Column | None:
        """`known` holds the index parts and the columns above this one, which it may use."""
        kind = self.exactly_one(path, column, ("col", "lookup", "column", "const", "first"))
        pipe = self.pipe(path, column.pipe)
        if kind == "col" and column.col is not None:
            return pro.Cell(col=column.col, pipe=pipe)
        if kind == "const" and column.const is not None:
            return pro.Fixed(value=column.const, pipe=pipe)
        if kind == "column" and column.column is not None:
            self.known_column((*path, "column"), column.column, known)
            return pro.Copy(column=column.column, pipe=pipe)
        if kind == "lookup" and column.lookup is not None:
            return self.lookup((*path, "lookup"), column.lookup, known, pipe)
        if kind == "first" and column.first is not None:
            parts = [self.column((*path, "first", at), part, known) for at, part in enumerate(column.first)]
            return pro.FirstOf(columns=tuple(part for part in parts if part), pipe=pipe)
        return None

    def lookup(self, path: Path, lookup: doc.LookupDocument, known: set[str], pipe: pro.Pipe) -> pro.Lookup:
        for at, name in enumerate(lookup.index):
            self.known_column((*path, "index", at), name, known)
        walk = self.attempt((*path, "walk"), lambda: self.oid(lookup.walk), _NO_OID)
        return pro.Lookup(walk=walk, index=tuple(lookup.index), col=lookup.col, pipe=pipe)

    def known_column(self, path: Path, name: str, known: set[str]) -> None:
        if name not in known:
            self.report(path, f"no index part or column above is called {name!r}{suggest(name, known)}")
