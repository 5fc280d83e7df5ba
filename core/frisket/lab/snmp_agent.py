"""The SNMP agent of a virtual printer: a request in, its answer out; no socket and no clock.

GET and GETNEXT in v1 and v2c, GETBULK in v2c (RFC 1157, RFC 3416). SET is refused. A broken message, a foreign
community and a version that the device does not speak are met with silence, as printers do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from frisket.errors import DecodeError
from frisket.formats.snmp import (
    COUNTER64,
    ErrorStatus,
    Message,
    Missing,
    Pdu,
    Version,
    decode_message,
    encode_message,
    encode_missing,
)
from frisket.formats.snmprec import RecordedValue
from frisket.lab.mib_view import MibView, encode_objects
from frisket.lab.recording import Recording
from frisket.model.oid import Oid

# The payload of one Ethernet frame: 1500 less the headers of IPv4 and UDP
MAX_SIZE = 1472
# All of a response but its community and varbinds, when its lengths take three octets as those near MAX_SIZE do
_FRAME = 29


@attrs.frozen
class Response:
    """An answer before its last encoding, so that a behaviour can bend it; `varbinds` are encoded already."""

    version: int
    community: bytes
    request_id: int
    varbinds: Sequence[bytes]
    error_status: int = 0
    error_index: int = 0

    def encode(self) -> bytes:
        return encode_message(
            self.version,
            self.community,
            Pdu.RESPONSE,
            self.request_id,
            self.varbinds,
            error_status=self.error_status,
            error_index=self.error_index,
        )

    def with_varbinds(self, varbinds: Sequence[bytes]) -> Response:
        """The same answer with other varbinds, and without an error."""
        return attrs.evolve(self, varbinds=varbinds, error_status=0, error_index=0)


@attrs.frozen
class SnmpAgent:
    """`views` by version: a version without a view is not spoken."""

    views: Mapping[int, MibView]
    communities: frozenset[bytes]

    @classmethod
    def of(cls, recording: Recording) -> SnmpAgent:
        facts = recording.facts
        silent = cls({version: MibView() for version in facts.versions}, facts.communities)
        return silent._with(recording.objects, recording.varbinds)

    def with_objects(self, objects: Mapping[Oid, RecordedValue]) -> SnmpAgent:
        """An agent for which these objects are new or have new values."""
        return self._with(objects, encode_objects(objects))

    def _with(self, objects: Mapping[Oid, RecordedValue], varbinds: Mapping[Oid, bytes]) -> SnmpAgent:
        # SNMPv1 has no such type and passes over what has it (RFC 3584 4.2.2.1)
        hidden = {oid for oid, recorded in objects.items() if recorded.tag == COUNTER64}
        in_v1 = {oid: varbind for oid, varbind in varbinds.items() if oid not in hidden} if hidden else varbinds
        views = {
            version: view.with_varbinds(in_v1 if version == Version.V1 else varbinds)
            for version, view in self.views.items()
        }
        return SnmpAgent(views, self.communities)

    def answer(self, data: bytes) -> list[bytes]:
        """The datagrams that answer one datagram: one or none."""
        try:
            request = decode_message(data)
        except DecodeError:
            return []
        response = self.respond(request)
        return [] if response is None else [response.encode()]

    def respond(self, request: Message) -> Response | None:
        """None where the device stays silent."""
        view = self.views.get(request.version)
        if view is None or request.community not in self.communities:
            return None
        if request.pdu in (Pdu.GET, Pdu.GET_NEXT):
            return _respond_to_each(request, view)
        if request.pdu == Pdu.GET_BULK and request.version != Version.V1:
            return _reply(request, list(_fitting(_bulk(request, view), _room(request))))
        if request.pdu == Pdu.SET:
            status = ErrorStatus.READ_ONLY if request.version == Version.V1 else ErrorStatus.NO_ACCESS
            return _refuse(request, status, index=1 if request.varbinds else 0)
        return None


def _respond_to_each(request: Message, view: MibView) -> Response:
    look_up = _get if request.pdu == Pdu.GET else _next
    varbinds = []
    for index, (oid, _) in enumerate(request.varbinds, 1):
        varbind = look_up(view, oid)
        if varbind is None:
            if request.version == Version.V1:
                return _refuse(request, ErrorStatus.NO_SUCH_NAME, index=index)
            varbind = _missing(request, view, oid)
        varbinds.append(varbind)
    # a single large varbind is sent nevertheless, because the recorded device did send it
    if len(varbinds) > 1 and sum(map(len, varbinds)) > _room(request):
        return _too_big(request)
    return _reply(request, varbinds)


def _get(view: MibView, oid: Oid) -> bytes | None:
    return view.get(oid)


def _next(view: MibView, oid: Oid) -> bytes | None:
    return view.at(view.place_after(oid))


def _missing(request: Message, view: MibView, oid: Oid) -> bytes:
    if request.pdu != Pdu.GET:
        return encode_missing(oid, Missing.END_OF_MIB_VIEW)
    return encode_missing(oid, Missing.NO_SUCH_INSTANCE if view.has_sibling(oid) else Missing.NO_SUCH_OBJECT)


def _bulk(request: Message, view: MibView) -> Iterator[bytes]:
    """RFC 3416 4.2.3, row by row; ends by itself after a row that holds nothing but endOfMibView."""
    non_repeaters, repetitions = max(request.error_status, 0), max(request.error_index, 0)
    oids = [oid for oid, _ in request.varbinds]
    for oid in oids[:non_repeaters]:
        yield _next(view, oid) or encode_missing(oid, Missing.END_OF_MIB_VIEW)
    columns = [(oid, view.place_after(oid)) for oid in oids[non_repeaters:]]
    first = min((place for _, place in columns), default=len(view))
    for row in range(min(repetitions, len(view) - first + 1) if columns else 0):
        for oid, place in columns:
            yield view.at(place + row) or _end_of_column(view, oid, place)


def _end_of_column(view: MibView, oid: Oid, place: int) -> bytes:
    """Beside endOfMibView stands the OID of the column's previous row."""
    end = len(view)
    return encode_missing(view.last_before(end) if place < end else oid, Missing.END_OF_MIB_VIEW)


def _room(request: Message) -> int:
    return MAX_SIZE - _FRAME - len(request.community)


def _fitting(varbinds: Iterable[bytes], room: int) -> Iterator[bytes]:
    """As many as have room, at least one."""
    for count, varbind in enumerate(varbinds):
        room -= len(varbind)
        if room < 0 and count:
            return
        yield varbind


def _reply(request: Message, varbinds: Sequence[bytes]) -> Response:
    return Response(request.version, request.community, request.request_id, varbinds)


def _refuse(request: Message, status: int, *, index: int = 0) -> Response:
    """An error with the names that were asked."""
    names = [encode_missing(oid, Missing.UNSPECIFIED) for oid, _ in request.varbinds]
    return Response(request.version, request.community, request.request_id, names, status, index)


def _too_big(request: Message) -> Response:
    """RFC 1157 repeats the names, RFC 3416 4.2.1 leaves them out."""
    refusal = _refuse(request, ErrorStatus.TOO_BIG)
    return refusal if request.version == Version.V1 else attrs.evolve(refusal, varbinds=())
