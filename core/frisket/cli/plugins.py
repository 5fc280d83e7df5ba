"""`frisket plugins`: what is loaded, from where, what it registered, what failed.

It imports neither the profile language nor the scan, so that it starts as fast as `--help`.
"""

from __future__ import annotations

import json

import attrs
import click
from rich.table import Table
from rich.text import Text

from frisket.cli.screen import console_for
from frisket.plugins.registry import Registry


@click.command(name="plugins")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def command(registry: Registry, *, as_json: bool) -> None:
    """What is loaded, from where, what it registered, what failed. Exit code 1 when a plugin failed."""
    reports = registry.reports
    if as_json:
        click.echo(json.dumps([attrs.asdict(report) for report in reports], indent=2))
    else:
        table = Table(border_style="dim", pad_edge=False)
        for name in ("Plugin", "From", "Registered"):
            table.add_column(name, overflow="fold")
        for report in reports:
            registered = Text("\n".join(report.registered))
            if report.failure is not None:
                registered.append(f"{chr(10) if report.registered else ''}✖ {report.failure}", style="red")
            table.add_row(report.name, report.origin, registered)
        console_for().print(table)
    if any(report.failure is not None for report in reports):
        click.get_current_context().exit(1)
