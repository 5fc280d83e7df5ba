"""What sessions with one device share: where it is, how it answers, what it has cost, and what was noticed."""

from __future__ import annotations

import time

import attrs

from frisket.errors import HostileAnswerError, SilentError
from frisket.model.reading import Cost, Note, NoteCode
from frisket.protocols.vault import SnmpUser

# THREATS 8: what one device may cost, however it behaves
MAX_REQUESTS = 400
MAX_BYTES = 512 * 1024


@attrs.frozen(order=True)
class Endpoint:
    """An IP address and the port of its SNMP agent."""

    address: str
    port: int = 161

    def __str__(self) -> str:
        return self.address if self.port == 161 else f"{self.address}:{self.port}"


@attrs.frozen(kw_only=True)
class Access:
    """How a device was found to answer. `timeout` is in seconds for one try; silence is asked again `retries` times.

    `user` stands for the community where it was SNMPv3.
    """

    version: int
    community: bytes = attrs.field(repr=False)
    user: SnmpUser | None = None
    timeout: float = 1.0
    retries: int = 2

    def within(self, context: str) -> Access:
        """For another SNMP context, which agents of v1 and v2c take behind the community (`public@name`)."""
        return attrs.evolve(self, community=self.community + b"@" + context.encode()) if context else self


@attrs.define
class Budget:
    """What one device has cost so far, and the limits at which it has to stop."""

    address: str
    deadline: float
    requests: int = 0
    bytes_received: int = 0
    started: float = attrs.field(factory=time.monotonic)

    def count_first_answer(self, octets: int) -> None:
        """The sweep's request and its answer belong to the device's cost, too."""
        self.requests += 1
        self.bytes_received += octets

    @property
    def bytes_spent(self) -> bool:
        return self.bytes_received > MAX_BYTES

    def spend_request(self) -> None:
        if self.requests >= MAX_REQUESTS:
            raise HostileAnswerError(self.address, f"would take more than {MAX_REQUESTS} requests")
        if self.remaining() <= 0:
            raise SilentError(self.address, "the time for one device is over")
        self.requests += 1

    def count_bytes(self, count: int) -> None:
        """Octets of a reply whose request sets its own limit."""
        self.bytes_received += count

    def spend_bytes(self, count: int) -> None:
        self.bytes_received += count
        if self.bytes_received > MAX_BYTES:
            raise HostileAnswerError(self.address, f"sent more than {MAX_BYTES // 1024} KiB")

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    def cost(self) -> Cost:
        seconds = round(time.monotonic() - self.started, 4)
        return Cost(requests=self.requests, bytes_received=self.bytes_received, seconds=seconds)


@attrs.define
class NoteBook:
    """Notes on one device: each code once, with the first detail and how often it happened."""

    _notes: dict[NoteCode, tuple[str, int]] = attrs.field(factory=dict)

    def add(self, code: NoteCode, detail: str) -> None:
        first, count = self._notes.get(code, (detail, 0))
        self._notes[code] = (first, count + 1)

    def __contains__(self, code: NoteCode) -> bool:
        return code in self._notes

    def all(self) -> tuple[Note, ...]:
        return tuple(
            Note(code, detail if count == 1 else f"{detail} ({count} times)")
            for code, (detail, count) in self._notes.items()
        )
