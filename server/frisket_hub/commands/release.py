"""`frisket hub release …`: prepared and approved on the hub, signed on another machine, published on the hub."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from frisket.releases.key_files import read_public_key
from frisket_hub import administration
from frisket_hub.administration import Desk
from frisket_hub.commands.options import FILE, data_option, key_options, read_file, signing_key, write_file
from frisket_hub.commands.release_text import list_lines, release_lines
from frisket_hub.errors import HubError
from frisket_hub.profile_db import online, preparing, publishing, request, trial
from frisket_hub.routing import NotFound
from frisket_hub.store import releases

_T = TypeVar("_T")


@click.group()
def release() -> None:
    """Releases of the profile database that agents pull."""


@release.command()
@data_option
@click.option("--notes", default="", help="What is new, for people.")
@click.option("--content-of", type=click.IntRange(1), metavar="NUMBER", help="Bring back what this release held.")
def prepare(*, data: Path, notes: str, content_of: int | None) -> None:
    """Put the next release together from each vendor's newest bundle, and compare it with the one before."""

    async def work(desk: Desk) -> list[str]:
        provider = desk.provider.member_id
        number = await preparing.prepare(
            desk.connection, provider, notes=notes, actor=desk.actor, now=desk.now, content_of=content_of
        )
        return await _shown(desk, number)

    _tell(_at_desk(data, work))


@release.command(name="list")
@data_option
def list_releases(*, data: Path) -> None:
    """Every release, the newest first."""
    _tell(_at_desk(data, _listed))


@release.command()
@click.argument("number", type=click.IntRange(1))
@data_option
def show(*, number: int, data: Path) -> None:
    """What a release holds, what it changes, and what keeps it back."""
    _tell(_at_desk(data, lambda desk: _shown(desk, number)))


@release.command()
@click.argument("number", type=click.IntRange(1))
@click.argument("finding")
@data_option
@click.option("--reason", required=True, help="Why this is right; it stands in the audit.")
def accept(*, number: int, finding: str, data: Path, reason: str) -> None:
    """Take responsibility for FINDING, as `show` names it, which would keep the release back."""
    _at_desk(
        data,
        lambda desk: preparing.accept(
            desk.connection,
            desk.provider.member_id,
            number,
            finding=finding,
            reason=reason,
            actor=desk.actor,
            now=desk.now,
        ),
    )


@release.command()
@click.argument("number", type=click.IntRange(1))
@data_option
def approve(*, number: int, data: Path) -> None:
    """The release may be signed. Whatever would keep it back has to be accepted first."""
    _at_desk(
        data,
        lambda desk: preparing.approve(
            desk.connection, desk.provider.member_id, number, actor=desk.actor, now=desk.now
        ),
    )


@release.command(name="request")
@click.argument("number", type=click.IntRange(1))
@click.option("-o", "--output", required=True, metavar="FILE", type=FILE)
@data_option
def request_command(*, number: int, output: Path, data: Path) -> None:
    """Write the file that is carried to the machine with the release key."""
    octets = _at_desk(data, lambda desk: publishing.signing_request(desk.connection, desk.provider.member_id, number))
    write_file(output, octets)
    click.echo(f"{output}: sign it with `frisket hub release sign {output.name} --key KEY -o SIGNED`")


@release.command()
@click.argument("request_file", metavar="REQUEST", type=FILE)
@key_options
@click.option("--known", multiple=True, metavar="KEY.pub", type=FILE, help="The release key before, after its change.")
@click.option("-o", "--output", required=True, metavar="FILE", type=FILE)
def sign(
    *, request_file: Path, key_file: Path, password_file: Path | None, known: Sequence[Path], output: Path
) -> None:
    """Look at a request and sign it, on a machine that needs no hub and no network."""
    asked = request.from_octets(read_file(request_file))
    click.echo(f"release {asked.number}  {asked.sha256}")
    click.echo(f"  holds {request.contents(asked)}")
    for line in (*asked.changes, *(f"  {line}" for line in asked.notes.splitlines())):
        click.echo(f"  {_plain(line)}")
    before = [read_public_key(file) for file in known]
    signed = request.sign(asked, signing_key(key_file, password_file), now=dt.datetime.now(dt.UTC), known=before)
    write_file(output, signed)
    click.echo(f"{output}: publish it with `frisket hub release publish {output.name}`")


@release.command()
@click.argument("signed", type=FILE)
@data_option
def publish(*, signed: Path, data: Path) -> None:
    """Put in force what `release sign` wrote: verified as agents do. Nobody gets it before a rollout starts."""
    octets, keys = read_file(signed), online.OnlineKeys.load(online.folder_of(data))
    published = _at_desk(
        data,
        lambda desk: publishing.publish(
            desk.connection, desk.provider.member_id, octets, keys=keys, actor=desk.actor, now=desk.now
        ),
    )
    click.echo(f"release {published.number}  {published.sha256}")


@release.command(name="trial")
@click.argument("folder", type=FILE)
@click.option(
    "--keys", "key_folder", required=True, metavar="DIR", type=FILE, help="Keys without passwords; made here."
)
@data_option
@click.option("--notes", default="", help="What is new, for people.")
def trial_command(*, folder: Path, key_folder: Path, data: Path, notes: str) -> None:
    """FOLDER as a release that everybody gets at once: one person, one machine, no passwords.

    For trials and demonstrations. Whoever has the keys in DIR and this hub can make agents believe anything.
    """
    number = asyncio.run(trial.run(data, folder, key_folder, notes=notes))
    click.echo(f"release {number}: signed, published, offered to every agent")


def _plain(line: str) -> str:
    """A hub in other hands may write what it likes; a terminal shows it and does nothing else."""
    return "".join(char if char.isprintable() else "?" for char in line)


async def _listed(desk: Desk) -> list[str]:
    return list_lines(await releases.every(desk.connection, desk.provider.member_id))


async def _shown(desk: Desk, number: int) -> list[str]:
    record = await releases.find(desk.connection, desk.provider.member_id, number)
    if record is None:
        raise NotFound(str(number))
    accepted = await releases.acceptances_of(desk.connection, desk.provider.member_id, number)
    return release_lines(record, accepted)


def _at_desk(data: Path, work: Callable[[Desk], Awaitable[_T]]) -> _T:
    try:
        return asyncio.run(administration.at_desk(data, work))
    except NotFound as error:
        raise HubError(f"{error}: there is no such thing; `frisket hub release show` says what there is") from None


def _tell(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)
