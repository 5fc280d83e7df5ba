"""Scrubbing: a recording in which all that is private is disguised, and the proof that nothing of it is left.

Serial numbers, MAC and IP addresses, names, places, contacts, e-mail addresses, telephone numbers, users, networks,
hosts of URLs and names in certificates are replaced wherever they stand: in texts, octets, indexes, pages. Models, part
numbers and counters stay.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import attrs

from frisket.errors import RecordingError
from frisket.formats.byte_forms import forms, occurs
from frisket.formats.disguise import Disguise
from frisket.formats.private_words import (
    IP,
    MAC,
    PHONE,
    SERIAL,
    Private,
    find_private,
    machine_words,
    place_of,
    standing,
)
from frisket.formats.snmp import IP_ADDRESS
from frisket.formats.snmprec import RecordedValue
from frisket.model.oid import Oid, format_oid

# What is found inside names, and must be there what it is alone
_EARLY = (MAC, IP, SERIAL, PHONE)
# No standard object has an index before this arc
_FIRST_INDEX = 8


@attrs.frozen(kw_only=True)
class Raw:
    """All that was recorded: SNMP objects, and what lies in files beside them, by the name of the file."""

    objects: Mapping[Oid, RecordedValue]
    files: Mapping[str, bytes] = attrs.field(factory=dict)

    def texts(self) -> Iterator[tuple[str, str]]:
        """(where, text) of everything that can hold a text, one character an octet."""
        for oid, recorded in self.objects.items():
            yield format_oid(oid), _text_of(recorded.value)
            yield format_oid(oid), _arcs_text(oid[_FIRST_INDEX:])
        for name, octets in self.files.items():
            yield name, octets.decode("latin-1")


@attrs.frozen(kw_only=True)
class Scrubbed:
    """`originals` counts how many of each kind there were, `places` how often one was replaced."""

    raw: Raw
    originals: Mapping[str, int]
    places: Mapping[str, int]


def scrub(raw: Raw, *, key: bytes, known: Iterable[Private] = ()) -> Scrubbed:
    """`known` is what somebody else knows to be private. RecordingError where something private would be left."""
    private = _collect(raw, known)
    scrubber = _Scrubber(Disguise(key), private, machine_words(raw.objects))
    clean = Raw(
        objects={scrubber.oid(oid): scrubber.value(oid, recorded) for oid, recorded in raw.objects.items()},
        files={name: scrubber.octets(octets) for name, octets in raw.files.items()},
    )
    prove(clean, private)
    originals = Counter(one.kind for one in private)
    return Scrubbed(
        raw=clean, originals={kind: originals[kind] or 1 for kind in scrubber.places}, places=scrubber.places
    )


def prove(clean: Raw, private: Iterable[Private]) -> None:
    """RecordingError, with places and kinds and no original, where something private stands in any form."""
    found = list(clean.texts())
    whole = "\n".join(text for _, text in found)
    left = [
        f"{where}: a {one.kind} is still there"
        for one in private
        if occurs(one, whole)
        for where, text in found
        if occurs(one, text)
    ]
    if left:
        raise RecordingError(
            "\n".join((*dict.fromkeys(left), "nothing was written; --unscrubbed would write it as is"))
        )


def _collect(raw: Raw, known: Iterable[Private]) -> list[Private]:
    """Everything private once, whole words only where nobody found more."""
    found: dict[str, Private] = {}
    texts = {text for _, text in raw.texts()}
    patterns = (one for text in sorted(texts) for one in find_private(text))
    for one in (*known, *standing(raw.objects), *patterns):
        text = one.text if one.kind != MAC else re.sub(r"[:.-]", "", one.text.lower())
        before = found.setdefault(text.lower(), attrs.evolve(one, text=text))
        # a number in a contact is a telephone number first
        kind = PHONE if one.kind == PHONE else before.kind
        found[text.lower()] = attrs.evolve(before, kind=kind, bounded=before.bounded and one.bounded)
    return sorted(found.values())


@attrs.define(slots=False)
class _Scrubber:
    disguise: Disguise
    private: list[Private]
    public: frozenset[str]
    places: Counter[str] = attrs.field(factory=Counter)

    def oid(self, oid: Oid) -> Oid:
        """Indexes hold addresses and names arc by arc."""
        head, tail = oid[:_FIRST_INDEX], oid[_FIRST_INDEX:]
        old = _arcs_text(tail)
        new = self.text(self._packed_addresses(old))
        return head + tuple(arc if one == other else ord(other) for arc, one, other in zip(tail, old, new, strict=True))

    def value(self, oid: Oid, recorded: RecordedValue) -> RecordedValue:
        value = recorded.value
        if isinstance(value, tuple):
            return attrs.evolve(recorded, value=self.oid(value))
        if isinstance(value, int):
            return attrs.evolve(recorded, value=self._number(value))
        if recorded.tag == IP_ADDRESS or len(value) == 4:
            moved = self._packed_addresses(value.decode("latin-1"))
            if moved.encode("latin-1") != value:
                return attrs.evolve(recorded, value=moved.encode("latin-1"))
        text = value.decode("latin-1")
        kind = place_of(oid)
        if kind is not None and text.strip() and text not in self._table:
            # too short or too common to look for elsewhere, but private where it stands
            self.places[kind] += 1
            return attrs.evolve(recorded, value=self._name(self.text(text)).encode("latin-1"))
        return attrs.evolve(recorded, value=self.text(text).encode("latin-1"))

    def octets(self, octets: bytes) -> bytes:
        return self.text(octets.decode("latin-1")).encode("latin-1")

    def text(self, text: str) -> str:
        return self._pattern.sub(self._replace, text) if self._table else text

    # --- parts ---------------------------------------------------------------------------------

    def _replace(self, found: re.Match[str]) -> str:
        old = found.group()
        kind, new = self._table.get(old) or self._table[_lower(old)]
        self.places[kind] += 1
        return new if old in self._table else _cased(old, new)

    def _number(self, value: int) -> int:
        """A serial number of digits may come as a number."""
        kind, new = self._table.get(str(value), ("", ""))
        return int(new) if kind == SERIAL and value > 99_999 else value

    def _packed_addresses(self, text: str) -> str:
        for old, new in self._packed.items():
            if old in text:
                self.places[IP] += 1
                text = text.replace(old, new)
        return text

    @cached_property
    def _packed(self) -> Mapping[str, str]:
        return {
            "".join(chr(int(part)) for part in one.text.split(".")): "".join(
                chr(int(part)) for part in self.disguise.address(one.text).split(".")
            )
            for one in self.private
            if one.kind == IP
        }

    @cached_property
    def _table(self) -> Mapping[str, tuple[str, str]]:
        """Form of an original: its kind, and the form of its disguise. Originals inside others come first."""
        table: dict[str, tuple[str, str]] = {}
        for one in sorted(self.private, key=lambda one: (one.kind not in _EARLY, len(one.text))):
            for old, new in forms(one.kind, one.text, self._disguised(one, table)):
                if old != new:
                    table.setdefault(old, (one.kind, new))
                    table.setdefault(_lower(old), (one.kind, _lower(new)))
        return table

    def _disguised(self, one: Private, early: Mapping[str, tuple[str, str]]) -> str:
        if one.kind == MAC:
            return self.disguise.mac(bytes.fromhex(one.text)).hex()
        if one.kind == IP:
            return self.disguise.address(one.text)
        if one.kind == PHONE:
            return self.disguise.phone(one.text)
        if one.kind == SERIAL:
            return self.disguise.text(one.text)
        return self._name(one.text, {old: new for old, (kind, new) in early.items() if kind in _EARLY})

    def _name(self, text: str, early: Mapping[str, str] | None = None) -> str:
        """Words that describe the machine stay, and what is private by itself gets its own disguise."""
        keep = [re.escape(word) for word in self.public if len(word) > 1 and word in text.lower()]
        known = [re.escape(old) for old in early or {} if _lower(old) in text.lower()]
        if not keep and not known:
            return self.disguise.text(text)
        words = rf"(?<![a-z0-9.@])(?:{'|'.join(sorted(keep, key=len, reverse=True)) or '(?!)'})(?![a-z0-9@]|\.[a-z])"
        pattern = re.compile("(" + "|".join((*sorted(known, key=len, reverse=True), words)) + ")", re.IGNORECASE)
        parts = pattern.split(text)
        return "".join(
            self.disguise.text(part) if at % 2 == 0 else self._part(part, early or {}) for at, part in enumerate(parts)
        )

    def _part(self, part: str, early: Mapping[str, str]) -> str:
        new = early.get(part)
        if new is None and (low := early.get(_lower(part))) is not None:
            new = _cased(part, low)
        return part if new is None else new

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        bounded = {_lower(one.text) for one in self.private if one.bounded}
        return re.compile(
            "|".join(_guarded(form, _lower(form) in bounded) for form in sorted(self._table, key=len, reverse=True)),
            re.IGNORECASE | re.ASCII | re.DOTALL,
        )


def _guarded(form: str, bounded: bool) -> str:  # noqa: FBT001  # of one table
    """Whole words only, whole numbers only, whole addresses only."""
    text = re.escape(form)
    if bounded:
        return rf"(?<![A-Za-z0-9]){text}(?![A-Za-z0-9])"
    if form.replace(".", "").isdigit() and "." in form:
        return rf"(?<![\d.]){text}(?!\d|\.\d)"
    if form.isdigit():
        return rf"(?<!\d){text}(?!\d)"
    if len(form) in (6, 8) and all(char in "0123456789abcdefABCDEF" for char in form):
        # the end of a host name, behind letters of which some look like digits
        return rf"(?<!\d){text}(?![0-9a-f])"
    return text


def _cased(like: str, lower: str) -> str:
    """A disguise in the case of an original: of hexadecimal digits, letters need not stand where letters stood."""
    if _lower(like) != like and not any(char.islower() for char in like if char.isascii()):
        return "".join(char.upper() if char.isascii() else char for char in lower)
    return "".join(
        two.upper() if one.isascii() and one.isupper() else two for one, two in zip(like, lower, strict=True)
    )


def _lower(text: str) -> str:
    """ASCII only: other octets are no letters here."""
    return "".join(char.lower() if char.isascii() else char for char in text)


def _arcs_text(oid: Oid) -> str:
    return "".join(chr(arc) if arc < 256 else "\uffff" for arc in oid)


def _text_of(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return _arcs_text(value) if isinstance(value, tuple) else str(value)
