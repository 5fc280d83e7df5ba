"""Engine discovery (RFC 3414 4): a request that names no engine, which every SNMPv3 agent answers with its own."""

from __future__ import annotations

import attrs

from frisket.errors import DecodeError
from frisket.formats.snmp import Pdu
from frisket.formats.snmp_v3 import (
    AUTH,
    REPORTABLE,
    Usm,
    decode_scoped,
    decode_v3,
    encode_scoped,
    encode_v3,
    is_engine_id,
    stats_of,
)

UNKNOWN_ENGINE_IDS = 4
_MARK = 0x5A5A5A5A


@attrs.frozen
class Engine:
    """What a Report tells of the agent that sent it."""

    message_id: int
    engine: bytes
    boots: int
    time: int


@attrs.frozen
class PreparedDiscovery:
    """The datagram, encoded once; `with_id` patches its msgID."""

    head: bytes
    tail: bytes

    def with_id(self, message_id: int) -> bytes:
        return self.head + (message_id & 0x7FFFFFFF).to_bytes(4, "big") + self.tail


def prepare_discovery() -> PreparedDiscovery:
    """Nobody's user, no protection, no object: nothing that a stranger could learn from."""
    message, _ = encode_v3(_MARK, REPORTABLE, Usm(), encode_scoped(b"", b"", Pdu.GET, 0, ()))
    head, _, tail = message.partition(_MARK.to_bytes(4, "big"))
    return PreparedDiscovery(head, tail)


def decode_discovery(data: bytes) -> Engine:
    """DecodeError for whatever is no Report of usmStatsUnknownEngineIDs."""
    message = decode_v3(data)
    if message.flags & AUTH:
        raise DecodeError("a Report of discovery is not authenticated")
    _, _, pdu = decode_scoped(message.data)
    if stats_of(pdu) != UNKNOWN_ENGINE_IDS or not is_engine_id(message.usm.engine):
        raise DecodeError("no Report of usmStatsUnknownEngineIDs")
    return Engine(message.message_id, message.usm.engine, message.usm.boots, message.usm.time)
