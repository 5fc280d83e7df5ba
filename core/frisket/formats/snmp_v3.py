"""SNMPv3 messages (RFC 3412 6, RFC 3414 2.4) without their cryptography: where each part lies, strict and bounded.

Nothing here raises anything but DecodeError, whatever the bytes are.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from frisket.errors import DecodeError
from frisket.formats import ber
from frisket.formats.snmp import Message, Pdu, encode_message, encode_varbind, read_pdu
from frisket.model.oid import Oid, is_under

VERSION = 3
AUTH, PRIV, REPORTABLE = 1, 2, 4
REPORT = 0xA8
MAX_SIZE = 65507
_USM = 3
# RFC 3411 SnmpEngineID: SIZE(5..32)
_ENGINE_SIZES = range(5, 33)

_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_WORDS = {
    1: "does not speak the user's level of security (usmStatsUnsupportedSecLevels)",
    2: "finds our time outside its window, even after it told us its own (usmStatsNotInTimeWindows)",
    3: "does not know the user (usmStatsUnknownUserNames)",
    4: "does not know its own engine ID (usmStatsUnknownEngineIDs)",
    5: "finds the authentication key or algorithm wrong (usmStatsWrongDigests)",
    6: "finds the privacy key or algorithm wrong (usmStatsDecryptionErrors)",
}


@attrs.frozen(kw_only=True)
class Usm:
    """The security parameters of a message. `digest` and `salt` are empty where there is no protection."""

    engine: bytes = b""
    boots: int = 0
    time: int = 0
    user: bytes = b""
    digest: bytes = b""
    salt: bytes = b""


@attrs.frozen(kw_only=True)
class V3Message:
    """A message as it came: `data` is the whole scoped PDU, or the octets that are one once they are decrypted.

    `digest_at` is where the digest lies in the message.
    """

    message_id: int
    flags: int
    usm: Usm
    data: bytes
    digest_at: int


def encode_v3(message_id: int, flags: int, usm: Usm, data: bytes) -> tuple[bytes, int]:
    """A message and where its digest lies; `data` is a scoped PDU, or a whole OCTET STRING that encrypts one."""
    header = ber.encode_tlv(
        ber.SEQUENCE,
        _fixed_integer(message_id)
        + ber.encode_integer(MAX_SIZE)
        + ber.encode_tlv(ber.OCTET_STRING, bytes((flags,)))
        + ber.encode_integer(_USM),
    )
    salt = ber.encode_tlv(ber.OCTET_STRING, usm.salt)
    parameters = ber.encode_tlv(
        ber.SEQUENCE,
        ber.encode_tlv(ber.OCTET_STRING, usm.engine)
        + ber.encode_integer(usm.boots)
        + ber.encode_integer(usm.time)
        + ber.encode_tlv(ber.OCTET_STRING, usm.user)
        + ber.encode_tlv(ber.OCTET_STRING, usm.digest)
        + salt,
    )
    security = ber.encode_tlv(ber.OCTET_STRING, parameters)
    message = ber.encode_tlv(ber.SEQUENCE, ber.encode_integer(VERSION) + header + security + data)
    return message, len(message) - len(data) - len(salt) - len(usm.digest)


def encode_scoped(
    engine: bytes, context: bytes, pdu: Pdu, request_id: int, oids: Sequence[Oid], *, max_repetitions: int = 0
) -> bytes:
    """A scoped PDU that asks; non-repeaters are always 0."""
    varbinds = [encode_varbind(oid, b"\x05\x00") for oid in oids]
    # the PDUs of v2c and v3 are the same octets, behind different heads
    message = encode_message(1, b"", pdu, request_id, varbinds, error_index=max_repetitions)
    start, end = ber.expect(message, 0, len(message), ber.SEQUENCE)
    body = message[start + len(ber.encode_integer(1)) + len(ber.encode_tlv(ber.OCTET_STRING, b"")) : end]
    head = ber.encode_tlv(ber.OCTET_STRING, engine) + ber.encode_tlv(ber.OCTET_STRING, context)
    return ber.encode_tlv(ber.SEQUENCE, head + body)


def decode_v3(data: bytes) -> V3Message:
    """Bytes behind the message are an error: the digest covers the whole datagram."""
    at, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
    if end != len(data):
        raise DecodeError("octets follow the message")
    version, at = _integer(data, at, end)
    if version != VERSION:
        raise DecodeError(f"version {version} stands where 3 must")
    start, at = ber.expect(data, at, end, ber.SEQUENCE)
    message_id, start = _integer(data, start, at)
    _, start = _integer(data, start, at)
    flags, start = _octets(data, start, at, 1)
    model, _ = _integer(data, start, at)
    if len(flags) != 1 or model != _USM or flags[0] & (AUTH | PRIV) == PRIV:
        raise DecodeError("no message of the user-based security model")
    start, at = ber.expect(data, at, end, ber.OCTET_STRING)
    usm, digest_at = _usm(data, start, at)
    return V3Message(message_id=message_id, flags=flags[0], usm=usm, data=data[at:end], digest_at=digest_at)


def _usm(data: bytes, at: int, end: int) -> tuple[Usm, int]:
    at, end = ber.expect(data, at, end, ber.SEQUENCE)
    engine, at = _octets(data, at, end, 32)
    boots, at = _integer(data, at, end)
    time, at = _integer(data, at, end)
    user, at = _octets(data, at, end, 32)
    digest, at = _octets(data, at, end, 64)
    digest_at = at - len(digest)
    salt, _ = _octets(data, at, end, 64)
    if not (0 <= boots < 1 << 31 and 0 <= time < 1 << 31):
        raise DecodeError("a clock of an engine has more than 31 bits")
    return Usm(engine=engine, boots=boots, time=time, user=user, digest=digest, salt=salt), digest_at


def cipher_of(data: bytes) -> bytes:
    """The encrypted octets of a message's data."""
    start, end = ber.expect(data, 0, len(data), ber.OCTET_STRING)
    return data[start:end]


def decode_scoped(data: bytes) -> tuple[bytes, bytes, Message]:
    """(engine ID, context name, PDU) of a scoped PDU. Octets behind it are padding."""
    at, end = ber.expect(data, 0, len(data), ber.SEQUENCE)
    engine, at = _octets(data, at, end, 32)
    context, at = _octets(data, at, end, 255)
    return engine, context, read_pdu(data, at, end, version=VERSION, community=b"")


def is_engine_id(engine: bytes) -> bool:
    return len(engine) in _ENGINE_SIZES


def stats_of(message: Message) -> int | None:
    """Which of the usmStats a Report carries: 1 to 6; None for any other message."""
    for oid, _ in message.varbinds[:1]:
        if message.pdu == REPORT and is_under(oid, _STATS) and len(oid) == len(_STATS) + 2 and oid[-2] in _WORDS:
            return oid[-2]
    return None


def words_of(stats: int) -> str:
    """What a Report means to the person who has to mend it."""
    return _WORDS[stats]


def _fixed_integer(value: int) -> bytes:
    return b"\x02\x04" + (value & 0x7FFFFFFF).to_bytes(4, "big")


def _integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    start, stop = ber.expect(data, at, end, ber.INTEGER)
    return ber.decode_integer(data, start, stop), stop


def _octets(data: bytes, at: int, end: int, most: int) -> tuple[bytes, int]:
    start, stop = ber.expect(data, at, end, ber.OCTET_STRING)
    if stop - start > most:
        raise DecodeError(f"a field has more than {most} octets")
    return data[start:stop], stop
