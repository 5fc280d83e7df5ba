"""Nothing is imported for protocols that nobody asks."""

from __future__ import annotations

import subprocess
import sys

from tests.core.protocols.made_up import contact, run, web_ports

from frisket.plugins.builtin import frisket_register_protocols
from frisket.protocols.transport import LazyTransport, Transport
from frisket.protocols.web import HttpTransport, WebSession

PROGRAM = """
import sys
from frisket.plugins.builtin import frisket_register_protocols
frisket_register_protocols(lambda name, transport: None)
late = ("h11", "httpx2", "frisket.protocols.web", "frisket.protocols.ipp")
print([name for name in late if name in sys.modules])
"""


def test_registering_protocols_imports_no_http_client() -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"


def test_core_registers_its_protocols() -> None:
    found: dict[str, Transport] = {}

    def register(name: str, transport: Transport) -> None:
        found[name] = transport

    frisket_register_protocols(register)
    assert {"snmp", "http", "ipp", "port"} <= set(found)


def test_the_first_session_brings_the_transport() -> None:
    target = f"{HttpTransport.__module__}:{HttpTransport.__name__}"
    assert isinstance(run(LazyTransport(target).open(contact(web_ports()))), WebSession)
