"""SNMPv3 agents in the sweep: asked only where there is a user, and only what stayed silent."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable

import attrs
import pytest

from frisket.formats import ber
from frisket.formats.snmp import encode_varbind
from frisket.formats.snmp_v3 import Usm, decode_v3, encode_v3
from frisket.model.reading import NoteCode
from frisket.protocols.session import Endpoint
from frisket.protocols.vault import SnmpUser, Vault
from frisket.scan.sweep import Responder, Sweep

ADDRESS = "127.0.77.25"
ENGINE = b"\x80\x00\x1f\x88\x80example"
USERS = Vault(users=(SnmpUser(networks=(ipaddress.ip_network("127.0.77.0/24"),), user="reader"),))
ELSEWHERE = Vault(users=(SnmpUser(networks=(ipaddress.ip_network("192.0.2.0/24"),), user="reader"),))


def report(message_id: int, stats: int = 4, engine: bytes = ENGINE) -> bytes:
    varbind = encode_varbind((1, 3, 6, 1, 6, 3, 15, 1, 1, stats, 0), b"\x41\x01\x01")
    body = ber.encode_integer(0) * 3 + ber.encode_tlv(ber.SEQUENCE, varbind)
    head = ber.encode_tlv(ber.OCTET_STRING, engine) + ber.encode_tlv(ber.OCTET_STRING, b"")
    scoped = ber.encode_tlv(ber.SEQUENCE, head + ber.encode_tlv(0xA8, body))
    return encode_v3(message_id, 0, Usm(engine=engine, boots=1, time=1), scoped)[0]


@attrs.define(eq=False)
class Agent(asyncio.DatagramProtocol):
    """Deaf to v1 and v2c."""

    answer: Callable[[int], bytes] = report
    versions: list[int] = attrs.field(factory=list)
    _transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.versions.append(data[data.index(b"\x02\x01") + 2])
        if self.versions[-1] == 3:
            self._transport.sendto(self.answer(decode_v3(data).message_id), addr)  # type: ignore[union-attr]  # it is UDP


def sweep(agent: Agent, vault: Vault) -> tuple[list[Responder], Sweep]:
    async def run() -> tuple[list[Responder], Sweep]:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: agent, local_addr=(ADDRESS, 0))
        endpoint = Endpoint(ADDRESS, transport.get_extra_info("sockname")[1])
        swept = Sweep([endpoint], [(1, 3, 6, 1, 2, 1, 1, 2, 0)], [b"public"], timeout=0.1, vault=vault)
        async with swept.listening() as responders:
            found = [responder async for responder in responders]
        transport.close()
        await asyncio.sleep(0)
        return found, swept

    return asyncio.run(run())


def test_an_agent_that_is_deaf_to_communities_is_found() -> None:
    agent = Agent()
    (found,), swept = sweep(agent, USERS)
    assert found.message is not None
    assert (found.version, found.community, found.message.varbinds) == (3, b"", ())
    assert agent.versions == [1, 1, 0, 3]
    assert swept.requests == 4
    assert swept.suspects == {}


@pytest.mark.parametrize("vault", [Vault(), ELSEWHERE], ids=["no user", "of another network"])
def test_nobody_is_asked_for_an_engine_without_a_user(vault: Vault) -> None:
    agent = Agent()
    found, _ = sweep(agent, vault)
    assert found == []
    assert 3 not in agent.versions


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (lambda number: report(number, 3), NoteCode.ANSWER_GARBAGE),
        (lambda number: report(number, engine=b""), NoteCode.ANSWER_GARBAGE),
        (lambda _: b"\x30\x00", NoteCode.ANSWER_GARBAGE),
        (lambda number: report(number ^ (1 << 27)), NoteCode.ANSWER_WRONG_REQUEST),
    ],
    ids=["user", "nameless", "garbage", "number"],
)
def test_what_is_no_discovery_is_noted(answer: Callable[[int], bytes], code: NoteCode) -> None:
    agent = Agent(answer)
    found, swept = sweep(agent, USERS)
    assert found == []
    assert [code in notes for notes in swept.suspects.values()] == [True]
    assert agent.versions.count(3) == 2
