"""Which profile is for a device: of all rules that hold, the most specific one wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from frisket.model.answers import Answers, SnmpValue
from frisket.model.identity import Identity
from frisket.model.oid import Oid, format_oid, is_under
from frisket.model.request import START_PAGE, PortRequest, Request
from frisket.profile.database import ProfileDatabase
from frisket.profile.profile import OidRef, Probe, Profile, Rule
from frisket.profile.rule_index import Heard

# (a device's profile before a base's, priority, OID components matched, conditions that held)
Specificity = tuple[bool, int, int, int]
_Fit = tuple[Specificity, Profile, Rule]


@attrs.frozen
class Match:
    """`profile` is None for no printer; `ties` names profiles that fit as well; `probes` and `requests` must be asked
    first.
    """

    profile: Profile | None = None
    ties: tuple[str, ...] = ()
    probes: tuple[OidRef, ...] = ()
    requests: tuple[Request, ...] = ()


def match(database: ProfileDatabase, identity: Identity, answers: Answers) -> Match:
    """Call again with the answers to `probes` and `requests`, and what these tell of the identity, until none is left.

    Pages are looked at last: only where no other rule has found a device's profile, and SNMP says nothing, or has shown
    a printer. No switch is asked for pages.
    """
    heard = database.rules.hear(identity)
    if any(_specificity(rule, identity, heard) is not None for rule in database.identity.not_printer):
        return Match()
    printer, due = _is_printer(database, identity, answers, heard=heard)
    if due:
        return Match(probes=due)
    fitting = list(_fitting(database, identity, answers, heard=heard))
    told = _best([fit for fit in fitting if not _looks_at_web(fit[2])], answers, printer=printer)
    found = told.probes or (told.profile is not None and told.profile.kind == "device")
    if found or not (printer or _says_nothing(identity)):
        return told
    return _best(fitting, answers, printer=printer)


def _best(fitting: Sequence[_Fit], answers: Answers, *, printer: bool) -> Match:
    """The most specific of these rules that holds, or what has to be asked before that is known."""
    best: list[tuple[Specificity, Profile]] = []
    fitting = sorted(fitting, key=lambda fit: fit[0], reverse=True)
    for specificity, profile, rule in fitting:
        if best and specificity < best[0][0]:
            break
        if _unasked(rule.probes, answers):
            # all that may still be needed fit into one packet, however many makers ask for a probe
            return Match(
                probes=tuple(dict.fromkeys(ref for fit in fitting for ref in _unasked(fit[2].probes, answers)))
            )
        requests = _unasked_requests(rule, answers)
        if requests:
            return Match(requests=requests)
        # a profile for devices that no general evidence shows to be printers proves it by a probe of its own
        if all(_holds(probe, answers) for probe in rule.probes) and (printer or rule.probes or rule.http_title):
            best.append((specificity, profile))
    return _decide([profile for _, profile in best])


def _decide(best: Sequence[Profile]) -> Match:
    """Among equals the one that extends another wins; what is left is a tie, settled by name and told."""
    leaves = {
        profile.id: profile
        for profile in best
        if not any(profile.id in other.lineage and other.id != profile.id for other in best)
    }
    if not leaves:
        return Match()
    winner, *others = sorted(leaves)
    return Match(profile=leaves[winner], ties=tuple(others))


def _is_printer(
    database: ProfileDatabase, identity: Identity, answers: Answers, *, heard: Heard
) -> tuple[bool, tuple[OidRef, ...]]:
    due: list[OidRef] = []
    for rule in database.identity.printer:
        if _specificity(rule, identity, heard) is None:
            continue
        unasked = _unasked(rule.probes, answers)
        if not unasked and all(_holds(probe, answers) for probe in rule.probes):
            return True, ()
        due.extend(unasked)
    return False, tuple(dict.fromkeys(due))


def _says_nothing(identity: Identity) -> bool:
    return identity.sys_object_id is None and identity.sys_descr is None


def _fitting(database: ProfileDatabase, identity: Identity, answers: Answers, *, heard: Heard) -> Iterator[_Fit]:
    for profile, rule in database.rules.candidates(identity, heard):
        held = _specificity(rule, identity, heard)
        if held is not None and _web_holds(rule, identity, answers):
            yield (profile.kind == "device", *held), profile, rule


def _specificity(rule: Rule, identity: Identity, heard: Heard) -> tuple[int, int, int] | None:
    """How specific a rule is for this device, probes taken for granted; None where it does not hold."""
    components = 0
    if rule.sys_object_id:
        components = _components(rule, identity.sys_object_id)
        if not components:
            return None
    for name, regex in rule.texts:
        if regex not in heard.get(name, ()):
            return None
    if any(_specificity(other, identity, heard) is not None for other in rule.excluded):
        return None
    return (rule.priority, components, rule.conditions)


def _looks_at_web(rule: Rule) -> bool:
    return bool(rule.http_server or rule.http_title or rule.open_ports)


def _unasked_requests(rule: Rule, answers: Answers) -> tuple[Request, ...]:
    wanted: list[Request] = [PortRequest(port=port) for port in rule.open_ports]
    if rule.http_server or rule.http_title:
        wanted.append(START_PAGE)
    return tuple(request for request in wanted if request not in answers.requested)


def _web_holds(rule: Rule, identity: Identity, answers: Answers) -> bool:
    """What was not asked yet is taken for granted, as probes are."""
    if START_PAGE in answers.requested:
        for regex, text in ((rule.http_server, identity.http_server), (rule.http_title, identity.http_title)):
            if regex is not None and (text is None or not regex.search(text)):
                return False
    return all(
        port in identity.open_ports or PortRequest(port=port) not in answers.requested for port in rule.open_ports
    )


def _components(rule: Rule, oid: Oid | None) -> int:
    """How much of a sysObjectID the longest fitting prefix covers."""
    most = 0
    for prefix in rule.sys_object_id:
        if oid is not None and len(prefix) > most and is_under(oid, prefix):
            most = len(prefix)
    return most


def _unasked(probes: Sequence[Probe], answers: Answers) -> tuple[OidRef, ...]:
    return tuple(
        probe.ref for probe in probes if probe.ref.oid not in answers.asked and probe.ref.oid not in answers.sampled
    )


def _holds(probe: Probe, answers: Answers) -> bool:
    ref = probe.ref
    values = [value for _, value in answers.column(ref.oid)] if ref.every else [answers.get(ref.oid)]
    return any(value is not None and _is_like(probe, value) for value in values)


def _is_like(probe: Probe, value: SnmpValue) -> bool:
    if probe.like is None:
        return True
    if isinstance(value, bytes):
        return probe.like.search(value.decode("latin-1")) is not None
    return probe.like.search(format_oid(value) if isinstance(value, tuple) else str(value)) is not None
