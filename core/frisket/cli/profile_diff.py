"""`frisket profile diff`: what another profile database would change on every recorded device."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import click

from frisket.cli.profile_files import installed_files, profile_files, recorded_cases
from frisket.cli.workbench import registry_of
from frisket.errors import FrisketError
from frisket.plugins.registry import Registry
from frisket.profile.database import ProfileDatabase, build_database
from frisket.profile.diffing import Change, Difference, compare
from frisket.wire.device import to_document

_MARKS = {"gained": ("+", "green"), "lost": ("-", "red"), "changed": ("~", "yellow")}


@click.command()
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--cases",
    "case_folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where recordings lie; without it, below OLD, NEW and the installed profiles.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: every difference.")
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, *, case_folders: tuple[Path, ...], as_json: bool) -> None:
    """Read every recorded case under OLD and under NEW, and tell what is gained, lost or changed.

    OLD and NEW are folders of profiles, offers, bundles (.tar, .tar.zst) or single files, each on top of the installed
    profiles where it lacks std/identity. Ends with 1 when a value is lost, or what a device is known by changes.
    """
    registry = registry_of(ctx)
    before, after = _database(registry, old), _database(registry, new)
    folders = case_folders or tuple(path for path in (*registry.profile_folders, old, new) if path.is_dir())
    recordings = dict(chain.from_iterable(recorded_cases([folder]) for folder in folders))
    if not recordings:
        raise FrisketError("no recording was found to compare with; name a folder with --cases")
    compared = list(compare(before, after, recordings.items(), to_document))
    found = [difference for difference in compared if difference]
    if as_json:
        click.echo(json.dumps(_as_data(len(compared), found), ensure_ascii=False, indent=2))
    else:
        for difference in found:
            _show(difference)
    click.echo(_summary(len(compared), found), err=True)
    if any(difference.loses or difference.changes_identity for difference in found):
        ctx.exit(1)


def _database(registry: Registry, path: Path) -> ProfileDatabase:
    files = {file.name: file for file in profile_files(path)}
    if "std/identity.yaml" not in files:
        files = {**installed_files(registry), **files}
    return build_database(files.values(), registry.steps)


def _show(difference: Difference) -> None:
    click.secho(difference.recording, bold=True)
    if difference.before != difference.after:
        click.echo(f"    profile: {difference.before or 'no printer'} → {difference.after or 'no printer'}")
    for change in difference.changes:
        mark, color = _MARKS[change.kind]
        identity = "   ← what it is known by" if change.touches_identity else ""
        click.echo(f"  {click.style(mark, fg=color)} {change.path}: {_words(change)}{identity}")


def _words(change: Change) -> str:
    if change.kind == "gained":
        return f"{change.after!r}"
    return f"{change.before!r}" if change.kind == "lost" else f"{change.before!r} → {change.after!r}"


def _summary(count: int, found: Sequence[Difference]) -> str:
    kinds = [change.kind for difference in found for change in difference.changes]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in _MARKS)
    identity = sum(difference.changes_identity for difference in found)
    return f"{count} recordings, {len(found)} differ: {counts}" + (
        f"; {identity} known by something else" * bool(identity)
    )


def _as_data(count: int, found: Sequence[Difference]) -> dict[str, Any]:
    return {"recordings": count, "differences": [_difference_data(difference) for difference in found]}


def _difference_data(difference: Difference) -> dict[str, Any]:
    return {
        "recording": difference.recording,
        "profile": {"before": difference.before, "after": difference.after},
        "loses": difference.loses,
        "changes_identity": difference.changes_identity,
        "changes": [
            {"path": change.path, "kind": change.kind, "before": change.before, "after": change.after}
            for change in difference.changes
        ],
    }
