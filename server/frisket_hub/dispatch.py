"""From a request to its handler: its body, its sender, whether this route is for them, what a form must prove."""

from __future__ import annotations

import datetime as dt
import hmac
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from frisket_hub.edge import TooLargeError, TooSlowError, read_body
from frisket_hub.members.agents import Keys, actor_of, agent_behind, proof_of, spend
from frisket_hub.members.sessions import actor_behind
from frisket_hub.members.vendor_keys import vendor_behind
from frisket_hub.metrics import Metrics
from frisket_hub.routing import ANONYMOUS, Actor, Audience, Declared, HubRequest, NotFound, Refused
from frisket_hub.settings import Settings
from frisket_hub.store.engine import Store

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 200
_SAFE = ("GET", "HEAD")
CSRF_FIELD = "csrf"
CSRF_HEADER = "frisket-csrf"


@attrs.frozen
class Endpoint:
    """The ASGI application of one declared route."""

    declared: Declared
    settings: Settings
    store: Store
    metrics: Metrics
    keys: Keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = Request(scope, receive, send)
        began, status = time.perf_counter(), 500
        try:
            response = await self.answer(http)
            status = response.status_code
        except NotFound:
            status = 404
            raise
        except Refused as refused:
            status = refused.status
            raise
        finally:
            self.metrics.answered(http.method, self.declared.path, status, time.perf_counter() - began)
        await response(scope, receive, send)

    async def answer(self, http: Request) -> Response:
        """The handler's answer, or what keeps the request from it."""
        now = dt.datetime.now(dt.UTC)
        body = await self._body(http)
        if self.declared.one_write:
            return await self._answer_in_one_write(http, body, now)
        actor = await self._actor(http, body, now)
        if self.declared.audience is not Audience.ANONYMOUS and actor.kind == "anonymous":
            return self._to_sign_in(http)
        self._check_audience(actor)
        if self.declared.scope == "members in sight" and not actor.scope.members:
            return self._without_members(http)
        form = self._form(http, body)
        if http.method not in _SAFE and self._is_for_browsers():
            _check_origin(http)
            if self.declared.audience is not Audience.ANONYMOUS:
                _check_token(http, form, actor)
        return await self.declared.handler(self._request(http, body, actor, now, form=form))

    async def _answer_in_one_write(self, http: Request, body: bytes, now: dt.datetime) -> Response:
        """Of an agent: its nonce is remembered and the handler has its say in one transaction, or neither has."""
        proof = await proof_of(http, body, self.store, self.keys)

        async def work(connection: AsyncConnection) -> Response | Refused:
            spoken = await spend(connection, proof, now)
            try:
                actor = actor_of(spoken.agent)
                return await self.declared.handler(self._request(http, body, actor, now, spoken=spoken))
            except Refused as refused:
                # an answer, too: the nonce that it took stays remembered
                return refused

        answer = await self.store.write(work)
        if isinstance(answer, Refused):
            raise answer
        return answer

    def _request(self, http: Request, body: bytes, actor: Actor, now: dt.datetime, **more: Any) -> HubRequest:
        return HubRequest(
            http=http,
            store=self.store,
            actor=actor,
            now=now,
            settings=self.settings,
            body=body,
            path=_clean(http.path_params, NotFound("path")),
            query=_clean(http.query_params, Refused(400, "The address holds characters that mean nothing here.")),
            **more,
        )

    async def _body(self, http: Request) -> bytes:
        try:
            return await read_body(http.receive, self.settings, self.declared.max_body)
        except TooLargeError:
            most = self.declared.max_body or self.settings.max_body
            raise Refused(413, f"A request takes at most {most} octets.") from None
        except TooSlowError:
            raise Refused(408, "The request did not come in time.") from None

    async def _actor(self, http: Request, body: bytes, now: dt.datetime) -> Actor:
        """A signature counts on the routes of its kind of key only, a person's cookie on all others."""
        if self.declared.audience is Audience.AGENT:
            return await agent_behind(http, body, self.store, self.keys, now)
        if self.declared.audience is Audience.VENDOR_KEY:
            return await vendor_behind(http, body, self.store, now)
        if self.declared.json and self.declared.audience is Audience.ANONYMOUS:
            return ANONYMOUS
        return await actor_behind(http, self.store, self.settings, now)

    def _is_for_browsers(self) -> bool:
        """A browser sends cookies by itself, so that the sender must prove to have meant it."""
        by_signature = self.declared.audience in (Audience.AGENT, Audience.VENDOR_KEY)
        return not by_signature and not (self.declared.json and self.declared.audience is Audience.ANONYMOUS)

    def _to_sign_in(self, http: Request) -> Response:
        if http.method not in _SAFE or self.declared.json:
            raise Refused(401, "Please sign in first.")
        query = http.scope["query_string"].decode("latin-1")
        wanted = http.scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"/sign-in?next={quote(wanted, safe='/')}", status_code=303)

    def _check_audience(self, actor: Actor) -> None:
        if self.declared.audience is Audience.ADMIN and not actor.admin.members:
            raise Refused(403, "This takes an admin. Ask one of yours.")
        if self.declared.audience is Audience.PROVIDER and not actor.provider:
            raise Refused(403, "This takes somebody of the provider.")
        if self.declared.audience is Audience.VENDOR and not (actor.namespaces or actor.provider):
            raise Refused(403, "This takes somebody who hands in bundles of profiles.")

    def _without_members(self, http: Request) -> Response:
        """For who sees no member there is no fleet either: a vendor's first page is that of its bundles."""
        if self.declared.path != "/" or http.method not in _SAFE:
            raise NotFound(self.declared.path)
        return RedirectResponse("/bundles", status_code=303)

    def _form(self, http: Request, body: bytes) -> Mapping[str, str]:
        if self.declared.json or http.method in _SAFE or not body:
            return {}
        if http.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            raise Refused(415, f"A form is sent as {_FORM}.")
        unreadable = Refused(400, "The form cannot be read.")
        try:
            pairs = parse_qsl(
                body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
            )
        except ValueError:
            raise unreadable from None
        return _clean(dict(pairs), unreadable)


def _check_origin(http: Request) -> None:
    own = f"{http.scope['scheme']}://{http.headers.get('host', '')}".lower()
    if [origin.lower() for origin in http.headers.getlist("origin")] != [own]:
        raise Refused(403, "This form did not come from this hub's own pages. Open the page here and send it again.")


def _check_token(http: Request, form: Mapping[str, str], actor: Actor) -> None:
    given = form.get(CSRF_FIELD) or http.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), (actor.csrf or "").encode()) or not actor.csrf:
        raise Refused(403, "This form is from an earlier session. Open the page again and send it once more.")


def _clean(given: Mapping[str, str], refusal: Exception) -> dict[str, str]:
    """PostgreSQL stores no NUL, and nobody means one."""
    if any("\0" in part for pair in given.items() for part in pair):
        raise refusal
    return dict(given)
