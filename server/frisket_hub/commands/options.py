"""Options that several commands of `frisket hub` take, and what is read from them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from frisket.releases.key_files import first_line, read_key
from frisket.releases.keys import SigningKey
from frisket_hub.errors import HubError
from frisket_hub.members import passwords

_Command = TypeVar("_Command", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)


def data_option(command: _Command) -> _Command:
    """`--data DIR`, or the environment's FRISKET_HUB_DATA."""
    return click.option(
        "--data",
        required=True,
        envvar="FRISKET_HUB_DATA",
        metavar="DIR",
        type=FILE,
        help="The hub's folder, with its database unless FRISKET_DATABASE_URL names another.",
    )(command)


def password_option(command: _Command) -> _Command:
    """`--password-file FILE`, to be read by `password_or_new`."""
    return click.option(
        "--password-file", metavar="FILE", type=FILE, help="Whose first line is the password; else you are asked."
    )(command)


def key_options(command: _Command) -> _Command:
    """`--key` and `--password-file`, to be read by `signing_key`."""
    command = click.option(
        "--password-file", metavar="FILE", type=FILE, help="Whose first line is the key's password; else you are asked."
    )(command)
    return click.option(
        "--key", "key_file", required=True, metavar="FILE", type=FILE, help="As `frisket hub keys make` made it."
    )(command)


def signing_key(key_file: Path, password_file: Path | None) -> SigningKey:
    """The key; its password is asked for where it has one and no file is named."""

    def password() -> bytes:
        if password_file is not None:
            return first_line(password_file)
        return str(click.prompt(f"Password of {key_file}", hide_input=True, err=True)).encode()

    return read_key(key_file, password)


def read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise HubError(f"{file}: cannot be read: {error.strerror}") from None


def write_file(file: Path, octets: bytes) -> None:
    """Whole or not at all."""
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_bytes(octets)
        new.replace(file)
    except OSError as error:
        raise HubError(f"{file}: cannot be written: {error.strerror}") from None


def password_or_new(file: Path | None) -> tuple[str, bool]:
    """A person's password, and whether it was made here and has to be told."""
    if file is not None:
        try:
            return (file.read_text(encoding="utf-8").splitlines() or [""])[0], False
        except (OSError, UnicodeDecodeError) as error:
            raise HubError(f"{file}: cannot be read: {error}") from None
    if sys.stdin.isatty():
        typed = click.prompt(
            "Password (nothing: one is made)", hide_input=True, confirmation_prompt=True, default="", show_default=False
        )
        if typed:
            return str(typed), False
    return passwords.generate(), True


def tell_sign_in(email: str, password: str | None) -> None:
    click.echo(f"Sign in as {email}" + (f" with the password {password}" if password else ""))
