"""The closed list of steps: pure functions from one value to the next, each built once when its profile is loaded.

A step gives None for "nothing usable here", or raises StepError to say why. It never sees the device, only the value.
"""

from __future__ import annotations

import datetime as dt
import enum
import math
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from frisket.errors import StepError
from frisket.formats.charset import CODECS, CODECS_BY_NAME, clean, decode, speaks_for_itself
from frisket.formats.ieee1284 import parse_device_id
from frisket.model.labels import ENUMS
from frisket.model.oid import format_oid
from frisket.profile.colorants import colorant_of
from frisket.profile.regex import Regex
from frisket.profile.suggestion import suggest


class Sentinel(enum.Enum):
    """What a negative level means (RFC 3805 prtMarkerSuppliesLevel, -MaxCapacity); the only place that knows."""

    UNRESTRICTED = "unrestricted"
    UNKNOWN = "unknown"
    SOME_REMAINING = "some-remaining"
    IMPLAUSIBLE = "implausible"


_SENTINELS = {-1: Sentinel.UNRESTRICTED, -2: Sentinel.UNKNOWN, -3: Sentinel.SOME_REMAINING}

# Numbers as devices and profiles write them: no nan, no inf, no underscores, and short enough to count with
_WHOLE = re.compile(r"[+-]?[0-9]{1,20}\Z", re.ASCII)
_FINITE = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?\Z", re.ASCII)
_DATE = re.compile(
    r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ,]{1,2}([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?", re.ASCII
)
_TWELVE_DIGITS = re.compile(r"[0-9a-fA-F]{12}\Z", re.ASCII)

# What stands between two steps; tuples of arcs are OIDs
Value: TypeAlias = "bytes | str | int | float | tuple[int, ...] | Sentinel | None"


@attrs.define
class Charsets:
    """The codecs that a device declares, and which declarations a text turned out to need.

    They are asked for only when some text is neither ASCII nor UTF-8, which saves most devices three columns.
    """

    codecs: Mapping[str, str | None] = attrs.field(factory=dict)
    wanted: set[str] = attrs.field(factory=set)

    def decode(self, raw: bytes, which: str) -> str:
        if not speaks_for_itself(raw):
            self.wanted.add(which)
        return decode(raw, self.codecs.get(which))


@attrs.frozen
class Names:
    """What a profile defines for its steps: enums and patterns by their names."""

    enums: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    patterns: Mapping[str, Regex] = attrs.field(factory=dict)


Step: TypeAlias = Callable[[Value, Charsets], Value]
# An argument (plain YAML, None for none) and the names of its profile to a step; ValueError says what is wrong with it
StepBuilder: TypeAlias = Callable[[object, Names], Step]
# What a plugin registers: one value in, one value out; with an argument, the text that stands in the profile follows
PluginStep: TypeAlias = Callable[[Value], Value]
PluginStepWithArgument: TypeAlias = Callable[[Value, str], Value]


# --- arguments ---------------------------------------------------------------------------------


def _no_argument(function: PluginStep, argument: object) -> Step:
    if argument is not None:
        raise ValueError("takes no argument")
    return lambda value, _: function(value)


def simple(function: PluginStep) -> StepBuilder:
    return lambda argument, _: _no_argument(function, argument)


def _words(argument: object) -> list[str]:
    if isinstance(argument, list) and all(isinstance(word, str) for word in argument):
        return argument
    raise ValueError("takes a list of values")


def word_of(argument: object) -> str:
    if isinstance(argument, str):
        return argument
    raise ValueError("takes one value")


def _number(argument: object) -> float:
    if not isinstance(argument, str) or not _FINITE.match(argument):
        raise ValueError(f"takes a number, not {argument!r}")
    return float(argument)


def _text_of(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        raise StepError("octets stand where text must; put `text` before this step")
    if isinstance(value, Sentinel) or value is None:
        raise StepError("a level that is no number has no text")
    return format_oid(value) if isinstance(value, tuple) else str(value)


def _number_of(value: Value) -> float | int:
    if isinstance(value, (int, float)):
        return value
    raise StepError(f"{value!r} is not a number; put `int` or `float` before this step")


# --- the steps ---------------------------------------------------------------------------------


def _build_text(argument: object, _: object) -> Step:
    which = "general" if argument is None else word_of(argument)
    if which not in ("general", "console"):
        raise ValueError(f"takes general or console, not {which!r}")

    def text(value: Value, charsets: Charsets) -> Value:
        return charsets.decode(value, which) if isinstance(value, bytes) else clean(_text_of(value))

    return text


def _int(value: Value) -> Value:
    if isinstance(value, float) and not math.isfinite(value):
        raise StepError(f"{value} is not a whole number")
    if isinstance(value, (int, float)):
        return int(value)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    text = _text_of(value).strip()
    if not _WHOLE.match(text):
        raise StepError(f"{text[:40]!r} is not a whole number")
    return int(text)


def _float(value: Value) -> Value:
    if isinstance(value, (int, float)):
        return float(value)
    text = value.decode("latin-1") if isinstance(value, bytes) else _text_of(value)
    if not _FINITE.match(text.strip()):
        raise StepError(f"{text[:40]!r} is not a number")
    return float(text)


def _first_line(value: Value) -> Value:
    lines = (line.strip() for line in _text_of(value).splitlines())
    return next((line for line in lines if line), None)


def _hex(value: Value) -> Value:
    if not isinstance(value, bytes):
        raise StepError("only octets can be written as hexadecimal digits")
    return value.hex()


def _build_mac(argument: object, _: object) -> Step:
    if argument not in (None, "universal"):
        raise ValueError(f"takes nothing or universal, not {argument!r}")

    def mac(value: Value, _: Charsets) -> Value:
        octets = _mac_octets(value)
        if octets is None or not any(octets) or octets[0] & 1:  # none, unset or a group address (IEEE 802 8.2)
            return None
        if argument == "universal" and octets[0] & 2:
            return None
        return ":".join(f"{octet:02x}" for octet in octets)

    return mac


def _mac_octets(value: Value) -> bytes | None:
    if isinstance(value, bytes) and len(value) == 6:
        return value
    text = value.decode("latin-1") if isinstance(value, bytes) else _text_of(value)
    digits = "".join(char for char in text if char not in ":-. ")
    return bytes.fromhex(digits) if _TWELVE_DIGITS.match(digits) else None


def _build_scale(argument: object, _: object) -> Step:
    factor = _number(argument)
    return lambda value, _: _number_of(value) * factor


def _build_offset(argument: object, _: object) -> Step:
    offset = _number(argument)
    whole = int(offset) if offset == int(offset) else offset
    return lambda value, _: _number_of(value) + whole


def _build_range(argument: object, _: object) -> Step:
    bounds = [_number(word) for word in _words(argument)]
    if len(bounds) != 2 or bounds[0] > bounds[1]:
        raise ValueError("takes the smallest and the largest value: {range: [0, 100]}")

    def within(value: Value, _: Charsets) -> Value:
        number = _number_of(value)
        if not bounds[0] <= number <= bounds[1]:
            raise StepError(f"{number:g} is outside {bounds[0]:g} to {bounds[1]:g}")
        return number

    return within


def _build_map(argument: object, _: object) -> Step:
    if not isinstance(argument, dict) or not all(isinstance(word, str) for word in argument.values()):
        raise ValueError("takes a mapping of values to values")
    table: dict[str, str] = argument
    return lambda value, _: table.get(_text_of(value))


def _build_enum(argument: object, names: Names) -> Step:
    name, enums = word_of(argument), names.enums
    labels = enums.get(name) or {str(number): label for number, label in ENUMS.get(name, {}).items()}
    if not labels:
        raise ValueError(f"unknown enum {name!r}{suggest(name, [*enums, *ENUMS])}")
    return lambda value, _: labels.get(_text_of(value), labels.get("default"))


def _build_regex(argument: object, _: object) -> Step:
    return _searching(Regex(word_of(argument)))


def _build_pattern(argument: object, names: Names) -> Step:
    """A pattern of the profile by its name, for one that is needed in several places."""
    name = word_of(argument)
    if name not in names.patterns:
        raise ValueError(f"unknown pattern {name!r}{suggest(name, names.patterns)}")
    return _searching(names.patterns[name])


def _searching(regex: Regex) -> Step:
    group: int | str = "value" if "value" in regex.names else min(regex.groups, 1)

    def matched(value: Value, _: Charsets) -> Value:
        found = regex.search(_text_of(value))
        return found.group(group) if found else None

    return matched


def _level(value: Value) -> Value:
    number = _int(value)
    if not isinstance(number, int) or number >= 0:
        return number
    return _SENTINELS.get(number, Sentinel.IMPLAUSIBLE)


def _build_drop(argument: object, _: object) -> Step:
    """Values that stand for "not set", compared without case, as makers spell them both ways."""
    unset = {word.lower() for word in _words(argument)}
    return lambda value, _: None if _text_of(value).strip().lower() in unset else value


def _unquote(value: Value) -> Value:
    return _text_of(value).strip().strip("\"'").strip()


def _build_device_id(argument: object, _: object) -> Step:
    key = word_of(argument).upper()
    return lambda value, _: parse_device_id(_text_of(value)).get(key)


def _build_bits(argument: object, _: object) -> Step:
    """BITS (RFC 2578 7.1.4): bit 0 is the highest bit of the first octet. The words of those that are set."""
    if not isinstance(argument, dict) or not all(bit.isdigit() and isinstance(argument[bit], str) for bit in argument):
        raise ValueError("takes a mapping of bit numbers to words: {bits: {0: lowPaper}}")
    words = {int(bit): str(word) for bit, word in argument.items()}

    def bits(value: Value, _: Charsets) -> Value:
        if not isinstance(value, bytes):
            raise StepError("only octets have bits; put this step first")
        found = [word for bit, word in words.items() if bit // 8 < len(value) and value[bit // 8] >> 7 - bit % 8 & 1]
        return ", ".join(found) or None

    return bits


def _build_charset(argument: object, _: object) -> Step:
    """Text in a set that the device does not declare, by the name or the MIBenum of IANA's registry."""
    name = word_of(argument).lower().replace("_", "-")
    codec = CODECS.get(int(name)) if name.isdigit() else CODECS_BY_NAME.get(name)
    if codec is None:
        raise ValueError(f"unknown character set {name!r}{suggest(name, CODECS_BY_NAME)}")

    def charset(value: Value, _: Charsets) -> Value:
        return decode(value, codec) if isinstance(value, bytes) else clean(_text_of(value))

    return charset


def _date(value: Value) -> Value:
    """RFC 2579 DateAndTime, or a date as people write it, to `2026-11-25` or `2026-11-25T19:07:00`."""
    if isinstance(value, bytes) and len(value) in (8, 11):
        year, rest = int.from_bytes(value[:2], "big"), value[2:7]
        return _iso(year, *rest)
    found = _DATE.search(value.decode("latin-1") if isinstance(value, bytes) else _text_of(value))
    if found is None:
        return None
    year, month, day, *time = (int(part) for part in found.groups(default="0"))
    return _iso(year, month, day, *time) if found.group(4) else _iso(year, month, day)


def _iso(*parts: int) -> str:
    try:
        moment = dt.datetime(*parts[:3], *parts[3:])  # type: ignore[arg-type]  # noqa: DTZ001  # the device's own time
    except ValueError as error:
        raise StepError(f"no date: {error}") from None
    return moment.isoformat() if len(parts) > 3 else moment.date().isoformat()


CORE_STEPS: Mapping[str, StepBuilder] = {
    "bits": _build_bits,
    "charset": _build_charset,
    "collapse": simple(lambda value: " ".join(_text_of(value).split())),
    "colorant": simple(lambda value: colorant_of(_text_of(value))),
    "date": simple(_date),
    "device_id": _build_device_id,
    "drop": _build_drop,
    "enum": _build_enum,
    "first_line": simple(_first_line),
    "float": simple(_float),
    "hex": simple(_hex),
    "int": simple(_int),
    "level": simple(_level),
    "lower": simple(lambda value: _text_of(value).lower()),
    "mac": _build_mac,
    "map": _build_map,
    "offset": _build_offset,
    "pattern": _build_pattern,
    "range": _build_range,
    "regex": _build_regex,
    "scale": _build_scale,
    "text": _build_text,
    "trim": simple(lambda value: _text_of(value).strip()),
    "unquote": simple(_unquote),
    "upper": simple(lambda value: _text_of(value).upper()),
}
