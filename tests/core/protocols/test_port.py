"""Ports: a connection and no byte, and never where that would print."""

from __future__ import annotations

import asyncio

import pytest
from tests.core.protocols.made_up import ADDRESS, CLOSED, Outcome, ask, contact, run, web_ports

from frisket.errors import ProtocolError
from frisket.model.request import PortRequest
from frisket.protocols.contact import Ports
from frisket.protocols.port import NEVER_TRIED


def test_an_open_port_is_a_reply_and_gets_no_byte() -> None:
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heard.append(await reader.read())
        except ConnectionError:
            heard.append(b"")
        writer.close()

    async def asked() -> Outcome:
        server = await asyncio.start_server(hear, ADDRESS, 0)
        port = server.sockets[0].getsockname()[1]
        found = await ask(contact(Ports()), PortRequest(port=port))
        for _ in range(100):
            if heard:
                break
            await asyncio.sleep(0.01)
        server.close()
        return found

    found = run(asked())
    assert [reply.protocol for reply in found.replies] == ["port"]
    assert found.requests == 1
    assert heard == [b""]


def test_a_closed_port_is_no_reply_and_no_note() -> None:
    found = run(ask(contact(Ports()), PortRequest(port=CLOSED)))
    assert found.replies == []
    assert found.notes == ()


def test_a_well_known_port_is_where_the_device_has_it() -> None:
    async def asked() -> Outcome:
        server = await asyncio.start_server(lambda _, writer: writer.close(), ADDRESS, 0)
        port = server.sockets[0].getsockname()[1]
        found = await ask(contact(web_ports(ipp=port)), PortRequest(port=631))
        await asyncio.sleep(0.01)
        server.close()
        return found

    assert [reply.name for reply in run(asked()).replies] == ["631"]


@pytest.mark.parametrize("port", NEVER_TRIED)
def test_a_port_that_prints_is_never_tried(port: int) -> None:
    device = contact(Ports())
    with pytest.raises(ProtocolError, match="prints"):
        run(ask(device, PortRequest(port=port)))
    assert device.budget.requests == 0


def test_nor_is_the_port_where_a_virtual_printer_prints() -> None:
    with pytest.raises(ProtocolError, match="prints"):
        run(ask(contact(Ports(pjl=29_100)), PortRequest(port=29_100)))
