"""What is private in an IPP response: attributes that people fill in, and those that tell a device from others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from frisket.errors import DecodeError
from frisket.formats.ipp import decode_response
from frisket.formats.private_words import CONTACT, LOCATION, NAME, SERIAL, Private

# RFC 8011 5.4, PWG 5100.13, RFC 3998
_PLACES: Mapping[str, str] = {
    "printer-name": NAME,
    "printer-info": NAME,
    "printer-dns-sd-name": NAME,
    "printer-organization": CONTACT,
    "printer-organizational-unit": CONTACT,
    "printer-location": LOCATION,
    "printer-geo-location": LOCATION,
    "printer-uuid": SERIAL,
    "printer-serial-number": SERIAL,
}
_MACHINE = ("printer-make-and-model", "printer-device-id")
# Shorter ones stand in too many other words
_SHORTEST = 5


def private_of_ipp(octets: bytes) -> Iterator[Private]:
    """Values as text of one character an octet; one that only names the machine is public."""
    try:
        attributes = decode_response(octets).attributes
    except DecodeError:
        return
    machine = " ".join(str(value) for name in _MACHINE for value in attributes.get(name, ())).lower()
    for name, kind in _PLACES.items():
        for value in attributes.get(name, ()):
            text = _bare(value)
            if len(text) >= _SHORTEST and text.lower() not in machine:
                yield Private(kind, text.encode("utf-8").decode("latin-1"))


def _bare(value: Any) -> str:
    return str(value).removeprefix("urn:uuid:").strip() if isinstance(value, str) else ""
