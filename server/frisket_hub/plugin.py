"""What the hub adds to the command `frisket`."""

from __future__ import annotations

from frisket.plugins.hookspecs import RegisterCommand, hookimpl


@hookimpl
def frisket_register_commands(register: RegisterCommand) -> None:
    register("hub", "frisket_hub.cli:command", "Run a hub: set it up, serve it, publish profiles, add people.")
