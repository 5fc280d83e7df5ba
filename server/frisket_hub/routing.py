"""How a page or an endpoint is declared: who may use it, on whose rows, and what its handler is given.

A module of pages ends with `ROUTES: tuple[Declared, ...]`; a route that is not declared does not exist.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

import attrs
from starlette.requests import Request
from starlette.responses import Response

from frisket.wire.signing import SignedMessage
from frisket_hub.errors import DeclarationError, HubError
from frisket_hub.settings import Settings
from frisket_hub.store.engine import Store
from frisket_hub.store.scope import Scope
from frisket_hub.store.standing import Spoken

# What a route may say about whose rows it touches
SCOPES = (
    "none", "own agent", "members in sight", "members administered", "own namespaces", "profiles in sight", "provider",
)  # fmt: skip
# Answers below these are JSON; everything else is for people
JSON_PATHS = ("/agent/", "/api/", "/healthz", "/metrics", "/openapi.json", "/tuf/", "/vendor/")


class Audience(StrEnum):
    """Who may use a route. ADMIN is an admin of any member, USER anybody who signed in.

    VENDOR is whoever hands in bundles of a namespace, and the provider, who looks after all of them; VENDOR_KEY a
    program that signs with a vendor's own key.
    """

    ANONYMOUS = "anonymous"
    AGENT = "agent"
    USER = "user"
    ADMIN = "admin"
    VENDOR = "vendor"
    VENDOR_KEY = "vendor key"
    PROVIDER = "provider"


# "none" for a user: what is the user's own
_SCOPES_OF: Mapping[Audience, tuple[str, ...]] = {
    Audience.ANONYMOUS: ("none",),
    Audience.AGENT: ("own agent",),
    Audience.USER: ("none", "members in sight", "profiles in sight"),
    Audience.ADMIN: ("members administered",),
    Audience.VENDOR: ("own namespaces",),
    Audience.VENDOR_KEY: ("own namespaces",),
    Audience.PROVIDER: ("provider",),
}


@attrs.frozen(kw_only=True)
class Actor:
    """Whom the credential belongs to. `scope` is what it may see, `admin` what it may change: never from a request.

    `namespaces` are those of the profile database for which a vendor's person hands bundles in.
    """

    kind: str  # anonymous | agent | user | vendor
    id: str = ""
    member_id: str = ""
    scope: Scope = attrs.field(factory=Scope)
    admin: Scope = attrs.field(factory=Scope)
    provider: bool = False
    namespaces: frozenset[str] = frozenset()
    name: str = ""
    email: str = ""
    time_zone: str = "UTC"
    theme: str = "auto"
    csrf: str | None = attrs.field(default=None, repr=False)


ANONYMOUS = Actor(kind="anonymous")


@attrs.frozen(kw_only=True)
class HubRequest:
    """One request, its body read and its sender known. `form` of a POST has passed the CSRF check.

    `spoken` is there for a route that is `one_write`.
    """

    http: Request
    store: Store
    actor: Actor
    now: dt.datetime
    settings: Settings
    body: bytes = attrs.field(default=b"", repr=False)
    path: Mapping[str, str] = attrs.field(factory=dict)
    query: Mapping[str, str] = attrs.field(factory=dict)
    form: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    spoken: Spoken | None = None

    def signed_message(self) -> SignedMessage:
        """The request as its signature saw it."""
        return signed_message(self.http)


def signed_message(http: Request) -> SignedMessage:
    """Made from what was sent, octet for octet: the target before decoding, the host from its header."""
    raw_path = str(http.scope["raw_path"], "latin-1")
    query = http.scope["query_string"].decode("latin-1")
    url = f"{http.scope['scheme']}://{http.headers.get('host', '')}{raw_path}{'?' if query else ''}{query}"
    headers: dict[str, str] = {}
    for name, value in http.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return SignedMessage(http.method, url, headers)


class NotFound(HubError):  # noqa: N818  # an answer, not a mistake
    """There is no such thing, or it is somebody else's: nobody can tell which."""


class Refused(HubError):  # noqa: N818
    """An answer with a status and words for whoever asked; `details` stand beside the words in JSON."""

    def __init__(self, status: int, words: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.details = dict(details or {})


Handler = Callable[[HubRequest], Awaitable[Response]]


@attrs.frozen(kw_only=True)
class Declared:
    """A route with everything that there is to know about it. `name` is the handler's `module.function`.

    `max_body`: of octets, where a route takes more than the hub's settings allow all others.
    `one_write`: the handler runs in the transaction in which the agent's nonce is remembered, and writes in no other.
    """

    method: str
    path: str
    audience: Audience
    scope: str
    handler: Handler
    summary: str
    name: str
    max_body: int | None = None
    one_write: bool = False

    @property
    def json(self) -> bool:
        return is_json(self.path)


def route(
    method: str,
    path: str,
    *,
    audience: Audience,
    scope: str,
    summary: str,
    max_body: int | None = None,
    one_write: bool = False,
) -> Callable[[Handler], Declared]:
    """Declares a handler: `@route("GET", "/devices/{id}", audience=Audience.USER, scope="members in sight", …)`."""

    def declare(handler: Handler) -> Declared:
        module = getattr(handler, "__module__", "").rpartition(".")[2]
        return Declared(
            method=method,
            path=path,
            audience=audience,
            scope=scope,
            handler=handler,
            summary=summary,
            name=f"{module}.{getattr(handler, '__name__', 'handler')}",
            max_body=max_body,
            one_write=one_write,
        )

    return declare


def check(declared: object) -> Declared:
    """DeclarationError unless this route says who may use it and on whose rows."""
    if not isinstance(declared, Declared):
        raise DeclarationError(f"{declared!r}: a route without audience and scope; declare it with routing.route")
    if declared.audience not in _SCOPES_OF or declared.scope not in SCOPES:
        raise DeclarationError(
            f"{declared.method} {declared.path}: audience {declared.audience!r}, scope {declared.scope!r};"
            f" it takes an Audience and one of {', '.join(SCOPES)}"
        )
    if declared.one_write and declared.audience is not Audience.AGENT:
        raise DeclarationError(f"{declared.method} {declared.path}: only what agents sign is remembered in one write")
    if declared.scope not in _SCOPES_OF[declared.audience]:
        raise DeclarationError(
            f"{declared.method} {declared.path}: audience {declared.audience} does not go with scope {declared.scope!r}"
        )
    return declared


def is_json(path: str) -> bool:
    """Whether errors of this path go to a program rather than to a person."""
    return path.startswith(JSON_PATHS)
