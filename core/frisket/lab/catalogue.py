"""Every behaviour by the name that `frisket lab --behaviour` knows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from frisket.errors import LabError
from frisket.lab import hostile_datagrams, hostile_values, hostile_walks
from frisket.lab.behaviour import Behaviour
from frisket.lab.hostile_ipp import IPP_BEHAVIOURS
from frisket.lab.hostile_pjl import HOSTILE_PJL
from frisket.lab.hostile_web import WEB_BEHAVIOURS
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

# All names: behaviours in SNMP, and honest ones whose web server, IPP or PJL is not
BEHAVIOUR_NAMES = (
    *BEHAVIOURS,
    *(f"web/{name}" for name in WEB_BEHAVIOURS),
    *(f"ipp/{name}" for name in IPP_BEHAVIOURS),
    *(f"pjl/{name}" for name in HOSTILE_PJL),
)


def make_behaviour(name: str) -> Behaviour:
    """A behaviour for one printer; LabError when no behaviour has this name."""
    if name not in BEHAVIOUR_NAMES:
        near = suggest(name, BEHAVIOUR_NAMES)
        raise LabError(f"{name}: no such behaviour{near}; known are {', '.join(BEHAVIOUR_NAMES)}")
    if name in BEHAVIOURS:
        return BEHAVIOURS[name]()
    behaviour = Behaviour()
    kind, _, inner = name.partition("/")
    if kind == "web":
        behaviour.web = WEB_BEHAVIOURS[inner]
    elif kind == "ipp":
        behaviour.ipp = IPP_BEHAVIOURS[inner]
    else:
        behaviour.pjl = HOSTILE_PJL[inner]
    return behaviour


def describe(name: str) -> str:
    """What the behaviour does, in one line."""
    kind, slash, inner = name.partition("/")
    if kind in ("ipp", "pjl"):
        return f"{kind.upper()}: {inner.replace('-', ' ')}"
    told = WEB_BEHAVIOURS[inner] if slash else BEHAVIOURS[name]
    return (told.__doc__ or "").partition("\n")[0]
