"""Passwords: what is accepted, how they are kept (Argon2id, OWASP's figures), and a check that takes its time."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from frisket_hub.errors import HubError

SHORTEST, LONGEST = 12, 256

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# What a password of nobody is compared with, so that nobody takes as long as somebody
_NOBODY = _HASHER.hash(secrets.token_urlsafe(16))
# Each check takes 19 MiB: a few at a time, off the loop
_THREADS = ThreadPoolExecutor(4, thread_name_prefix="argon2")


class PasswordError(HubError):
    """A password that is not accepted; the words say why."""


async def hashed(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, hash_password, password)


async def matches(kept: str | None, password: str) -> bool:
    """`kept` None: there is no such user, and finding that out takes as long as a wrong password."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _matches, kept, password)


def generate() -> str:
    """120 random bits."""
    return secrets.token_urlsafe(15)


def accept(password: str, email: str) -> str:
    """The password as it was given, or PasswordError."""
    if len(password) < SHORTEST:
        raise PasswordError(f"a password takes at least {SHORTEST} characters; several words are easy to remember")
    if len(password) > LONGEST:
        raise PasswordError(f"a password takes at most {LONGEST} characters")
    if password.casefold() == email.casefold() or len(set(password)) < 4:
        raise PasswordError("that password is guessed first; take several words")
    return password


def hash_password(password: str) -> str:
    return _HASHER.hash(_normal(password))


def _matches(kept: str | None, password: str) -> bool:
    try:
        _HASHER.verify(kept or _NOBODY, _normal(password[:LONGEST]))
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


def _normal(password: str) -> str:
    """The same characters, however a keyboard puts them together."""
    return unicodedata.normalize("NFC", password)
