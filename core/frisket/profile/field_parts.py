"""The fields of one file: candidates, each with the one place where its value may be found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from frisket.model import labels
from frisket.profile import document as doc
from frisket.profile import profile as pro
from frisket.profile.parts import Compiler
from frisket.profile.request_parts import PICKS, compile_pick, known_context
from frisket.profile.suggestion import suggest
from frisket.profile.yaml_text import Path

# PROFILES.md 1: how much a place is trusted that a profile gives no number of its own
_CONSTANT, _STANDARD_MIB = 90, 50
_BY_FORM = {"xml": 70, "json": 70, "csv": 70, "html": 60, "ipp": 40, "pjl": 20}

Tables = Mapping[str, pro.Table]


def compile_field(compiler: Compiler, path: Path, field: doc.FieldDocument, tables: Tables) -> pro.Field:
    """A field with those of its candidates that are right."""
    if not field.from_:
        compiler.report((*path, "from"), "a field needs at least one candidate")
    _unit_label(compiler, (*path, "unit"), field.unit)
    candidates = [
        compile_candidate(compiler, (*path, "from", at), candidate, tables, field.unit)
        for at, candidate in enumerate(field.from_)
    ]
    agree = field.agree.within_percent if field.agree else None
    return pro.Field(candidates=tuple(made for made in candidates if made), agree_within_percent=agree, unit=field.unit)


def _unit_label(compiler: Compiler, path: Path, unit: str | None) -> None:
    if unit is not None and unit not in labels.PAGE_COUNT_UNITS:
        compiler.report(path, f"unknown unit {unit!r}{suggest(unit, labels.PAGE_COUNT_UNITS)}")


def compile_candidate(
    compiler: Compiler, path: Path, candidate: doc.CandidateDocument, tables: Tables, unit: str | None = None
) -> pro.Candidate | None:
    """None where its place is wrong."""
    place = _place(compiler, path, candidate, tables)
    _unit_label(compiler, (*path, "unit"), candidate.unit)
    pipe = compiler.pipe(path, candidate.pipe)
    if place is None:
        return None
    return pro.Candidate(
        profile=compiler.reference,
        place=place,
        pipe=pipe,
        take=candidate.take or "first_valid",
        prefer=_preference(compiler, place) if candidate.prefer is None else candidate.prefer,
        unit=candidate.unit or unit,
        unit_column=candidate.unit_column,
    )


def _preference(compiler: Compiler, place: pro.Place) -> int:
    if isinstance(place, pro.Constant):
        return _CONSTANT
    return _BY_FORM[compiler.requests[place.request].form] if isinstance(place, pro.PageRef) else _STANDARD_MIB


def _place(compiler: Compiler, path: Path, candidate: doc.CandidateDocument, tables: Tables) -> pro.Place | None:
    kind = compiler.exactly_one(path, candidate, ("oid", "table", "const", *PICKS))
    _companions(compiler, path, candidate, kind)
    if candidate.const is not None and kind == "const":
        return pro.Constant(candidate.const)
    if kind == "oid":
        return _oid(compiler, path, candidate)
    if kind == "table":
        return _table_ref(compiler, path, candidate, tables)
    if kind in PICKS:
        pick = compile_pick(compiler, path, candidate, kind, candidate.req)
        return None if pick is None or candidate.req is None else pro.PageRef(candidate.req, pick)
    return None


def _companions(compiler: Compiler, path: Path, candidate: doc.CandidateDocument, kind: str | None) -> None:
    for name in ("column", "where", "unit_column"):
        if kind != "table" and getattr(candidate, name) is not None:
            compiler.report((*path, name), f"{name} goes with table only", key=True)
    if kind in ("table", "const") and candidate.req is not None:
        compiler.report((*path, "req"), f"req does not go with {kind}", key=True)


def _oid(compiler: Compiler, path: Path, candidate: doc.CandidateDocument) -> pro.OidRef | None:
    context = known_context(compiler, path, candidate.req, "an OID is asked")
    if context is None:
        return None
    make: Callable[[], pro.OidRef] = lambda: compiler.oid_ref(candidate.oid or "", context)  # noqa: E731  # typed
    return compiler.attempt((*path, "oid"), make, None)


def _table_ref(compiler: Compiler, path: Path, candidate: doc.CandidateDocument, tables: Tables) -> pro.TableRef | None:
    name = candidate.table or ""
    if name not in tables:
        compiler.report((*path, "table"), f"unknown table {name!r}{suggest(name, tables)}")
        return None
    if candidate.column is None:
        compiler.report(path, "the key 'column' is missing")
        return None
    known = {column for rows in tables[name].rows for column in rows.columns}
    asked = [("column", candidate.column), ("unit_column", candidate.unit_column)]
    asked += [("where", column) for column in candidate.where or {}]
    for key, column in asked:
        if column is not None and column not in known:
            compiler.report((*path, key), f"table {name!r} has no column {column!r}{suggest(column, known)}")
    return pro.TableRef(name, candidate.column, compiler.where(candidate.where))
