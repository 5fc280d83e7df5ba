"""The grammar of a profile as attrs classes: what may stand in a file, before anything is looked up or merged.

Scalars are text except where a class says int or bool. A trailing underscore keeps a name clear of Python's keywords.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

Status: TypeAlias = Literal["draft", "stable", "deprecated"]
Take: TypeAlias = Literal["first", "first_valid", "max", "sum", "all"]


@attrs.frozen
class StepDocument:
    """A step by its name, alone (`text`) or with an argument (`{drop: [...]}`), which stays plain until it is known."""

    name: str
    argument: object = None


@attrs.frozen(kw_only=True)
class ProbeDocument:
    """Asks for one object (`….*` = its first instance); holds when it exists and, with `like`, matches."""

    oid: str
    like: str | None = None


@attrs.frozen(kw_only=True)
class WebConditionDocument:
    """What the device's start page must say: its `<title>`, and HTTP's Server header."""

    server: str | None = None
    title: str | None = None


@attrs.frozen(kw_only=True)
class RuleDocument:
    """One way to recognise a device: every condition of a rule must hold."""

    sysObjectID: list[str] | None = None  # noqa: N815  # the name of the object in its MIB
    sysDescr: str | None = None  # noqa: N815
    hrDeviceDescr: str | None = None  # noqa: N815
    ieee1284: dict[str, str] | None = None
    ipp: str | None = None
    http: WebConditionDocument | None = None
    port_open: list[int] | None = None
    probe: ProbeDocument | None = None
    probes: list[ProbeDocument] | None = None
    not_: RuleDocument | None = None
    none_of: list[RuleDocument] | None = None
    priority: int = 0


@attrs.frozen(kw_only=True)
class CandidateDocument:
    """One place where a value may be found: one of `oid`, `table`, `const`, `select`, `json`, `csv`, `pjl` and `ipp`.

    The last five, and an `oid` in a further SNMP context, name the request with `req`.
    """

    req: str | None = None
    oid: str | None = None
    select: str | None = None
    json: str | None = None
    csv: str | None = None
    pjl: str | None = None
    ipp: str | None = None
    table: str | None = None
    column: str | None = None
    where: dict[str, list[str]] | None = None
    const: str | None = None
    pipe: list[StepDocument] | None = None
    take: Take | None = None
    prefer: int | None = None
    unit: str | None = None
    unit_column: str | None = None


@attrs.frozen(kw_only=True)
class AgreeDocument:
    """How far two sources of a number may differ before the reading is marked."""

    within_percent: int


@attrs.frozen(kw_only=True)
class FieldDocument:
    """Where one of the disclosed fields comes from."""

    from_: list[CandidateDocument]
    unit: str | None = None
    agree: AgreeDocument | None = None
    replace: bool = False
    doc: str | None = None


@attrs.frozen(kw_only=True)
class LookupDocument:
    """A join: the row of another table whose index is made of these columns and index parts of this row."""

    walk: str
    index: list[str]
    col: int


@attrs.frozen(kw_only=True)
class ColumnDocument:
    """A cell of each row: one of `col`, `lookup`, `select`, `json`, `csv`, `pjl`, `ipp`, `column`, `const`, `first`."""

    col: int | None = None
    select: str | None = None
    json: str | None = None
    csv: str | None = None
    pjl: str | None = None
    ipp: str | None = None
    lookup: LookupDocument | None = None
    column: str | None = None
    const: str | None = None
    first: list[ColumnDocument] | None = None
    pipe: list[StepDocument] | None = None


@attrs.frozen(kw_only=True)
class RowsDocument:
    """One source of rows: a conceptual table by its entry's OID (`walk`) and the names of its index parts
    (`index`), whatever `each` finds in a request's reply, or the values of several IPP attributes side by side (`zip`).

    A source is not read where one of those that it names in `unless` has a row. Rows of one that is `fill_only` are
    dropped where another source has rows, and none of them is theirs.
    """

    id: str
    walk: str | None = None
    index: list[str] | None = None
    req: str | None = None
    each: str | None = None
    zip: list[str] | None = None
    columns: dict[str, ColumnDocument]
    where: dict[str, list[str]] | None = None
    prefer: int | None = None
    unless: list[str] | None = None
    fill_only: bool = False


@attrs.frozen(kw_only=True)
class TableDocument:
    """`supplies` and `alerts` are disclosed; any other table is private: read for other fields, and never shown.

    Rows of two sources that agree on all columns of `merge_by` are one row.
    """

    rows: list[RowsDocument]
    key: list[str] | None = None
    merge_by: list[str] | None = None
    private: bool = False


@attrs.frozen(kw_only=True)
class PageDocument:
    """A page of the device's own web server. The host is always the device; `{lang}` in the path stands for each of
    `lang` in turn. `auth` names a slot of the agent's own store.
    """

    path: str
    as_: Literal["xml", "html", "json", "csv"]
    lang: list[str] | None = None
    auth: str | None = None


@attrs.frozen(kw_only=True)
class IppDocument:
    """Attributes of the device's own IPP printer; the first of the paths that answers counts."""

    path: list[str]
    attributes: list[str]


