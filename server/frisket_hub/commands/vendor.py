"""`frisket hub vendor …`: the people of vendors."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from frisket_hub import administration
from frisket_hub.administration import Desk
from frisket_hub.commands.options import data_option, password_option, password_or_new, tell_sign_in
from frisket_hub.members import passwords, vendors


@click.group()
def vendor() -> None:
    """Those who hand in bundles of profiles."""


@vendor.command()
@click.argument("email")
@click.argument("namespace")
@data_option
@password_option
def add(*, email: str, namespace: str, data: Path, password_file: Path | None) -> None:
    """Let a person hand in for NAMESPACE in the portal; makes the account if there is none.

    Such a person sees its own namespaces, and nothing of any member. Whose key counts is said by `keys targets`.
    """
    password, made = password_or_new(password_file)
    hashed = passwords.hash_password(passwords.accept(password, email))

    async def work(desk: Desk) -> bool:
        return await vendors.add(
            desk.connection,
            desk.actor,
            desk.provider.member_id,
            email=email,
            namespace=namespace,
            password_hash=hashed,
            now=desk.now,
        )

    if asyncio.run(administration.at_desk(data, work)):
        tell_sign_in(email, password if made else None)
    else:
        click.echo(f"{email} hands in for {namespace}, too")
