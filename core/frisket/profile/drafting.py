"""The draft of a profile for a recorded device that no profile knows, with hints on what its private objects may be.

What is certain is written out; what only looks likely stands there as a comment, with the value that speaks for it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from frisket.errors import ProfileError
from frisket.model.answers import Answers, SnmpValue
from frisket.model.device import Device
from frisket.model.identity import Identity
from frisket.model.oid import Oid, format_oid, is_under
from frisket.profile.database import ProfileDatabase, ProfileFile, build_database
from frisket.profile.expectation import scalar
from frisket.profile.pipeline import replay
from frisket.profile.step_registry import StepRegistry

_HR_DEVICE_DESCR: Oid = (1, 3, 6, 1, 2, 1, 25, 3, 2, 1, 3)
_PRINTER_MIB: Oid = (1, 3, 6, 1, 2, 1, 43)
_ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
# So many candidates of a kind are shown; a profile is written by a person
_MOST = 12
# A private counter this near to the life count is likely to be the same one, read a moment apart
_NEAR = 0.02
_COUNTS = ("total.mono", "total.color", "print", "copy", "fax", "scan")
_SERIAL = re.compile(r"[A-Z0-9][A-Z0-9-]{4,19}\Z")


@attrs.frozen(kw_only=True)
class Subject:
    """What is known of a device before it has a profile of its own."""

    identity: Identity
    device: Device | None
    winner: str | None
    answers: Answers


@attrs.frozen(kw_only=True)
class Draft:
    """The text of a profile, and the database that holds it."""

    file: ProfileFile
    database: ProfileDatabase


def draft(
    name: str, subject: Subject, files: Sequence[ProfileFile], steps: StepRegistry, *, parents: Sequence[str]
) -> Draft:
    """The first of several ways to match that makes the new profile win. ProfileError where none does."""
    problems: ProfileError | None = None
    for rule in _rules(subject):
        file = ProfileFile(f"{name}.yaml", _text(name, subject, parents, rule))
        try:
            database = build_database([*(one for one in files if one.name != file.name), file], steps)
        except ProfileError as error:
            problems = error
            continue
        recognised, _ = replay(database, subject.answers, address=None, clock=_no_time)
        if recognised.profile is not None and recognised.profile.id == name:
            return Draft(file=file, database=database)
    raise problems or ProfileError(())


def _no_time() -> dt.datetime:
    return dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


# --- matching ----------------------------------------------------------------------------------


def _rules(subject: Subject) -> Iterator[str]:
    """By the number of the model; with its description where others have the number too; before others at last."""
    identity = subject.identity
    oid = identity.sys_object_id
    conditions = [f"sysObjectID: [{format_oid(oid)}]"] if oid is not None and len(oid) > len(_ENTERPRISES) + 1 else []
    described = [f"sysDescr: {_quoted(_start_of(identity.sys_descr))}"] if identity.sys_descr else []
    for more in ([], described, [*described, "priority: 1"]):
        if conditions + described:
            yield "{" + ", ".join((conditions + more) or described) + "}"
    if described:
        yield "{" + ", ".join((*described, "priority: 1")) + "}"
    # what does not look like a printer can be claimed by an object of its own only
    own = _own_prefix(subject)
    trees = [tree for tree in (own, _PRINTER_MIB) if tree is not None]
    objects = (one for tree in trees for one in subject.answers if is_under(one, tree))
    if (known_by := next(objects, None)) is not None:
        probe = f"probe: {{oid: {format_oid(known_by)}}}"
        yield "{" + ", ".join((*conditions, *described, probe, "priority: 1")) + "}"


def _start_of(descr: str) -> str:
    """The words that begin a description, up to the first with a digit, which is likely to be the model's."""
    words: list[str] = []
    for word in descr.split()[:4]:
        words.append(word.rstrip(",;"))
        if any(char.isdigit() for char in word):
            break
    return "^" + re.sub(r"([.+*?()\[\]{}|^$\\])", r"\\\1", " ".join(words))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# --- the text ----------------------------------------------------------------------------------


def _text(name: str, subject: Subject, parents: Sequence[str], rule: str) -> str:
    own = _own_prefix(subject)
    hints = [f"  {line}" for line in _hints(subject, own)]
    lines = [
        "schema: 1",
        f"profile: {name}",
        "version: 1",
        "kind: device",
        f"title: {scalar(_title(subject))}",
        "status: draft",
        *([f"extends: [{', '.join(parents)}]"] if parents else []),
        *([f"aliases: {{own: {format_oid(own)}}}"] if own else []),
        "match:",
        f"  - {rule if own is None else rule.replace(format_oid(own) + '.', 'own.')}",
        "# Take the # off the lines that are right, and check them against the device's panel.",
        "fields:" if _certain(subject) else "# fields:",
        *_certain(subject),
        *hints,
    ]
    return "\n".join((*lines, ""))


def _title(subject: Subject) -> str:
    device = subject.device
    words = [] if device is None else [device.manufacturer, device.model]
    return " ".join(filter(None, words)) or subject.identity.sys_descr or "A device without a name"


def _own_prefix(subject: Subject) -> Oid | None:
    """The subtree of the maker whose number the device has, else of the one with most objects."""
    oid = subject.identity.sys_object_id
    size = len(_ENTERPRISES) + 1
    numbers = [other[:size] for other in subject.answers if is_under(other, _ENTERPRISES) and len(other) > size]
    if oid is not None and is_under(oid, _ENTERPRISES) and len(oid) >= size:
        return oid[:size]
    return max(set(numbers), key=numbers.count) if numbers else None


