"""What property tests draw from, and the small profile databases that tests of the profile language share."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from hypothesis import assume, settings
from hypothesis import strategies as st

from frisket.errors import ProfileError
from frisket.formats import ber, snmp
from frisket.formats.loose_json import JsonValue
from frisket.formats.snmp import Message, Missing, Pdu, VarBind, Version
from frisket.formats.snmprec import RecordedValue
from frisket.model import labels
from frisket.model.answers import Answers, SnmpValue
from frisket.model.device import TWELVE_FIELDS, Alert, Device, Level, PageCount, Supply
from frisket.model.oid import MAX_ARC, MAX_ARCS, Oid, parse_oid
from frisket.model.reading import Reading
from frisket.profile.database import ProfileDatabase, ProfileFile, build_database
from frisket.profile.mapping import map_reading
from frisket.profile.step_registry import StepRegistry
from frisket.profile.steps import Charsets

# A busy machine is no mistake: what may cost time is measured by the tests that say so
settings.register_profile("frisket", deadline=None)
settings.load_profile("frisket")

# --- object identifiers and SNMP ---------------------------------------------------------------

_ARCS = st.one_of(st.integers(0, 127), st.integers(0, MAX_ARC), st.sampled_from((128, 16383, 16384, 2**28, MAX_ARC)))
# X.690 8.19.4: below the first arcs 0 and 1 the second one is at most 39
_ROOTS = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 39)),
    st.tuples(st.just(2), st.one_of(st.integers(0, 200), st.integers(0, MAX_ARC - 80))),
)


def oids() -> st.SearchStrategy[Oid]:
    """OIDs that BER can write: two arcs at least."""
    return st.builds(lambda root, rest: (*root, *rest), _ROOTS, st.lists(_ARCS, max_size=10))


def long_oids() -> st.SearchStrategy[Oid]:
    """OIDs of up to as many arcs as there may be, from zero to the biggest one."""
    # one octet drawn is one arc, which is much quicker than drawing a number for each
    rest = st.binary(min_size=100, max_size=MAX_ARCS - 2).map(lambda octets: [octet * 0x01010101 for octet in octets])
    return st.builds(lambda root, arcs: (*root, *arcs), _ROOTS, rest)


_SIGNED_32 = st.one_of(st.integers(-(2**31), 2**31 - 1), st.sampled_from((-(2**31), -129, -128, -3, -1, 0, 127, 128)))
_UNSIGNED_32 = st.one_of(st.integers(0, 2**32 - 1), st.sampled_from((0, 127, 128, 2**31, 2**32 - 1)))
_UNSIGNED_64 = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from((2**32, 2**63, 2**64 - 1)))
_OCTETS = st.binary(max_size=300)

# A value with the BER tag that it goes by
TaggedValue = tuple[int, "SnmpValue | Missing"]


def _tagged(tag: int, values: st.SearchStrategy[SnmpValue]) -> st.SearchStrategy[TaggedValue]:
    return st.tuples(st.just(tag), values)


def v1_values() -> st.SearchStrategy[TaggedValue]:
    """Every type of RFC 1155, and NULL."""
    return st.one_of(
        _tagged(ber.INTEGER, _SIGNED_32),
        _tagged(ber.OCTET_STRING, _OCTETS),
        _tagged(ber.OBJECT_IDENTIFIER, st.one_of(oids(), long_oids())),
        _tagged(snmp.IP_ADDRESS, st.binary(min_size=4, max_size=4)),
        _tagged(snmp.COUNTER32, _UNSIGNED_32),
        _tagged(snmp.GAUGE32, _UNSIGNED_32),
        _tagged(snmp.TIME_TICKS, _UNSIGNED_32),
        _tagged(snmp.OPAQUE, _OCTETS),
        st.just((ber.NULL, Missing.UNSPECIFIED)),
    )


def v2c_values() -> st.SearchStrategy[TaggedValue]:
    """What RFC 1155 has, Counter64 and the exceptions of RFC 3416."""
    return st.one_of(
        v1_values(),
        _tagged(snmp.COUNTER64, _UNSIGNED_64),
        st.sampled_from([(missing.value, missing) for missing in Missing]),
    )


TaggedVarBind = tuple[Oid, int, "SnmpValue | Missing"]


def tagged_varbinds(version: Version) -> st.SearchStrategy[list[TaggedVarBind]]:
    """Varbinds as (OID, tag, value)."""
    values = v1_values() if version == Version.V1 else v2c_values()
    varbind = st.builds(lambda oid, tagged: (oid, *tagged), st.one_of(oids(), long_oids()), values)
    return st.lists(varbind, max_size=6)


def pdus(version: Version) -> st.SearchStrategy[Pdu]:
    return st.sampled_from([pdu for pdu in Pdu if version == Version.V2C or pdu != Pdu.GET_BULK])


def encoded(varbinds: list[TaggedVarBind]) -> list[bytes]:
    """Our own encoding of varbinds."""
    return [
        snmp.encode_missing(oid, value)
        if isinstance(value, Missing)
        else snmp.encode_varbind(oid, snmp.encode_value(tag, value))
        for oid, tag, value in varbinds
    ]


def untagged(varbinds: list[TaggedVarBind]) -> tuple[VarBind, ...]:
    """Varbinds as a decoded message holds them."""
    return tuple((oid, value) for oid, _, value in varbinds)


@st.composite
def messages(draw: st.DrawFn) -> tuple[Message, bytes]:
    """A message and its octets."""
    version = draw(st.sampled_from(Version))
    varbinds = draw(tagged_varbinds(version))
    community, pdu, request_id = draw(st.binary(max_size=40)), draw(pdus(version)), draw(st.integers(0, 2**31 - 1))
    status, index = draw(st.integers(0, 18)), draw(st.integers(0, 200))
    octets = snmp.encode_message(
        version, community, pdu, request_id, encoded(varbinds), error_status=status, error_index=index
    )
    return Message(version, community, pdu, request_id, status, index, untagged(varbinds)), octets


@st.composite
def spoilt_octets(draw: st.DrawFn) -> bytes:
    """A good message with a few octets changed, cut out, doubled or cut off."""
    octets = bytearray(draw(messages())[1])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(octets) - 1)))
        what = draw(st.sampled_from(("change", "remove", "insert", "cut", "double")))
        if what == "change" and octets:
            octets[at] = draw(st.one_of(st.sampled_from((0, 0x7F, 0x80, 0x84, 0xFF)), st.integers(0, 255)))
        elif what == "remove":
            del octets[at : at + draw(st.integers(1, 8))]
        elif what == "insert":
            octets[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif what == "cut":
            del octets[at:]
        else:
            octets[at:at] = octets[at : at + 40]
    return bytes(octets)


# --- recordings --------------------------------------------------------------------------------


def _recorded(tag: int, values: st.SearchStrategy[SnmpValue]) -> st.SearchStrategy[RecordedValue]:
    return st.builds(RecordedValue, st.just(tag), values)


def recordings() -> st.SearchStrategy[dict[Oid, RecordedValue]]:
    """Objects by OID, of every type that a recording holds."""
    texts = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)).map(str.encode)
    octets: st.SearchStrategy[SnmpValue] = st.one_of(_OCTETS, texts)
    values = st.one_of(
        _recorded(ber.INTEGER, _SIGNED_32),
        _recorded(ber.OCTET_STRING, octets),
        _recorded(ber.NULL, st.just(b"")),
        _recorded(ber.OBJECT_IDENTIFIER, oids()),
        _recorded(snmp.IP_ADDRESS, st.binary(min_size=4, max_size=4)),
        _recorded(snmp.COUNTER32, _UNSIGNED_32),
        _recorded(snmp.GAUGE32, _UNSIGNED_32),
        _recorded(snmp.TIME_TICKS, _UNSIGNED_32),
        _recorded(snmp.OPAQUE, octets),
        _recorded(snmp.COUNTER64, _UNSIGNED_64),
    )
    return st.dictionaries(oids(), values, max_size=12)


# --- devices -----------------------------------------------------------------------------------

_TEXTS = st.one_of(st.none(), st.text(max_size=40))
_WHOLE = st.integers(0, 2**63 - 1)


def page_counts() -> st.SearchStrategy[PageCount]:
    return st.builds(
        PageCount,
        function=st.sampled_from(labels.FUNCTIONS),
        color=st.sampled_from(labels.COLORS),
        sides=st.sampled_from(labels.SIDES),
        size=st.sampled_from(labels.SIZES),
        unit=st.sampled_from(labels.PAGE_COUNT_UNITS),
        value=_WHOLE,
    )


@st.composite
def levels(draw: st.DrawFn) -> Level:
    state = draw(st.sampled_from(labels.LEVEL_STATES))
    percents = st.none() | st.integers(0, 1000).map(lambda tenths: tenths / 10)
    return Level(
        state=state,
        percent=draw(percents) if state == "known" else None,
        remaining=draw(st.none() | _WHOLE),
        capacity=draw(st.none() | _WHOLE),
        unit=draw(st.none() | st.sampled_from(tuple(labels.SUPPLY_UNITS.values()))),
    )


def supplies() -> st.SearchStrategy[Supply]:
    return st.builds(
        Supply,
        index=st.text("0123456789.ip", min_size=1, max_size=8),
        type=st.none() | st.sampled_from(tuple(labels.SUPPLY_TYPES.values())),
        class_=st.none() | st.sampled_from(("consumed", "receptacle")),
        colorant=_TEXTS,
        description=_TEXTS,
        level=levels(),
    )


def alerts() -> st.SearchStrategy[Alert]:
    return st.builds(
        Alert,
        severity=st.sampled_from(("critical", "warning", "other")),
        group=st.none() | st.sampled_from(tuple(labels.ALERT_GROUPS.values())),
        code=st.none() | st.integers(-(2**31), 2**31 - 1),
        location=st.none() | st.integers(-(2**31), 2**31 - 1),
        description=_TEXTS,
    )


def _seconds() -> st.SearchStrategy[dt.datetime]:
    times = st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1))  # noqa: DTZ001  # made UTC below
    return times.map(lambda time: time.replace(microsecond=0, tzinfo=dt.UTC))


@st.composite
def devices(draw: st.DrawFn) -> Device:
    """Whole device documents; a masked field is empty, as the agent would send it."""
    masked = draw(st.lists(st.sampled_from(TWELVE_FIELDS), unique=True, max_size=3))
    fields: dict[str, object] = {
        **{name: draw(_TEXTS) for name in TWELVE_FIELDS[:8]},
        "page_counts": tuple(draw(st.lists(page_counts(), max_size=5, unique_by=lambda count: count.key))),
        "supplies": tuple(draw(st.lists(supplies(), max_size=5, unique_by=lambda supply: supply.index))),
        "console_messages": tuple(draw(st.lists(st.text(max_size=20), max_size=3))),
        "alerts": tuple(draw(st.lists(alerts(), max_size=3))),
    }
    shown = {name: value for name, value in fields.items() if name not in masked}
    return Device(read_at=draw(_seconds()), masked=tuple(masked), **shown)  # type: ignore[arg-type]  # by their names


# --- profiles' texts ---------------------------------------------------------------------------

_YAML_PIECES = (
    "a", "b: ", "- ", "  ", "\n", "\t", "{", "}", "[", "]", ",", ":", ": ", "? ", "#", "# c\n", "&a ", "*a", "!t ",
    "!!str ", "'", '"', "|\n", ">\n", "---\n", "...\n", "%YAML 1.1\n", "<<: ", "\\", "\x00", "\x07", "\x85", "\u2028",
    "\ufeff", "\ud800", "é", "語", "😀", "null", "~", "0x1F", "a: 1\n", "b: [c, d]\n", "e: {f: g}\n",
)  # fmt: skip


def yaml_texts() -> st.SearchStrategy[str]:
    """Anything from noise to what is almost a profile."""
    pieces = st.lists(st.sampled_from(_YAML_PIECES), max_size=40).map("".join)
    return st.one_of(st.text(max_size=80), pieces, st.builds("a: 1\n{}".format, pieces))


# --- small profile databases -------------------------------------------------------------------

IDENTITY = """\
schema: 1
profile: std/identity
version: 1
kind: identity
title: What is asked first
identity:
  sysObjectID: {from: [{oid: 1.3.6.1.2.1.1.2.0}]}
  sysDescr: {from: [{oid: 1.3.6.1.2.1.1.1.0, pipe: [text]}]}
  hrDeviceDescr: {from: [{oid: 1.3.6.1.2.1.25.3.2.1.3.*, pipe: [text]}]}
  ieee1284: {from: [{oid: 1.3.6.1.2.1.99.1.*, pipe: [text]}]}
