"""Recording one device: all that it says over every protocol that is spoken here, as a case would hold it.

What a profile makes of the first answers says what else to ask: the subtrees of the makers whose objects it uses, its
own pages and queries.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

import attrs

from frisket.errors import FrisketError, ProtocolError, SilentError
from frisket.formats.pjl_proof import INTERPRETERS, proves_pjl
from frisket.formats.scrub import Raw
from frisket.formats.snmp import Version
from frisket.formats.snmprec import RecordedValue, recorded_answers
from frisket.model.answers import Answers
from frisket.model.oid import Oid, is_under
from frisket.model.plan import Plan
from frisket.model.reading import Reading
from frisket.model.request import HttpRequest, IppRequest, PjlRequest, PortRequest, Reply, Request
from frisket.profile.database import ProfileDatabase
from frisket.profile.pipeline import replay
from frisket.profile.planning import plan_identification, plan_reading
from frisket.profile.profile import Profile
from frisket.profile.recorded import replies_of
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.session import Access, Endpoint, NoteBook
from frisket.protocols.snmp_walk import WalkBudget, open_walk, without_nested
from frisket.protocols.transport import Transport
from frisket.scan.knock import knock
from frisket.scan.sweep import Responder, Sweep

_MIB2 = (1, 3, 6, 1, 2, 1)
_ENTERPRISES = (1, 3, 6, 1, 4, 1)
_SYS_OBJECT_ID = (*_MIB2, 1, 2, 0)
# SNMPv2-MIB system, IF-MIB ifTable, HOST-RESOURCES-MIB hrDevice, Printer-MIB
STANDARD: tuple[Oid, ...] = ((*_MIB2, 1), (*_MIB2, 2), (*_MIB2, 25, 3), (*_MIB2, 43))
# Read-only queries that most devices know
PJL_QUERIES = ("INFO ID", "INFO STATUS", "INFO PAGECOUNT", "INFO SUPPLIES")
# PWG 5100.12 6.2 and what came before it
IPP_PATHS = ("/ipp/print", "/ipp/printer", "/ipp")


@attrs.frozen(kw_only=True)
class Recorded:
    """What was recorded, and what could not be: a line each."""

    raw: Raw
    missing: tuple[str, ...] = ()


@attrs.define(kw_only=True)
class Steps:
    """How far a recording is: `changed` is called with each part that is begun, and how many objects there are."""

    changed: Callable[[str, int], None] = lambda _, __: None


async def find_device(
    endpoint: Endpoint, database: ProfileDatabase, communities: Sequence[bytes], ports: Ports, *, patience: float
) -> Access | None:
    """How a device is to be talked to over SNMP; None where it is silent there and has a print server or a web page.

    SilentError where nothing is there.
    """
    oids = plan_identification(database.identity, Answers()).instances
    sweep = Sweep([endpoint], oids, communities, timeout=patience)
    found: Responder | None = None
    async with sweep.listening() as responders:
        async for responder in responders:
            found = responder
            break
    if found is None:
        if [one async for one in knock([endpoint], ports, patience=patience)]:
            return None
        raise SilentError(str(endpoint), "no device answers there; `frisket scan` has hints")
    timeout = max(patience, min(5.0, 3 * found.seconds))
    return Access(version=Version(found.version), community=found.community, timeout=timeout)


def contact_with(endpoint: Endpoint, access: Access | None, ports: Ports, *, seconds: float = 900.0) -> Contact:
    """A contact that may cost what a recording costs."""
    return Contact(
        address=endpoint.address,
        ports=attrs.evolve(ports, snmp=endpoint.port),
        access=access,
        budget=WalkBudget(endpoint.address, time.monotonic() + seconds),
        notes=NoteBook(),
    )


async def record(
    contact: Contact,
    database: ProfileDatabase,
    transports: Mapping[str, Transport],
    *,
    pages: Sequence[str] = (),
    steps: Steps | None = None,
) -> Recorded:
    """`transports` by the names of their protocols; `pages` are further paths to GET."""
    steps = steps or Steps()
    missing: list[str] = []
    objects = {} if contact.access is None else await _walk_all(contact, database, steps, missing)
    answers = answers_of(Raw(objects=objects))
    recognised, _ = replay(database, answers, address=None, clock=_no_time)
    # every interpreter is in the walk, so that the proof is complete
    answers.asked.add(INTERPRETERS)
    contact.speaks_pjl = proves_pjl(recognised.identity, answers) is True
    requests: list[Request] = list(_requests(recognised.profile, pages, pjl=contact.speaks_pjl))
    requests += [one for one in _usual(pjl=contact.speaks_pjl) if one.protocol in transports and one not in requests]
    files: dict[str, bytes] = {}
    for request in requests:
        steps.changed(" ".join((request.protocol, *request.names[:1])), len(objects))
        try:
            files.update(await _ask(contact, transports, request))
        except FrisketError as error:
            missing.append(f"{request.protocol} {', '.join(request.names)}: {error}")
    return Recorded(raw=Raw(objects=objects, files=files), missing=tuple(missing))


def identify(database: ProfileDatabase, answers: Answers) -> tuple[Reading | None, Profile | None]:
    """What the profiles make of recorded answers."""
    recognised, reading = replay(database, answers, address=None, clock=_no_time)
    return reading, recognised.profile


def _no_time() -> dt.datetime:
    """A recording has no time of its own."""
    return dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def answers_of(raw: Raw) -> Answers:
    """A recording as a source of answers, over all protocols."""
    answers = recorded_answers(raw.objects)
    for name, octets in raw.files.items():
        for reply in replies_of(name, octets):
            answers.add_reply(reply)
    return answers


# --- SNMP --------------------------------------------------------------------------------------


async def _walk_all(
    contact: Contact, database: ProfileDatabase, steps: Steps, missing: list[str]
) -> dict[Oid, RecordedValue]:
    objects: dict[Oid, RecordedValue] = {}
    walk = await open_walk(contact)
    done: list[Oid] = []
    try:
        # each round knows more about the device: first its number, then the profile and whose objects it uses
        for round_ in (_first_roots, _own_roots, _profile_roots):
            for root in without_nested(round_(database, objects)):
                if not any(is_under(root, other) for other in done):
                    done.append(root)
                    steps.changed("snmp " + ".".join(map(str, root)), len(objects))
                    await walk.walk(root, objects)
    except ProtocolError as error:
        if not objects:
            raise
        missing.append(f"snmp: {error.reason}; {len(objects):,} objects until then")
    finally:
        walk.close()
    return objects


def _first_roots(database: ProfileDatabase, _: Mapping[Oid, RecordedValue]) -> Iterator[Oid]:
    """Standard MIBs, and what identification asks elsewhere: the rows of the ports with their device IDs."""
    yield from STANDARD
    for column in plan_identification(database.identity, Answers()).firsts:
        if is_under(column, _ENTERPRISES):
            yield column[:-1]


def _own_roots(_: ProfileDatabase, objects: Mapping[Oid, RecordedValue]) -> Iterator[Oid]:
    recorded = objects.get(_SYS_OBJECT_ID)
    if recorded is not None and isinstance(recorded.value, tuple):
        yield from _enterprises([recorded.value])


def _profile_roots(database: ProfileDatabase, objects: Mapping[Oid, RecordedValue]) -> Iterator[Oid]:
    _, profile = identify(database, recorded_answers(objects))
    if profile is not None:
        plan = plan_reading(profile, Answers())
        # what identification asked is recorded already, and the rest of its makers' trees is of jobs and people
        asked = set(_enterprises(plan_identification(database.identity, Answers()).firsts))
        yield from (root for root in _enterprises((*plan.instances, *plan.columns)) if root not in asked)


def _enterprises(oids: Iterable[Oid]) -> Iterator[Oid]:
    size = len(_ENTERPRISES) + 1
    yield from dict.fromkeys(oid[:size] for oid in oids if is_under(oid, _ENTERPRISES) and len(oid) >= size)


# --- other protocols ---------------------------------------------------------------------------


def _requests(profile: Profile | None, pages: Sequence[str], *, pjl: bool) -> list[Request]:
    """Whatever the profile may ask, be it due or not, and what somebody wants besides; IPP is asked for all it has."""
    wanted = [] if profile is None else [one.request for one in profile.requests.values() if one.request is not None]
    left_out = (PortRequest, IppRequest) if pjl else (PortRequest, IppRequest, PjlRequest)
    requests = [one for one in wanted if not isinstance(one, left_out)]
    return list(dict.fromkeys((*requests, *(HttpRequest(paths=(path,)) for path in pages))))


def _usual(*, pjl: bool) -> Iterator[Request]:
    """What most devices know."""
    if pjl:
        yield from (PjlRequest(queries=(query,)) for query in PJL_QUERIES)
    yield IppRequest(paths=IPP_PATHS, attributes=("all",))


async def _ask(contact: Contact, transports: Mapping[str, Transport], request: Request) -> dict[str, bytes]:
    transport = transports.get(request.protocol)
    if transport is None:
        raise FrisketError(f"no plugin speaks {request.protocol}")
    session = await transport.open(contact)
    answers = Answers()
    try:
        await session.ask(Plan(requests=(request,)), answers)
    finally:
        session.close()
    return {file_of(reply): _content(reply) for reply in answers.replies(request)}


def file_of(reply: Reply) -> str:
    """Where a recording keeps a reply: `http/a/b.xml`, `pjl/INFO_STATUS.txt`, `ipp/ipp_print.bin`."""
    if reply.protocol == "pjl":
        return f"pjl/{'_'.join(reply.name.upper().split())}.txt"
    path = reply.name.partition("?")[0]
    if reply.protocol == "ipp":
        return f"ipp/{'_'.join(part for part in path.split('/') if part) or 'index'}.bin"
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..")]
    return "/".join(("http", *parts, *(("index.html",) if path.endswith("/") else ())))


def _content(reply: Reply) -> bytes:
    """A PJL text without its framing, as the lab frames it anew; everything else as it came."""
    if reply.protocol != "pjl":
        return reply.octets
    lines = _utf8(reply.octets).strip("\x0c\r\n").splitlines()
    kept = lines[1:] if lines and lines[0].upper().startswith("@PJL") else lines
    return "".join(f"{line}\n" for line in kept).encode()


def _utf8(octets: bytes) -> str:
    """PJL names no character set: Latin-1 where it is not UTF-8."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")
