"""From a file's document and its compiled parents to a profile: its own parts, and what only the parents say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from frisket.profile import document as doc
from frisket.profile import profile as pro
from frisket.profile.field_parts import compile_candidate, compile_field
from frisket.profile.parts import Compiler
from frisket.profile.paths import EXAMPLES, can_be_missing, is_field, shortest
from frisket.profile.request_parts import compile_requests
from frisket.profile.suggestion import suggest
from frisket.profile.table_parts import check_unless, compile_table

_PROTOCOLS = ("snmp", "pjl", "http", "ipp")
_IDENTITY_FIELDS = ("sysObjectID", "sysDescr", "hrDeviceDescr", "ieee1284", "ipp")


def compile_identity(document: doc.IdentityDocument, compiler: Compiler) -> pro.IdentityProfile:
    """std/identity: its fields are the names that rules use, not disclosed ones."""
    _aliases(document.aliases, compiler)
    compile_requests(compiler, document.requests, _IDENTITY_FIELDS.__contains__)
    fields = {
        name: compile_field(compiler, ("identity", name), field, {})
        for name, field in ((name, getattr(document.identity, name)) for name in _IDENTITY_FIELDS)
        if field is not None
    }
    return pro.IdentityProfile(
        id=document.profile,
        version=document.version,
        file=compiler.file,
        requests=compiler.requests,
        fields=fields,
        printer=compiler.rules(("printer",), document.printer),
        not_printer=_not_printer(document, compiler),
    )


def _not_printer(document: doc.IdentityDocument, compiler: Compiler) -> tuple[pro.Rule, ...]:
    for at, rule in enumerate(document.not_printer or ()):
        if rule.probe or rule.probes or rule.http or rule.port_open:
            compiler.report(("not_printer", at), "nothing is asked of what is no printer; say what it calls itself")
    return compiler.rules(("not_printer",), document.not_printer)


def compile_profile(document: doc.ProfileDocument, parents: Sequence[pro.Profile], compiler: Compiler) -> pro.Profile:
    """A device's or a base's profile, with what its parents say and it does not."""
    for parent in parents:
        compiler.aliases.update(parent.aliases)
        compiler.enums.update(parent.enums)
        compiler.patterns.update(parent.patterns)
        compiler.requests.update(parent.requests)
    _aliases(document.aliases, compiler)
    _enums(document.enums, compiler)
    _patterns(document.patterns, compiler)
    compile_requests(compiler, document.requests, can_be_missing)
    inherited_tables = _merged_tables([parent.tables for parent in parents])
    own_tables = {
        name: compile_table(compiler, ("tables", name), name, table, inherited_tables.get(name))
        for name, table in (document.tables or {}).items()
    }
    tables = _merged_tables([inherited_tables, own_tables])
    if document.kind == "device":
        check_unless(compiler, tables)
    own_fields = _own_fields(document, compiler, tables)
    replaced = {shortest(name) for name, field in (document.fields or {}).items() if field.replace}
    _requirements(document, compiler)
    _kind(document, compiler)
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
        patterns=compiler.patterns,
        requests=compiler.requests,
        fields=_merged_fields([*(parent.fields for parent in parents), own_fields], replaced),
        tables=tables,
        charsets=_charsets(document, parents, compiler, tables),
        limits=pro.Limits(
            max_repetitions=limits.max_repetitions or _last([limit.max_repetitions for limit in inherited]),
            rate=limits.rate or _last([limit.rate for limit in inherited]),
            never=(*compiler.oids(("limits", "never"), limits.never), *(oid for up in inherited for oid in up.never)),
        ),
        overlays=tuple(document.overlays or ()),
    )


def _kind(document: doc.ProfileDocument, compiler: Compiler) -> None:
    if document.kind == "device" and not document.match:
        compiler.report((), "a device profile needs `match`; one that only others extend is kind: base")
    if document.kind == "overlay":
        if not document.overlays:
            compiler.report((), "an overlay names the profiles that it touches: `overlays: [acme/laser]`")
        for key in ("match", "extends"):
            if getattr(document, key):
                compiler.report((key,), f"an overlay has no `{key}`: it changes what other profiles match", key=True)
    elif document.overlays:
        compiler.report(("overlays",), "only a profile of kind overlay touches others; `extends` inherits", key=True)


def _enums(enums: Mapping[str, Mapping[str, str]] | None, compiler: Compiler) -> None:
    """A label may stand for several raw values, a raw value for one label only, however it is written."""
    for name, labels in (enums or {}).items():
        compiler.enums[name] = labels
        folded: dict[str, str] = {}
        for raw in labels:
            first = folded.setdefault(raw.strip(), raw)
            if first != raw:
                compiler.report(("enums", name, raw), f"{raw!r} and {first!r} are one value", key=True)


def _patterns(patterns: Mapping[str, str] | None, compiler: Compiler) -> None:
    for name, text in (patterns or {}).items():
        regex = compiler.regex(("patterns", name), text)
        if regex is not None:
            compiler.patterns[name] = regex


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
    fields: dict[str, pro.Field] = {}
    for name, field in (document.fields or {}).items():
        if not is_field(name):
            message = f"{name!r} is none of the disclosed fields{suggest(name, EXAMPLES)}"
            if name == "ip_address":
                message = "'ip_address' is none of the fields that a profile fills: it is the address that was scanned"
            compiler.report(("fields", name), message, key=True)
        short = shortest(name)
        if short in fields:
            compiler.report(("fields", name), f"{short!r} and {name!r} are one page count", key=True)
        fields[short] = compile_field(compiler, ("fields", name), field, tables)
    return fields


def _requirements(document: doc.ProfileDocument, compiler: Compiler) -> None:
    for at, protocol in enumerate((document.requires.protocols if document.requires else None) or ()):
        if protocol not in _PROTOCOLS:
            near = suggest(protocol, _PROTOCOLS)
            compiler.report(("requires", "protocols", at), f"unknown protocol {protocol!r}{near}", lacking=True)
    for at, step in enumerate((document.requires.steps if document.requires else None) or ()):
        if step not in compiler.steps.names():
            near = suggest(step, compiler.steps.names())
            compiler.report(("requires", "steps", at), f"unknown step {step!r}{near}", lacking=True)


def _charsets(
    document: doc.ProfileDocument,
    parents: Sequence[pro.Profile],
    compiler: Compiler,
    tables: Mapping[str, pro.Table],
) -> Mapping[str, pro.Candidate]:
    merged = {name: candidate for parent in parents for name, candidate in parent.charsets.items()}
    own = document.charsets or doc.CharsetsDocument()
    for name, candidate in (("general", own.general), ("console", own.console)):
        made = None if candidate is None else compile_candidate(compiler, ("charsets", name), candidate, tables)
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
            unit = field.unit or (merged[name].unit if name in merged else None)
            merged[name] = pro.Field(candidates=tuple(ordered), agree_within_percent=agree, unit=unit)
    return merged


def _merged_tables(sources: Sequence[Mapping[str, pro.Table]]) -> Mapping[str, pro.Table]:
    """Sources of rows merge by their id: later columns replace earlier ones of the same name."""
    merged: dict[str, pro.Table] = {}
    for source in sources:
        for name, table in source.items():
            rows = {older.id: older for older in merged[name].rows} if name in merged else {}
            for newer in table.rows:
                older = rows.get(newer.id)
                rows[newer.id] = newer if older is None else older.extended(newer)
            merge_by = table.merge_by or (merged[name].merge_by if name in merged else ())
            merged[name] = pro.Table(private=table.private, rows=tuple(rows.values()), merge_by=merge_by)
    return merged
