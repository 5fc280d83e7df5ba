"""Keys of the profile database: Ed25519, the private half as PEM, the public half as a small JSON file."""

from __future__ import annotations

import json
from typing import Any

import attrs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from securesystemslib.signer import CryptoSigner, SSlibKey

from frisket.errors import DocumentError, FrisketError
from frisket.wire.json_text import load_object

_MAX_BYTES = 4096


class KeyFileError(FrisketError):
    """A key that cannot be used."""


@attrs.frozen
class PublicKey:
    """The half that anybody may have. `id` is TUF's: the SHA-256 of its canonical form."""

    inner: SSlibKey = attrs.field(repr=False)

    @property
    def id(self) -> str:
        return str(self.inner.keyid)

    @property
    def hexadecimal(self) -> str:
        """The raw 32 octets, as signatures of requests take them."""
        return str(self.inner.keyval["public"])

    def to_text(self) -> str:
        return json.dumps({"keyid": self.id, **self.inner.to_dict()}, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_text(cls, text: bytes, *, name: str) -> PublicKey:
        """KeyFileError for what is no public key that `to_text` wrote; `name` is what messages call it."""
        way_out = "give the .pub file that `frisket profile make-key` wrote"
        try:
            data: dict[str, Any] = dict(load_object(text, max_bytes=_MAX_BYTES))
            key = SSlibKey.from_dict(data.pop("keyid"), data)
        except (DocumentError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise KeyFileError(f"{name}: is no public key ({error}); {way_out}") from None
        if key.keytype != "ed25519" or _id_of(key) != key.keyid:
            raise KeyFileError(f"{name}: is no Ed25519 key under its own id; {way_out}")
        return cls(key)


@attrs.frozen
class SigningKey:
    """A whole key."""

    signer: CryptoSigner = attrs.field(repr=False)

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.signer.public_key)

    @property
    def private(self) -> Ed25519PrivateKey:
        """For signatures that are not TUF's."""
        key = self.signer._private_key  # noqa: SLF001  # `private_bytes` knows no password
        assert isinstance(key, Ed25519PrivateKey)
        return key

    def to_pem(self, password: bytes | None = None) -> bytes:
        """PKCS #8; in the clear without a password."""
        encryption = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)

    @classmethod
    def make(cls) -> SigningKey:
        return cls(CryptoSigner(Ed25519PrivateKey.generate()))

    @classmethod
    def from_pem(cls, pem: bytes, *, name: str, password: bytes | None = None) -> SigningKey:
        """KeyFileError for anything but an Ed25519 key, and for a wrong password."""
        try:
            key = serialization.load_pem_private_key(pem, password)
        except TypeError:
            words = "is locked; give its password" if password is None else "is not locked; leave the password out"
            raise KeyFileError(f"{name}: {words}") from None
        except (ValueError, UnsupportedAlgorithm):
            raise KeyFileError(f"{name}: cannot be read as a key; is it the right file, and the password?") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError(f"{name}: is no Ed25519 key; `frisket profile make-key` makes one")
        return cls(CryptoSigner(key))


def is_locked(pem: bytes) -> bool:
    """Whether a private key's file needs a password."""
    return b"ENCRYPTED" in pem


def _id_of(key: SSlibKey) -> str | None:
    """What a key's id must be, for an id that anybody could choose tells nothing."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(key.keyval["public"])))
    except (KeyError, ValueError):
        return None
    return str(SSlibKey.from_crypto(public).keyid)
