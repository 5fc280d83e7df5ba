"""The login of a virtual printer's web pages: HTTP's Basic (RFC 7617) or Digest (RFC 7616, MD5 as devices have it)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from frisket.lab.facts import WebFacts

_REALM = "device"
# One for all requests: it is what is asked for that a virtual printer tests, not who asks again
_NONCE = "5f3e9c1b7a2d4e60"
_AUTHORIZATION = re.compile(rb"\r\nauthorization:[ \t]*([^\r\n]*)", re.IGNORECASE)
_PARAMETER = re.compile(r'([a-z]+)="?([^",]*)"?')


class Doorkeeper:
    """Knows one user, and who has proved to be that one."""

    def __init__(self, login: WebFacts) -> None:
        self._login = login

    @property
    def challenge(self) -> str:
        """The header of an answer with status 401."""
        if self._login.scheme == "basic":
            return f'WWW-Authenticate: Basic realm="{_REALM}"\r\n'
        return f'WWW-Authenticate: Digest realm="{_REALM}", qop="auth", nonce="{_NONCE}", algorithm=MD5\r\n'

    def lets_in(self, request: bytes) -> bool:
        found = _AUTHORIZATION.search(request)
        if found is None:
            return False
        scheme, _, proof = found[1].decode("latin-1").partition(" ")
        if scheme.lower() != self._login.scheme:
            return False
        method, path = request.split(b" ", 2)[:2]
        expected, given = self._proofs(proof, f"{method.decode('latin-1')}:{path.decode('latin-1')}")
        return hmac.compare_digest(expected.encode(), given.encode())

    def _proofs(self, proof: str, asked: str) -> tuple[str, str]:
        """(what proves it, what was given)."""
        login = self._login
        if login.scheme == "basic":
            return base64.b64encode(f"{login.user}:{login.password}".encode()).decode(), proof
        given = dict(_PARAMETER.findall(proof))
        secret = _md5(f"{login.user}:{_REALM}:{login.password}")
        middle = f"{_NONCE}:{given.get('nc', '')}:{given.get('cnonce', '')}:auth"
        return _md5(f"{secret}:{middle}:{_md5(asked)}"), given.get("response", "")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
