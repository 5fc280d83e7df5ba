"""The cryptography of SNMPv3's users (RFC 3414, 3826, 7860): the one home of pysnmp, imported when there is a user.

pysnmp makes the keys and runs the ciphers. Digests are made here, because pysnmp looks for a digest's place in a
message by its octets, and compares digests octet by octet.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import attrs

from frisket.errors import DecodeError
from frisket.formats.snmp_v3 import AUTH, PRIV
from frisket.protocols.vault import SnmpUser

# Name to (hash, octets of its digest in a message, arc of the protocol under 1.3.6.1.6.3.10.1.1)
AUTHENTICATION: dict[str, tuple[Callable[..., Any], int, int]] = {
    "MD5": (hashlib.md5, 12, 2),
    "SHA1": (hashlib.sha1, 12, 3),
    "SHA224": (hashlib.sha224, 16, 4),
    "SHA256": (hashlib.sha256, 24, 5),
    "SHA384": (hashlib.sha384, 32, 6),
    "SHA512": (hashlib.sha512, 48, 7),
}
# AES192 and AES256 lengthen keys as draft-blumenthal-aes-usm-04 and net-snmp do, the C flavours as
# draft-reeder-snmpv3-usm-3desede and Cisco do
PRIVACY = ("DES", "AES128", "AES192", "AES256", "AES192C", "AES256C")


@attrs.frozen
class UserKeys:
    """One user's keys for one engine."""

    user: SnmpUser
    _auth_key: bytes = attrs.field(repr=False)
    _priv_key: Any = attrs.field(repr=False)
    _cipher: Any = attrs.field(repr=False)

    @property
    def flags(self) -> int:
        return (AUTH if self.user.auth else 0) | (PRIV if self.user.priv else 0)

    @property
    def digest_length(self) -> int:
        return AUTHENTICATION[self.user.auth][1] if self.user.auth else 0

    def digest(self, message: bytes, at: int) -> bytes:
        """The digest of a message in which it shall lie at `at` (RFC 3414 6.3.1)."""
        assert self.user.auth is not None
        end = at + self.digest_length
        blank = message[:at] + bytes(self.digest_length) + message[end:]
        return hmac.new(self._auth_key, blank, AUTHENTICATION[self.user.auth][0]).digest()[: self.digest_length]

    def is_genuine(self, message: bytes, at: int, digest: bytes) -> bool:
        return len(digest) == self.digest_length and hmac.compare_digest(self.digest(message, at), digest)

    def encrypt(self, data: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        """(octets, salt)."""
        cipher, salt = self._cipher.encrypt_data(self._priv_key, (boots, time, None), data)
        return bytes(cipher), bytes(salt)

    def decrypt(self, cipher: bytes, boots: int, time: int, *, salt: bytes) -> bytes:
        """DecodeError where the octets cannot be any user's."""
        octets = type(self._priv_key)
        if len(salt) != 8 or (self.user.priv == "DES" and len(cipher) % 8):
            raise DecodeError("an encrypted answer has the wrong length")
        return bytes(self._cipher.decrypt_data(self._priv_key, (boots, time, octets(salt)), octets(cipher)))


@functools.lru_cache(maxsize=4096)
def keys_for(user: SnmpUser, engine: bytes) -> UserKeys:
    """Kept, for a key takes a megabyte of hashing (RFC 3414 A.2)."""
    if user.auth is None:
        return UserKeys(user, b"", None, None)
    from pyasn1.type import univ  # noqa: PLC0415  # only where there is a user
    from pysnmp.proto.secmod.rfc3414 import localkey  # noqa: PLC0415

    engine_id = univ.OctetString(engine)
    hash_ = AUTHENTICATION[user.auth][0]
    auth_key = localkey.localize_key(_hashed(user.auth, user.auth_key), engine_id, hash_)
    if user.priv is None:
        return UserKeys(user, bytes(auth_key), None, None)
    cipher = _ciphers()[user.priv]
    auth_protocol = (1, 3, 6, 1, 6, 3, 10, 1, 1, AUTHENTICATION[user.auth][2])
    priv_key = cipher.localize_key(auth_protocol, _hashed(user.auth, user.priv_key), engine_id)
    return UserKeys(user, bytes(auth_key), priv_key, cipher)


@functools.lru_cache(maxsize=256)
def _hashed(auth: str, passphrase: str) -> Any:
    from pysnmp.proto.secmod.rfc3414 import localkey  # noqa: PLC0415  # only where there is a user

    return localkey.hash_passphrase(passphrase.encode(), AUTHENTICATION[auth][0])


@functools.cache
def _ciphers() -> dict[str, Any]:
    from pysnmp.proto.secmod.eso.priv import aes192, aes256  # noqa: PLC0415  # only where there is a user
    from pysnmp.proto.secmod.rfc3414.priv import des  # noqa: PLC0415
    from pysnmp.proto.secmod.rfc3826.priv import aes  # noqa: PLC0415

    return {
        "DES": des.Des(),
        "AES128": aes.Aes(),
        "AES192": aes192.AesBlumenthal192(),
        "AES256": aes256.AesBlumenthal256(),
        "AES192C": aes192.Aes192(),
        "AES256C": aes256.Aes256(),
    }
