"""`frisket demo`: a virtual fleet, an agent and a hub on this machine, from the first scan to the next release.

Starts the parts as processes through their own commands, so that it shows what anybody would type.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click

from frisket.cli.bundled import demo_recordings
from frisket.cli.demo_parts import Printer, bytecode_in, call, running_hub, running_lab, said_by
from frisket.cli.workbench import registry_of
from frisket.errors import FrisketError
from frisket.plugins.registry import Registry

_EMAIL = "you@demo.example"
_AGENT = "demo-agent"
# Profiles that the installed ones do not hold lie in a folder of this name beside them
_NEXT = "next"
_OUTDATED_CASE = Path("std/printer-mib.cases/example-copier")


@click.command(name="demo")
@click.option("--once", is_flag=True, help="End after one cycle instead of keeping hub and printers up.")
@click.pass_context
def command(ctx: click.Context, *, once: bool) -> None:
    """A virtual fleet, an agent and a hub on this machine, from the first scan to the next release.

    Needs no printer, no network and no rights: everything listens on loopback addresses and high ports, and everything
    is gone when it ends.
    """
    registry = registry_of(ctx)
    if "hub" not in registry.commands:
        raise FrisketError("the hub is not installed; install frisket-hub, or see `frisket plugins` for why it failed")
    # ended by either signal, its processes and its folder go with it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with contextlib.ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frisket-demo-")))
        stack.enter_context(bytecode_in(folder / "bytecode"))
        printers = stack.enter_context(running_lab(demo_recordings(registry)))
        _scan(printers, folder)
        password = _make_hub(folder)
        _begin_releases(registry, folder)
        address = stack.enter_context(running_hub(folder / "hub"))
        _report(printers, folder, address)
        _update(registry, folder)
        _sign_in(address, password)
        if not once:
            _wait()


def _step(words: str) -> None:
    click.echo(click.style(f"\n▸ {words}", bold=True), err=True)


def _scan(printers: Sequence[Printer], folder: Path) -> None:
    targets = folder / "targets"
    targets.write_text("".join(f"{printer.target}  # {printer.name}\n" for printer in printers), encoding="utf-8")
    _step(f"{len(printers)} virtual devices are up, and time passes for them. A scan, as anybody would do it by hand:")
    call("scan", f"@{targets}")
    shown = next((printer for printer in printers if "color" in printer.name), printers[0])
    _step(f"Where each value of {shown.name} came from:")
    call("explain", shown.target)


def _make_hub(folder: Path) -> str:
    """The first person's password, made for this demo and gone with it."""
    password = secrets.token_urlsafe(9)
    file = folder / "password"
    file.write_text(password, encoding="utf-8")
    _step("A hub, with its first person; there is no default account:")
    call("hub", "init", "--data", folder / "hub", "--email", _EMAIL, "--password-file", file)
    return password


def _report(printers: Sequence[Printer], folder: Path, address: str) -> None:
    data = ("--data", folder / "agent")
    _step("An agent introduces itself with a one-time token, and a person accepts it:")
    token = said_by("hub", "token", "--data", folder / "hub").split()[-1]
    call("agent", "enroll", address, "--token", token, "--name", _AGENT, "--site", "Demo office", *data)
    call("hub", "agent", "accept", _AGENT, "--data", folder / "hub")
    ranges = [part for printer in printers for part in ("--target", printer.target)]
    call("hub", "agent", "change", _AGENT, "--data", folder / "hub", *ranges, shown=f"… {len(printers)} targets")
    _step("Its check-in: it picks up its ranges, scans, uploads, and deletes what the hub acknowledged:")
    call("agent", "once", *data)
    _step("What the hub keeps now:")
    call("hub", "device", "list", "--data", folder / "hub")


def _begin_releases(registry: Registry, folder: Path) -> None:
    for installed in registry.profile_folders:
        shutil.copytree(installed, folder / "release", ignore=_no_profiles, dirs_exist_ok=True)
    _step("Keys for a trial, a signed bundle for each vendor, and a first release. Agents trust these keys alone:")
    _publish(folder, "What agents come with.")


def _update(registry: Registry, folder: Path) -> None:
    for installed in registry.profile_folders:
        if (installed / _NEXT).is_dir():
            shutil.copytree(installed / _NEXT, folder / "release", ignore=_no_profiles, dirs_exist_ok=True)
    # it says that no profile knows this device, which is true no more
    shutil.rmtree(folder / "release" / _OUTDATED_CASE)
    _step("A newer release, by one vendor more. The hub replays every recorded device under both:")
    _publish(folder, "The private counters of Example's copiers.")
    call("hub", "release", "show", "2", "--data", folder / "hub")
    _step(
        "The next check-in: the agent verifies the release, tests it, confirms it, scans with it, and confirms again:"
    )
    call("agent", "once", "--scan", "--data", folder / "agent")
    _step("Counters that nobody knew before:")
    for line in said_by("hub", "device", "list", "--data", folder / "hub").splitlines():
        if "Example" in line:
            click.echo(line)


def _publish(folder: Path, notes: str) -> None:
    keys = ("--keys", folder / "keys", "--data", folder / "hub")
    call("hub", "release", "trial", folder / "release", *keys, "--notes", notes)


def _no_profiles(_: str, names: list[str]) -> list[str]:
    """What lies beside the namespaces."""
    return [name for name in names if name == _NEXT or name.startswith("__") or name.endswith((".py", ".md", ".typed"))]


def _sign_in(address: str, password: str) -> None:
    _step("The portal:")
    click.echo(f"  {address}\n  sign in as {_EMAIL} with the password {password}")


def _wait() -> None:
    _step("Everything stays up until Ctrl-C.")
    while True:
        time.sleep(3600)
