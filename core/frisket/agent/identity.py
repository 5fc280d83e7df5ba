"""Who the agent is: an Ed25519 key that is made at the first start and never leaves the folder."""

from __future__ import annotations

import sys

import attrs
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from frisket.agent.errors import FolderError
from frisket.agent.folder import AgentFolder


@attrs.frozen
class Identity:
    """The key that signs every request."""

    key: Ed25519PrivateKey = attrs.field(repr=False)

    @property
    def public_key(self) -> str:
        """The raw public key in hexadecimal digits, as an Enrolment carries it."""
        return self.key.public_key().public_bytes_raw().hex()


def load_identity(folder: AgentFolder) -> Identity:
    """The folder's key, made now where there is none; FolderError for a key that cannot be used."""
    content = folder.read(folder.key)
    if content is None:
        return _make(folder)
    _keep_private(folder)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        way_out = "put it back from a backup, or enrol anew in an empty folder"
        raise FolderError(folder.key, f"is not the agent's Ed25519 key; {way_out}")
    return Identity(key)


def _make(folder: AgentFolder) -> Identity:
    if folder.read(folder.state) is not None:
        way_out = "put it back from a backup, or enrol anew in an empty folder"
        raise FolderError(folder.key, f"is gone, and without it the hub does not know this agent; {way_out}")
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    folder.write(folder.key, pem, mode=0o600)
    return Identity(key)


def _keep_private(folder: AgentFolder) -> None:
    """A copy of the folder may have opened the key to others."""
    if sys.platform != "win32" and folder.key.stat().st_mode & 0o077:
        try:
            folder.key.chmod(0o600)
        except OSError as error:
            raise FolderError(folder.key, f"others may read it: {error.strerror}; chmod 600 it") from None
