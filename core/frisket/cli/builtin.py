"""The sub-commands that core brings, registered through the same door as a plugin's."""

from __future__ import annotations

from frisket.plugins.hookspecs import RegisterCommand, hookimpl

_COMMANDS = {
    "agent": "Runs on a customer's network: scans, spools, reports.",
    "demo": "A virtual fleet, an agent and a hub on this machine, from the first scan on.",
    "explain": "Every field of one device: where it came from, and what else was said.",
    "lab": "Recordings as virtual printers on real sockets.",
    "plugins": "What is loaded, from where, what it registered, what failed.",
    "profile": "Check, test, show, compare, begin and sign profiles.",
    "record": "One device as a scrubbed recording, ready to become a test case.",
    "scan": "The printers among these addresses, with their twelve fields.",
}


@hookimpl
def frisket_register_commands(register: RegisterCommand) -> None:
    for name, summary in _COMMANDS.items():
        register(name, f"frisket.cli.{name}:command", summary)
