"""Where vendors hand their bundles in: programs with the vendor's key, people of the vendor in the portal."""

from __future__ import annotations

from starlette.responses import Response

from frisket.releases.offer import MAX_PACKED
from frisket.wire import json_text
from frisket.wire.documents import HandedIn, to_data
from frisket_hub.profile_db.contribution import ACCEPTED, hand_in
from frisket_hub.routing import Audience, Declared, HubRequest, Refused, route
from frisket_hub.store import members
from frisket_hub.store.bundles import Contribution


@route(
    "POST",
    "/vendor/v1/bundles",
    audience=Audience.VENDOR_KEY,
    scope="own namespaces",
    summary="Takes an offer that `frisket profile sign` made",
    max_body=MAX_PACKED,
)
async def by_key(request: HubRequest) -> Response:
    return _answer(await _hand_in(request, by=None))


@route(
    "POST",
    "/api/v1/bundles",
    audience=Audience.VENDOR,
    scope="own namespaces",
    summary="The same, of a person who signed in",
    max_body=MAX_PACKED,
)
async def by_person(request: HubRequest) -> Response:
    return _answer(await _hand_in(request, by=request.actor.id))


async def _hand_in(request: HubRequest, *, by: str | None) -> Contribution:
    """The provider's people may hand in for every vendor: the signature is a vendor's all the same."""
    if not request.body:
        raise Refused(400, "The body is the offer that `frisket profile sign` made.")
    async with request.store.reading() as connection:
        provider = await members.provider(connection)
    assert provider is not None
    allowed = None if request.actor.provider else request.actor.namespaces
    return await hand_in(request.store, provider.member_id, request.body, by=by, namespaces=allowed, now=request.now)


def _answer(done: Contribution) -> Response:
    document = HandedIn(
        id=done.id,
        namespace=done.namespace,
        version=done.version,
        state="accepted" if done.state == ACCEPTED else "refused",
        problems=list(done.problems),
        cases=done.cases,
    )
    status = 200 if done.state == ACCEPTED else 422
    return Response(json_text.dump(to_data(document)), status_code=status, media_type="application/json")


ROUTES: tuple[Declared, ...] = (by_key, by_person)
