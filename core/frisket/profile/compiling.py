"""From a file's document and its compiled parents to a profile: its own parts, and what only the parents say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from frisket.model import labels
from frisket.profile import document as doc
from frisket.profile import profile as pro
from frisket.profile.parts import Compiler
from frisket.profile.suggestion import suggest

TEXT_FIELDS = (
    "manufacturer",
    "model",
    "serial_number",
    "mac_address",
    "system_name",
    "system_location",
    "system_contact",
)
_IDENTITY_FIELDS = ("sysObjectID", "sysDescr", "hrDeviceDescr", "ieee1284")


def _parse_count_path(name: str) -> bool:
    """Whether a field's name is `page_counts.FUNCTION[.COLOR[.SIDES[.SIZE]]]`."""
    head, *parts = name.split(".")
    choices = (labels.FUNCTIONS, labels.COLORS, labels.SIDES, labels.SIZES)
    return (
        head == "page_counts" and 1 <= len(parts) <= 4 and all(map(lambda part, words: part in words, parts, choices))
    )


def compile_identity(document: doc.IdentityDocument, compiler: Compiler) -> pro.IdentityProfile:
    """std/identity: its fields are the names that rules use, not disclosed ones."""
    _aliases(document.aliases, compiler)
    fields = {
        name: compiler.field(("identity", name), getattr(document.identity, name), {}) for name in _IDENTITY_FIELDS
    }
    return pro.IdentityProfile(
        id=document.profile,
        version=document.version,
        file=compiler.file,
        fields=fields,
        printer=compiler.rules(("printer",), document.printer),
    )


def compile_profile(document: doc.ProfileDocument, parents: Sequence[pro.Profile], compiler: Compiler) -> pro.Profile:
    """A device's or a base's profile, with what its parents say and it does not."""
    for parent in parents:
        compiler.aliases.update(parent.aliases)
        compiler.enums.update(parent.enums)
    _aliases(document.aliases, compiler)
    compiler.enums.update(document.enums or {})
    inherited_tables = _merged_tables([parent.tables for parent in parents])
    own_tables = {
        name: compiler.table(("tables", name), name, table, _by_id(inherited_tables.get(name)))
        for name, table in (document.tables or {}).items()
    }
    tables = _merged_tables([inherited_tables, own_tables])
    own_fields = _own_fields(document, compiler, tables)
    replaced = {_shortest(name) for name, field in (document.fields or {}).items() if field.replace}
    _requirements(document, compiler)
    if document.kind == "device" and not document.match:
        compiler.report((), "a device profile needs `match`; one that only others extend is kind: base")
    limits = document.limits or doc.LimitsDocument()
    inherited = [parent.limits for parent in parents]
    return pro.Profile(
        id=document.profile,
        version=document.version,
        title=document.title,
        kind=document.kind,
        status=document.status,
        file=compiler.file,
        lineage=frozenset({document.profile}).union(*(parent.lineage for parent in parents)),
        aliases=compiler.aliases,
        match=compiler.rules(("match",), document.match),
        enums=compiler.enums,
        fields=_merged_fields([*(parent.fields for parent in parents), own_fields], replaced),
        tables=tables,
        charsets=_charsets(document, parents, compiler, tables),
        limits=pro.Limits(
            max_repetitions=limits.max_repetitions or _last([limit.max_repetitions for limit in inherited]),
            never=(*compiler.oids(("limits", "never"), limits.never), *(oid for up in inherited for oid in up.never)),
        ),
    )


def _last(values: Sequence[int | None]) -> int | None:
    return next((value for value in reversed(values) if value is not None), None)


def _aliases(aliases: Mapping[str, str] | None, compiler: Compiler) -> None:
    for name, text in (aliases or {}).items():
        if not name.isidentifier():
            compiler.report(("aliases", name), f"an alias is a word such as prt, not {name!r}", key=True)
            continue
        compiler.aliases[name] = compiler.attempt(
            ("aliases", name),
            lambda text=text: compiler.oid(text),  # type: ignore[misc]  # bound at once
            (),
        )