printer:
  - probe: {oid: 1.3.6.1.2.1.43.5.1.1.1.*}
"""
READ_AT = dt.datetime(2026, 11, 21, 19, 7, tzinfo=dt.UTC)


def profile_text(name: str, body: str = "", *, kind: str = "base", extends: str = "") -> str:
    """A profile of version 1; its body begins in line 6, or in line 7 where it extends something."""
    head = f"schema: 1\nprofile: {name}\nversion: 1\nkind: {kind}\ntitle: Made up\n"
    return head + (f"extends: [{extends}]\n" if extends else "") + body


def profile_file(text: str) -> ProfileFile:
    """The file that the text's own `profile:` line says it is."""
    line = next(line for line in text.splitlines() if line.startswith("profile: "))
    return ProfileFile(f"{line.removeprefix('profile: ')}.yaml", text)


def database_of(*texts: str, steps: StepRegistry | None = None, identity: str = IDENTITY) -> ProfileDatabase:
    """These profiles and an identity."""
    return build_database([profile_file(identity), *map(profile_file, texts)], steps or StepRegistry())


def problems_of(*files: ProfileFile | str, steps: StepRegistry | None = None, identity: str = IDENTITY) -> list[str]:
    """What is wrong with these profiles, a line for each problem; nothing when they can be used."""
    given = [file if isinstance(file, ProfileFile) else profile_file(file) for file in files]
    try:
        build_database([profile_file(identity), *given], steps or StepRegistry())
    except ProfileError as error:
        return [str(problem) for problem in error.problems]
    return []


