"""`frisket profile make-key`: a vendor's key, made on the vendor's own machine."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from frisket.releases.key_files import first_line, make_key, public_file

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(name="make-key")
@click.argument("file", type=_FILE)
@click.option("--password-file", metavar="FILE", type=_FILE, help="Whose first line locks the key; else you are asked.")
@click.option("--no-password", is_flag=True, help="The key lies open in its file: for machines, and for trials.")
def make_key_command(*, file: Path, password_file: Path | None, no_password: bool) -> None:
    """A new key: FILE for its owner alone, and FILE.pub for everybody."""
    if password_file is not None and no_password:
        raise click.UsageError("--password-file and --no-password exclude each other")
    password = _ask if password_file is None else partial(first_line, password_file)
    public = make_key(file, None if no_password else password)
    click.echo(f"{public.id}  {public_file(file)}")


def _ask() -> bytes:
    return str(click.prompt("Password of the new key", hide_input=True, confirmation_prompt=True, err=True)).encode()
