"""Every behaviour by the name that `frisket lab --behaviour` knows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from frisket.errors import LabError
from frisket.lab import hostile_datagrams, hostile_values, hostile_walks
from frisket.lab.behaviour import Behaviour
from frisket.profile.suggestion import suggest

BEHAVIOURS: Mapping[str, type[Behaviour]] = MappingProxyType(
    {
        "honest": Behaviour,
        "circular": hostile_walks.Circular,
        "control-characters": hostile_values.ControlCharacters,
        "drip": hostile_datagrams.Drip,
        "echo": hostile_datagrams.Echo,
        "empty": hostile_datagrams.Empty,
        "endless": hostile_walks.Endless,
        "error-always": hostile_datagrams.ErrorAlways,
        "flood": hostile_datagrams.Flood,
        "foreign-address": hostile_datagrams.ForeignAddress,
        "foreign-oid": hostile_walks.ForeignOid,
        "formulas": hostile_values.Formulas,
        "garbage": hostile_datagrams.Garbage,
        "huge-string": hostile_values.HugeString,
        "late": hostile_datagrams.Late,
        "length-bomb": hostile_values.LengthBomb,
        "nested": hostile_values.Nested,
        "reordered": hostile_walks.Reordered,
        "repeated": hostile_walks.Repeated,
        "shifted-bulk": hostile_walks.ShiftedBulk,
        "silent-after-first": hostile_datagrams.SilentAfterFirst,
        "silent-bulk": hostile_walks.SilentBulk,
        "too-big-always": hostile_datagrams.TooBigAlways,
        "truncated": hostile_datagrams.Truncated,
        "wrong-community": hostile_datagrams.WrongCommunity,
        "wrong-request-id": hostile_datagrams.WrongRequestId,
        "xss": hostile_values.Xss,
    }
)


def make_behaviour(name: str) -> Behaviour:
    """A behaviour for one printer; LabError when no behaviour has this name."""
    try:
        return BEHAVIOURS[name]()
    except KeyError:
        near = suggest(name, BEHAVIOURS)
        raise LabError(f"{name}: no such behaviour{near}; known are {', '.join(BEHAVIOURS)}") from None


def describe(name: str) -> str:
    """What the behaviour does, in one line."""
    return (BEHAVIOURS[name].__doc__ or "").partition("\n")[0]