def _certain(subject: Subject) -> list[str]:
    """The maker, where no parent knows it. A new profile may add nothing to its parents; then it has no field yet."""
    device, maker = subject.device, _maker(subject)
    if maker is None or (device is not None and device.manufacturer is not None):
        return []
    lines = [f"  manufacturer: {{from: [{{const: {scalar(maker)}}}]}}   # the first word that it says"]
    if device is not None and (device.model or "").startswith(f"{maker} "):
        pipe = f"[text, first_line, {{regex: '^{maker} (.+)'}}]"
        lines.append(f"  model: {{from: [{{oid: {format_oid(_HR_DEVICE_DESCR)}.*, pipe: {pipe}, prefer: 80}}]}}")
    return lines


def _maker(subject: Subject) -> str | None:
    """The word with which both descriptions of a device begin."""
    described = [text.split() for text in (subject.identity.hr_device_descr, subject.identity.sys_descr) if text]
    first = {words[0] for words in described if len(words) > 1}
    word = first.pop() if len(described) > 1 and len(first) == 1 else ""
    return word if word.isalpha() and word.isascii() else None


def _hints(subject: Subject, own: Oid | None) -> Iterator[str]:
    device = subject.device
    known = ("manufacturer",) if _certain(subject) else ()
    missing = [name for name in _missing(device) if name not in known]
    if missing:
        yield from textwrap.wrap(", ".join(missing), 110, initial_indent="# still empty: ", subsequent_indent="#   ")
    private = _private(subject.answers, own)
    if "serial_number" in missing:
        yield from _serials(private, own)
    yield from _counters(private, own, None if device is None else device.count("total"))


def _missing(device: Device | None) -> Iterator[str]:
    if device is None:
        yield "everything"
        return
    for name in ("manufacturer", "model", "serial_number", "mac_address"):
        if getattr(device, name) is None:
            yield name
    for count in ("total", *_COUNTS):
        function, _, color = count.partition(".")
        if device.count(function, color or "all") is None:
            yield f"page_counts.{count}"
    if not device.supplies:
        yield "supplies"


def _private(answers: Answers, own: Oid | None) -> Mapping[Oid, SnmpValue]:
    values = {oid: answers.get(oid) for oid in answers if is_under(oid, own or _ENTERPRISES)}
    return {oid: value for oid, value in values.items() if value is not None}


def _place(oid: Oid, own: Oid | None) -> str:
    return format_oid(oid) if own is None else ".".join(("own", *map(str, oid[len(own) :])))


def _serials(private: Mapping[Oid, SnmpValue], own: Oid | None) -> Iterator[str]:
    """Texts that look like one: capitals and digits without a blank."""
    found = [
        (oid, text)
        for oid, value in private.items()
        if isinstance(value, bytes) and (text := _readable(value)) and _looks_like_serial(text)
    ]
    for oid, text in found[:_MOST]:
        place = _place(oid, own)
        pipe = "[text]" if _SERIAL.match(text) else "[text, {regex: '([A-Z0-9-]+)$'}]"
        yield f"# serial_number: {{from: [{{oid: {place}, pipe: {pipe}, prefer: 80}}]}}   # {text} here"


def _readable(value: bytes) -> str:
    return value.decode("ascii") if value.isascii() and value.decode("ascii").isprintable() else ""


def _looks_like_serial(text: str) -> bool:
    last = text.rsplit(" ", maxsplit=1)[-1].rsplit(":", maxsplit=1)[-1]
    return bool(_SERIAL.match(last)) and any(map(str.isdigit, last)) and any(map(str.isalpha, last)) and len(text) < 32


def _counters(private: Mapping[Oid, SnmpValue], own: Oid | None, total: int | None) -> Iterator[str]:
    """Numbers that may be counts; which one of what, only the device's panel or the maker's MIB can tell."""
    numbers = {oid: value for oid, value in private.items() if isinstance(value, int) and value > 9}
    shown = dict(_sums(numbers, total))
    for oid, value in numbers.items():
        if total is not None and _is_near(value, total):
            shown.setdefault(oid, "near the life count")
    for oid, value in numbers.items():
        if total is None or value < total:
            shown.setdefault(oid, "")
    if shown:
        yield f"# numbers that may be counts; for the ?, put one of {', '.join(_COUNTS)}"
    for oid, why in itertools.islice(shown.items(), _MOST):
        words = f"{numbers[oid]} here" + (f"; {why}" if why else "")
        yield f"# page_counts.?: {{from: [{{oid: {_place(oid, own)}, pipe: [int], prefer: 80}}]}}   # {words}"
    if len(shown) > _MOST:
        yield f"# and {len(shown) - _MOST} more numbers in the recording"


def _is_near(value: int, total: int) -> bool:
    return abs(value - total) <= total * _NEAR


def _sums(numbers: Mapping[Oid, int], total: int | None) -> Iterator[tuple[Oid, str]]:
    """Two numbers beside each other that make the life count: mono and colour, or print and copy."""
    if not total:
        return
    by_parent: Mapping[Oid, Iterable[tuple[Oid, int]]] = {
        parent: list(group) for parent, group in itertools.groupby(numbers.items(), key=lambda item: item[0][:-2])
    }
    for group in by_parent.values():
        for (one, first), (other, second) in itertools.combinations(itertools.islice(group, 64), 2):
            if first + second == total:
                words = f"{first} + {second} = {total}, the life count"
                yield one, words
                yield other, words
