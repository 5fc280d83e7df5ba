"""Keys as files: the private half for nobody but its owner, the public half beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from frisket.releases.keys import KeyFileError, PublicKey, SigningKey, is_locked

PUBLIC_SUFFIX = ".pub"


def public_file(file: Path) -> Path:
    """`acme.pem.pub` of `acme.pem`."""
    return file.with_name(file.name + PUBLIC_SUFFIX)


def make_key(file: Path, password: Callable[[], bytes] | None) -> PublicKey:
    """A new key in two files, locked with what `password` says; it is not asked where a file stands already.

    KeyFileError for an empty password, and for what `write_key` cannot write.
    """
    _require_free(file, public_file(file))
    given = None if password is None else password()
    if given is not None and not given:
        raise KeyFileError("the password is empty; --no-password makes a key without one")
    key = SigningKey.make()
    write_key(file, key, given)
    return key.public


def write_key(file: Path, key: SigningKey, password: bytes | None) -> Path:
    """Both halves; where the public one lies. KeyFileError where a file stands already: a key is never overwritten."""
    public = public_file(file)
    _require_free(public)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(key.to_pem(password))
        public.write_text(key.public.to_text(), encoding="utf-8")
    except FileExistsError:
        raise _in_the_way(file) from None
    except OSError as error:
        raise KeyFileError(f"{file}: cannot be written: {error.strerror}") from None
    return public


def read_key(file: Path, password: Callable[[], bytes] | None = None) -> SigningKey:
    """KeyFileError for what is no key. `password` is asked for where the file is locked."""
    pem = _octets(file)
    given = password() if password is not None and is_locked(pem) else None
    return SigningKey.from_pem(pem, name=str(file), password=given)


def read_public_key(file: Path) -> PublicKey:
    return PublicKey.from_text(_octets(file), name=str(file))


def first_line(file: Path) -> bytes:
    """A password as a file holds it."""
    return (_octets(file).splitlines() or [b""])[0]


def _require_free(*files: Path) -> None:
    for file in files:
        if file.exists():
            raise _in_the_way(file)


def _in_the_way(file: Path) -> KeyFileError:
    return KeyFileError(f"{file}: is there already, and a key is never overwritten; take another name")


def _octets(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{file}: cannot be read: {error.strerror}") from None