def _own_fields(
    document: doc.ProfileDocument, compiler: Compiler, tables: Mapping[str, pro.Table]
) -> dict[str, pro.Field]:
    known = (*TEXT_FIELDS, "console_messages", "page_counts.total", "page_counts.print.color")
    fields: dict[str, pro.Field] = {}
    for name, field in (document.fields or {}).items():
        if name not in known and not _parse_count_path(name):
            message = f"{name!r} is none of the disclosed fields{suggest(name, known)}"
            if name == "ip_address":
                message = "'ip_address' is none of the fields that a profile fills: it is the address that was scanned"
            compiler.report(("fields", name), message, key=True)
        short = _shortest(name)
        if short in fields:
            compiler.report(("fields", name), f"{short!r} and {name!r} are one page count", key=True)
        fields[short] = compiler.field(("fields", name), field, tables)
    return fields


def _shortest(name: str) -> str:
    """The one name of a page count that can be written in several ways: `all` at the end says nothing."""
    while name.startswith("page_counts.") and name.count(".") > 1 and name.endswith(".all"):
        name = name.removesuffix(".all")
    return name


def _requirements(document: doc.ProfileDocument, compiler: Compiler) -> None:
    for at, step in enumerate((document.requires.steps if document.requires else None) or ()):
        if step not in compiler.steps.names():
            compiler.report(("requires", "steps", at), f"unknown step {step!r}{suggest(step, compiler.steps.names())}")


def _charsets(
    document: doc.ProfileDocument,
    parents: Sequence[pro.Profile],
    compiler: Compiler,
    tables: Mapping[str, pro.Table],
) -> Mapping[str, pro.Candidate]:
    merged = {name: candidate for parent in parents for name, candidate in parent.charsets.items()}
    own = document.charsets or doc.CharsetsDocument()
    for name, candidate in (("general", own.general), ("console", own.console)):
        made = None if candidate is None else compiler.candidate(("charsets", name), candidate, tables)
        if made is not None:
            merged[name] = made
    return merged


def _merged_fields(sources: Sequence[Mapping[str, pro.Field]], replaced: set[str]) -> Mapping[str, pro.Field]:
    """Candidates of later sources come first, then all are ordered by `prefer`, the order deciding between equals."""
    merged: dict[str, pro.Field] = {}
    for source in sources:
        for name, field in source.items():
            older = (
                ()
                if name in replaced and source is sources[-1]
                else merged.get(name, pro.Field(candidates=())).candidates
            )
            new = tuple(candidate for candidate in older if candidate not in field.candidates)
            ordered = sorted((*field.candidates, *new), key=lambda candidate: -candidate.prefer)
            agree = field.agree_within_percent
            if agree is None and name in merged:
                agree = merged[name].agree_within_percent
            merged[name] = pro.Field(candidates=tuple(ordered), agree_within_percent=agree)
    return merged


def _by_id(table: pro.Table | None) -> Mapping[str, pro.Rows]:
    return {} if table is None else {rows.id: rows for rows in table.rows}


def _merged_rows(older: pro.Rows, newer: pro.Rows) -> pro.Rows:
    columns, origins = {**older.columns, **newer.columns}, {**older.origins, **newer.origins}
    return attrs.evolve(newer, columns=columns, origins=origins)


def _merged_tables(sources: Sequence[Mapping[str, pro.Table]]) -> Mapping[str, pro.Table]:
    """Sources of rows merge by their id: later columns replace earlier ones of the same name."""
    merged: dict[str, pro.Table] = {}
    for source in sources:
        for name, table in source.items():
            rows = {older.id: older for older in merged[name].rows} if name in merged else {}
            for newer in table.rows:
                older = rows.get(newer.id)
                rows[newer.id] = newer if older is None else _merged_rows(older, newer)
            merge_by = table.merge_by or (merged[name].merge_by if name in merged else ())
            merged[name] = pro.Table(private=table.private, rows=tuple(rows.values()), merge_by=merge_by)
    return merged