def answers_of(values: Mapping[str, SnmpValue]) -> Answers:
    """Answers by OIDs as text."""
    return Answers.of({parse_oid(oid): value for oid, value in values.items()})


def read_as(
    *texts: str, values: Mapping[str, SnmpValue], charsets: Charsets | None = None, steps: StepRegistry | None = None
) -> Reading:
    """What the last of these profiles makes of a device's values."""
    name = profile_file(texts[-1]).name.removesuffix(".yaml")
    profile = database_of(*texts, steps=steps).profiles[name]
    return map_reading(profile, answers_of(values), address="192.0.2.10", read_at=READ_AT, charsets=charsets)


# --- pages of devices' web servers -------------------------------------------------------------

_TAGS = st.sampled_from(("a", "b", "c"))
_WORDS = st.sampled_from(("v", "w", "vw", ""))
_ATTRIBUTES = st.dictionaries(st.sampled_from(("x", "y")), _WORDS, max_size=2).map(
    lambda named: "".join(f' {name}="{value}"' for name, value in named.items())
)


def _element(tag: str, attributes: str, text: str, children: list[str]) -> str:
    return f"<{tag}{attributes}>{text}{''.join(children)}</{tag}>"


def xml_pages() -> st.SearchStrategy[str]:
    """Small trees of three names, many of them inside their own kind."""
    leaves = st.builds(_element, _TAGS, _ATTRIBUTES, _WORDS, st.just([]))
    elements = st.recursive(
        leaves,
        lambda inner: st.builds(
            _element, _TAGS, _ATTRIBUTES, _WORDS, st.lists(st.builds("{}{}".format, inner, _WORDS), max_size=4)
        ),
        max_leaves=20,
    )
    return st.builds(_element, _TAGS, _ATTRIBUTES, _WORDS, st.lists(elements, max_size=4))


