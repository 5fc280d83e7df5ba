"""Sign in and sign out. Whoever fails learns nothing of whether there is such an account, by words or by time."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
import math
from urllib.parse import urlsplit

import attrs
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import RedirectResponse, Response

from frisket_hub.members import passwords, sessions
from frisket_hub.members.grants import actor_of
from frisket_hub.members.limits import RateLimit
from frisket_hub.portal import render
from frisket_hub.routing import Audience, Declared, HubRequest, route
from frisket_hub.store import audit, members
from frisket_hub.store import sessions as stored
from frisket_hub.store.members import User

_log = logging.getLogger(__name__)
WRONG = "That e-mail address and password do not go together."


@attrs.define
class Limits:
    """Tries to sign in: five at once for an e-mail address, twenty for a network address, then ever more slowly."""

    email: RateLimit = attrs.field(factory=lambda: RateLimit(interval=dt.timedelta(seconds=20), burst=5))
    address: RateLimit = attrs.field(factory=lambda: RateLimit(interval=dt.timedelta(seconds=3), burst=20))

    def wait(self, email: str, address: str, now: dt.datetime) -> dt.timedelta | None:
        """None when this try may be made; else how long to wait."""
        return self.address.take(address, now) or self.email.take(email, now)


@route("GET", "/sign-in", audience=Audience.ANONYMOUS, scope="none", summary="The page to sign in on")
async def show(request: HubRequest) -> Response:
    wanted = local_path(request.query.get("next", ""))
    if request.actor.kind == "user":
        return RedirectResponse(wanted, status_code=303)
    return _page(request, wanted)


@route("POST", "/sign-in", audience=Audience.ANONYMOUS, scope="none", summary="Sign in")
async def sign_in(request: HubRequest) -> Response:
    email = request.form.get("email", "").strip().lower()[:200]
    wanted = local_path(request.form.get("next", ""))
    limits: Limits = request.http.app.state.limits
    wait = limits.wait(email, _network(request), request.now)
    if wait is not None:
        seconds = math.ceil(wait.total_seconds())
        response = _page(request, wanted, email, f"Too many tries. Wait {seconds} seconds, then try again.", 429)
        response.headers["Retry-After"] = str(seconds)
        return response
    user = await _find(request, email, request.form.get("password", ""))
    if user is None:
        _log.info("sign-in refused, from %s", _network(request))
        return _page(request, wanted, email, WRONG, 401)
    cookie = await request.store.write(lambda connection: _begin(connection, request, user))
    response = RedirectResponse(wanted, status_code=303)
    sessions.set_cookie(request.http, response, cookie)
    return response


@route("POST", "/sign-out", audience=Audience.USER, scope="none", summary="Sign out: the session ends on the hub")
async def sign_out(request: HubRequest) -> Response:
    hashed = sessions.hash_of(sessions.cookie_of(request.http))
    await request.store.write(lambda connection: stored.end(connection, hashed))
    response = RedirectResponse("/sign-in", status_code=303)
    sessions.drop_cookie(request.http, response)
    return response


def local_path(wanted: str) -> str:
    """A path of this hub, never another's: to a browser two slashes, of either kind, begin a host."""
    parts = urlsplit(wanted) if wanted.isprintable() and "\\" not in wanted else None
    if parts is None or parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith("//"):
        return "/"
    return "/" if parts.path.startswith("/sign-") else wanted


async def _find(request: HubRequest, email: str, password: str) -> User | None:
    """Whoever this is, if everything is right; the check of the password runs whether there is anybody or not."""
    async with request.store.reading() as connection:
        user = await members.user_by_email(connection, email)
        actor = await actor_of(connection, user) if user else None
    right = await passwords.matches(user.password_hash if user else None, password)
    return user if right and actor is not None else None


async def _begin(connection: AsyncConnection, request: HubRequest, user: User) -> str:
    before = sessions.cookie_of(request.http)
    cookie = await sessions.begin(connection, user, instead_of=before, settings=request.settings, now=request.now)
    entry = audit.Entry(
        member_id=user.member_id, at=request.now, actor=user.id, action="session.begin", subject=user.id
    )
    await audit.note(connection, entry)
    return cookie


def _page(request: HubRequest, wanted: str, email: str = "", error: str | None = None, status: int = 200) -> Response:
    return render(request, "sign_in.html", status=status, error=error, next=wanted, email=email)


def _network(request: HubRequest) -> str:
    """An address; of IPv6 the /64, all of which one host can use."""
    client = request.http.client
    try:
        address = ipaddress.ip_address(client.host if client else "")
    except ValueError:
        return "?"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


ROUTES: tuple[Declared, ...] = (show, sign_in, sign_out)
