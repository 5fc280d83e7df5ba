"""The protocols that core brings, registered through the same door as a plugin's."""

from __future__ import annotations

from frisket.plugins.hookspecs import RegisterProtocol, hookimpl
from frisket.protocols.snmp import SnmpTransport


@hookimpl
def frisket_register_protocols(register: RegisterProtocol) -> None:
    register("snmp", SnmpTransport())
