"""`frisket profile sign` and `hand-in`: a vendor's bundle, signed on the vendor's own machine and given to a hub."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from frisket.cli.profile_files import installed_files, read_octets
from frisket.cli.workbench import registry_of
from frisket.errors import FrisketError
from frisket.plugins.registry import Registry
from frisket.profile.cases import run_cases
from frisket.profile.database import build_database
from frisket.releases import bundle as bundles
from frisket.releases import metadata, offer
from frisket.releases.bundle import Bundle
from frisket.releases.bundle_list import newest_bundle, next_offer
from frisket.releases.bundled_cases import cases_of_bundle
from frisket.releases.hand_in import hand_in as send
from frisket.releases.key_files import first_line, read_key
from frisket.releases.keys import SigningKey
from frisket.wire.device import to_document

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _key_options(command: _Command) -> _Command:
    command = click.option(
        "--password-file",
        metavar="FILE",
        type=_FILE,
        help="Whose first line is the key's password; else you are asked.",
    )(command)
    return click.option("--key", "key_file", required=True, metavar="FILE", type=_FILE, help="Your signing key.")(
        command
    )


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--namespace", required=True, metavar="NAME", help="Whose profiles: the folder FOLDER/NAME.")
@_key_options
@click.option("--previous", metavar="OFFER", type=_FILE, help="What you handed in last; without it, this is the first.")
@click.option("--renew", is_flag=True, help="Sign the same once more: before a signature expires, or with another key.")
@click.option("-o", "--output", required=True, metavar="OFFER", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def sign(
    ctx: click.Context,
    folder: Path,
    *,
    namespace: str,
    key_file: Path,
    password_file: Path | None,
    previous: Path | None,
    renew: bool,
    output: Path,
) -> None:
    """Check the profiles of one namespace, replay its cases, and sign all of it as one bundle.

    FOLDER holds NAME/*.yaml and NAME/*.cases. A profile that has changed needs a higher version number.
    """
    bundle = bundles.read_bundle(folder, namespace)
    cases = _replayed(registry_of(ctx), bundle)
    before = offer.unpack(read_octets(previous)) if previous else None
    key = _key(key_file, password_file)
    signed = next_offer(bundle, before, key, now=dt.datetime.now(dt.UTC), renew=renew)
    try:
        output.write_bytes(offer.pack(signed))
    except OSError as error:
        raise FrisketError(f"{output}: cannot be written: {error.strerror}") from None
    count = f"{len(bundle.profiles)} profiles, {cases} cases"
    click.echo(f"{output}: {namespace}, bundle {newest_bundle(signed.metadata)}, {count}")
    click.echo(f"  signed with {key.public.id}, until {metadata.describe(signed.metadata).expires:%Y-%m-%d}")


@click.command(name="hand-in")
@click.argument("offer_file", metavar="OFFER", type=_FILE)
@click.option("--hub", required=True, metavar="URL", help="The provider's hub.")
@_key_options
@click.pass_context
def hand_in(ctx: click.Context, offer_file: Path, *, hub: str, key_file: Path, password_file: Path | None) -> None:
    """Give a signed bundle to a hub, and tell what the hub found. Ends with 1 where it is refused."""
    done = send(hub, read_octets(offer_file), _key(key_file, password_file), now=dt.datetime.now(dt.UTC))
    for problem in done.problems:
        click.echo(problem)
    click.echo(f"{done.namespace} {done.version or ''} {done.state}; {done.cases} cases replayed", err=True)
    if done.state != "accepted":
        ctx.exit(1)


def _replayed(registry: Registry, bundle: Bundle) -> int:
    """How many cases hold; FrisketError with every one that does not, and with every mistake in a profile."""
    own = {file.name: file for file in bundle.profiles}
    others = {
        name: file for name, file in installed_files(registry).items() if not name.startswith(f"{bundle.namespace}/")
    }
    database = build_database({**others, **own}.values(), registry.steps)
    results = list(run_cases(database, cases_of_bundle(bundle), to_document))
    failed = [f"{result.case.name}: {line}" for result in results for line in result.differences]
    if failed:
        raise FrisketError("\n".join((*failed, f"{bundle.namespace} is not signed: its own cases do not hold")))
    return len(results)


def _key(file: Path, password_file: Path | None) -> SigningKey:
    def password() -> bytes:
        if password_file is not None:
            return first_line(password_file)
        return str(click.prompt(f"Password of {file}", hide_input=True, err=True)).encode()

    return read_key(file, password)
