"""What a profile still has to ask of a device: every object once, whole columns together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from frisket.model.answers import Answers
from frisket.model.oid import Oid, is_under
from frisket.model.plan import Plan
from frisket.profile.profile import (
    Candidate,
    Cell,
    Column,
    FirstOf,
    IdentityProfile,
    Lookup,
    OidRef,
    Profile,
    TableRef,
)


def plan_identification(identity: IdentityProfile, answers: Answers) -> Plan:
    """Scalars, and the first instances of columns: what is asked of everything that answers."""
    refs = [candidate.place for field in identity.fields.values() for candidate in field.candidates]
    refs += [probe.ref for rule in identity.printer for probe in rule.probes]
    return plan_probes([ref for ref in refs if isinstance(ref, OidRef)], answers)


def plan_probes(refs: Iterable[OidRef], answers: Answers) -> Plan:
    """Objects of which the first instance is enough."""
    wanted = dict.fromkeys(refs)
    done = answers.asked | answers.sampled
    return Plan(
        instances=tuple(ref.oid for ref in wanted if not ref.every and ref.oid not in done),
        firsts=tuple(ref.oid for ref in wanted if ref.every and ref.oid not in done),
    )


def plan_reading(profile: Profile, answers: Answers, charsets: Iterable[str] = ()) -> Plan:
    """What the profile's fields and disclosed tables need, and the character sets that texts turned out to need."""
    candidates = [candidate for field in profile.fields.values() for candidate in field.candidates]
    candidates += [profile.charsets[which] for which in charsets if which in profile.charsets]
    refs = dict.fromkeys(_refs(profile, candidates))
    never = profile.limits.never
    due = [ref for ref in refs if ref.oid not in answers.asked and not any(_touches(ref, oid) for oid in never)]
    return Plan(
        instances=tuple(ref.oid for ref in due if not ref.every),
        columns=tuple(ref.oid for ref in due if ref.every),
        max_repetitions=profile.limits.max_repetitions,
    )


def _touches(ref: OidRef, never: Oid) -> bool:
    """Whether asking comes upon what must not be asked: below it, or on the way through a column that holds it."""
    return is_under(ref.oid, never) or (ref.every and is_under(never, ref.oid))


def _refs(profile: Profile, candidates: Iterable[Candidate]) -> Iterator[OidRef]:
    tables = {name for name, table in profile.tables.items() if not table.private}
    for candidate in candidates:
        if isinstance(candidate.place, OidRef):
            yield candidate.place
        elif isinstance(candidate.place, TableRef):
            tables.add(candidate.place.table)
    # in the order of the profile, so that a column's neighbours are asked with it
    for name, table in profile.tables.items():
        if name in tables:
            for rows in table.rows:
                for column in rows.columns.values():
                    yield from _column_refs(rows.walk, column)


def _column_refs(walk: Oid, column: Column) -> Iterator[OidRef]:
    if isinstance(column, Cell):
        yield OidRef((*walk, column.col), every=True)
    elif isinstance(column, Lookup):
        yield OidRef((*column.walk, column.col), every=True)
    elif isinstance(column, FirstOf):
        for part in column.columns:
            yield from _column_refs(walk, part)
