"""What agents ask of the hub. Who asks is proven before any of this runs; only the enrolment proves itself."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from frisket.errors import DocumentError
from frisket.wire import json_text
from frisket.wire.documents import CheckIn, Confirmation, Enrolled, Enrolment, from_data, to_data
from frisket_hub.fleet import check_in as checking
from frisket_hub.fleet import confirm as confirming
from frisket_hub.fleet import enrolment
from frisket_hub.fleet.batch import BatchError
from frisket_hub.fleet.check_in import LATE, Unanswered
from frisket_hub.fleet.ingest import ingest
from frisket_hub.routing import Audience, HubRequest, Refused, route

_T = TypeVar("_T")
_MAX_DOCUMENT = 256 << 10
_MAX_WORDS = 2_000
_NOT_ENROLLED = "this token does not enrol anybody; ask for a new one in the portal"


@route("POST", "/agent/v1/enroll", audience=Audience.ANONYMOUS, scope="none", summary="Enrols an agent with a token")
async def enroll(request: HubRequest) -> Response:
    document = _document(request, Enrolment)
    try:
        enrolment.prove(request.signed_message(), request.body, document)

        async def work(connection: AsyncConnection) -> Enrolled:
            return await enrolment.enrol(connection, document, now=request.now)

        return _json(200, json_text.dump(to_data(await request.store.write(work))))
    except enrolment.EnrolmentError:
        raise Refused(401, _NOT_ENROLLED) from None
    except ValueError as error:
        raise Refused(400, str(error)) from None


@route(
    "POST",
    "/agent/v1/check-in",
    audience=Audience.AGENT,
    scope="own agent",
    summary="What to change, if anything",
    one_write=True,
)
async def check_in(request: HubRequest) -> Response:
    document, spoken = _document(request, CheckIn), request.spoken
    assert spoken is not None
    answer = await checking.check_in(spoken.connection, spoken.agent, spoken.standing, document, now=request.now)
    if answer is LATE:
        raise Refused(409, "this check-in has had its answer, and others came after it")
    if isinstance(answer, Unanswered):
        raise Refused(403, f"this agent is {answer.state}", {"state": answer.state})
    headers = {
        "Frisket-Lease": answer.lease,
        # not by strftime, which asks the system for its time zone each time
        "Frisket-Time": f"{request.now.replace(microsecond=0, tzinfo=None).isoformat()}Z",
        "Retry-After": str(answer.retry_after),
    }
    if answer.desired is None:
        return Response(status_code=204, headers=headers)
    return _json(200, json_text.dump(to_data(answer.desired)), headers)


@route("POST", "/agent/v1/confirm", audience=Audience.AGENT, scope="own agent", summary="What came of a generation")
async def confirm(request: HubRequest) -> Response:
    document = _document(request, Confirmation)

    async def work(connection: AsyncConnection) -> bool:
        return await confirming.confirm(connection, request.actor.scope, request.actor.id, document, now=request.now)

    try:
        await request.store.write(work)
    except LookupError:
        raise _no_more() from None
    return Response(status_code=204)


@route("POST", "/agent/v1/readings", audience=Audience.AGENT, scope="own agent", summary="Takes readings, each once")
async def readings(request: HubRequest) -> Response:
    try:
        received = await ingest(request.store, request.actor.scope, request.actor.id, request.body, now=request.now)
    except BatchError as error:
        raise Refused(400, str(error)[:_MAX_WORDS]) from None
    except LookupError:
        raise _no_more() from None
    return _json(200, json_text.dump(to_data(received)))


def _document(request: HubRequest, kind: type[_T]) -> _T:
    try:
        return from_data(json_text.load_object(request.body, max_bytes=_MAX_DOCUMENT), kind)
    except DocumentError as error:
        raise Refused(400, str(error)[:_MAX_WORDS]) from None


def _json(status: int, content: bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(content, status_code=status, media_type="application/json", headers=headers)


def _no_more() -> Refused:
    """Between the proof of who asks and the deed somebody revoked the agent."""
    return Refused(403, "this agent is not active", {"state": "inactive"})


ROUTES = (enroll, check_in, confirm, readings)
