"""The values of IPP attributes (RFC 8010 3.9; RFC 8011 5.1) from their octets.

Out-of-band values (unknown, no-value, unsupported and their kin) are None; values of tags that are not known here stay
octets. DecodeError where a value has not the length that its type has.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import TypeAlias, Union

import attrs

from frisket.errors import DecodeError
from frisket.formats.charset import CODECS, decode


@attrs.frozen
class Resolution:
    """Dots per inch (`units` 3) or per centimetre (`units` 4), across the feed direction and along it."""

    cross_feed: int
    feed: int
    units: int


# integer and enum as int, rangeOfInteger as (lower, upper), a collection as a mapping of its members
IppValue: TypeAlias = Union[  # noqa: UP007  # only in this spelling can it name itself
    bool, int, str, bytes, datetime, Resolution, tuple[int, int], Mapping[str, tuple["IppValue", ...]], None
]

OUT_OF_BAND = range(0x10, 0x20)
INTEGER, BOOLEAN, ENUM = 0x21, 0x22, 0x23
OCTET_STRING, DATE_TIME, RESOLUTION, RANGE_OF_INTEGER = 0x30, 0x31, 0x32, 0x33
BEGIN_COLLECTION, TEXT_WITH_LANGUAGE, NAME_WITH_LANGUAGE, END_COLLECTION = 0x34, 0x35, 0x36, 0x37
TEXT, NAME, KEYWORD, URI, URI_SCHEME, CHARSET, NATURAL_LANGUAGE, MIME_MEDIA_TYPE, MEMBER_NAME = (
    0x41, 0x42, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A,
)  # fmt: skip

_TEXTS = frozenset((TEXT, NAME, KEYWORD, URI, URI_SCHEME, CHARSET, NATURAL_LANGUAGE, MIME_MEDIA_TYPE, MEMBER_NAME))
_CODECS = frozenset(CODECS.values())


def decode_value(tag: int, octets: bytes, charset: str) -> IppValue:
    """Any value but a collection. `charset` is the response's `attributes-charset`."""
    if tag in OUT_OF_BAND:
        return None
    if tag in _TEXTS:
        return decode(octets, codec_of(charset))
    if tag in (TEXT_WITH_LANGUAGE, NAME_WITH_LANGUAGE):
        return decode(_without_language(octets), codec_of(charset))
    length, read = _FIXED.get(tag, (len(octets), bytes))
    if len(octets) != length:
        raise DecodeError(f"a value with tag 0x{tag:02x} has {len(octets)} octets, not {length}")
    return read(octets)


def codec_of(charset: str) -> str | None:
    """The codec of an IANA character set; None for UTF-8, which is tried before any, and for sets not known here."""
    name = charset.lower().replace("iso-8859-", "iso8859-")
    return name if name in _CODECS and name != "utf-8" else None


def _without_language(octets: bytes) -> bytes:
    """RFC 8010 3.9: two octets of length and a language, two octets of length and the text."""
    language_end = 2 + int.from_bytes(octets[:2], "big")
    start = language_end + 2
    if start > len(octets) or start + int.from_bytes(octets[language_end:start], "big") != len(octets):
        raise DecodeError("a text with its language is cut off or longer than it says")
    return octets[start:]


def _integer(octets: bytes) -> int:
    return int.from_bytes(octets, "big", signed=True)


def _range(octets: bytes) -> tuple[int, int]:
    return _integer(octets[:4]), _integer(octets[4:])


def _resolution(octets: bytes) -> Resolution:
    return Resolution(_integer(octets[:4]), _integer(octets[4:8]), octets[8])


def _date_time(octets: bytes) -> datetime | None:
    """RFC 2579 DateAndTime; None for a date that is none, which devices send whose clock was never set."""
    year, month, day, hour, minute, second, tenths, sign, hours, minutes = struct.unpack(">H9B", octets)
    offset = timedelta(hours=hours, minutes=minutes)
    try:
        # the 60 of a leap second is not Python's
        return datetime(
            year, month, day, hour, minute, min(second, 59), tenths * 100_000,
            tzinfo=timezone(-offset if sign == ord("-") else offset) if offset else UTC,
        )  # fmt: skip
    except ValueError:
        return None


_FIXED: Mapping[int, tuple[int, Callable[[bytes], IppValue]]] = MappingProxyType(
    {
        INTEGER: (4, _integer),
        BOOLEAN: (1, any),
        ENUM: (4, _integer),
        DATE_TIME: (11, _date_time),
        RESOLUTION: (9, _resolution),
        RANGE_OF_INTEGER: (8, _range),
    }
)
