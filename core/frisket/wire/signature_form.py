"""The one form in which `signing.sign` writes a signature, read without a parser.

Every request of an agent is verified, and http-message-signatures takes 0.28 ms of CPU for it, of which Ed25519 itself
is 0.10: the rest parses structured fields that always look alike. Read here, a request costs 0.11 ms in all.

This recognises, and judges nothing. None is no refusal: the request is of another form, valid or not, and the library
reads it. So whatever could be read in two ways has to be None.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

import attrs

LABEL = "frisket"
COVERED = ("@method", "@authority", "@target-uri", "content-digest")

_NAMES = " ".join(f'"{name}"' for name in COVERED)
# In the order in which the library writes the parameters; 10 digits are seconds up to the year 2286, and a nonce is 16
# octets. A number that begins with 0, or a text with a backslash, would stand otherwise in the signature base.
_INPUT = re.compile(
    rf"{LABEL}=(?P<parameters>\({re.escape(_NAMES)}\)"
    r';created=(?P<created>[1-9][0-9]{0,9});keyid="(?P<key_id>[A-Za-z0-9_]{1,64})"'
    r';alg="ed25519";nonce="(?P<nonce>[A-Za-z0-9_-]{22})")'
)
# 64 octets and 32 in base64; the last digit of the signature holds two bits only
_SIGNATURE = re.compile(rf"{LABEL}=:([A-Za-z0-9+/]{{85}}[AQgw]==):")
_DIGEST = re.compile(r"sha-256=:[A-Za-z0-9+/]{43}=:")
_METHOD = re.compile(r"[A-Z]+")
# Of which @target-uri is all of it and @authority what stands between the slashes: lower case, no port that the scheme
# means anyway, no name or password, a path, no fragment, nothing quoted (RFC 9421 2.2.2 and 2.2.3)
_URL = re.compile(
    r"https?://(?P<authority>[a-z0-9._-]+(?::(?!(?:80|443)/)[1-9][0-9]{0,4})?)"
    r"/[A-Za-z0-9._~/-]*(?:\?[A-Za-z0-9._~/=&-]*)?"
)
_FIELDS = frozenset({"signature-input", "signature", "content-digest"})


@attrs.frozen
class OwnForm:
    """What a request of this form says of itself; nothing of it is proved yet.

    `base` is what was signed (RFC 9421 2.5), `digest` the whole field, `created` in seconds since 1970.
    """

    key_id: str
    nonce: str
    created: int
    digest: str
    base: bytes
    signature: bytes


def recognise(method: str, url: str, headers: Mapping[str, str]) -> OwnForm | None:
    """None for a request of any other form."""
    fields = _fields(headers)
    if fields is None or _METHOD.fullmatch(method) is None:
        return None
    target, said = _URL.fullmatch(url), _INPUT.fullmatch(fields["signature-input"])
    signature, digest = _SIGNATURE.fullmatch(fields["signature"]), _DIGEST.fullmatch(fields["content-digest"])
    if target is None or said is None or signature is None or digest is None:
        return None
    base = (
        f'"@method": {method}\n"@authority": {target["authority"]}\n"@target-uri": {url}\n'
        f'"content-digest": {digest[0]}\n"@signature-params": {said["parameters"]}'
    )
    return OwnForm(
        key_id=said["key_id"],
        nonce=said["nonce"],
        created=int(said["created"]),
        digest=digest[0],
        base=base.encode("ascii"),
        signature=base64.b64decode(signature[1]),
    )


def _fields(headers: Mapping[str, str]) -> dict[str, str] | None:
    """The three by their names in lower case; None unless each is there once, however it is spelt."""
    found: dict[str, str] = {}
    for name, value in headers.items():
        small = name.lower()
        if small in _FIELDS:
            if small in found:
                return None
            found[small] = value
    return found if len(found) == len(_FIELDS) else None
