"""A reading: one device document, with where each of its values came from and what was noticed on the way."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import attrs

from frisket.model.device import Device


class NoteCode(enum.StrEnum):
    """What a reading can be marked with: a closed list, the only words about a device beyond its twelve fields."""

    PROFILE_TIE = "profile-tie"
    LEVEL_IMPLAUSIBLE = "level-implausible"
    SOURCES_DISAGREE = "sources-disagree"
    TABLE_CUT = "table-cut"
    DEVICE_SILENT = "device-silent"
    DEVICE_SLOW = "device-slow"
    ANSWER_GARBAGE = "answer-garbage"
    ANSWER_ENDLESS = "answer-endless"
    ANSWER_CIRCULAR = "answer-circular"
    ANSWER_FOREIGN_OID = "answer-foreign-oid"
    ANSWER_FOREIGN_ADDRESS = "answer-foreign-address"
    ANSWER_WRONG_REQUEST = "answer-wrong-request"
    ANSWER_LATE = "answer-late"
    ANSWER_FLOOD = "answer-flood"
    ANSWER_INCOMPLETE = "answer-incomplete"
    ANSWER_OVERSIZED = "answer-oversized"
    ANSWER_ERROR = "answer-error"
    REQUEST_FAILED = "request-failed"
    REQUEST_REFUSED = "request-refused"
    REPLY_UNREADABLE = "reply-unreadable"
    COUNTER_FELL = "counter-fell"
    SERIAL_CHANGED = "serial-changed"
    TOO_MANY_REQUESTS = "too-many-requests"
    TOO_MANY_BYTES = "too-many-bytes"
    INTERNAL_ERROR = "internal-error"


@attrs.frozen
class Note:
    """A code, and for people on this machine what it was about; the text never leaves the machine."""

    code: NoteCode
    detail: str = ""


@attrs.frozen
class Source:
    """Where a value came from: the protocol, the object in that protocol's terms, and `profile@version`."""

    protocol: str
    object: str
    profile: str


@attrs.frozen
class Alternate:
    """What another candidate of the same field said, or why it said nothing usable. Stays on this machine."""

    source: Source
    value: object = None
    reason: str = ""


@attrs.frozen
class Provenance:
    """A field's winning source, the raw value it gave, what was made of it, and what else was said."""

    source: Source | None
    raw: object = None
    value: object = None
    alternates: tuple[Alternate, ...] = ()


@attrs.frozen(kw_only=True)
class Cost:
    """What a reading cost: requests sent, bytes received, seconds from first to last packet."""

    requests: int = 0
    bytes_received: int = 0
    seconds: float = 0.0


@attrs.frozen(kw_only=True)
class Reading:
    """`provenance` is keyed by path: `serial_number`, `page_counts.total.all`, `supplies[1.1].level`."""

    device: Device
    profile: str
    provenance: Mapping[str, Provenance] = attrs.field(factory=dict)
    notes: tuple[Note, ...] = ()
    cost: Cost = Cost()


@attrs.frozen(kw_only=True)
class Unread:
    """An address that answered but gave no reading, and why."""

    address: str
    notes: tuple[Note, ...]
    cost: Cost = Cost()
