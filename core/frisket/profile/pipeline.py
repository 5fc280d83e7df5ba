"""A reading without input or output: plans come out, answers go in, until nothing is due.

A session drives it with a device's answers, a replay with a recording's: a profile cannot tell which.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Generator
from typing import TypeVar

import attrs

from frisket.model.answers import Answers
from frisket.model.identity import Identity
from frisket.model.plan import Plan
from frisket.model.reading import Note, NoteCode, Reading
from frisket.profile.database import ProfileDatabase
from frisket.profile.mapping import map_identity, map_reading, read_charsets
from frisket.profile.matching import match
from frisket.profile.pages import Pages
from frisket.profile.planning import (
    plan_identification,
    plan_identity_requests,
    plan_probes,
    plan_reading,
    plan_requests,
)
from frisket.profile.profile import Profile
from frisket.profile.steps import Charsets

# A device whose rules keep asking for probes, or whose texts for character sets, would be a mistake of ours
_MAX_ROUNDS = 8

Clock = Callable[[], dt.datetime]
_T = TypeVar("_T")


@attrs.frozen
class Recognised:
    """What a responder was found to be; `profile` is None for no printer."""

    identity: Identity
    profile: Profile | None
    notes: tuple[Note, ...] = ()


def recognise(database: ProfileDatabase, answers: Answers) -> Generator[Plan, None, Recognised]:
    """Identification and matching. Each plan must be answered into `answers` before the next step."""
    yield from _due(plan_identification(database.identity, answers))
    identity = map_identity(database.identity, answers)
    requests = plan_identity_requests(database.identity, identity.known(), answers)
    if requests:
        yield requests
        identity = map_identity(database.identity, answers)
    for _ in range(_MAX_ROUNDS):
        outcome = match(database, identity, answers)
        if not outcome.probes and not outcome.requests:
            break
        yield plan_probes(outcome.probes, answers, outcome.requests)
        if outcome.requests:
            identity = map_identity(database.identity, answers)
    if outcome.profile is None or not outcome.ties:
        return Recognised(identity, outcome.profile)
    tie = Note(NoteCode.PROFILE_TIE, f"{outcome.profile.id} and {', '.join(outcome.ties)} fit alike")
    return Recognised(identity, outcome.profile, (tie,))


def read(
    profile: Profile,
    answers: Answers,
    *,
    identity: Identity,
    address: str | None,
    clock: Clock,
    resting: Collection[str] = (),
) -> Generator[Plan, None, Reading]:
    """Everything that the profile wants, then the reading; character sets only where a text needs them, requests only
    where they are due. `resting` names requests that were made not long enough ago.
    """
    charsets, pages = Charsets(), Pages(answers, profile.requests)
    for _ in range(_MAX_ROUNDS):
        yield from _due(plan_reading(profile, answers, charsets.wanted))
        declared = read_charsets(profile, answers) if charsets.wanted else {}
        charsets = Charsets(declared, set(charsets.wanted))
        known = set(charsets.wanted)
        reading = map_reading(profile, answers, address=address, read_at=clock(), charsets=charsets, pages=pages)
        brought = yield from _requested(profile, reading, answers, identity, resting)
        if not brought and charsets.wanted <= known:
            break
    return reading


def _requested(
    profile: Profile, reading: Reading, answers: Answers, identity: Identity, resting: Collection[str]
) -> Generator[Plan, None, bool]:
    """Requests that are due, protocol by protocol, until one brings something of which a better reading can be made."""
    before = answers.beyond_snmp
    for _ in range(_MAX_ROUNDS):
        due = plan_requests(profile, reading, answers, identity, resting) if profile.requests else Plan()
        if not due:
            return False
        yield due
        if answers.beyond_snmp > before:
            return True
    return False


def _due(plan: Plan) -> Generator[Plan, None, None]:
    if plan:
        yield plan


# --- recordings --------------------------------------------------------------------------------


def replay(
    database: ProfileDatabase, recorded: Answers, *, address: str | None, clock: Clock
) -> tuple[Recognised, Reading | None]:
    """A recording read as a device would be: only what is planned is looked at."""
    answers = Answers()
    recognised = _drive(recognise(database, answers), recorded, answers)
    if recognised.profile is None:
        return recognised, None
    steps = read(recognised.profile, answers, identity=recognised.identity, address=address, clock=clock)
    reading = _drive(steps, recorded, answers)
    return recognised, attrs.evolve(reading, notes=(*recognised.notes, *reading.notes))


def _drive(steps: Generator[Plan, None, _T], recorded: Answers, answers: Answers) -> _T:
    try:
        while True:
            answer_from(recorded, next(steps), answers)
    except StopIteration as end:
        result: _T = end.value
        return result


def answer_from(recorded: Answers, plan: Plan, answers: Answers) -> None:
    """Answers a plan from a recording, as a device would: what is not planned stays where it is."""
    for oid in plan.instances:
        value = recorded.get(oid)
        if value is not None:
            answers.put(oid, value)
    for column in plan.firsts:
        for index, value in recorded.column(column)[:1]:
            answers.put((*column, *index), value)
    for column in plan.columns:
        for index, value in recorded.column(column):
            answers.put((*column, *index), value)
    answers.asked.update(plan.instances, plan.columns)
    answers.sampled.update(plan.firsts)
    for request in plan.requests:
        for reply in recorded.replies(request):
            answers.add_reply(reply)
    answers.requested.update(plan.requests)
    for context, inner in plan.contexts.items():
        answer_from(recorded.context(context), inner, answers.context(context))
