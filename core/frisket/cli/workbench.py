"""What most sub-commands need first: the profile database and the protocols of the loaded plugins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import attrs
import click

from frisket.errors import FrisketError
from frisket.plugins.registry import Registry
from frisket.profile.database import ProfileDatabase, ProfileFile, build_database, read_folder
from frisket.protocols.contact import Ports
from frisket.protocols.transport import Transport
from frisket.protocols.vault import Vault
from frisket.scan.credentials import load_vault
from frisket.scan.targets import FEW_ADDRESSES


def registry_of(ctx: click.Context) -> Registry:
    """The registry that `main` put into the context."""
    found = ctx.find_object(Registry)
    if found is None:
        raise FrisketError("this command must be called through `frisket`")
    return found


def load_database(registry: Registry, extra: Collection[Path] = ()) -> ProfileDatabase:
    """Every registered folder of profiles; those of the command line replace installed ones of the same name.

    ProfileError with all that is wrong.
    """
    if not registry.profile_folders and not extra:
        raise FrisketError("no profiles are installed; install frisket-profiles, or name a folder with --profiles")
    installed = list(chain.from_iterable(map(read_folder, registry.profile_folders)))
    own = {file.name: file for file in chain.from_iterable(map(read_own_folder, extra))}
    return build_database([*(file for file in installed if file.name not in own), *own.values()], registry.steps)


def read_own_folder(folder: Path) -> list[ProfileFile]:
    """A folder that somebody named; FrisketError where it holds no profile, as when a namespace was named instead."""
    files = list(read_folder(folder))
    if not files:
        raise FrisketError(
            f"{folder}: holds no profile; name the folder above the namespaces, of <namespace>/<name>.yaml"
        )
    return files


def protocols_of(registry: Registry) -> Mapping[str, Transport]:
    """The transports that plugins brought; without SNMP there is no scan."""
    if "snmp" not in registry.protocols:
        raise FrisketError("no plugin speaks snmp; `frisket plugins` shows which one failed")
    return registry.protocols


def vault_of(file: Path | None) -> Vault:
    """The vault in a file of credentials, an empty one where there is none; CredentialsError with all that is wrong."""
    return Vault() if file is None else load_vault(file)


def looks_at_silent(find: str, *, addresses: int) -> bool:
    """What `--find` says about addresses that are silent in SNMP."""
    return find == "all" or (find == "auto" and addresses <= FEW_ADDRESSES)


def ports_of(snmp: int | None, ipp: int | None, offset: int) -> Ports:
    """The ports that `ports_options` name, and the usual ones for the others."""
    usual = Ports()
    return attrs.evolve(usual, snmp=snmp or usual.snmp, ipp=ipp or usual.ipp).moved(offset)


def ports_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--snmp-port`, `--ipp-port` and `--port-offset`, to be read by `ports_of`."""
    port = click.IntRange(1, 65535)
    for option in (
        click.option(
            "--port-offset",
            type=click.IntRange(0, 60000),
            default=0,
            help="Added to every port, as `frisket lab` does.",
        ),
        click.option("--ipp-port", type=port, help="The IPP port, if it is not 631."),
        click.option("--snmp-port", type=port, help="The SNMP port, if it is not 161."),
    ):
        command = option(command)
    return command


def _communities(_ctx: click.Context, _param: click.Parameter, names: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(name.encode() for name in names) or (b"public",)


community_option = click.option(
    "--community",
    "communities",
    multiple=True,
    metavar="NAME",
    callback=_communities,
    help="Tried in this order. [public]",
)

find_option = click.option(
    "--find",
    type=click.Choice(["auto", "snmp", "all"]),
    default="auto",
    show_default=True,
    help="all: addresses that are silent in SNMP are looked at for IPP and web pages, too; auto: up to 256 of them.",
)

credentials_option = click.option(
    "--credentials",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="SNMPv3 users, web logins and TLS rules, for their networks only; never leaves this machine.",
)

profiles_option = click.option(
    "--profiles",
    "extra_profiles",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="A further folder of profiles, <namespace>/<name>.yaml; they replace installed ones of the same name.",
)
