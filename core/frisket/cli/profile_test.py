"""`frisket profile test`: recorded cases replayed and compared, and refreshed where somebody asks for it."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from frisket.cli.workbench import load_database, profiles_option, registry_of
from frisket.errors import FrisketError
from frisket.plugins.registry import Registry
from frisket.profile.cases import Case, CaseResult, find_cases, run_cases
from frisket.profile.expectation import format_expectation
from frisket.wire.device import to_document

_NO_PROFILES = ("expect.yaml", "facts.yaml")
_COLORS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--update", is_flag=True, help="Rewrite expect.yaml of each case that fails, and show what changed in it."
)
@profiles_option
@click.pass_context
def test(ctx: click.Context, folders: tuple[Path, ...], *, update: bool, extra_profiles: tuple[Path, ...]) -> None:
    """Replay recorded cases and compare them with their expect.yaml.

    FOLDERS hold cases anywhere below them, and may hold profiles, which then replace installed ones of the same name.
    Without FOLDERS, every case of the installed profiles is replayed.
    """
    registry = registry_of(ctx)
    own = tuple(folder for folder in folders if _holds_profiles(folder))
    database = load_database(registry, (*extra_profiles, *own))
    started = time.monotonic()
    cases = chain.from_iterable(map(find_cases, _case_folders(registry, folders, extra_profiles)))
    results = list(run_cases(database, cases, to_document))
    failed = [result for result in results if result.differences]
    for result in results:
        _show_result(result)
        if update and result.differences:
            _refresh(result)
    words = f"{len(results)} case{'s' * (len(results) != 1)}, {len(failed)} failed"
    click.echo(f"{words}, {time.monotonic() - started:.2f} s", err=True)
    if not results:
        raise FrisketError("no case was found; a case is a folder with device.snmprec and expect.yaml")
    if update and failed:
        count = len(failed)
        click.echo(f"{count} expect.yaml rewritten: read the changes above, they are what is true now", err=True)
    elif failed:
        ctx.exit(1)


def _holds_profiles(folder: Path) -> bool:
    return any(path.name not in _NO_PROFILES for path in folder.glob("*/*.yaml"))


def _case_folders(registry: Registry, folders: tuple[Path, ...], extra: tuple[Path, ...]) -> tuple[Path, ...]:
    return folders or (*registry.profile_folders, *extra)


def _name_of(case: Case) -> str:
    """A case that was named itself has its folder's name."""
    return case.folder.resolve().name if case.name == "." else case.name


def _show_result(result: CaseResult) -> None:
    mark = click.style("✖", fg="red") if result.differences else click.style("✔", fg="green")
    click.echo(f"{mark} {_name_of(result.case)}")
    for line in result.differences:
        click.echo(f"    {line}")


# --- refreshing --------------------------------------------------------------------------------


def _refresh(result: CaseResult) -> None:
    """Rewrites what a case expects, and shows every line of it that changes."""
    file = result.case.folder / "expect.yaml"
    before = file.read_text(encoding="utf-8")
    after = refreshed(result)
    for line in changed_lines(before, after, f"{_name_of(result.case)}/expect.yaml"):
        click.secho(line, fg=_COLORS.get(line[:1]))
    file.write_text(after, encoding="utf-8")


def refreshed(result: CaseResult) -> str:
    """What is read now, of the fields that the case had: those that were left out stay out."""
    reading, expected = result.reading, result.case.expected
    if reading is None:
        return format_expectation(None, None)
    document = to_document(reading.device)
    kept = {name: value for name, value in document.items() if not expected or name in expected}
    return format_expectation(reading.profile.partition("@")[0], kept)


def changed_lines(before: str, after: str, name: str) -> Iterator[str]:
    """A unified diff without line ends."""
    yield from difflib.unified_diff(before.splitlines(), after.splitlines(), name, f"{name} (now)", lineterm="", n=1)
