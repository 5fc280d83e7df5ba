"""What most sub-commands need first: the profile database and the protocols of the loaded plugins."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import click

from frisket.errors import FrisketError
from frisket.plugins.registry import Registry
from frisket.profile.database import ProfileDatabase, build_database, read_folder


def registry_of(ctx: click.Context) -> Registry:
    """The registry that `main` put into the context."""
    found = ctx.find_object(Registry)
    if found is None:
        raise FrisketError("this command must be called through `frisket`")
    return found


def load_database(registry: Registry, extra: Iterable[Path] = ()) -> ProfileDatabase:
    """Every registered folder of profiles, and folders from the command line; ProfileError with all that is wrong."""
    folders = [*registry.profile_folders, *extra]
    if not folders:
        raise FrisketError("no profiles are installed; install frisket-profiles, or name a folder with --profiles")
    return build_database(chain.from_iterable(map(read_folder, folders)), registry.steps)


profiles_option = click.option(
    "--profiles",
    "extra_profiles",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    multiple=True,
    help="A further folder of profiles, <namespace>/<name>.yaml.",
)
