"""`frisket hub keys …`: made, put into root and targets, signed and looked at away from the hub; installed on it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from frisket.releases import metadata
from frisket.releases.key_files import first_line, make_key, public_file, read_public_key
from frisket.releases.keys import PublicKey
from frisket.releases.roles import ROOT, SNAPSHOT, TARGETS, TIMESTAMP, is_namespace, namespace_of
from frisket_hub import administration
from frisket_hub.commands.options import FILE, data_option, key_options, read_file, signing_key, write_file
from frisket_hub.profile_db import ceremony, installing, online


@click.group()
def keys() -> None:
    """The keys of the profile database: who may sign what."""


@keys.command()
@click.argument("file", type=FILE)
@click.option("--password-file", metavar="FILE", type=FILE, help="Whose first line locks the key; else you are asked.")
@click.option("--no-password", is_flag=True, help="The key lies open in its file: for machines, and for trials.")
def make(*, file: Path, password_file: Path | None, no_password: bool) -> None:
    """A new key: FILE for its owner alone, and FILE.pub for everybody."""
    if password_file is not None and no_password:
        raise click.UsageError("--password-file and --no-password exclude each other")
    password = _ask if password_file is None else partial(first_line, password_file)
    public = make_key(file, None if no_password else password)
    click.echo(f"{public.id}  {public_file(file)}")


@keys.command(name="online")
@data_option
@click.option(
    "--rotate", is_flag=True, help="Further ones, which count as soon as a root that names them is installed."
)
def online_keys(*, data: Path, rotate: bool) -> None:
    """The hub's own two keys, for snapshot and timestamp. Prints where their public halves lie."""
    for role, public in online.make(online.folder_of(data), rotate=rotate).items():
        click.echo(f"{role:<9}  {public}")


@keys.command()
@click.option("-o", "--output", required=True, metavar="FILE", type=FILE)
@click.option(
    "--root", "roots", multiple=True, metavar="KEY.pub", type=FILE, help="Two of these sign roots; give three."
)
@click.option(
    "--targets", multiple=True, metavar="KEY.pub", type=FILE, help="Two of these sign targets. [those of root]"
)
@click.option("--snapshot", multiple=True, metavar="KEY.pub", type=FILE, help="The hub's.")
@click.option("--timestamp", multiple=True, metavar="KEY.pub", type=FILE, help="The hub's.")
@click.option("--previous", metavar="FILE", type=FILE, help="The root before; roles that are not named keep its keys.")
def root(
    *,
    output: Path,
    roots: Sequence[Path],
    targets: Sequence[Path],
    snapshot: Sequence[Path],
    timestamp: Sequence[Path],
    previous: Path | None,
) -> None:
    """The next root.json, unsigned: whose keys count for root, targets, snapshot and timestamp."""
    given = {ROOT: roots, TARGETS: targets, SNAPSHOT: snapshot, TIMESTAMP: timestamp}
    named = {role: [read_public_key(file) for file in files] for role, files in given.items()}
    before = read_file(previous) if previous else None
    document = ceremony.make_root(named, before, now=dt.datetime.now(dt.UTC))
    write_file(output, document)
    _tell(output, document, before)


@keys.command(name="targets")
@click.option("-o", "--output", required=True, metavar="FILE", type=FILE)
@click.option("--release", multiple=True, metavar="KEY.pub", type=FILE, help="One of these signs each release.")
@click.option(
    "--vendor",
    "vendors",
    multiple=True,
    metavar="NAMESPACE=KEY.pub",
    help="One of these signs that namespace's bundles.",
)
@click.option("--revoke", multiple=True, metavar="NAMESPACE", help="Nobody signs for it any more.")
@click.option(
    "--previous", metavar="FILE", type=FILE, help="The targets before; roles that are not named keep its keys."
)
def targets_command(
    *,
    output: Path,
    release: Sequence[Path],
    vendors: Sequence[str],
    revoke: Sequence[str],
    previous: Path | None,
) -> None:
    """The next targets.json, unsigned: who signs releases, and who signs for which namespace.

    The keys that are given for a role replace those that it had. To rotate one, give both; later the new one alone.
    """
    before = read_file(previous) if previous else None
    document = ceremony.make_targets(
        [read_public_key(file) for file in release],
        _vendors(vendors),
        revoke,
        before,
        now=dt.datetime.now(dt.UTC),
    )
    write_file(output, document)
    _tell(output, document, None)


@keys.command()
@click.argument("file", type=FILE)
@key_options
def sign(*, file: Path, key_file: Path, password_file: Path | None) -> None:
    """Add a signature to FILE. Nothing else of it changes."""
    key = signing_key(key_file, password_file)
    document = ceremony.sign(read_file(file), key)
    write_file(file, document)
    _tell(file, document, None)


@keys.command()
@click.argument("file", type=FILE)
@click.option(
    "--above", metavar="FILE", type=FILE, help="What says whose signatures count: the root, for a root the one before."
)
def show(*, file: Path, above: Path | None) -> None:
    """What FILE says, who signed it, and what it still lacks."""
    document = read_file(file)
    _tell(file, document, read_file(above) if above else None)
    for role, delegation in ceremony.delegations_in(document).items():
        click.echo(f"  {role}: {delegation.threshold} of {len(delegation.keys)}")
        for key in delegation.keys:
            click.echo(f"    {key.id}")


@keys.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@data_option
def install(*, files: Sequence[Path], data: Path) -> None:
    """Put root.json and targets.json in force: verified, and named by a new snapshot."""
    folder = online.folder_of(data)
    held = online.OnlineKeys.load(folder)
    documents = [read_file(file) for file in files]

    async def work(desk: administration.Desk) -> list[str]:
        return await installing.install(
            desk.connection, desk.provider.member_id, documents, keys=held, actor=desk.actor, now=desk.now
        )

    for words in asyncio.run(administration.at_desk(data, work)):
        click.echo(words)
    for document in documents:
        if metadata.describe(document).kind == ROOT:
            online.promote(folder, document)


def _tell(file: Path, document: bytes, above: bytes | None) -> None:
    described = metadata.describe(document)
    click.echo(f"{file}: {described.kind} {described.version}, until {described.expires:%Y-%m-%d}")
    vendors = sorted(filter(None, map(namespace_of, ceremony.delegations_in(document))))
    if vendors:
        click.echo(f"  vendors: {', '.join(vendors)}")
    found = ceremony.standings(document, above)
    for standing in found:
        click.echo(f"  {standing}")
    if not found:
        signed = ", ".join(key_id[:16] for key_id in described.signed_by)
        click.echo(
            f"  signed by {signed or 'nobody yet'}; `frisket hub keys show --above root.json` says what it lacks"
        )


def _ask() -> bytes:
    return str(click.prompt("Password of the new key", hide_input=True, confirmation_prompt=True, err=True)).encode()


def _vendors(given: Sequence[str]) -> dict[str, list[PublicKey]]:
    found: dict[str, list[PublicKey]] = {}
    for one in given:
        namespace, equals, file = one.partition("=")
        if not equals or not is_namespace(namespace):
            raise click.UsageError(f"{one!r}: --vendor is written NAMESPACE=KEY.pub")
        found.setdefault(namespace, []).append(read_public_key(Path(file)))
    return found
