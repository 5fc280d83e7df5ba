"""The protocols that core brings, registered through the same door as a plugin's."""

from __future__ import annotations

from frisket.plugins.hookspecs import RegisterProtocol, hookimpl
from frisket.protocols.transport import LazyTransport


@hookimpl
def frisket_register_protocols(register: RegisterProtocol) -> None:
    register("snmp", LazyTransport("frisket.protocols.snmp:SnmpTransport"))
    register("http", LazyTransport("frisket.protocols.web:HttpTransport"))
    register("ipp", LazyTransport("frisket.protocols.ipp:IppTransport"))
    register("pjl", LazyTransport("frisket.protocols.pjl:PjlTransport"))
    register("port", LazyTransport("frisket.protocols.port:PortTransport"))
