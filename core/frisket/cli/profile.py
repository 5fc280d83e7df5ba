"""`frisket profile`: check and show profiles, and the schema that editors use; the rest has modules of its own."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from frisket.cli.profile_diff import diff
from frisket.cli.profile_files import installed_files, profile_files
from frisket.cli.profile_make_key import make_key_command
from frisket.cli.profile_new import new
from frisket.cli.profile_sign import hand_in, sign
from frisket.cli.profile_test import test
from frisket.cli.screen import console_for
from frisket.cli.workbench import load_database, profiles_option, registry_of
from frisket.errors import ProfileError
from frisket.model.oid import format_oid
from frisket.profile.database import build_database
from frisket.profile.json_schema import profile_schema
from frisket.profile.profile import (
    Candidate,
    Constant,
    Field,
    OidRef,
    PageRef,
    Profile,
    ProfileRequest,
    Rows,
    Walk,
    When,
    Zip,
)
from frisket.profile.suggestion import suggest
from frisket.wire.device import json_schema


@click.group(name="profile")
def command() -> None:
    """Check, test, show, compare, begin and sign profiles."""


for _part in (new, test, diff, make_key_command, sign, hand_in):
    command.add_command(_part)


@command.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_context
def check(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Every mistake in profiles, as file:line:column: path: message.

    PATHS are folders of profiles (<namespace>/<name>.yaml) or single files, checked together with the installed
    profiles, which they replace where they have the same name. Without PATHS, the installed ones.
    """
    registry = registry_of(ctx)
    own = {file.name: file for path in paths for file in profile_files(path)}
    installed = installed_files(registry)
    try:
        database = build_database({**installed, **own}.values(), registry.steps)
    except ProfileError as error:
        for problem in error.problems:
            click.echo(str(problem))
        count = len(error.problems)
        click.echo(f"{count} problem{'s' * (count != 1)}", err=True)
        ctx.exit(1)
    names = own or installed
    click.echo(
        f"{len(names)} profile{'s' * (len(names) != 1)} checked, {len(database.profiles) + 1} in all: no problem",
        err=True,
    )


@command.command()
@click.argument("name", required=False)
@profiles_option
@click.pass_context
def show(ctx: click.Context, name: str | None, *, extra_profiles: tuple[Path, ...]) -> None:
    """One profile with all that it inherits, or a list of all profiles."""
    database = load_database(registry_of(ctx), extra_profiles)
    console = console_for()
    if name is None:
        console.print(_list(list(database.profiles.values())))
    elif name in database.profiles:
        console.print(_tree(database.profiles[name]))
    else:
        raise click.UsageError(f"no profile is called {name!r}{suggest(name, database.profiles)}")


def _list(profiles: list[Profile]) -> Table:
    table = Table(border_style="dim", pad_edge=False)
    for title in ("Profile", "Kind", "Status", "For"):
        table.add_column(title)
    for profile in sorted(profiles, key=lambda profile: profile.id):
        table.add_row(profile.reference, profile.kind, profile.status, profile.title)
    return table


def _tree(profile: Profile) -> Tree:
    tree = Tree(Text(f"{profile.reference}  {profile.title}", style="bold"))
    parents = sorted(profile.lineage - {profile.id})
    tree.add(f"{profile.kind}, {profile.status}" + (f", extends {', '.join(parents)}" if parents else ""))
    fields = tree.add("fields")
    for name, field in profile.fields.items():
        _add_field(fields, name, field)
    tables = tree.add("tables")
    for name, table in profile.tables.items():
        branch = tables.add(Text(f"{name}{' (private)' if table.private else ''}", style="bold"))
        for rows in table.rows:
            columns = ", ".join(rows.columns)
            branch.add(Text(f"{rows.id}: {_rows_words(rows)}  {columns}  [{rows.profile}]"))
    if profile.requests:
        requests = tree.add("requests")
        for request in profile.requests.values():
            requests.add(Text(f"{request.name}: {_request_words(request)}  [{request.profile}]"))
    return tree


def _rows_words(rows: Rows) -> str:
    place = rows.place
    if isinstance(place, Walk):
        return format_oid(place.oid) + (f" in context {place.context}" if place.context else "")
    if isinstance(place, Zip):
        return f"{place.request}: {' | '.join(place.attributes)}"
    return f"{place.request}: each {place.pick.text if place.pick else 'line'}"


def _request_words(request: ProfileRequest) -> str:
    asked = f"SNMP context {request.context}" if request.request is None else ", ".join(request.request.names)
    return f"{request.form} {asked}" + ("" if request.when is None else f"  when {_when_words(request.when)}")


def _when_words(when: When) -> str:
    states = f"a level is {' or '.join(sorted(when.level_states))}" if when.level_states else ""
    missing = f"{' or '.join(when.missing)} is missing" if when.missing else ""
    return " or ".join(filter(None, (missing, states)))


def _add_field(tree: Tree, name: str, field: Field) -> None:
    branch = tree.add(Text(name, style="bold"))
    for candidate in field.candidates:
        branch.add(Text(_candidate_words(candidate)))


def _candidate_words(candidate: Candidate) -> str:
    place = candidate.place
    if isinstance(place, OidRef):
        where = format_oid(place.oid) + (".*" if place.every else "")
    elif isinstance(place, Constant):
        where = repr(place.value)
    elif isinstance(place, PageRef):
        where = f"{place.request}: {place.pick.text}"
    else:
        rows = " and ".join(f"{name} in {{{', '.join(sorted(values))}}}" for name, values in place.where.items())
        where = f"{place.table}.{place.column}{f' where {rows}' if rows else ''}"
    pipe = "".join(f" | {step.name}" for step in candidate.pipe)
    return f"{candidate.prefer:3d}  {where}{pipe}  [{candidate.profile}]"


@command.command()
@click.option("--device", is_flag=True, help="The schema of a device document instead.")
def schema(*, device: bool) -> None:
    """The JSON Schema of profiles, for editors: completion and mistakes underlined while typing."""
    click.echo(json.dumps(json_schema() if device else profile_schema(), indent=2))
