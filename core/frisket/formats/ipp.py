"""IPP messages (RFC 8010): the one request that Frisket makes, Get-Printer-Attributes, and what comes back.

Nothing here raises anything but DecodeError, whatever the bytes are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from frisket.errors import DecodeError
from frisket.formats import ipp_values as values
from frisket.formats.charset import decode
from frisket.formats.ipp_values import IppValue, Resolution

__all__ = [
    "GET_PRINTER_ATTRIBUTES",
    "MAX_ATTRIBUTES",
    "MAX_DEPTH",
    "MAX_OCTETS",
    "MAX_VALUES",
    "IppResponse",
    "IppValue",
    "Resolution",
    "decode_response",
    "encode_get_printer_attributes",
    "parse_supply",
]

GET_PRINTER_ATTRIBUTES = 0x000B

# Above what the most talkative printers send (some 100 kB, 600 attributes), below what hurts
MAX_OCTETS = 1024 * 1024
MAX_ATTRIBUTES = 4096
MAX_VALUES = 16384
MAX_DEPTH = 16

_OPERATION_GROUP, _END, _PRINTER_GROUP = 0x01, 0x03, 0x04
# RFC 8010 3.5: what is below 0x10 begins a group or ends them all
_FIRST_VALUE_TAG = 0x10


@attrs.frozen(kw_only=True)
class IppResponse:
    """`attributes` are those of the printer; each has all its values, a lone value is a tuple of one."""

    version: tuple[int, int]
    status: int
    request_id: int
    attributes: Mapping[str, tuple[IppValue, ...]]


def encode_get_printer_attributes(
    uri: str, attributes: Sequence[str], *, request_id: int, version: tuple[int, int] = (2, 0)
) -> bytes:
    """The request for these attributes of the printer at `uri`; for all of them where none is named."""
    head = bytes(version) + GET_PRINTER_ATTRIBUTES.to_bytes(2, "big") + request_id.to_bytes(4, "big")
    fields = [
        _field(values.CHARSET, "attributes-charset", "utf-8"),
        _field(values.NATURAL_LANGUAGE, "attributes-natural-language", "en"),
        _field(values.URI, "printer-uri", uri),
        *(
            # an additional value of an attribute has an empty name
            _field(values.KEYWORD, "" if at else "requested-attributes", name)
            for at, name in enumerate(attributes)
        ),
    ]
    return head + bytes((_OPERATION_GROUP,)) + b"".join(fields) + bytes((_END,))


def _field(tag: int, name: str, value: str) -> bytes:
    return bytes((tag,)) + _counted(name.encode()) + _counted(value.encode())


def _counted(octets: bytes) -> bytes:
    return len(octets).to_bytes(2, "big") + octets


def decode_response(octets: bytes) -> IppResponse:
    """DecodeError where the octets are no IPP response, are cut off, or are over one of the limits."""
    if len(octets) > MAX_OCTETS:
        raise DecodeError(f"a response of {len(octets):,} octets; {MAX_OCTETS:,} are read")
    reader = _Reader(octets)
    major, minor = reader.take(2)
    status = reader.number(2)
    request_id = reader.number(4)
    return IppResponse(
        version=(major, minor), status=status, request_id=request_id, attributes=_printer_attributes(reader)
    )


def parse_supply(octets: bytes) -> Mapping[str, str]:
    """The `key=value;` pairs of printer-supply, printer-input-tray and their kin (PWG 5100.13); keys in lower case."""
    pairs = (part.partition("=") for part in decode(octets, None).split(";"))
    found: dict[str, str] = {}
    for key, equals, value in pairs:
        if equals and key.strip():
            found.setdefault(key.strip().lower(), value.strip())
    return found


def _printer_attributes(reader: _Reader) -> Mapping[str, tuple[IppValue, ...]]:
    """All groups are read to the end, those of the printer are kept; an attribute that comes again is not."""
    found: dict[str, tuple[IppValue, ...]] = {}
    group = 0
    while (tag := reader.tag()) != _END:
        if tag < _FIRST_VALUE_TAG:
            group = tag
            continue
        name, content = reader.field()
        if not name:
            raise DecodeError("an additional value has no attribute before it")
        attribute = (reader.value(tag, content, depth=0), *reader.additional_values())
        if tag == values.CHARSET and name == "attributes-charset":
            reader.charset = str(attribute[0])
        if group == _PRINTER_GROUP:
            found.setdefault(name, attribute)
    return found


@attrs.define
class _Reader:
    """A place in a response, what was counted on the way there, and the character set of its texts."""

    octets: bytes
    at: int = 0
    attributes: int = 0
    values: int = 0
    charset: str = "utf-8"

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.octets):
            raise DecodeError("a response is cut off")
        self.at += count
        return self.octets[self.at - count : self.at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def tag(self) -> int:
        return self.take(1)[0]

    def field(self) -> tuple[str, bytes]:
        """The name and the octets of a value whose tag was read."""
        name = self.take(self._length()).decode("ascii", "replace")
        if name:
            self.count_attribute()
        return name, self.take(self._length())

    def _length(self) -> int:
        length = self.number(2)
        if length >= 1 << 15:  # RFC 8010 3.1.4: SIGNED-SHORT
            raise DecodeError("a length is negative")
        return length

    def count_attribute(self) -> None:
        self.attributes += 1
        if self.attributes > MAX_ATTRIBUTES:
            raise DecodeError(f"more than {MAX_ATTRIBUTES:,} attributes")

    def value(self, tag: int, content: bytes, *, depth: int) -> IppValue:
        self.values += 1
        if self.values > MAX_VALUES:
            raise DecodeError(f"more than {MAX_VALUES:,} values")
        if tag == values.BEGIN_COLLECTION:
            return self._collection(depth + 1)
        if tag in (values.END_COLLECTION, values.MEMBER_NAME):
            raise DecodeError("a part of a collection stands outside of one")
        return values.decode_value(tag, content, self.charset)

    def additional_values(self) -> list[IppValue]:
        """What belongs to the attribute that was read last: values without a name."""
        found: list[IppValue] = []
        while self._has_additional_value():
            tag = self.tag()
            _, content = self.field()
            found.append(self.value(tag, content, depth=0))
        return found

    def _has_additional_value(self) -> bool:
        ahead = self.octets[self.at : self.at + 3]
        return len(ahead) == 3 and ahead[0] >= _FIRST_VALUE_TAG and ahead[1:] == b"\0\0"

    def _collection(self, depth: int) -> Mapping[str, tuple[IppValue, ...]]:
        """RFC 8010 3.1.6: members' names and values, in fields without names, up to the end of the collection."""
        if depth > MAX_DEPTH:
            raise DecodeError(f"collections in more than {MAX_DEPTH} collections")
        members: dict[str, list[IppValue]] = {}
        current: list[IppValue] | None = None
        while (tag := self.tag()) != values.END_COLLECTION:
            name, content = self.field()
            if name or tag < _FIRST_VALUE_TAG:
                raise DecodeError("a collection has no end")
            if tag == values.MEMBER_NAME:
                self.count_attribute()
                current = members[content.decode("ascii", "replace")] = []
            elif current is None:
                raise DecodeError("a collection begins with a value that has no name")
            else:
                current.append(self.value(tag, content, depth=depth))
        self.field()
        return {name: tuple(found) for name, found in members.items()}
