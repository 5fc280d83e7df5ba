"""The parts of one file's document to the parts of a profile: names looked up, patterns compiled.

Nothing stops at the first mistake: a part that is wrong is reported and left out, so that one run shows them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import attrs

from frisket.errors import Problem
from frisket.model.oid import Oid, parse_oid
from frisket.profile import document as doc
from frisket.profile import profile as pro
from frisket.profile.regex import Regex
from frisket.profile.step_registry import StepRegistry, UnknownStepError
from frisket.profile.steps import Names
from frisket.profile.suggestion import suggest
from frisket.profile.yaml_text import Node, Path, find, find_key, format_path

_T = TypeVar("_T")

MAX_PROBES = 3
# What comes to these may be printed (THREATS 20)
PRINT_PORTS = range(9100, 9108)
# What stands for an OID that was reported as none
_NO_OID: Oid = ()


@attrs.define
class Compiler:
    """Compiles one file. `problems` fills up; a profile that has any is not to be used."""

    file: str
    root: Node
    steps: StepRegistry
    reference: str
    aliases: dict[str, Oid] = attrs.field(factory=dict)
    enums: dict[str, Mapping[str, str]] = attrs.field(factory=dict)
    patterns: dict[str, Regex] = attrs.field(factory=dict)
    requests: dict[str, pro.ProfileRequest] = attrs.field(factory=dict)
    named_requests: set[str] = attrs.field(factory=set)
    problems: list[Problem] = attrs.field(factory=list)

    def report(self, path: Path, message: str, *, key: bool = False, lacking: bool = False) -> None:
        node = (find_key if key else find)(self.root, path)
        self.problems.append(Problem(self.file, node.line, node.column, format_path(path), message, lacking))

    def attempt(self, path: Path, make: Callable[[], _T], default: _T) -> _T:
        """The value, or the default where making it raises ValueError, whose words become a problem."""
        try:
            return make()
        except ValueError as error:
            self.report(path, str(error), lacking=isinstance(error, UnknownStepError))
            return default

    # --- small parts ---------------------------------------------------------------------------

    def oid(self, text: str) -> Oid:
        """An OID with a leading alias or without; ValueError when it is none."""
        head, _, rest = text.partition(".")
        if not head or head.isdigit():
            return parse_oid(text)
        if head not in self.aliases:
            raise ValueError(f"{text!r} is not an OID: unknown alias {head!r}{suggest(head, self.aliases)}")
        return self.aliases[head] + (parse_oid(rest) if rest else ())

    def oid_at(self, path: Path, text: str) -> Oid:
        """The OID that stands at a path; one that is none is reported."""
        return self.attempt(path, lambda: self.oid(text), _NO_OID)

    def oid_ref(self, text: str, context: str = "") -> pro.OidRef:
        every = text.endswith(".*")
        return pro.OidRef(self.oid(text.removesuffix(".*")), every, context)

    def oids(self, path: Path, texts: Sequence[str] | None) -> tuple[Oid, ...]:
        return tuple(
            self.attempt((*path, at), lambda text=text: self.oid(text), ())  # type: ignore[misc]  # bound at once
            for at, text in enumerate(texts or ())
        )

    def regex(self, path: Path, pattern: str | None) -> Regex | None:
        return None if pattern is None else self.attempt(path, lambda: Regex(pattern), None)

    def pipe(self, path: Path, steps: Sequence[doc.StepDocument] | None) -> pro.Pipe:
        built, names = [], Names(self.enums, self.patterns)
        for at, step in enumerate(steps or ()):
            made = self.attempt(
                (*path, "pipe", at),
                lambda step=step: self.steps.build(step.name, step.argument, names),  # type: ignore[misc]  # bound at once
                None,
            )
            if made is not None:
                built.append(pro.PipeStep(step.name, made))
        return tuple(built)

    def where(self, conditions: Mapping[str, Sequence[str]] | None) -> Mapping[str, frozenset[str]]:
        return {column: frozenset(values) for column, values in (conditions or {}).items()}

    def exactly_one(self, path: Path, document: object, names: Sequence[str]) -> str | None:
        """The one of these keys that stands; a problem and None where none or several do."""
        present = [name for name in names if getattr(document, name) is not None]
        if len(present) == 1:
            return present[0]
        found = " and ".join(present) if present else "none"
        self.report(path, f"exactly one of {', '.join(names)} must stand here, not {found}")
        return None

    # --- matching ------------------------------------------------------------------------------

    def rules(self, path: Path, rules: Sequence[doc.RuleDocument] | None) -> tuple[pro.Rule, ...]:
        return tuple(self.rule((*path, at), rule) for at, rule in enumerate(rules or ()))

    def rule(self, path: Path, rule: doc.RuleDocument) -> pro.Rule:
        probes = [((*path, "probes", at), probe) for at, probe in enumerate(rule.probes or ())]
        if rule.probe is not None:
            probes.insert(0, ((*path, "probe"), rule.probe))
        if len(probes) > MAX_PROBES:
            self.report(path, f"a rule may have {MAX_PROBES} probes, not {len(probes)}: each can cost a packet")
        for key, below in _excluded(rule):
            if below.probe or below.probes or below.http or below.port_open:
                self.report((*path, *key), "a probe below `not` is never asked; say what the device is instead")
        if rule.http is not None and rule.http.server is None and rule.http.title is None:
            self.report((*path, "http"), "say what its `server` or its `title` is like")
        compiled = pro.Rule(
            sys_object_id=self.oids((*path, "sysObjectID"), rule.sysObjectID),
            sys_descr=self.regex((*path, "sysDescr"), rule.sysDescr),
            hr_device_descr=self.regex((*path, "hrDeviceDescr"), rule.hrDeviceDescr),
            ieee1284=self.ieee1284((*path, "ieee1284"), rule.ieee1284 or {}),
            ipp=self.regex((*path, "ipp"), rule.ipp),
            http_server=self.regex((*path, "http", "server"), rule.http.server if rule.http else None),
            http_title=self.regex((*path, "http", "title"), rule.http.title if rule.http else None),
            open_ports=self.ports((*path, "port_open"), rule.port_open or ()),
            probes=tuple(self.probe(where, probe) for where, probe in probes),
            not_=None if rule.not_ is None else self.rule((*path, "not"), rule.not_),
            none_of=self.rules((*path, "none_of"), rule.none_of),
            priority=rule.priority,
        )
        wrote = (
            rule.sysObjectID,
            rule.sysDescr,
            rule.hrDeviceDescr,
            rule.ieee1284,
            rule.ipp,
            rule.http,
            rule.not_,
            rule.none_of,
        )
        if not any(wrote) and not rule.port_open and not probes:
            self.report(path, "a rule without a condition matches every device; say what it is for")
        return compiled

    def ports(self, path: Path, ports: Sequence[int]) -> tuple[int, ...]:
        for at, port in enumerate(ports):
            if not 1 <= port <= 65535 or port in PRINT_PORTS:
                message = f"{port} is no port to be tried: 1 to 65535, and never 9100 to 9107, which print"
                self.report((*path, at), message)
        return tuple(ports)

    def ieee1284(self, path: Path, patterns: Mapping[str, str]) -> Mapping[str, Regex]:
        known = ("MFG", "MDL", "CMD", "CLS", "DES")
        for key in patterns:
            if key not in known:
                self.report((*path, key), f"unknown key {key!r}{suggest(key, known)}", key=True)
        compiled = {key: self.regex((*path, key), pattern) for key, pattern in patterns.items()}
        return {key: regex for key, regex in compiled.items() if regex is not None}

    def probe(self, path: Path, probe: doc.ProbeDocument) -> pro.Probe:
        ref = self.attempt((*path, "oid"), lambda: self.oid_ref(probe.oid), pro.OidRef(_NO_OID))
        return pro.Probe(ref, self.regex((*path, "like"), probe.like))


def _excluded(rule: doc.RuleDocument) -> Iterator[tuple[Path, doc.RuleDocument]]:
    """The rules that must not hold, and where each stands below its rule."""
    if rule.not_ is not None:
        yield ("not",), rule.not_
    for at, other in enumerate(rule.none_of or ()):
        yield ("none_of", at), other