_ENDS = st.sampled_from(("@x", "@y", "text()"))
_NAMES = st.sampled_from(("a", "b", "c", "*"))
_COMPARED = st.one_of(_NAMES, _ENDS, st.sampled_from((".", "a/b", "..", "*/@x", ".//b", "following-sibling::a")))
_LITERALS = st.sampled_from(("'v'", '"w"', '""'))
_PREDICATES = st.one_of(
    st.sampled_from(("[1]", "[2]", "[last()]")),
    st.builds("[{}]".format, _COMPARED),
    st.builds("[{}={}]".format, _COMPARED, _LITERALS),
    st.builds("[{}({}, {})]".format, st.sampled_from(("contains", "starts-with")), _COMPARED, _LITERALS),
)
_NAMED_STEPS = st.builds("{}{}".format, _NAMES, st.lists(_PREDICATES, max_size=2).map("".join))
_STEPS = st.one_of(
    _NAMED_STEPS.map("/{}".format),
    _NAMED_STEPS.map("//{}".format),
    _NAMED_STEPS.map("/following-sibling::{}".format),
    st.sampled_from(("/..", "/.")),
)


@st.composite
def selectors(draw: st.DrawFn) -> str:
    """Selectors of the subset, absolute ones and relative ones."""
    steps = draw(st.lists(_STEPS, max_size=3))
    last = draw(st.one_of(_NAMED_STEPS, _ENDS).map("/{}".format) | st.one_of(_NAMED_STEPS, _ENDS).map("//{}".format))
    text = "".join((*steps, last))
    assume(text.count("//") <= 2)
    return text if draw(st.booleans()) else f".{text}" if text.startswith("//") else text.removeprefix("/")


