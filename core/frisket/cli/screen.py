"""Where output goes: a terminal of some width, or a pipe."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from frisket.scan.fleet import Progress

# What a table in a pipe or a file is laid out for
PIPE_WIDTH = 140


def console_for(*, stderr: bool = False) -> Console:
    """A console as wide as its terminal, or wide enough for a table where there is none."""
    console = Console(stderr=stderr, highlight=False)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, highlight=False, width=PIPE_WIDTH, no_color=True)


def can_draw(console: Console) -> bool:
    """Whether the terminal's character set has the blocks that bars are made of."""
    return console.encoding.lower().replace("-", "").startswith("utf")


@contextlib.contextmanager
def scan_progress() -> Iterator[Progress]:
    """A scan's progress as a bar on a terminal's stderr; counted and not shown elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Progress()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} addresses"),
        TextColumn("[bold]{task.fields[found]}[/] printers"),
        TextColumn("[dim]{task.fields[busy]} being read[/]"),
        TimeElapsedColumn(),
    )
    with ProgressBar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("scanning", total=1, found=0, busy=0)
        progress = Progress()

        def show() -> None:
            busy = progress.responders - progress.read
            bar.update(task, total=progress.addresses, completed=progress.swept, found=progress.printers, busy=busy)

        progress.changed = show
        yield progress
