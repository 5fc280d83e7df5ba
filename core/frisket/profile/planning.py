"""What a profile still has to ask of a device: every object once, whole columns together, requests when due."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from frisket.formats.pjl_proof import INTERPRETERS, proves_pjl
from frisket.model.answers import Answers
from frisket.model.identity import Identity
from frisket.model.oid import is_under
from frisket.model.plan import Plan
from frisket.model.reading import Reading
from frisket.model.request import PjlRequest, Request
from frisket.profile.paths import TABLES, TEXT_FIELDS, shortest
from frisket.profile.profile import IdentityProfile, Limits, OidRef, Profile, When


def plan_identification(identity: IdentityProfile, answers: Answers) -> Plan:
    """Scalars, and the first instances of columns: what is asked of everything that answers SNMP."""
    refs = [candidate.place for field in identity.fields.values() for candidate in field.candidates]
    refs += [probe.ref for rule in identity.printer for probe in rule.probes]
    return plan_probes([ref for ref in refs if isinstance(ref, OidRef)], answers)


def plan_identity_requests(identity: IdentityProfile, known: Mapping[str, object], answers: Answers) -> Plan:
    """Requests that are to tell who a device is; `known` says what it has told so far."""
    due = [one.request for one in identity.requests.values() if _wanted(one.when, lambda name: not known.get(name), ())]
    return Plan(requests=tuple(request for request in due if request and request not in answers.requested))


def plan_probes(refs: Iterable[OidRef], answers: Answers, requests: Iterable[Request] = ()) -> Plan:
    """Objects of which the first instance is enough, and the requests of rules."""
    wanted = dict.fromkeys(refs)
    done = answers.asked | answers.sampled
    return Plan(
        instances=tuple(ref.oid for ref in wanted if not ref.every and ref.oid not in done),
        firsts=tuple(ref.oid for ref in wanted if ref.every and ref.oid not in done),
        requests=tuple(dict.fromkeys(request for request in requests if request not in answers.requested)),
    )


def plan_reading(profile: Profile, answers: Answers, charsets: Iterable[str] = ()) -> Plan:
    """The objects that the profile's fields and disclosed tables need, and the character sets that texts turned out to
    need. Those of a further SNMP context wait for their request to be due.
    """
    return _objects(profile, answers, charsets, "")


def plan_requests(
    profile: Profile, reading: Reading, answers: Answers, identity: Identity, resting: Collection[str] = ()
) -> Plan:
    """The requests that are due after a reading; `resting` names those that were made not long enough ago.

    PJL waits for the proof that the device speaks it, which may have to be asked for first.
    """
    due = [
        one
        for one in profile.requests.values()
        if one.name not in resting and _wanted(one.when, lambda path: is_missing(path, reading), _levels(reading))
    ]
    names = dict.fromkeys(one.context for one in due if one.context)
    contexts = {name: _objects(profile, answers.context(name), (), name) for name in names}
    requests = [one.request for one in due if one.request is not None and one.request not in answers.requested]
    proved = proves_pjl(identity, answers) if any(isinstance(one, PjlRequest) for one in requests) else False
    columns = (INTERPRETERS,) if proved is None else ()
    requests = [one for one in requests if proved or not isinstance(one, PjlRequest)]
    limits = profile.limits
    return Plan(
        columns=columns,
        # one protocol at a time: what the first one tells may leave nothing to ask of the others
        requests=tuple(one for one in requests if one.protocol == requests[0].protocol),
        contexts={name: plan for name, plan in contexts.items() if plan},
        max_repetitions=limits.max_repetitions,
        rate=limits.rate,
    )


def is_missing(path: str, reading: Reading) -> bool:
    """Whether a reading has no value under a path of PROFILES' `when: {missing: …}`."""
    device = reading.device
    if path in TEXT_FIELDS:
        return getattr(device, path) is None
    if path in (*TABLES, "console_messages"):
        return not getattr(device, path)
    parts = (*shortest(path).split(".")[1:], "all", "all", "all")[:4]
    return all(count.key != parts for count in device.page_counts)


def _levels(reading: Reading) -> Collection[str]:
    return {supply.level.state for supply in reading.device.supplies}


def _wanted(when: When | None, missing: Callable[[str], bool], states: Collection[str]) -> bool:
    """Whether the time of a request has come; one without `when` is always made."""
    return when is None or any(map(missing, when.missing)) or not when.level_states.isdisjoint(states)


def _objects(profile: Profile, answers: Answers, charsets: Iterable[str], context: str) -> Plan:
    """What is to be asked in one SNMP context."""
    declared = [profile.charsets[which] for which in charsets if which in profile.charsets]
    refs = dict.fromkeys((*profile.refs, *profile.refs_of(declared))) if declared else profile.refs
    unasked = [ref for ref in refs if ref.context == context and ref.oid not in answers.asked]
    due = [ref for ref in unasked if _may_be_asked(ref, profile.limits)]
    return Plan(
        instances=tuple(ref.oid for ref in due if not ref.every),
        columns=tuple(ref.oid for ref in due if ref.every),
        max_repetitions=profile.limits.max_repetitions,
        rate=profile.limits.rate,
    )


def _may_be_asked(ref: OidRef, limits: Limits) -> bool:
    """Not what lies below a subtree that must not be asked, nor a column that comes upon one on the way."""
    return not any(is_under(ref.oid, never) or (ref.every and is_under(never, ref.oid)) for never in limits.never)
