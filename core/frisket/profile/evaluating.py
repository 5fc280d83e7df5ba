"""Candidates and their pipes against a device's answers: pure, and the same for a socket as for a recording."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import attrs

from frisket.errors import StepError
from frisket.model.answers import Answers, SnmpValue
from frisket.model.oid import Oid
from frisket.model.reading import Source
from frisket.profile.found import CONSTANT, Found, Where, snmp
from frisket.profile.pages import Pages
from frisket.profile.picks import Raw
from frisket.profile.profile import Candidate, Constant, OidRef, PageRef, Pipe, Table, TableRef
from frisket.profile.rows import Row, fits, read_rows
from frisket.profile.steps import Charsets, Value


@attrs.define
class Evaluator:
    """One device's answers under one profile's tables. Tables are read once, when a field first needs them."""

    answers: Answers
    tables: Mapping[str, Table]
    charsets: Charsets
    pages: Pages = attrs.field(factory=Pages)
    _rows: dict[str, list[Row]] = attrs.field(factory=dict)
    cut: set[str] = attrs.field(factory=set)

    def run(self, pipe: Pipe, start: Value, raw: Raw | None, where: Where) -> Found:
        """The pipe over a value, which was made of what the device said there."""
        value = start
        for step in pipe:
            try:
                value = step.run(value, self.charsets)
            except StepError as error:
                return Found(None, raw, where, str(error))
            if value is None:
                return Found(None, raw, where, f"`{step.name}` leaves nothing")
        return Found(value, raw, where)

    def candidates(self, candidate: Candidate) -> list[Found]:
        """Everything that a candidate finds, in the order of the device's indexes, before `take`."""
        place, pipe = candidate.place, candidate.pipe
        if isinstance(place, Constant):
            return [self.run(pipe, place.value, place.value, CONSTANT)]
        if isinstance(place, OidRef):
            return [self.run(pipe, raw, raw, snmp(oid)) for oid, raw in self._instances(place)]
        if isinstance(place, PageRef):
            return self._picked(place, pipe)
        return list(self._from_table(candidate, place))

    def _picked(self, place: PageRef, pipe: Pipe) -> list[Found]:
        page = self.pages.page(place.request)
        if page is None:
            return []
        where = self.pages.where(place.request, place.pick.text)
        return [self.run(pipe, raw, raw, where) for raw in self.pages.look(place.request, place.pick, page)]

    def _instances(self, ref: OidRef) -> list[tuple[Oid, SnmpValue]]:
        answers = self.answers.context(ref.context) if ref.context else self.answers
        if ref.every:
            return [((*ref.oid, *index), raw) for index, raw in answers.column(ref.oid)]
        raw = answers.get(ref.oid)
        return [] if raw is None else [(ref.oid, raw)]

    def _from_table(self, candidate: Candidate, place: TableRef) -> Iterator[Found]:
        for row in self.rows(place.table):
            cell = row.cells.get(place.column)
            if cell is None or not fits(row, place.where):
                continue
            piped = candidate.pipe and cell.usable
            found = self.run(candidate.pipe, cell.value, cell.raw, cell.where) if piped else cell
            unit = row.value(candidate.unit_column) if candidate.unit_column else None
            yield attrs.evolve(found, unit=unit) if isinstance(unit, str) else found

    def rows(self, name: str) -> list[Row]:
        """The rows of a table, those of its sources merged."""
        if name not in self._rows:
            self._rows[name], cut = read_rows(self, self.tables[name])
            if cut:
                self.cut.add(name)
        return self._rows[name]


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
    objects = ", ".join(one.where.object for _, one in numbers)
    where = Where(first.where.protocol, objects)
    return attrs.evolve(first, value=sum(value for value, _ in numbers), raw=None, where=where)


def is_count(value: Value) -> bool:
    """Whether a value can be counted with: a finite number that is not below zero."""
    return isinstance(value, (int, float)) and math.isfinite(value) and 0 <= value < 2**63


def source_of(candidate: Candidate, found: Found) -> Source:
    return Source(found.where.protocol, found.where.object, candidate.profile)
