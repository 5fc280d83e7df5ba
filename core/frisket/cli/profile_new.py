"""`frisket profile new`: a profile for a recorded device, with the recording as its first case."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import click

from frisket.cli.profile_files import installed_files, profile_files, read_recording
from frisket.cli.workbench import profiles_option, registry_of
from frisket.errors import FrisketError, ProfileError
from frisket.profile.database import build_database
from frisket.profile.drafting import Draft, Subject, draft
from frisket.profile.expectation import format_expectation, format_facts
from frisket.profile.pipeline import replay
from frisket.profile.suggestion import suggest
from frisket.scan.case_folder import MARK
from frisket.scan.reader import utc_now
from frisket.scan.recording import answers_of
from frisket.wire.device import to_document

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*/[a-z0-9][a-z0-9_.-]*\Z")
_BASE = "std/printer-mib"


@click.command()
@click.argument("name", metavar="NAMESPACE/NAME")
@click.option(
    "--from",
    "recording",
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="A recording: a folder with device.snmprec, or a .snmprec file.",
)
@click.option(
    "--extends", "parents", multiple=True, metavar="ID", help="A parent; without it, what reads the device now."
)
@click.option(
    "--into",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder of namespaces. [this one]",
)
@profiles_option
@click.pass_context
def new(
    ctx: click.Context,
    name: str,
    *,
    recording: Path,
    parents: tuple[str, ...],
    folder: Path,
    extra_profiles: tuple[Path, ...],
) -> None:
    """Draft NAMESPACE/NAME for a recorded device: it matches, inherits, and has comments where fields are still empty.

    The recording becomes its first case, and what is read now its draft of what is true.
    """
    if not _NAME.match(name):
        raise click.UsageError(f"{name!r}: a profile is named <namespace>/<name>, such as acme/copier")
    file, cases = folder / f"{name}.yaml", folder / f"{name}.cases"
    if file.exists():
        raise FrisketError(f"{file}: is there already; edit it, or choose another name")
    if (recording / MARK).is_file():
        raise FrisketError(f"{recording}: is not scrubbed, and a case must be; record it without --unscrubbed")
    registry = registry_of(ctx)
    files = installed_files(registry)
    for own in (*extra_profiles, *([folder] if any(folder.glob("*/*.yaml")) else [])):
        files.update(
            (one.name, one) for one in profile_files(own) if not one.name.endswith(("expect.yaml", "facts.yaml"))
        )
    database = build_database(files.values(), registry.steps)
    for parent in parents:
        if parent not in database.profiles:
            raise click.UsageError(f"--extends {parent}: no profile is called so{suggest(parent, database.profiles)}")
    answers = answers_of(read_recording(recording))
    recognised, reading = replay(database, answers, address=None, clock=utc_now)
    winner = None if recognised.profile is None else recognised.profile.id
    subject = Subject(
        identity=recognised.identity, device=None if reading is None else reading.device, winner=winner, answers=answers
    )
    best = parents or ((winner or _BASE,) if (winner or _BASE) in database.profiles else ())
    try:
        drafted = draft(name, subject, list(files.values()), registry.steps, parents=best)
    except ProfileError as error:
        if error.problems:
            raise
        raise FrisketError(f"{recording}: it says nothing by which a profile could know it as a printer") from None
    _write(file, cases / recording.resolve().name.removesuffix(".snmprec"), recording, drafted)
    click.echo(f"{file}\n{cases / recording.resolve().name.removesuffix('.snmprec')}")
    hints = drafted.file.text.count("\n  # ")
    click.echo(f"extends {', '.join(best) or 'nothing'}; {hints} hints are in it; next: edit it, then", err=True)
    click.echo(f"  frisket profile check {folder}\n  frisket profile test {folder} --update", err=True)


def _write(file: Path, case: Path, recording: Path, drafted: Draft) -> None:
    """The profile, the recording as it is, and what the new profile makes of it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(drafted.file.text, encoding="utf-8")
        if recording.is_dir():
            shutil.copytree(recording, case)
        else:
            case.mkdir(parents=True)
            shutil.copy(recording, case / "device.snmprec")
        if not (case / "facts.yaml").exists():
            facts = format_facts(case.name, versions=("1", "2c"), ports=None, sources=(recording.name,))
            (case / "facts.yaml").write_text(facts, encoding="utf-8")
        recognised, reading = replay(drafted.database, answers_of(read_recording(case)), address=None, clock=utc_now)
        won = None if recognised.profile is None else recognised.profile.id
        document = None if reading is None else to_document(reading.device)
        (case / "expect.yaml").write_text(format_expectation(won, document), encoding="utf-8")
    except OSError as error:
        raise FrisketError(f"{error.filename}: cannot be written: {error.strerror}") from None
