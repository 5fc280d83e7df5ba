"""A session: what the cookie holds, what the database keeps of it, and whom it stands for."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from frisket_hub.members.grants import actor_of
from frisket_hub.routing import ANONYMOUS, Actor
from frisket_hub.settings import Settings
from frisket_hub.store import members, sessions
from frisket_hub.store.engine import Store
from frisket_hub.store.members import User
from frisket_hub.store.scope import Scope

# A session's last use is written no more often than this
_TOUCH_EVERY = dt.timedelta(minutes=1)


def cookie_name(http: Request) -> str:
    """Browsers take `__Host-` over https only, and then from this very host, for every path."""
    return "__Host-frisket" if http.scope["scheme"] == "https" else "frisket"


def cookie_of(http: Request) -> str:
    return http.cookies.get(cookie_name(http), "")


def hash_of(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def csrf_of(cookie: str) -> str:
    """What a form must bring. Made from the cookie, so that the database needs to keep its hash only."""
    return hmac.digest(cookie.encode(), b"csrf", "sha256").hex()


async def begin(
    connection: AsyncConnection, user: User, *, instead_of: str, settings: Settings, now: dt.datetime
) -> str:
    """A new session; the cookie's content. What the browser held before, if anything, is ended."""
    cookie = secrets.token_urlsafe(32)
    if instead_of:
        await sessions.end(connection, hash_of(instead_of))
    await sessions.forget_old(connection, now, settings.session_idle)
    await sessions.begin(
        connection,
        sessions.Session(
            member_id=user.member_id,
            id_hash=hash_of(cookie),
            user_id=user.id,
            csrf_hash=hash_of(csrf_of(cookie)),
            created_at=now,
            last_seen_at=now,
            expires_at=now + settings.session_lifetime,
        ),
    )
    return cookie


async def actor_behind(http: Request, store: Store, settings: Settings, now: dt.datetime) -> Actor:
    """Whoever signed in with this cookie and still may; ANONYMOUS for everybody else."""
    cookie = cookie_of(http)
    if not cookie:
        return ANONYMOUS
    async with store.reading() as connection:
        session = await sessions.of_credential(connection, hash_of(cookie))
        if session is None or now >= min(session.expires_at, session.last_seen_at + settings.session_idle):
            return ANONYMOUS
        own = Scope.of([session.member_id])
        user = await members.find_user(connection, own, session.user_id)
        actor = await actor_of(connection, user, csrf=csrf_of(cookie)) if user else None
    if actor is None:
        return ANONYMOUS
    if now - session.last_seen_at >= _TOUCH_EVERY:
        await store.write(lambda writing: sessions.touch(writing, own, session.id_hash, now))
    return actor


def set_cookie(http: Request, response: Response, cookie: str) -> None:
    secure = http.scope["scheme"] == "https"
    response.set_cookie(cookie_name(http), cookie, path="/", secure=secure, httponly=True, samesite="lax")


def drop_cookie(http: Request, response: Response) -> None:
    secure = http.scope["scheme"] == "https"
    response.delete_cookie(cookie_name(http), path="/", secure=secure, httponly=True, samesite="lax")
