"""`frisket hub …`: set up, serve, and what whoever runs the hub does on its database."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from frisket_hub import administration
from frisket_hub.commands.audit import audit
from frisket_hub.commands.keys import keys
from frisket_hub.commands.options import FILE, data_option, password_option, password_or_new, tell_sign_in
from frisket_hub.commands.pin import pin, unpin
from frisket_hub.commands.release import release
from frisket_hub.commands.rollout import rollout
from frisket_hub.commands.vendor import vendor
from frisket_hub.members import passwords
from frisket_hub.members.grants import ROLES, VIEWER
from frisket_hub.profile_db import online
from frisket_hub.settings import DEFAULT_PORT
from frisket_hub.store.address import database_url


@click.group(name="hub")
def command() -> None:
    """Run a hub: agents report to it, people look at their fleets on it."""
    logging.basicConfig(level=logging.ERROR)


for _group in (keys, release, rollout, vendor, audit):
    command.add_command(_group)
for _command in (pin, unpin):
    release.add_command(_command)


@command.command()
@data_option
@click.option("--email", required=True, help="With which the first person signs in.")
@click.option("--name", default="", help="The first person's name.")
@click.option("--provider", default="Provider", show_default=True, metavar="NAME", help="Who runs this hub.")
@password_option
def init(*, data: Path, email: str, name: str, provider: str, password_file: Path | None) -> None:
    """Make the database, the provider and its first person. There is no other account, and no default password."""
    password, made = password_or_new(password_file)
    asyncio.run(administration.set_up(data, provider=provider, email=email, name=name, password=password))
    click.echo(f"{data} is a hub now. Start it with: frisket hub serve --data {data}")
    tell_sign_in(email, password if made else None)


@command.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option("--name", "names", multiple=True, metavar="NAME", help="By which the hub is called; may be given again.")
@click.option("--tls-cert", metavar="FILE", type=FILE, help="PEM, with the certificates between it and its root.")
@click.option("--tls-key", metavar="FILE", type=FILE, help="PEM, of the certificate.")
@click.option("--trusted-proxy", "proxies", multiple=True, metavar="ADDRESS", help="Whose X-Forwarded-* are believed.")
def serve(
    *,
    data: Path,
    host: str,
    port: int,
    names: tuple[str, ...],
    tls_cert: Path | None,
    tls_key: Path | None,
    proxies: tuple[str, ...],
) -> None:
    """Serve agents and the portal until it is interrupted. Prints the address, then `ready`."""
    from frisket_hub import serving  # noqa: PLC0415  # the web application, which no other command needs

    _log_to_stderr()
    place = serving.Place(
        host=host,
        port=port,
        names=names,
        certificate=tls_cert,
        key=tls_key,
        proxies=proxies,
        online_keys=online.folder_of(data),
    )
    asyncio.run(serving.serve(database_url(data), place, lambda url: click.echo(f"hub: {url}\nready")))


@command.command()
@data_option
@click.option("--member", metavar="NAME", help="Whose agent it will be; the provider's if none is given.")
def token(*, data: Path, member: str | None) -> None:
    """Print a token with which one agent can be enrolled within an hour."""
    click.echo(asyncio.run(administration.at_desk(data, lambda desk: administration.make_token(desk, member))))


@command.group()
def member() -> None:
    """Customers, and customers' customers."""


@member.command(name="add")
@click.argument("name")
@data_option
@click.option("--parent", metavar="NAME", help="Under which it lies; the provider if none is given.")
def add_member(*, name: str, data: Path, parent: str | None) -> None:
    """Add a member. Prints its id."""
    added = asyncio.run(administration.at_desk(data, lambda desk: administration.add_member(desk, name, parent)))
    click.echo(added.member_id)


@member.command(name="list")
@data_option
def list_members(*, data: Path) -> None:
    """Every member, under the one it belongs to."""
    for each in asyncio.run(administration.at_desk(data, administration.list_members)):
        click.echo(f"{each.member_id}  {'  ' * (each.path.count('/') - 2)}{each.name}")


@command.group()
def user() -> None:
    """The people who sign in."""


@user.command(name="add")
@click.argument("email")
@data_option
@click.option("--name", default="", help="The person's name.")
@click.option("--member", metavar="NAME", help="To which the person belongs; the provider if none is given.")
@click.option("--role", default=VIEWER, show_default=True, type=click.Choice(ROLES))
@password_option
def add_user(*, email: str, data: Path, name: str, member: str | None, role: str, password_file: Path | None) -> None:
    """Add a person who may see, or change, what is the member's and what lies under it."""
    password, made = password_or_new(password_file)
    hashed = passwords.hash_password(passwords.accept(password, email))
    add = administration.add_user
    asyncio.run(
        administration.at_desk(
            data, lambda desk: add(desk, email=email, name=name, member=member, role=role, hashed=hashed)
        )
    )
    tell_sign_in(email, password if made else None)


@command.group()
def device() -> None:
    """The devices that agents reported."""


@device.command(name="list")
@data_option
def list_devices(*, data: Path) -> None:
    """Every device: member and site, what it is, and its page counts."""
    for row in asyncio.run(administration.at_desk(data, administration.list_devices)):
        document = row.document
        name = " ".join(filter(None, (document["manufacturer"], document["model"]))) or "unnamed printer"
        counts = ", ".join(map(_count_words, document["page_counts"]))
        click.echo(f"{row.member} / {row.site}  {name:<32.32}  {document['serial_number'] or '-':<16}  {counts or '-'}")


def _count_words(count: Mapping[str, Any]) -> str:
    """`total 50,210`, `total color 20,100`: `all` says nothing."""
    parts = [count["function"], *(count[name] for name in ("color", "sides", "size") if count[name] != "all")]
    return f"{' '.join(parts)} {count['value']:,}"


@command.group()
def agent() -> None:
    """The agents that report here."""


@agent.command(name="list")
@data_option
def list_agents(*, data: Path) -> None:
    """Every agent: its id, state, how its key begins, member, site and name."""
    for each in asyncio.run(administration.at_desk(data, administration.list_agents)):
        click.echo(f"{each.id}  {each.state:<11}  {each.public_key[:16]}  {each.member} / {each.site} / {each.name}")


@agent.command()
@click.argument("name")
@data_option
def accept(*, name: str, data: Path) -> None:
    """Let the agent NAME deliver readings."""
    asyncio.run(administration.at_desk(data, lambda desk: administration.accept_agent(desk, name)))


@agent.command()
@click.argument("name")
@data_option
@click.option("--scan-interval", metavar="MINUTES", type=int, help="From one scan to the next.")
@click.option("--target", "targets", multiple=True, metavar="TARGET", help="Instead of those that it has.")
@click.option("--exclude", multiple=True, metavar="TARGET", help="Instead of those that it has.")
def change(
    *, name: str, data: Path, scan_interval: int | None, targets: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    """What the agent NAME should have; it picks that up at its next check-in. Prints the generation."""
    change = administration.change_agent
    generation = asyncio.run(
        administration.at_desk(
            data, lambda desk: change(desk, name, minutes=scan_interval, targets=targets, exclude=exclude)
        )
    )
    click.echo(f"generation {generation}")


def _log_to_stderr() -> None:
    logging.basicConfig(
        force=True, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    for chatty in ("alembic", "uvicorn", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
