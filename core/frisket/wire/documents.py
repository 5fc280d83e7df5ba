"""What agent and hub say to each other: a closed grammar, in which an unknown key is an error.

POST /agent/v1/enroll      Enrolment       → Enrolled
POST /agent/v1/check-in    CheckIn         → 204, or Desired with 200
POST /agent/v1/confirm     Confirmation    → 204
POST /agent/v1/readings    Batch (gzip)    → Received
POST /vendor/v1/bundles    an offer        → HandedIn
GET  /tuf/metadata/…, /tuf/targets/…       → the profile database, which needs no signature of the agent
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import attrs
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError

from frisket.errors import DocumentError
from frisket.model.reading import NoteCode

_T = TypeVar("_T")

# What one request may hold; the hub refuses more before it reads it
MAX_REQUEST_BYTES = 1 << 20
MAX_BATCH = 200

ReleaseState = Literal["applied", "healthy", "failed", "reverted", "refused"]
ObservedState = Literal["initial", "applied", "healthy", "failed", "reverted", "refused"]

_sha256 = attrs.validators.matches_re(re.compile(r"[0-9a-f]{64}\Z"))
_optional_sha256 = attrs.validators.optional(_sha256)
_short: Callable[[Any, attrs.Attribute[Any], Any], None] = attrs.validators.max_len(200)
_natural = attrs.validators.ge(0)


@attrs.frozen(kw_only=True)
class Enrolment:
    """`public_key`: the raw Ed25519 key in hexadecimal digits; the request is signed with its other half."""

    token: str = attrs.field(validator=_short, repr=False)
    public_key: str = attrs.field(validator=_sha256)
    name: str = attrs.field(validator=_short)
    site: str = attrs.field(validator=_short)


@attrs.frozen(kw_only=True)
class Enrolled:
    """`agent` is the id that stands in every later signature as keyid; `root` the TUF root metadata to trust first."""

    agent: str
    state: Literal["pending", "active"]
    root: str | None = None


@attrs.frozen(kw_only=True)
class Release:
    """A release of the profile database by its number and the SHA-256 of its manifest."""

    number: int = attrs.field(validator=_natural)
    sha256: str = attrs.field(validator=_sha256)


@attrs.frozen(kw_only=True)
class Observed:
    """What the agent runs: the generation that it applied last, and its release (None: the one that it came with)."""

    generation: int = attrs.field(validator=_natural)
    release: Release | None
    state: ObservedState


@attrs.frozen(kw_only=True)
class Refusal:
    """An item of a desired state that the agent did not take, and why."""

    item: str = attrs.field(validator=_short)
    reason: str = attrs.field(validator=_short)


@attrs.frozen(kw_only=True)
class ProfileHealth:
    """What one profile did: `devices` that it read, and how many of them are worse off than under the release before.

    `fields_lost`: a field is gone; `identity_changed`: another manufacturer, serial number or MAC address;
    `counters_wrong`: a page count that fell, or rose beyond what was printed; `unrecognised`: no printer any more;
    `errors`: could not be read.
    """

    devices: int = attrs.field(validator=_natural)
    fields_lost: int = attrs.field(default=0, validator=_natural)
    identity_changed: int = attrs.field(default=0, validator=_natural)
    counters_wrong: int = attrs.field(default=0, validator=_natural)
    unrecognised: int = attrs.field(default=0, validator=_natural)
    errors: int = attrs.field(default=0, validator=_natural)

    @property
    def worse(self) -> bool:
        findings = (self.fields_lost, self.identity_changed, self.counters_wrong, self.unrecognised, self.errors)
        return any(findings)


@attrs.frozen(kw_only=True)
class Health:
    """`by_profile`: what each `profile@version` did in the last scan."""

    devices: int = attrs.field(validator=_natural)
    by_profile: dict[str, ProfileHealth] = attrs.field(factory=dict)
    spooled: int = attrs.field(default=0, validator=_natural)
    thinned: int = attrs.field(default=0, validator=_natural)


@attrs.frozen(kw_only=True)
class Trusted:
    """The versions of the metadata that the agent trusts. `problem` is a code: why it takes no newer one.

    `renew`: the timestamp ends its life soon, so that the next answer should bring one even if nothing else is new.
    """

    root: int = attrs.field(default=0, validator=_natural)
    timestamp: int = attrs.field(default=0, validator=_natural)
    renew: bool = False
    problem: str = attrs.field(default="", validator=_short)


@attrs.frozen(kw_only=True)
class CheckIn:
    """`lease` and `request` make a clone known: see the hub's answer to both (RELEASES 2).

    `held`: profiles that stay at an older version here, as the agent lacks something that the newer one needs.
    """

    lease: str | None
    request: str = attrs.field(validator=_short)
    observed: Observed
    versions: dict[str, str]
    plugins_failed: list[str]
    health: Health
    refused: list[Refusal]
    trusted: Trusted = attrs.field(factory=Trusted)
    held: list[Refusal] = attrs.field(factory=list)


@attrs.frozen(kw_only=True)
class NewMetadata:
    """TUF metadata that comes with the answer: every root after the agent's own, in order, and the timestamp."""

    roots: list[str] = attrs.field(validator=attrs.validators.max_len(64))
    timestamp: str


