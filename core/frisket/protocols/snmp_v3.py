"""SNMPv3 with one agent: the link of v2c with users instead of communities.

Walking, halving and limits are SnmpSession's, and the connected socket, the budget and the notes are SnmpLink's. There
is no way back to v2c from here: a user that an agent refuses is a SilentError that says why.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import attrs

from frisket.errors import DecodeError, SilentError
from frisket.formats import ber
from frisket.formats.snmp import Message, Pdu
from frisket.formats.snmp_v3 import (
    AUTH,
    PRIV,
    REPORT,
    REPORTABLE,
    VERSION,
    Usm,
    V3Message,
    cipher_of,
    decode_scoped,
    decode_v3,
    encode_scoped,
    encode_v3,
    is_engine_id,
    stats_of,
    words_of,
)
from frisket.formats.snmp_v3_discovery import UNKNOWN_ENGINE_IDS, prepare_discovery
from frisket.model.oid import Oid
from frisket.protocols.session import Access, Budget, Endpoint, NoteBook
from frisket.protocols.snmp_link import SnmpLink
from frisket.protocols.usm import UserKeys, keys_for
from frisket.protocols.vault import SnmpUser

_NOT_IN_TIME_WINDOW = 2
# RFC 3414 2.2.3
_TIME_WINDOW = 150
_SYS_OBJECT_ID: Oid = (1, 3, 6, 1, 2, 1, 1, 2, 0)


@attrs.frozen
class _Clock:
    """An engine's boots and its seconds since the last of them, and when that was."""

    boots: int
    seconds: int
    seen: float = attrs.field(factory=time.monotonic)

    def now(self) -> int:
        return min(self.seconds + int(time.monotonic() - self.seen), (1 << 31) - 1)


@attrs.define(eq=False)
class SnmpV3Link(SnmpLink):
    """One request at a time, under one user and in one context."""

    context: bytes = b""
    _keys: UserKeys | None = None
    _engine: bytes = b""
    _clock: _Clock = attrs.field(factory=lambda: _Clock(0, 0))

    @property
    def _user(self) -> SnmpUser:
        assert self.access.user is not None
        return self.access.user

    # --- one exchange --------------------------------------------------------------------------

    async def request(
        self, pdu: Pdu, oids: list[Oid], *, max_repetitions: int = 0, tries: int | None = None
    ) -> Message:
        """See SnmpLink. A Report in place of an answer is a SilentError with what it means."""
        tries = 1 + self.access.retries if tries is None else tries
        if self._keys is None:
            await self._discover(1 + self.access.retries)
        asking = _Asking(self, pdu, oids, max_repetitions)
        answer = await self._repeat(asking, tries)
        if stats_of(answer) == _NOT_IN_TIME_WINDOW:
            # the Report has told us the time (RFC 3414 4), or the answer before this one was long ago
            answer = await self._repeat(asking, tries)
        stats = stats_of(answer)
        if answer.pdu == REPORT:
            words = "reports something that is no answer" if stats is None else words_of(stats)
            raise SilentError(self.endpoint.address, f"SNMPv3 user {self._user.user}: the device {words}")
        return answer

    async def _repeat(self, asking: _Asking | _Discovering, tries: int) -> Message:
        for _ in range(tries):
            answer = await self._try(asking)
            if answer is not None:
                return answer
        raise SilentError(self.endpoint.address, "does not answer SNMPv3")

    async def _discover(self, tries: int) -> None:
        answer = await self._repeat(_Discovering(), tries)
        if stats_of(answer) != UNKNOWN_ENGINE_IDS:
            raise SilentError(self.endpoint.address, "does not tell its SNMPv3 engine ID")
        # the first key of a user takes a megabyte of hashing, during which others are not to wait
        self._keys = await asyncio.to_thread(keys_for, self._user, self._engine)

    def encode(self, message_id: int, pdu: Pdu, oids: Sequence[Oid], *, max_repetitions: int) -> bytes:
        """A request as it goes out: signed and encrypted as far as the user is."""
        keys = self._keys
        assert keys is not None
        data = encode_scoped(self._engine, self.context, pdu, message_id, oids, max_repetitions=max_repetitions)
        boots, now, salt = self._clock.boots, self._clock.now(), b""
        if keys.flags & PRIV:
            cipher, salt = keys.encrypt(data, boots, now)
            data = ber.encode_tlv(ber.OCTET_STRING, cipher)
        usm = Usm(
            engine=self._engine,
            boots=boots,
            time=now,
            user=self._user.user.encode(),
            digest=bytes(keys.digest_length),
            salt=salt,
        )
        message, at = encode_v3(message_id, keys.flags | REPORTABLE, usm, data)
        if keys.flags & AUTH:
            message = message[:at] + keys.digest(message, at) + message[at + keys.digest_length :]
        return message

    # --- in ------------------------------------------------------------------------------------

    def _decode(self, data: bytes) -> Message:
        """DecodeError for what is not protected as the request was, and for what was changed on its way."""
        message = decode_v3(data)
        genuine = self._is_genuine(data, message)
        if message.flags & PRIV:
            if not genuine:
                raise DecodeError("an encrypted answer is not authentic")
            assert self._keys is not None
            usm = message.usm
            scoped = self._keys.decrypt(cipher_of(message.data), usm.boots, usm.time, salt=usm.salt)
        else:
            scoped = message.data
        engine, context, pdu = decode_scoped(scoped)
        if pdu.pdu == REPORT:
            self._take_report(message, pdu, genuine=genuine)
        else:
            self._check_answer(message, genuine=genuine)
            if (engine, context) != (self._engine, self.context) or pdu.request_id != message.message_id:
                raise DecodeError("an answer is for another request, engine or context")
        return attrs.evolve(pdu, request_id=message.message_id)

    def _is_genuine(self, data: bytes, message: V3Message) -> bool:
        """Whether a message is signed with the user's key; False where it is not signed."""
        if not message.flags & AUTH:
            return False
        keys, usm = self._keys, message.usm
        if keys is None or usm.engine != self._engine or usm.user != self._user.user.encode():
            raise DecodeError("an answer is signed by somebody else")
        if not keys.flags & AUTH or not keys.is_genuine(data, message.digest_at, usm.digest):
            raise DecodeError("the digest of an answer is wrong")
        return True

    def _take_report(self, message: V3Message, pdu: Message, *, genuine: bool) -> None:
        """Learns the engine from the Report of discovery, and its time from a Report that proves itself."""
        stats, usm = stats_of(pdu), message.usm
        if message.message_id != self._expected:
            return
        if self._keys is None and stats == UNKNOWN_ENGINE_IDS:
            if not is_engine_id(usm.engine):
                raise DecodeError("an engine ID has not 5 to 32 octets")
            self._engine, self._clock = usm.engine, _Clock(usm.boots, usm.time)
        elif stats == _NOT_IN_TIME_WINDOW and genuine:
            self._clock = _Clock(usm.boots, usm.time)

    def _check_answer(self, message: V3Message, *, genuine: bool) -> None:
        keys, usm = self._keys, message.usm
        if keys is None or message.flags & (AUTH | PRIV) != keys.flags or genuine != bool(keys.flags & AUTH):
            raise DecodeError("an answer is protected in another way than its request")
        if usm.engine != self._engine or usm.user != self._user.user.encode():
            raise DecodeError("an answer is for another user or engine")
        if not genuine:
            return
        clock = self._clock
        if (usm.boots, usm.time + _TIME_WINDOW) < (clock.boots, clock.now()):
            raise DecodeError("an answer is from long ago")
        if (usm.boots, usm.time) > (clock.boots, clock.seconds):
            self._clock = _Clock(usm.boots, usm.time)

    def _is_expected(self, message: Message) -> bool:
        return message.request_id == self._expected and message.pdu in (Pdu.RESPONSE, REPORT)


