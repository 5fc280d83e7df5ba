"""The closed list of steps: pure functions from one value to the next, each built once when its profile is loaded.

A step gives None for "nothing usable here", or raises StepError to say why. It never sees the device, only the value.
"""

from __future__ import annotations

import enum
import functools
import math
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

from frisket.errors import PluginError, StepError
from frisket.formats.charset import clean, decode, speaks_for_itself
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


Step: TypeAlias = Callable[[Value, Charsets], Value]
# An argument (plain YAML, None for none) and the enums of its profile to a step; ValueError says what is wrong with it
StepBuilder: TypeAlias = Callable[[object, Mapping[str, Mapping[str, str]]], Step]
# What a plugin registers: one value in, one value out; with an argument, the text that stands in the profile follows
PluginStep: TypeAlias = Callable[[Value], Value]
PluginStepWithArgument: TypeAlias = Callable[[Value, str], Value]


# --- arguments ---------------------------------------------------------------------------------


def _no_argument(function: PluginStep, argument: object) -> Step:
    if argument is not None:
        raise ValueError("takes no argument")
    return lambda value, _: function(value)


def _simple(function: PluginStep) -> StepBuilder:
    return lambda argument, _: _no_argument(function, argument)


def _words(argument: object) -> list[str]:
    if isinstance(argument, list) and all(isinstance(word, str) for word in argument):
        return argument
    raise ValueError("takes a list of values")


def _word(argument: object) -> str:
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
    which = "general" if argument is None else _word(argument)
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


def _build_enum(argument: object, enums: Mapping[str, Mapping[str, str]]) -> Step:
    name = _word(argument)
    labels = enums.get(name) or {str(number): label for number, label in ENUMS.get(name, {}).items()}
    if not labels:
        raise ValueError(f"unknown enum {name!r}{suggest(name, [*enums, *ENUMS])}")
    return lambda value, _: labels.get(_text_of(value), labels.get("default"))


def _build_regex(argument: object, _: object) -> Step:
    regex = Regex(_word(argument))
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
    key = _word(argument).upper()
    return lambda value, _: parse_device_id(_text_of(value)).get(key)


CORE_STEPS: Mapping[str, StepBuilder] = {
    "collapse": _simple(lambda value: " ".join(_text_of(value).split())),
    "colorant": _simple(lambda value: colorant_of(_text_of(value))),
    "device_id": _build_device_id,
    "drop": _build_drop,
    "enum": _build_enum,
    "first_line": _simple(_first_line),
    "float": _simple(_float),
    "hex": _simple(_hex),
    "int": _simple(_int),
    "level": _simple(_level),
    "lower": _simple(lambda value: _text_of(value).lower()),
    "mac": _build_mac,
    "map": _build_map,
    "offset": _build_offset,
    "range": _build_range,
    "regex": _build_regex,
    "scale": _build_scale,
    "text": _build_text,
    "trim": _simple(lambda value: _text_of(value).strip()),
    "unquote": _simple(_unquote),
    "upper": _simple(lambda value: _text_of(value).upper()),
}


@attrs.define
class StepRegistry:
    """The steps that profiles may name: core's own and those that plugins add under their own name (`acme.tlv`)."""

    _builders: dict[str, StepBuilder] = attrs.field(factory=lambda: dict(CORE_STEPS))
    _owners: dict[str, str] = attrs.field(factory=dict)

    def add(
        self, name: str, function: PluginStep | PluginStepWithArgument, *, plugin: str, argument: bool = False
    ) -> None:
        """PluginError where the name is taken or is not `namespace.step`."""
        if name in self._builders:
            owner = self._owners.get(name, "core")
            raise PluginError(plugin, f"the step {name!r} is registered by {owner} already")
        if not all(part.isidentifier() for part in name.split(".")) or name.count(".") != 1:
            raise PluginError(plugin, f"the step {name!r} must be named namespace.step, such as 'acme.serial'")
        self._builders[name] = _guarded_with_argument(function, name) if argument else _guarded_alone(function, name)
        self._owners[name] = plugin

    def names(self) -> list[str]:
        return sorted(self._builders)

    def build(self, name: str, argument: object, enums: Mapping[str, Mapping[str, str]]) -> Step:
        """ValueError for an unknown step or an argument that it does not take."""
        builder = self._builders.get(name)
        if builder is None:
            raise ValueError(f"unknown step {name!r}{suggest(name, self._builders)}")
        try:
            return builder(argument, enums)
        except ValueError as error:
            raise ValueError(f"step {name!r} {error}") from None


def _guarded_alone(function: Callable[..., Value], name: str) -> StepBuilder:
    return _simple(lambda value: _guarded(functools.partial(function, value), name, value))


def _guarded_with_argument(function: Callable[..., Value], name: str) -> StepBuilder:
    def build(argument: object, _: object) -> Step:
        word = _word(argument)
        return lambda value, _: _guarded(functools.partial(function, value, word), name, value)

    return build


def _guarded(call: Callable[[], Value], name: str, value: Value) -> Value:
    """A plugin's step may only fail as a step fails: one bad value costs one candidate, not the device."""
    try:
        return call()
    except StepError:
        raise
    except Exception as error:  # the boundary of one step, which is the code of strangers
        raise StepError(f"step {name} failed on {value!r:.60}: {type(error).__name__}: {error}") from error
