"""What an agent uploads: opened within limits and checked reading by reading, so that a bad one spoils no other."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from frisket.errors import DocumentError
from frisket.model.device import MAX_TEXT, TWELVE_FIELDS, Device
from frisket.wire import json_text
from frisket.wire.device import from_document
from frisket.wire.documents import MAX_BATCH, MAX_REQUEST_BYTES, Rejected, SpooledReading, from_data

MAX_UNPACKED_BYTES = 8 << 20
_MAX_SOURCES = 4_096
_MAX_PROBLEMS = 20
_MAX_PROBLEM = 300
# What a 64-bit column holds
_MAX_NUMBER = (1 << 63) - 1
_FIELD = re.compile(r"[a-z_]+")
# Longer runs of digits may be such a number, or not
_MANY_DIGITS = re.compile(rb"[0-9]{19}")
# No database keeps a NUL, and half a surrogate pair is no character
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class BatchError(Exception):
    """A request that is no batch at all; nothing of it can be told apart."""


@attrs.frozen
class Accepted:
    """A reading that may be kept: its document as it came and as what it means, and the envelope as it came."""

    number: int
    document: Mapping[str, Any]
    device: Device
    envelope: Mapping[str, Any]


@attrs.frozen
class Opened:
    accepted: tuple[Accepted, ...]
    rejected: tuple[Rejected, ...]


def open_batch(body: bytes) -> Opened:
    """The readings of a gzipped Batch; BatchError when it is none."""
    content = unpack(body)
    try:
        batch = json_text.load_object(content, max_bytes=MAX_UNPACKED_BYTES)
    except DocumentError as error:
        raise BatchError(str(error)) from None
    items = batch.get("readings")
    if set(batch) != {"readings"} or not isinstance(items, list):
        raise BatchError("a batch is an object with a list of readings, and nothing else")
    if len(items) > MAX_BATCH:
        raise BatchError(f"{len(items)} readings are more than the {MAX_BATCH} that a batch may hold")
    suspicious = _is_suspicious(content)
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    for item in items:
        number = _number(item)
        try:
            accepted.append(_accept(item, suspicious=suspicious))
        except DocumentError as error:
            problems = [problem[:_MAX_PROBLEM] for problem in error.problems[:_MAX_PROBLEMS]]
            rejected.append(Rejected(number=number, problems=[_printable(problem) for problem in problems]))
    return Opened(tuple(accepted), tuple(rejected))


def unpack(body: bytes) -> bytes:
    """What gzip packed: never more than MAX_UNPACKED_BYTES, whatever the body claims to hold."""
    if len(body) > MAX_REQUEST_BYTES:
        raise BatchError(f"the batch is larger than {MAX_REQUEST_BYTES} octets")
    decompressor = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = decompressor.decompress(body, MAX_UNPACKED_BYTES + 1)
    except zlib.error as error:
        raise BatchError(f"not gzip: {error}") from None
    if len(content) > MAX_UNPACKED_BYTES:
        raise BatchError(f"the batch unpacks to more than {MAX_UNPACKED_BYTES} octets")
    if not decompressor.eof or decompressor.unused_data:
        raise BatchError("not one whole gzip stream")
    return content


def _number(item: object) -> int:
    number = item.get("number") if isinstance(item, Mapping) else None
    if type(number) is not int or not 0 <= number <= _MAX_NUMBER:
        raise BatchError("a reading without a number: it could not be named in the answer")
    return number


def _accept(item: Mapping[str, Any], *, suspicious: bool) -> Accepted:
    problems = tuple(_unkeepable(item, "reading")) if suspicious else ()
    if problems:
        raise DocumentError(problems)
    reading = from_data(item, SpooledReading)
    device = from_document(reading.device)
    problems = (*_foreign(reading), *_unidentified(device))
    if problems:
        raise DocumentError(problems)
    envelope = {name: item[name] for name in ("sources", "notes", "counts")}
    return Accepted(reading.number, reading.device, device, envelope)


def _is_suspicious(content: bytes) -> bool:
    """Whether anything may be in it that `_unkeepable` finds: an escape, a long text, a long number."""
    return b"\\" in content or _MANY_DIGITS.search(content) is not None or max(map(len, content.split(b'"'))) > MAX_TEXT


def _unkeepable(value: object, path: str) -> Iterator[str]:
    """What JSON can say and no database keeps."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            yield f"a text longer than {MAX_TEXT} characters @ {path}"
        if _UNKEEPABLE.search(value):
            yield f"a text with what is no character @ {path}"
    elif isinstance(value, int):
        if not -_MAX_NUMBER <= value <= _MAX_NUMBER:
            yield f"a number of more than 64 bits @ {path}"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _unkeepable(key, path)
            yield from _unkeepable(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _unkeepable(inner, f"{path}[{at}]")


def _foreign(reading: SpooledReading) -> Iterator[str]:
    if len(reading.sources) > _MAX_SOURCES:
        yield f"{len(reading.sources)} sources, more than {_MAX_SOURCES}"
    for path in reading.sources:
        match = _FIELD.match(path)
        if match is None or match[0] not in TWELVE_FIELDS:
            yield f"a source of {path!r:.60}, which is none of the twelve fields"


def _unidentified(device: Device) -> Iterator[str]:
    if device.serial_number is None and device.mac_address is None and device.ip_address is None:
        yield (
            "neither serial number, MAC address nor IP address: nobody could tell which device this is;"
            " let the site disclose one of them"
        )


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
