"""A profile and a device's answers to a reading. Pure: no clock, no socket, no file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import attrs

from frisket.errors import DecodeError
from frisket.formats.charset import CODECS, clean
from frisket.formats.ieee1284 import parse_device_id
from frisket.model.answers import Answers
from frisket.model.device import MAX_ROWS, MAX_TEXT, Device, PageCount
from frisket.model.identity import Identity
from frisket.model.labels import PAGE_COUNT_UNITS
from frisket.model.oid import format_oid
from frisket.model.reading import Alternate, Note, NoteCode, Provenance, Reading
from frisket.model.request import START_PAGE, Reply
from frisket.profile.evaluating import Evaluator, is_count, source_of, take
from frisket.profile.found import Found, Where
from frisket.profile.pages import Pages
from frisket.profile.paths import TEXT_FIELDS
from frisket.profile.profile import Candidate, Field, IdentityProfile, OidRef, PageRef, Profile
from frisket.profile.steps import Charsets, Value
from frisket.profile.tables import read_alerts, read_supplies
from frisket.profile.units import convert

# Why a candidate gave nothing that its own pipe is not to blame for
NO_SUCH_OBJECT = "the device has no such object"
NOT_ASKED = "not asked, or not answered"

_COUNT_PARTS = ("function", "color", "sides", "size")


@attrs.define
class Trail:
    """Where values came from and what was noticed, while a reading is made."""

    provenance: dict[str, Provenance] = attrs.field(factory=dict)
    notes: list[Note] = attrs.field(factory=list)

    def note(self, code: NoteCode, detail: str) -> None:
        self.notes.append(Note(code, detail))


def _is_text(value: Value) -> bool:
    return one_line(value) is not None


def one_line(value: Value) -> str | None:
    """A disclosed text: one line, bounded; None for what is no text or an empty one."""
    if isinstance(value, (str, int, float)):
        return " ".join(str(value).split())[:MAX_TEXT] or None
    return None


def read_charsets(profile: Profile, answers: Answers) -> Mapping[str, str | None]:
    """The codecs that the device declares; None for a declaration that nothing here can read."""
    evaluator = Evaluator(answers, profile.tables, Charsets())
    declared = {}
    for which, candidate in profile.charsets.items():
        found = take(candidate, evaluator.candidates(candidate))
        if found is not None and isinstance(found.value, int):
            declared[which] = CODECS.get(found.value)
    return declared


def map_identity(identity: IdentityProfile, answers: Answers) -> Identity:
    """What a responder says of itself, by the names that `match` rules use."""
    evaluator = Evaluator(answers, {}, Charsets(), Pages(answers, identity.requests))
    values = {name: _first_usable(field, evaluator) for name, field in identity.fields.items()}
    start = answers.reply(START_PAGE.protocol, START_PAGE.paths[0])
    oid, device_id = values.get("sysObjectID"), values.get("ieee1284")
    return Identity(
        sys_object_id=oid if isinstance(oid, tuple) else None,
        sys_descr=one_line(values.get("sysDescr")),
        hr_device_descr=one_line(values.get("hrDeviceDescr")),
        ieee1284=parse_device_id(device_id) if isinstance(device_id, str) else {},
        ipp=one_line(values.get("ipp")),
        http_server=None if start is None else one_line(clean(start.server)),
        http_title=None if start is None else _title(start),
        open_ports=answers.open_ports(),
    )


def _title(page: Reply) -> str | None:
    from frisket.formats.markup import parse_html  # noqa: PLC0415  # most devices are known without their pages
    from frisket.formats.select import Selector  # noqa: PLC0415

    try:
        titles = Selector("//title").texts(parse_html(page.octets, media_type=page.media_type))
    except DecodeError:
        return None
    return one_line(clean(titles[0])) if titles else None


def _first_usable(field: Field, evaluator: Evaluator) -> Value:
    for candidate in field.candidates:
        found = take(candidate, evaluator.candidates(candidate))
        if found is not None and found.usable:
            return found.value
    return None


def map_reading(
    profile: Profile,
    answers: Answers,
    *,
    address: str | None,
    read_at: dt.datetime,
    charsets: Charsets | None = None,
    pages: Pages | None = None,
) -> Reading:
    """The twelve fields. `charsets.wanted` holds afterwards what has to be asked before all texts are right.

    `pages` are kept by those who map the same answers again when there are more of them.
    """
    trail = Trail()
    pages = pages or Pages(answers, profile.requests)
    evaluator = Evaluator(answers, profile.tables, charsets or Charsets(), pages)
    texts = {name: _text(name, profile, evaluator, trail) for name in TEXT_FIELDS}
    device = Device(
        read_at=read_at,
        ip_address=address,
        manufacturer=texts["manufacturer"],
        model=texts["model"],
        serial_number=texts["serial_number"],
        mac_address=texts["mac_address"],
        system_name=texts["system_name"],
        system_location=texts["system_location"],
        system_contact=texts["system_contact"],
        page_counts=_page_counts(profile, evaluator, trail),
        console_messages=_console(profile, evaluator, trail),
        supplies=read_supplies(evaluator, trail) if "supplies" in profile.tables else (),
        alerts=read_alerts(evaluator, trail) if "alerts" in profile.tables else (),
    )
    for table in sorted(evaluator.cut):
        trail.note(NoteCode.TABLE_CUT, f"{table} has more rows than any printer's")
    for problem in pages.problems.values():
        trail.note(NoteCode.REPLY_UNREADABLE, problem)
    return Reading(device=device, profile=profile.reference, provenance=trail.provenance, notes=tuple(trail.notes))


def _choose(
    name: str, field: Field, evaluator: Evaluator, trail: Trail, fits: Callable[[Value], bool]
) -> tuple[Candidate, Found] | None:
    """The best candidate with a usable value that fits the field; the others stay as alternates."""
    tried = []
    for candidate in field.candidates:
        found = take(candidate, [_fitting(one, fits) for one in evaluator.candidates(candidate)])
        tried.append((candidate, found or _nothing(candidate, evaluator)))
    winner = next(((candidate, found) for candidate, found in tried if found.usable), None)
    alternates = tuple(
        _alternate(candidate, found) for candidate, found in tried if winner is None or found is not winner[1]
    )
    if winner is None:
        trail.provenance[name] = Provenance(None, alternates=alternates)
    else:
        trail.provenance[name] = Provenance(source_of(*winner), winner[1].raw, winner[1].value, alternates)
    return winner


def _fitting(found: Found, fits: Callable[[Value], bool]) -> Found:
    """What the field cannot hold is no value for it, so that another instance or candidate gets its turn."""
    if not found.usable or fits(found.value):
        return found
    return attrs.evolve(found, value=None, reason=f"{found.value!r:.40} is nothing for this field")


def _alternate(candidate: Candidate, found: Found) -> Alternate:
    if found.usable:
        return Alternate(source_of(candidate, found), found.value)
    return Alternate(source_of(candidate, found), None, found.reason or "is empty")


def _nothing(candidate: Candidate, evaluator: Evaluator) -> Found:
    place = candidate.place
    if isinstance(place, OidRef):
        where = Where("snmp", format_oid(place.oid) + (".*" if place.every else ""))
        return Found(None, None, where, NO_SUCH_OBJECT)
    if isinstance(place, PageRef):
        where = evaluator.pages.where(place.request, place.pick.text)
        asked = evaluator.pages.answered(place.request)
        return Found(None, None, where, "nothing stands there" if asked else NOT_ASKED)
    return Found(None, None, Where("snmp", getattr(place, "table", "constant")), NO_SUCH_OBJECT)


def _text(name: str, profile: Profile, evaluator: Evaluator, trail: Trail) -> str | None:
    if name not in profile.fields:
        return None
    chosen = _choose(name, profile.fields[name], evaluator, trail, _is_text)
    return None if chosen is None else one_line(chosen[1].value)


def _console(profile: Profile, evaluator: Evaluator, trail: Trail) -> tuple[str, ...]:
    field = profile.fields.get("console_messages")
    chosen = _choose("console_messages", field, evaluator, trail, _is_text) if field else None
    if chosen is None:
        return ()
    found = evaluator.candidates(chosen[0]) if chosen[0].take == "all" else [chosen[1]]
    lines = [line for one in found if (line := one_line(one.value))]
    return tuple(lines[:MAX_ROWS])


def _page_counts(profile: Profile, evaluator: Evaluator, trail: Trail) -> tuple[PageCount, ...]:
    counts = []
    for name, field in profile.fields.items():
        if not name.startswith("page_counts."):
            continue
        chosen = _choose(name, field, evaluator, trail, is_count)
        if chosen is None or not isinstance(chosen[1].value, (int, float)):
            continue
        candidate, found = chosen
        _compare(name, field, found, trail)
        key = dict(zip(_COUNT_PARTS, name.split(".")[1:], strict=False))
        value, unit = _in_unit(chosen[1].value, _unit_of(candidate, found), field.unit)
        counts.append(PageCount(**key, unit=unit, value=round(value)))
    return tuple(counts)


def _unit_of(candidate: Candidate, found: Found) -> str:
    unit = found.unit if found.unit in PAGE_COUNT_UNITS else candidate.unit
    return unit or "impressions"


def _in_unit(value: float, unit: str, wanted: str | None) -> tuple[float, str]:
    """In the field's own unit where that measures the same; else as the device counts."""
    converted = None if wanted is None else convert(value, unit, wanted)
    return (value, unit) if converted is None or wanted is None else (converted, wanted)


def _compare(name: str, field: Field, chosen: Found, trail: Trail) -> None:
    if field.agree_within_percent is None or not isinstance(chosen.value, (int, float)):
        return
    for alternate in trail.provenance[name].alternates:
        if not isinstance(alternate.value, (int, float)):
            continue
        apart = abs(alternate.value - chosen.value) * 100
        if apart > field.agree_within_percent * max(abs(chosen.value), 1):
            detail = (
                f"{name}: {chosen.where.object} says {chosen.value}, {alternate.source.object} says {alternate.value}"
            )
            trail.note(NoteCode.SOURCES_DISAGREE, detail)