@attrs.frozen(kw_only=True)
class Desired:
    """What the agent should have. `targets` are TARGETs as the command takes them; `scan_interval` is seconds."""

    generation: int = attrs.field(validator=_natural)
    scan_interval: int = attrs.field(
        validator=attrs.validators.and_(attrs.validators.ge(60), attrs.validators.le(604_800))
    )
    targets: list[str]
    exclude: list[str] = attrs.field(factory=list)
    release: Release | None = None
    metadata: NewMetadata | None = None


@attrs.frozen(kw_only=True)
class Confirmation:
    """What came of a generation; repeated in the next check-in, so that losing it costs nothing.

    `release` is what runs now; `tried` the release that `state` speaks of. `profiles`: what was found when the first
    scan under `tried` was compared with the release before, by `profile@version` of the newer one.
    """

    generation: int = attrs.field(validator=_natural)
    release: Release | None
    state: ReleaseState
    code: str = attrs.field(default="", validator=_short)
    detail: str = attrs.field(default="", validator=_short)
    refused: list[Refusal] = attrs.field(factory=list)
    tried: Release | None = None
    profiles: dict[str, ProfileHealth] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class FieldSource:
    """The envelope's word on one field: protocol, object and `profile@version`; never a raw value."""

    protocol: str = attrs.field(validator=_short)
    object: str = attrs.field(validator=_short)
    profile: str = attrs.field(validator=_short)


@attrs.frozen(kw_only=True)
class Counts:
    """What the reading cost: requests, octets, milliseconds."""

    requests: int = attrs.field(validator=_natural)
    bytes: int = attrs.field(validator=_natural)
    milliseconds: int = attrs.field(validator=_natural)


@attrs.frozen(kw_only=True)
class SpooledReading:
    """A reading with its number: unique for an agent, for ever. `device` is a `frisket.device/1` document."""

    number: int = attrs.field(validator=_natural)
    device: dict[str, Any]
    sources: dict[str, FieldSource]
    notes: list[NoteCode]
    counts: Counts


@attrs.frozen(kw_only=True)
class Batch:
    """Readings in the order of their numbers."""

    readings: list[SpooledReading] = attrs.field(validator=attrs.validators.max_len(MAX_BATCH))


@attrs.frozen(kw_only=True)
class Rejected:
    """A reading that will never be taken: it may be deleted, too, after it was set aside."""

    number: int
    problems: list[str]


@attrs.frozen(kw_only=True)
class Received:
    """The numbers that are committed; only these may be deleted on the agent."""

    numbers: list[int]
    rejected: list[Rejected] = attrs.field(factory=list)


@attrs.frozen(kw_only=True)
class HandedIn:
    """What became of a vendor's offer. `problems` has a line for each thing that is wrong, `cases` were replayed."""

    id: str
    namespace: str
    version: int | None
    state: Literal["accepted", "refused"]
    problems: list[str]
    cases: int


def to_data(document: attrs.AttrsInstance) -> dict[str, Any]:
    """A document as nested dicts and lists."""
    data: dict[str, Any] = _CONVERTER.unstructure(document)
    return data


def from_data(data: Mapping[str, Any], kind: type[_T]) -> _T:
    """DocumentError with every breach, each with its path."""
    try:
        return _CONVERTER.structure(data, kind)
    except BaseValidationError as error:
        raise DocumentError(tuple(transform_error(error, path=kind.__name__))) from None


def _strict(value: object, kind: type) -> object:
    if type(value) is not kind:
        raise ValueError(f"{value!r:.60} is not of type {kind.__name__}")
    return value


def _build() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _strict)
    # an enumeration of texts is a text, too, for which the hook above would stand
    converter.register_structure_hook(NoteCode, lambda value, _: NoteCode(str(_strict(value, str))))
    return converter


_CONVERTER = _build()