_JSON_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20) + 1, 10**20 - 1), st.text(max_size=12), st.floats(-1e6, 1e6)
)


def json_values() -> st.SearchStrategy[JsonValue]:
    """What JSON can say, within the limits."""
    return st.recursive(
        _JSON_SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
        max_leaves=20,
    )


def loose_json(value: JsonValue) -> str:
    """A value as an embedded web server may write it."""
    if isinstance(value, str):
        return "'" + json.dumps(value)[1:-1].replace("'", "\\'") + "'"
    if isinstance(value, Mapping):
        members = (f"{_loose_key(key)} : {loose_json(inner)} ,\n" for key, inner in value.items())
        return "{ /* members } */ " + "".join(members) + "}"
    if isinstance(value, Sequence):
        return "[ // items ]\n" + "".join(f"{loose_json(inner)},\t" for inner in value) + "]"
    return json.dumps(value)


def _loose_key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)


_JSON_PIECES = (
    "{", "}", "[", "]", ",", ":", "'", '"', "\\", "a", "1", "-", ".", "e", "true", "null",
    "//", "/*", "*/", " ", "\n", "\x00", "\u2028", "\\u12", "é",
)  # fmt: skip


def json_texts() -> st.SearchStrategy[str]:
    """Anything from noise to what is almost JSON."""
    return st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_JSON_PIECES), max_size=40).map("".join))
