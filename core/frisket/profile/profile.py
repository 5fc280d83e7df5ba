"""A profile ready for use: every name looked up, every parent merged, every pattern compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

import attrs

from frisket.model.oid import Oid
from frisket.model.request import Request
from frisket.profile.picks import Pick
from frisket.profile.regex import Regex
from frisket.profile.steps import Step


@attrs.frozen
class OidRef:
    """An instance (`….5.0`), or with `every` every instance below a column (`….5.*`); `context` names a further SNMP
    context of the device.
    """

    oid: Oid
    every: bool = False
    context: str = ""


@attrs.frozen
class PipeStep:
    """A step with the name that it has in the text."""

    name: str
    run: Step


Pipe: TypeAlias = tuple[PipeStep, ...]


@attrs.frozen
class TableRef:
    """A column of one of the profile's tables, of those rows whose cells are among the values in `where`."""

    table: str
    column: str
    where: Mapping[str, frozenset[str]]


@attrs.frozen
class PageRef:
    """What a pick finds in the reply to one of the profile's requests."""

    request: str
    pick: Pick


@attrs.frozen
class Constant:
    """A value that stands in the profile itself."""

    value: str


Place: TypeAlias = OidRef | TableRef | PageRef | Constant


@attrs.frozen(kw_only=True)
class Candidate:
    """One place where a value may be found; `profile` is the `profile@version` whose text says so."""

    profile: str
    place: Place
    pipe: Pipe = ()
    take: str = "first_valid"
    prefer: int = 50
    unit: str | None = None
    unit_column: str | None = None


@attrs.frozen(kw_only=True)
class Field:
    """Candidates in the order in which they are tried."""

    candidates: tuple[Candidate, ...]
    agree_within_percent: int | None = None
    unit: str | None = None


@attrs.frozen(kw_only=True)
class Cell:
    """One object of the row, from the column with this number."""

    col: int
    pipe: Pipe = ()


@attrs.frozen(kw_only=True)
class Lookup:
    """A cell of another table's row, whose index is made of index parts and cells of this row."""

    walk: Oid
    index: tuple[str, ...]
    col: int
    pipe: Pipe = ()


@attrs.frozen(kw_only=True)
class Picked:
    """What a pick finds in the row's part of a reply."""

    pick: Pick
    pipe: Pipe = ()


@attrs.frozen(kw_only=True)
class Copy:
    """Another column of the same row."""

    column: str
    pipe: Pipe = ()


@attrs.frozen(kw_only=True)
class Fixed:
    """The same value in each row."""

    value: str
    pipe: Pipe = ()


@attrs.frozen(kw_only=True)
class FirstOf:
    """The first of several columns that gives a value."""

    columns: tuple[Column, ...]
    pipe: Pipe = ()


Column: TypeAlias = "Cell | Lookup | Picked | Copy | Fixed | FirstOf"


def _column_refs(walk: Walk, column: Column) -> Iterator[OidRef]:
    if isinstance(column, Cell):
        yield OidRef((*walk.oid, column.col), every=True, context=walk.context)
    elif isinstance(column, Lookup):
        yield OidRef((*column.walk, column.col), every=True, context=walk.context)
    elif isinstance(column, FirstOf):
        for part in column.columns:
            yield from _column_refs(walk, part)


@attrs.frozen(kw_only=True)
class Walk:
    """The conceptual rows below an entry's OID, whose index parts are named from the left."""

    oid: Oid
    index: tuple[str, ...]
    context: str = ""


@attrs.frozen(kw_only=True)
class Each:
    """A row for each part of a request's reply that the pick finds; without a pick, for each that there is."""

    request: str
    pick: Pick | None


@attrs.frozen(kw_only=True)
class Zip:
    """A row for each value of these IPP attributes, which stand side by side."""

    request: str
    attributes: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Rows:
    """One source of rows. `origins` says which `profile@version` each column comes from."""

    id: str
    profile: str
    place: Walk | Each | Zip
    prefer: int = 50
    unless: tuple[str, ...] = ()
    fill_only: bool = False
    columns: Mapping[str, Column]
    origins: Mapping[str, str]
    where: Mapping[str, frozenset[str]]

    @property
    def index(self) -> tuple[str, ...]:
        """The names of the index parts; rows of a reply have none."""
        return self.place.index if isinstance(self.place, Walk) else ()

    def refs(self) -> Iterator[OidRef]:
        """The SNMP columns that it is made of."""
        if isinstance(self.place, Walk):
            for column in self.columns.values():
                yield from _column_refs(self.place, column)

    def extended(self, newer: Rows) -> Rows:
        """A child's source of the same id: its columns stand before those of the parent."""
        columns, origins = {**self.columns, **newer.columns}, {**self.origins, **newer.origins}
        return attrs.evolve(newer, columns=columns, origins=origins)


