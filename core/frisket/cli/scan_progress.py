"""How far a scan is, as a bar on a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from frisket.scan.fleet import Progress


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
