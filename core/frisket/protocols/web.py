"""Devices' web pages: GET of fixed paths on the device itself, over http or else https (ADR 0017).

What goes wrong becomes a note. A page that a device has not is no news: it is remembered for a day and not asked for.
"""

from __future__ import annotations

import time

import attrs

from frisket.formats.charset import decode
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode
from frisket.model.request import HttpRequest, Reply
from frisket.protocols.contact import Contact
from frisket.protocols.session import Budget, NoteBook
from frisket.protocols.web_auth import basic, challenges_of, digest
from frisket.protocols.web_client import (
    ABSENT,
    REDIRECTS,
    AbsentError,
    ClosedError,
    Door,
    RefusedError,
    WebAnswer,
    WebClient,
    WebError,
)
from frisket.protocols.web_memory import is_absent, order_of, remember_absent, remember_variant
from frisket.protocols.web_path import Target, path_refusal, port_of, redirected

MAX_REDIRECTS = 2
_LONGEST_HEADER = 200
# What stands in the memory of what a device has not, for a device without a web server
_SERVER = "http:"


class HttpTransport:
    """Opens a session without a packet: the first page makes the connection."""

    async def open(self, contact: Contact) -> WebSession:
        return WebSession(contact, WebClient(contact), contact.notes, contact.budget)


@attrs.define(eq=False)
class WebSession:
    """One device's pages, one after the other over one connection."""

    contact: Contact
    client: WebClient
    notes: NoteBook
    budget: Budget
    # both of http and https were found closed: nothing else is tried in this reading
    _closed: bool = False
    _refused_slots: set[str] = attrs.field(factory=set)

    async def ask(self, plan: Plan, answers: Answers) -> None:
        """See Session.ask. Raises nothing but what the budget does."""
        for request in plan.requests:
            if isinstance(request, HttpRequest) and request not in answers.requested:
                answers.requested.add(request)
                await self._first_of(request, answers)

    def close(self) -> None:
        self.client.close()

    async def _first_of(self, request: HttpRequest, answers: Answers) -> None:
        memory = self.contact.memory
        if is_absent(_SERVER, memory):
            return
        visit = _Visit(request, time.monotonic() + request.timeout)
        for path in order_of(request.paths, memory):
            if self._closed or is_absent(path, memory):
                continue
            refusal = path_refusal(path)
            if refusal is not None:
                self.notes.add(NoteCode.REQUEST_REFUSED, f"{path[:80]!a}: a path that {refusal}")
                continue
            try:
                answer = await self._page(visit, path)
            except AbsentError:
                remember_absent(_SERVER, memory)
                continue
            except WebError as error:
                self.notes.add(error.code, f"GET {path}: {error}")
                continue
            if answer.status == 200:
                remember_variant(request.paths, path, memory)
                answers.add_reply(_reply(path, answer))
                return
            if answer.status in ABSENT:
                remember_absent(path, memory)
            else:
                self.notes.add(NoteCode.REQUEST_FAILED, f"GET {path}: {answer.status}{_words(answer.status)}")

    async def _page(self, visit: _Visit, path: str) -> WebAnswer:
        """The last answer, after redirects and a login."""
        answer, target = await self._over_any_scheme(visit, path)
        for _ in range(MAX_REDIRECTS):
            if answer.status not in REDIRECTS:
                break
            following = redirected(target, answer.header("location"), self.contact)
            if isinstance(following, str):
                raise RefusedError(following)
            target = following
            answer = await self._get(visit, target)
        if answer.status in REDIRECTS:
            raise RefusedError(f"more than {MAX_REDIRECTS} redirects")
        if target.scheme == "https" and answer.status == 200:
            self.contact.memory.schemes["http"] = "https"
        return await self._log_in(visit, target, answer) if answer.status == 401 else answer

    async def _over_any_scheme(self, visit: _Visit, path: str) -> tuple[WebAnswer, Target]:
        """By the scheme that worked last time, or else http, or else the other one."""
        schemes = self.contact.memory.schemes
        first, second = ("https", "http") if schemes.get("http") == "https" else ("http", "https")
        target = Target(first, path)
        try:
            return await self._get(visit, target), target
        except ClosedError as error:
            closed = error
        target = Target(second, path)
        try:
            answer = await self._get(visit, target)
        except ClosedError as error:
            self._closed = True
            absent = isinstance(closed, AbsentError) and isinstance(error, AbsentError)
            raise (AbsentError if absent else ClosedError)(f"{first}: {closed}; {second}: {error}") from None
        schemes["http"] = second
        return answer, target

    async def _get(self, visit: _Visit, target: Target, authorization: str | None = None) -> WebAnswer:
        return await self.client.get(
            Door(target.scheme, port_of(target.scheme, self.contact)),
            target.path,
            max_bytes=visit.request.max_bytes,
            seconds=visit.deadline - time.monotonic(),
            authorization=authorization,
        )

    # --- logins --------------------------------------------------------------------------------

    async def _log_in(self, visit: _Visit, target: Target, answer: WebAnswer) -> WebAnswer:
        """The page once more, with the login of the request's slot, if the vault has one for this address.

        A login that was refused is not tried again in this reading: devices lock accounts.
        """
        slot = visit.request.auth
        login = None if slot is None else self.contact.vault.login(slot, self.contact.address)
        if slot is None or login is None or slot in self._refused_slots:
            return answer
        offered = challenges_of(answer.all("www-authenticate"))
        authorization = digest(offered, login, "GET", target.path)
        if authorization is None and target.scheme == "http":
            # Basic tells the password to whoever listens: https is tried first, where there is any
            secure = Target("https", target.path)
            try:
                answer, target = await self._get(visit, secure), secure
            except WebError:
                pass
            else:
                offered = challenges_of(answer.all("www-authenticate"))
                authorization = digest(offered, login, "GET", target.path)
        authorization = authorization or basic(offered, login)
        if answer.status != 401 or authorization is None:
            return answer
        answer = await self._get(visit, target, authorization)
        if answer.status == 401:
            self._refused_slots.add(slot)
        return answer


@attrs.frozen
class _Visit:
    """A request under way, and when all of its paths must be done."""

    request: HttpRequest
    deadline: float


def _reply(path: str, answer: WebAnswer) -> Reply:
    return Reply(
        protocol="http",
        name=path,
        octets=answer.body,
        media_type=_text(answer.header("content-type")),
        server=_text(answer.header("server")),
    )


def _text(header: str) -> str:
    """RFC 9110 5.5: beyond ASCII a header is whatever its sender meant."""
    return decode(header[:_LONGEST_HEADER].encode("latin-1"), None)


def _words(status: int) -> str:
    return ", wants a login that it did not get or take" if status == 401 else ""
