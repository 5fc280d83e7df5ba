"""SNMPv3 with an agent of our own making: what it proves is believed, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import cast

import attrs
import pytest

from frisket.errors import SilentError
from frisket.formats import ber
from frisket.formats.snmp import encode_varbind
from frisket.formats.snmp_v3 import AUTH, PRIV, Usm, cipher_of, decode_scoped, decode_v3, encode_v3
from frisket.model.answers import Answers
from frisket.model.plan import Plan
from frisket.model.reading import NoteCode
from frisket.protocols.contact import Contact, Ports
from frisket.protocols.session import Access, Budget, NoteBook
from frisket.protocols.snmp import SnmpTransport
from frisket.protocols.usm import AUTHENTICATION, PRIVACY, UserKeys, keys_for
from frisket.protocols.vault import SnmpUser

ADDRESS = "127.0.77.17"
ENGINE = bytes.fromhex("80001f8880c0ffee00000000000000000000000000000000")
USER = SnmpUser(
    networks=(), user="reader", auth="SHA256", auth_key="signing key", priv="AES128", priv_key="privacy key"
)
OPEN = SnmpUser(networks=(), user="reader")
OID = (1, 3, 6, 1, 2, 1, 1, 1, 0)
STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)


@attrs.define(eq=False)
class Agent(asyncio.DatagramProtocol):
    """The authoritative engine. Each of the attributes is one way to go wrong."""

    user: SnmpUser
    boots: int = 7
    time: int = 5000
    late: int = 0
    told: tuple[int, int] | None = None
    level: int | None = None
    report: int | None = None
    signs_reports: bool = True
    engine: bytes = ENGINE
    name: bytes | None = None
    context: bytes | None = None
    shift: int = 0
    spoil: Callable[[bytes], bytes] = lambda data: data
    from_elsewhere: asyncio.DatagramTransport | None = None
    heard: list[bytes] = attrs.field(factory=list)
    contexts: list[bytes] = attrs.field(factory=list)
    transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)
        assert self.transport is not None
        out = self.transport if self.from_elsewhere is None else self.from_elsewhere
        for answer in self.answers(data):
            out.sendto(self.spoil(answer), addr)

    @property
    def keys(self) -> UserKeys:
        return keys_for(self.user, ENGINE)

    def answers(self, data: bytes) -> list[bytes]:
        asked = decode_v3(data)
        if not asked.usm.engine:
            boots, now = self.told or (self.boots, self.time)
            return [self.reports(asked.message_id, 4, boots, now, flags=0)]
        assert not asked.flags & AUTH or self.keys.is_genuine(data, asked.digest_at, asked.usm.digest)
        if self.report is not None:
            flags = AUTH if self.signs_reports and self.keys.flags & AUTH else 0
            return [self.reports(asked.message_id, self.report, self.boots, self.time, flags=flags)]
        if asked.flags & AUTH and abs(asked.usm.time - self.time) + 1000 * abs(asked.usm.boots - self.boots) > 150:
            return [self.reports(asked.message_id, 2, self.boots, self.time, flags=AUTH)]
        scoped = asked.data
        if asked.flags & PRIV:
            usm = asked.usm
            scoped = self.keys.decrypt(cipher_of(asked.data), usm.boots, usm.time, salt=usm.salt)
        _, context, pdu = decode_scoped(scoped)
        self.contexts.append(context)
        context = context if self.context is None else self.context
        value = encode_varbind(OID, ber.encode_tlv(ber.OCTET_STRING, b"Example"))
        flags = self.keys.flags if self.level is None else self.level
        return [self.message(asked.message_id, flags, scoped_pdu(0xA2, pdu.request_id + self.shift, value, context))]

    def reports(self, message_id: int, stats: int, boots: int, now: int, *, flags: int) -> bytes:
        value = encode_varbind((*STATS, stats, 0), b"\x41\x01\x01")
        return self.message(message_id, flags, scoped_pdu(0xA8, 0, value, b""), clock=(boots, now))

    def message(self, message_id: int, flags: int, scoped: bytes, clock: tuple[int, int] | None = None) -> bytes:
        boots, now = clock or (self.boots, self.time - self.late)
        salt = b""
        if flags & PRIV:
            cipher, salt = self.keys.encrypt(scoped, boots, now)
            scoped = ber.encode_tlv(ber.OCTET_STRING, cipher)
        blank = bytes(self.keys.digest_length if flags & AUTH else 0)
        name = self.user.user.encode() if self.name is None else self.name
        usm = Usm(engine=self.engine, boots=boots, time=now, user=name, digest=blank, salt=salt)
        data, at = encode_v3(message_id, flags, usm, scoped)
        return data[:at] + self.keys.digest(data, at) + data[at + len(blank) :] if blank else data


def scoped_pdu(tag: int, request_id: int, varbind: bytes, context: bytes) -> bytes:
    body = ber.encode_integer(request_id) + ber.encode_integer(0) * 2 + ber.encode_tlv(ber.SEQUENCE, varbind)
    head = ber.encode_tlv(ber.OCTET_STRING, ENGINE) + ber.encode_tlv(ber.OCTET_STRING, context)
    return ber.encode_tlv(ber.SEQUENCE, head + ber.encode_tlv(tag, body))


@attrs.frozen
class Read:
    value: object
    contact: Contact
    reason: str

    @property
    def codes(self) -> set[NoteCode]:
        return {note.code for note in self.contact.notes.all()}


def read(agent: Agent, user: SnmpUser | None = None, *, context: str = "", elsewhere: bool = False) -> Read:
    async def run() -> Read:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: agent, local_addr=(ADDRESS, 0))
        other = None
        if elsewhere:
            other, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.77.18", 0))
            agent.from_elsewhere = other
        contact = Contact(
            address=ADDRESS,
            ports=Ports(snmp=transport.get_extra_info("sockname")[1]),
            access=Access(version=3, community=b"", user=user or agent.user, timeout=0.1, retries=1),
            budget=Budget(ADDRESS, time.monotonic() + 5),
            notes=NoteBook(),
            context=context,
        )
        session = await SnmpTransport().open(contact)
        answers, reason = Answers(), ""
        try:
            await session.ask(Plan(instances=(OID,)), answers)
        except SilentError as error:
            reason = error.reason
        finally:
            session.close()
            transport.close()
            if other is not None:
                other.close()
            await asyncio.sleep(0)
        return Read(answers.get(OID), contact, reason)

    return asyncio.run(run())


LEVELS = [OPEN, attrs.evolve(USER, priv=None), USER]


@pytest.mark.parametrize("user", LEVELS, ids=["open", "signed", "encrypted"])
def test_every_level_reads(user: SnmpUser) -> None:
    found = read(Agent(user))
    assert (found.value, found.codes, found.reason) == (b"Example", set(), "")
    assert found.contact.budget.requests == 2


@pytest.mark.parametrize("auth", sorted(AUTHENTICATION))
@pytest.mark.parametrize("priv", PRIVACY)
def test_every_algorithm_reads(auth: str, priv: str) -> None:
    assert read(Agent(attrs.evolve(USER, auth=auth, priv=priv))).value == b"Example"


def test_nothing_of_a_request_is_readable_where_it_is_encrypted() -> None:
    agent = Agent(USER)
    read(agent, context="tray")
    assert agent.contexts == [b"tray"]
    assert b"tray" not in agent.heard[1]
    assert ber.encode_oid(OID) not in agent.heard[1]


@pytest.mark.parametrize(
    "agent",
    [
        Agent(USER, level=0),
        Agent(USER, level=AUTH),
        Agent(attrs.evolve(USER, priv=None), level=0),
        Agent(USER, late=400),
        Agent(USER, shift=1),
        Agent(USER, context=b"another"),
        Agent(USER, name=b"somebody"),
        Agent(OPEN, name=b"somebody"),
    ],
    ids=["unprotected", "unencrypted", "unsigned", "old", "request", "context", "user", "open user"],
)
def test_what_does_not_prove_itself_is_no_answer(agent: Agent) -> None:
    found = read(agent)
    assert found.value is None
    assert NoteCode.ANSWER_GARBAGE in found.codes
    assert found.reason == "does not answer SNMPv3"


@pytest.mark.parametrize("at", range(0, 120, 7))
def test_no_changed_octet_is_believed(at: int) -> None:
    agent = Agent(USER)

    def spoil(data: bytes) -> bytes:
        changed = data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :]
        return data if len(agent.heard) == 1 else changed

    agent.spoil = spoil
    assert read(agent).value is None


def test_an_answer_from_elsewhere_is_none() -> None:
    found = read(Agent(USER), elsewhere=True)
    assert (found.value, found.reason) == (None, "does not answer SNMPv3")


@pytest.mark.parametrize("told", [(0, 0), (6, 5000), (7, 4000)])
def test_the_time_is_learnt_from_a_report_that_proves_itself(told: tuple[int, int]) -> None:
    agent = Agent(USER, told=told)
    assert read(agent).value == b"Example"
    assert len(agent.heard) == 3


@pytest.mark.parametrize("signs", [True, False])
@pytest.mark.parametrize(
    ("stats", "words"),
    [
        (1, "UnsupportedSecLevels"),
        (2, "NotInTimeWindows"),
        (3, "UnknownUserNames"),
        (4, "UnknownEngineIDs"),
        (5, "WrongDigests"),
        (6, "DecryptionErrors"),
        (9, "no answer"),
    ],
)
def test_a_report_ends_it_with_its_reason(stats: int, words: str, signs: bool) -> None:
    agent = Agent(USER, report=stats, signs_reports=signs)
    found = read(agent)
    assert words in found.reason
    assert found.value is None
    assert len(agent.heard) <= 3


def test_an_engine_without_a_name_is_none() -> None:
    assert read(Agent(USER, engine=b"1234")).reason == "does not answer SNMPv3"


def test_nothing_but_v3_is_sent() -> None:
    agent = Agent(USER, report=3)
    read(agent)
    assert {data[data.index(b"\x02\x01") + 2] for data in agent.heard} == {3}


@pytest.mark.parametrize(
    ("auth", "key"),
    [("MD5", "526f5eed9fcce26f8964c2930787d82b"), ("SHA1", "6695febc9288e36282235fc7151f128497b38f3f")],
)
def test_the_keys_of_rfc_3414(auth: str, key: str) -> None:
    # A.3.1 and A.3.2
    user = SnmpUser(networks=(), user="x", auth=auth, auth_key="maplesyrup")
    assert keys_for(user, bytes.fromhex("000000000000000000000002"))._auth_key.hex() == key
    assert key not in repr(keys_for(user, bytes.fromhex("000000000000000000000002")))
