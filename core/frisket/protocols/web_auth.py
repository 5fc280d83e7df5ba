"""Answers to HTTP's challenges: Digest (RFC 7616) where it is offered, Basic (RFC 7617) where nothing better is.

What is made here goes into one request to the device that asked for it, and nowhere else. Texts are octets as Latin-1
has them: a realm is given back as it came, a name and a password are UTF-8 (RFC 7616 4).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from frisket.protocols.vault import WebLogin

_LONGEST = 2048
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]*)(?=\s+[A-Za-z0-9_-]+\s*=|\s*$|\s*,)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_PARAMETER = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@attrs.frozen
class Challenge:
    scheme: str
    parameters: Mapping[str, str] = attrs.field(factory=dict)


def challenges_of(headers: Sequence[str]) -> list[Challenge]:
    """From the values of all WWW-Authenticate headers."""
    return [challenge for header in headers for challenge in _challenges(header[:_LONGEST])]


def _challenges(header: str) -> Iterator[Challenge]:
    # what looks like a scheme within quotes is none
    found = list(_SCHEME.finditer(_QUOTED.sub(lambda text: "_" * len(text[0]), header)))
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(header)
        parameters = _PARAMETER.findall(header[match.end() : end])
        yield Challenge(match[1].lower(), {name.lower(): quoted or plain for name, quoted, plain in parameters})


def digest(challenges: Sequence[Challenge], login: WebLogin, method: str, path: str) -> str | None:
    """The Authorization header for the strongest Digest that is offered; None where none is that we know."""
    known = [one for one in challenges if one.scheme == "digest" and _can_answer(one)]
    best = max(known, key=lambda one: _algorithm(one).startswith("sha-256"), default=None)
    return None if best is None else _digest(best, login, method, path)


def basic(challenges: Sequence[Challenge], login: WebLogin) -> str | None:
    if not any(one.scheme == "basic" for one in challenges):
        return None
    return "Basic " + base64.b64encode(f"{login.user}:{login.password}".encode()).decode()


def _algorithm(challenge: Challenge) -> str:
    return challenge.parameters.get("algorithm", "md5").lower()


def _can_answer(challenge: Challenge) -> bool:
    """Not `auth-int` alone, nor an algorithm that nobody uses."""
    qop = challenge.parameters.get("qop", "auth")
    known = _algorithm(challenge).removesuffix("-sess") in _HASHES
    return known and "nonce" in challenge.parameters and "auth" in re.split(r"[\s,]+", qop.lower())


def _digest(challenge: Challenge, login: WebLogin, method: str, path: str) -> str:
    """RFC 7616 3.4; without `qop`, as devices of RFC 2069 have it, without counter and nonce of ours."""
    given = challenge.parameters
    algorithm, nonce, realm = _algorithm(challenge), given["nonce"], given.get("realm", "")
    user, password = (text.encode().decode("latin-1") for text in (login.user, login.password))
    hashed = _HASHES[algorithm.removesuffix("-sess")]
    cnonce, count = secrets.token_hex(8), "00000001"
    secret = hashed(f"{user}:{realm}:{password}")
    if algorithm.endswith("-sess"):
        secret = hashed(f"{secret}:{nonce}:{cnonce}")
    asked = hashed(f"{method}:{path}")
    middle = f"{nonce}:{count}:{cnonce}:auth" if "qop" in given else nonce
    fields = [
        f'username="{_quoted(user)}", realm="{realm}", nonce="{nonce}", uri="{path}"',
        f'response="{hashed(f"{secret}:{middle}:{asked}")}"',
    ]
    if "qop" in given or algorithm.endswith("-sess"):
        fields.append(f'qop=auth, nc={count}, cnonce="{cnonce}"')
    if "algorithm" in given:
        fields.append(f"algorithm={given['algorithm']}")
    if "opaque" in given:
        fields.append(f'opaque="{given["opaque"]}"')
    return "Digest " + ", ".join(fields)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _md5(text: str) -> str:
    # the algorithm is the device's choice; most know no other
    return hashlib.md5(text.encode("latin-1"), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("latin-1")).hexdigest()


_HASHES: Mapping[str, Callable[[str], str]] = {"md5": _md5, "sha-256": _sha256}
