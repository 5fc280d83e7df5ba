"""How far a device's TLS is trusted, as the vault's policies say.

A device's certificate is nearly always its own, and nothing secret is sent without a login: so `self-signed` is what
holds where no policy is given. It keeps listeners out, and nobody who stands in between.
"""

from __future__ import annotations

import ssl
from functools import cache

import attrs


@attrs.frozen
class Policy:
    """`verifies` by the system's authorities; `old` takes versions and ciphers that are no longer safe."""

    verifies: bool = False
    old: bool = False


POLICIES = {"strict": Policy(verifies=True), "self-signed": Policy(), "old": Policy(old=True)}


@cache
def tls_context(name: str) -> ssl.SSLContext:
    """For one of the vault's policies; one that is not known is taken for `strict`."""
    policy = POLICIES.get(name, POLICIES["strict"])
    if policy.verifies:
        context = ssl.create_default_context()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if policy.old:
        _take_old(context)
    return context


def _take_old(context: ssl.SSLContext) -> None:
    """TLS 1.0, keys of 1,024 bits, SHA-1, and renegotiation without RFC 5746: what printers of 2008 speak."""
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _OP_LEGACY_SERVER_CONNECT


# Python names it from 3.12 on only
_OP_LEGACY_SERVER_CONNECT = 0x4
