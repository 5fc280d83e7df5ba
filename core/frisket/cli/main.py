"""`frisket`: finds the sub-commands that plugins registered, and turns errors into messages and exit codes.

Exit codes: 0 did its work, 1 some of it failed, 2 used wrongly.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

import frisket
from frisket.errors import FrisketError, PluginError, TargetError
from frisket.plugins.loading import load_plugins
from frisket.plugins.registry import Registry
from frisket.profile.suggestion import suggest


class Commands(click.Group):
    """Sub-commands by name; the module of one is imported when it is called, so that the others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_registry(ctx).commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        registered = _registry(ctx).commands.get(cmd_name)
        if registered is None:
            return None
        module, _, attribute = registered.target.partition(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise PluginError(registered.plugin, f"the command {cmd_name!r} cannot be loaded: {error}") from error
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known:
            raise click.UsageError(f"no such command {args[0]!r}{suggest(args[0], known)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the registry alone: `--help` imports no command."""
        rows = [(name, command.summary) for name, command in sorted(_registry(ctx).commands.items())]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _registry(ctx: click.Context) -> Registry:
    registry: Registry = ctx.obj
    return registry


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(frisket.__version__, prog_name="frisket")
def cli() -> None:
    """Finds every printer on a network and reads exactly twelve disclosed facts from each."""


def main() -> None:
    """The entry point of the command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """One call of the command; its exit code."""
    registry = load_plugins()
    for report in registry.reports:
        if report.failure is not None:
            why = report.failure.removeprefix(f"plugin {report.name}: ")
            click.echo(f"frisket: plugin {report.name} failed: {why}", err=True)
    try:
        code = cli.main(arguments, prog_name="frisket", standalone_mode=False, obj=registry)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except TargetError as error:
        return _say(error, 2)
    except FrisketError as error:
        return _say(error, 1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("frisket: interrupted", err=True)
        return 1
    except BrokenPipeError:
        # whoever read our output has seen enough; nothing more may be written to it, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code if isinstance(code, int) else 0


def _say(error: FrisketError, code: int) -> int:
    for line in str(error).splitlines():
        click.echo(f"frisket: {line}", err=True)
    return code