@attrs.frozen
class _Asking:
    """A request that is signed anew for each try."""

    link: SnmpV3Link
    pdu: Pdu
    oids: Sequence[Oid]
    max_repetitions: int

    def with_id(self, message_id: int) -> bytes:
        return self.link.encode(message_id, self.pdu, self.oids, max_repetitions=self.max_repetitions)


@attrs.frozen
class _Discovering:
    """RFC 3414 4."""

    def with_id(self, message_id: int) -> bytes:
        return prepare_discovery().with_id(message_id)


async def open_v3_link(
    endpoint: Endpoint, access: Access, budget: Budget, notes: NoteBook, *, context: str = ""
) -> SnmpV3Link:
    """OSError where there is no way to the address."""
    _, link = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: SnmpV3Link(endpoint, access, budget, notes, context=context.encode()),
        remote_addr=(endpoint.address, endpoint.port),
    )
    return link


async def find_user(
    endpoint: Endpoint, users: Sequence[SnmpUser], access: Access, *, budget: Budget, notes: NoteBook
) -> Access:
    """The access of the first user whom an agent answers; SilentError with what it said to each of them."""
    reasons = []
    for user in users:
        candidate = attrs.evolve(access, version=VERSION, community=b"", user=user)
        link = None
        try:
            link = await open_v3_link(endpoint, candidate, budget, notes)
            await link.request(Pdu.GET, [_SYS_OBJECT_ID])
        except OSError as error:
            raise SilentError(endpoint.address, f"cannot be reached: {error.strerror or error}") from None
        except SilentError as error:
            reasons.append(error.reason)
        else:
            return candidate
        finally:
            if link is not None:
                link.close()
    raise SilentError(endpoint.address, "; ".join(dict.fromkeys(reasons)) or "speaks SNMPv3, but no user is for it")