@attrs.frozen(kw_only=True)
class ContextDocument:
    """A further SNMP context of the device, in which the objects that name this request are asked."""

    context: str


@attrs.frozen(kw_only=True)
class WhenDocument:
    """When a request is made: one of these paths has no value yet, or a level is in one of these states."""

    missing: list[str] | None = None
    state: dict[str, list[str]] | None = None


@attrs.frozen(kw_only=True)
class RequestDocument:
    """What is asked beside the objects of the plan: exactly one of `http`, `pjl`, `ipp` and `snmp`.

    `timeout` in seconds (at most 30), `max_bytes` at most 1 MiB, `every` in seconds: asked no more often.
    """

    http: PageDocument | None = None
    pjl: list[str] | None = None
    ipp: IppDocument | None = None
    snmp: ContextDocument | None = None
    ns: dict[str, str] | None = None
    timeout: int | None = None
    max_bytes: int | None = None
    every: int | None = None
    when: WhenDocument | None = None


@attrs.frozen(kw_only=True)
class CharsetsDocument:
    """Where the MIBenum of the character set stands, for texts in general and for those of the console."""

    general: CandidateDocument | None = None
    console: CandidateDocument | None = None


@attrs.frozen(kw_only=True)
class LimitsDocument:
    """What a device bears: requests a second, the largest max-repetitions of a GETBULK, and subtrees that must not be
    asked.
    """

    rate: int | None = None
    max_repetitions: int | None = None
    never: list[str] | None = None


@attrs.frozen(kw_only=True)
class TestedDocument:
    """A device on which the profile was seen to be right."""

    model: str
    firmware: str | None = None
    case: list[str] | None = None


@attrs.frozen(kw_only=True)
class RequiresDocument:
    """What an agent must have to run the profile."""

    steps: list[str] | None = None
    protocols: list[str] | None = None


@attrs.frozen(kw_only=True)
class ProfileDocument:
    """A profile, as its file says it."""

    schema: Literal["1"]
    profile: str
    version: int
    title: str
    kind: Literal["device", "base", "overlay"]
    status: Status = "draft"
    extends: list[str] | None = None
    overlays: list[str] | None = None
    references: list[str] | None = None
    tested_with: list[TestedDocument] | None = None
    requires: RequiresDocument | None = None
    aliases: dict[str, str] | None = None
    match: list[RuleDocument] | None = None
    enums: dict[str, dict[str, str]] | None = None
    patterns: dict[str, str] | None = None
    requests: dict[str, RequestDocument] | None = None
    fields: dict[str, FieldDocument] | None = None
    tables: dict[str, TableDocument] | None = None
    charsets: CharsetsDocument | None = None
    limits: LimitsDocument | None = None


@attrs.frozen(kw_only=True)
class IdentityFieldsDocument:
    """Where each name that a `match` rule may use comes from."""

    sysObjectID: FieldDocument  # noqa: N815  # the name of the object in its MIB
    sysDescr: FieldDocument  # noqa: N815
    hrDeviceDescr: FieldDocument  # noqa: N815
    ieee1284: FieldDocument
    ipp: FieldDocument | None = None


@attrs.frozen(kw_only=True)
class IdentityDocument:
    """What is asked of a responder before a profile is chosen, and what makes it a printer."""

    schema: Literal["1"]
    profile: str
    version: int
    title: str
    kind: Literal["identity"]
    status: Status = "draft"
    references: list[str] | None = None
    aliases: dict[str, str] | None = None
    requests: dict[str, RequestDocument] | None = None
    identity: IdentityFieldsDocument
    printer: list[RuleDocument]
    not_printer: list[RuleDocument] | None = None