@attrs.frozen(kw_only=True)
class Table:
    """Rows of one or more sources; those that agree on every column of `merge_by` are one row."""

    private: bool
    rows: tuple[Rows, ...]
    merge_by: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class When:
    """A request is due while one of the paths has no value, or a supply's level is in one of the states."""

    missing: tuple[str, ...] = ()
    level_states: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class ProfileRequest:
    """A request by its name in the profile. `request` is None for an SNMP context, which the objects themselves ask.

    `form` is how the reply is read: xml, html, json, csv, pjl, ipp or snmp. `every` is in seconds.
    """

    name: str
    profile: str
    request: Request | None
    form: str
    context: str = ""
    namespaces: Mapping[str, str] = attrs.field(factory=dict)
    every: int | None = None
    when: When | None = None


@attrs.frozen
class Probe:
    """Holds when the object exists and, with `like`, matches as text."""

    ref: OidRef
    like: Regex | None = None


@attrs.frozen(kw_only=True, hash=False)
class Rule:
    """One way to recognise a device. `specificity` leaves the OIDs out: they count by how much of them matched."""

    sys_object_id: tuple[Oid, ...] = ()
    sys_descr: Regex | None = None
    hr_device_descr: Regex | None = None
    ieee1284: Mapping[str, Regex] = attrs.field(factory=dict)
    ipp: Regex | None = None
    http_server: Regex | None = None
    http_title: Regex | None = None
    open_ports: tuple[int, ...] = ()
    probes: tuple[Probe, ...] = ()
    not_: Rule | None = None
    none_of: tuple[Rule, ...] = ()
    priority: int = 0

    def __hash__(self) -> int:
        return hash((self.sys_object_id, self.sys_descr, self.hr_device_descr, self.priority))

    # what it says of texts, by the names that `Identity.texts` uses, the rules that must not hold, and how many
    # conditions it has
    texts: tuple[tuple[str, Regex], ...] = attrs.field(init=False, eq=False, repr=False)
    excluded: tuple[Rule, ...] = attrs.field(init=False, eq=False, repr=False)
    conditions: int = attrs.field(init=False, eq=False, repr=False)

    @texts.default
    def _texts(self) -> tuple[tuple[str, Regex], ...]:
        own = (("sysDescr", self.sys_descr), ("hrDeviceDescr", self.hr_device_descr), ("ipp", self.ipp))
        return (*((name, regex) for name, regex in own if regex is not None), *self.ieee1284.items())

    @excluded.default
    def _excluded(self) -> tuple[Rule, ...]:
        return self.none_of if self.not_ is None else (self.not_, *self.none_of)

    @conditions.default
    def _conditions(self) -> int:
        """Alternatives inside a condition count once."""
        texts = (self.sys_descr, self.hr_device_descr, self.ipp, self.http_server, self.http_title)
        single = (self.sys_object_id, *texts, self.not_, self.none_of)
        return sum(map(bool, single)) + len(self.ieee1284) + len(self.probes) + len(self.open_ports)


@attrs.frozen(kw_only=True)
class Limits:
    """What the devices of a profile bear."""

    max_repetitions: int | None = None
    rate: int | None = None
    never: tuple[Oid, ...] = ()


@attrs.frozen(kw_only=True)
class Profile:
    """`lineage` holds the profile's own id and those of all its ancestors."""

    id: str
    version: int
    title: str
    kind: str
    status: str
    file: str
    lineage: frozenset[str]
    aliases: Mapping[str, Oid]
    match: tuple[Rule, ...]
    enums: Mapping[str, Mapping[str, str]]
    patterns: Mapping[str, Regex]
    requests: Mapping[str, ProfileRequest]
    fields: Mapping[str, Field]
    tables: Mapping[str, Table]
    charsets: Mapping[str, Candidate]
    limits: Limits
    overlays: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """`acme/laser@12`."""
        return f"{self.id}@{self.version}"

    @cached_property
    def refs(self) -> tuple[OidRef, ...]:
        """The SNMP objects that its fields and disclosed tables need, each once."""
        return self.refs_of(candidate for field in self.fields.values() for candidate in field.candidates)

    def refs_of(self, candidates: Iterable[Candidate]) -> tuple[OidRef, ...]:
        """Those that some candidates need, and the disclosed tables.

        A table's stand in the order of the profile, so that a column's neighbours are asked with it.
        """
        places = [candidate.place for candidate in candidates]
        needed = {place.table for place in places if isinstance(place, TableRef)}
        tables = [table for name, table in self.tables.items() if name in needed or not table.private]
        columns = (ref for table in tables for rows in table.rows for ref in rows.refs())
        return tuple(dict.fromkeys((*(place for place in places if isinstance(place, OidRef)), *columns)))


@attrs.frozen(kw_only=True)
class IdentityProfile:
    """What identification asks, by the names that rules use, and the rules that make a responder a printer, or none
    whatever else it has of one.
    """

    id: str
    version: int
    file: str
    requests: Mapping[str, ProfileRequest]
    fields: Mapping[str, Field]
    printer: tuple[Rule, ...]
    not_printer: tuple[Rule, ...] = ()

    @property
    def reference(self) -> str:
        return f"{self.id}@{self.version}"
