"""What is private in what a device says: where it stands in standard MIBs, and what it looks like elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import attrs

from frisket.formats.ieee1284 import parse_device_id
from frisket.formats.snmp import IP_ADDRESS
from frisket.formats.snmprec import RecordedValue
from frisket.model.oid import Oid, is_under

SERIAL = "serial number"
MAC = "MAC address"
IP = "IP address"
NAME = "name"
LOCATION = "location"
CONTACT = "contact"
MAIL = "e-mail address"
PHONE = "telephone number"
USER = "user name"
NETWORK = "network name"
URL = "URL"
SUBJECT = "certificate subject"

_MIB2 = (1, 3, 6, 1, 2, 1)
_PRINTER = (*_MIB2, 43)
IF_PHYS_ADDRESS: Oid = (*_MIB2, 2, 2, 1, 6)
# Objects whose whole text is private, wherever else it stands
PLACES: Mapping[Oid, str] = {
    (*_MIB2, 1, 4): CONTACT,  # sysContact
    (*_MIB2, 1, 5): NAME,  # sysName
    (*_MIB2, 1, 6): LOCATION,  # sysLocation
    (*_PRINTER, 5, 1, 1, 4): CONTACT,  # prtGeneralCurrentOperator
    (*_PRINTER, 5, 1, 1, 5): CONTACT,  # prtGeneralServicePerson
    (*_PRINTER, 5, 1, 1, 16): NAME,  # prtGeneralPrinterName
    (*_PRINTER, 5, 1, 1, 17): SERIAL,  # prtGeneralSerialNumber
    (*_PRINTER, 8, 2, 1, 17): SERIAL,  # prtInputSerialNumber
    (*_PRINTER, 9, 2, 1, 11): SERIAL,  # prtOutputSerialNumber
}
_ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
# What no words around it call a serial number, and may be one: capitals and digits, or many digits
_LIKE_SERIAL = re.compile(r"(?=(?:[A-Z-]*\d){4})(?=[\d-]*[A-Z])[A-Z0-9-]{7,31}|[1-9]\d{8,19}")
# Objects that describe the machine: their words are public and stay, even in a host name
_MACHINE: tuple[Oid, ...] = (
    (*_MIB2, 25, 3, 2, 1, 3),  # hrDeviceDescr
    *((*_PRINTER, group) for group in (8, 9, 11, 12, 15)),
)
# What stands where nothing is known, and words that name nobody
# and what a printer says of its work: a help desk's name must not take the words off its counters
_NOBODY = frozenset((
    "admin", "administrator", "anonymous", "unknown", "none", "null", "default", "guest", "public", "system", "user",
    "printer", "office", "local", "localhost", "network", "name", "serial", "number", "location", "contact", "not",
    "available", "test", "example", "invalid", "print", "printed", "printing", "prints", "copy", "copied", "copies",
    "copier", "scan", "scanned", "scans", "receive", "send", "count", "counter", "total", "black", "color", "colour",
    "mono", "full", "single", "large", "small", "size", "paper", "tray", "toner", "drum", "waste", "duplex",
    "simplex", "list", "page", "pages", "sheet", "sheets", "ready", "line", "online", "offline", "sleep", "busy",
    "idle", "warm", "warming", "error", "warning", "empty", "desk", "help", "support", "helpdesk", "team", "service",
    "department", "group", "floor", "room", "hall", "level", "east", "west", "north", "south", "building", "main",
    "front", "back", "open", "closed", "cover", "email", "mail", "phone", "call", "door", "with", "from", "this",
    "that", "please", "device", "machine",
))  # fmt: skip

_GAP = r"(?:<[^<>]{0,80}>|&nbsp;|[\s:=#.\"'>])"
_KEYED: Mapping[str, re.Pattern[str]] = {
    SERIAL: re.compile(
        rf"(?i)(?:serial(?:[ _-]?(?:no|number|num|nr))?\b|serialnumber|\bs/?n\b|\bsern\b)\.?{_GAP}{{1,12}}"
        r"([A-Z0-9][A-Z0-9-]{3,30}[A-Z0-9])"
    ),
    USER: re.compile(
        rf"(?i)\b(?:user|owner|login|author|job-?owner|user-?name|benutzer|utilisateur|usuario)(?:[ _-]?name)?"
        rf"\s?(?:{_GAP}{{0,3}}[:=>]{_GAP}{{0,4}})([^\s\"',;<>=:()]{{2,40}})"
    ),
    NETWORK: re.compile(rf"(?i)\b(?:e?ssid|network name|wlan name){_GAP}{{1,6}}([^\"'<>\r\n;,]{{2,32}})"),
    SUBJECT: re.compile(r"(?<![A-Za-z])(?:CN|OU|O|L|ST|emailAddress) ?= ?\"?([^,/;<>\"\r\n=]{2,64})"),
    URL: re.compile(r"(?i)\b(?:https?|ftp|ipps?|smb|ldaps?|socket|lpd)://(?:[^\s/\"'<>@]*@)?([a-z0-9][a-z0-9.-]{2,})"),
    MAIL: re.compile(r"([A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)"),
    PHONE: re.compile(
        r"(?i)(?<![\w.+-])(\+\d{1,3}[ ./()-]{0,2}(?:\d[ ./()-]{0,2}){6,12}\d|\(0?\d{2,5}\) ?\d{3}[ .-]?\d{3,5}|"
        r"\d{3}[.-]\d{3}[.-]\d{4}|(?<=tel )\d[\d /-]{3,}\d|(?<=tel: )\d[\d /-]{3,}\d|(?<=phone )\d[\d /-]{3,}\d|"
        r"(?<=phone: )\d[\d /-]{3,}\d|(?<=ext\. )\d{3,6}|0\d{2,4}[ /-]{1,3}\d{3}[\d -]{1,10}\d)(?![\w.]*\d)"
    ),
    MAC: re.compile(
        r"(?i)(?<![0-9a-f:-])([0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![0-9a-f:-])"
    ),
    IP: re.compile(r"(?<![\w.])((?:\d{1,3}\.){3}\d{1,3})(?![\w]|\.\d)"),
}
_VERSION = re.compile(r"(?i)(?:\bv|ver|version|firmware|fw|rev|release|build)[\s.:=(\"'>]*$")
_NAMESPACE = re.compile(r"(?i)(?:xmlns(?::\w+)?|schemaLocation|doctype[^>]*|targetNamespace)\s*=?\s*[\"'][^\"']*[\"']")
_PEM = re.compile(r"-----BEGIN [A-Z ]+-----([^-]+)-----END")
# X.520: a name's part in DER, its kind of string and its length in one octet
_DER = re.compile(r"\x06\x03U\x04[\x03\x07\x08\x0a\x0b][\x0c\x13\x14\x16](.)", re.DOTALL)


@attrs.frozen(order=True)
class Private:
    """Something private, as text of one character an octet; `bounded` where only whole words of it count."""

    kind: str
    text: str
    bounded: bool = False


def find_private(text: str) -> Iterator[Private]:
    """All that looks private in one text."""
    outside = _NAMESPACE.sub(lambda found: "\n" * len(found.group()), text)
    for kind, pattern in _KEYED.items():
        for found in pattern.finditer(outside):
            word = found.group(1).strip()
            if _counts(kind, word, outside[max(0, found.start(1) - 12) : found.start(1)]):
                named = IP if _KEYED[IP].fullmatch(word) else kind
                yield Private(named, word, bounded=named in (USER, SUBJECT, NETWORK, PHONE))
    for found in _PEM.finditer(text):
        yield Private(SUBJECT, found.group(1).strip())
    for found in _DER.finditer(text):
        yield Private(SUBJECT, text[found.end() : found.end() + ord(found.group(1))], bounded=True)
    serial = parse_device_id(text).get("SN", "") if ":" in text and ";" in text and len(text) < 2048 else ""
    if _counts(SERIAL, serial, ""):
        yield Private(SERIAL, serial)


def _counts(kind: str, word: str, before: str) -> bool:
    if kind == SERIAL:
        return len(word) >= 5 and any(char.isdigit() for char in word) and len(set(word) - {"-"}) > 2
    if kind == IP:
        return is_somebodys(word) and not _VERSION.search(before)
    if kind == MAC:
        return word.strip("0:.-") != "" and word.lower().strip("f:.-") != ""
    if kind == PHONE:
        return sum(char.isdigit() for char in word) <= 15
    if kind in (USER, NETWORK, SUBJECT, URL):
        return word.lower() not in _NOBODY and len(word) >= 3
    return True


def is_somebodys(address: str) -> bool:
    """Not a mask, not the loopback, not a group, and an address at all."""
    octets = [int(part) for part in address.split(".")]
    return all(octet <= 255 for octet in octets) and octets[0] not in (0, 127, 255) and not 224 <= octets[0] < 240


def standing(objects: Mapping[Oid, RecordedValue]) -> Iterator[Private]:
    """What stands where standard MIBs have what is private, whole and, of names, word by word."""
    public = machine_words(objects)
    for oid, recorded in objects.items():
        value = recorded.value
        if not isinstance(value, bytes):
            continue
        if recorded.tag == IP_ADDRESS and len(value) == 4:
            address = ".".join(map(str, value))
            if is_somebodys(address):
                yield Private(IP, address)
        elif is_under(oid, IF_PHYS_ADDRESS) and len(value) == 6 and any(value) and not value[0] & 1:
            yield Private(MAC, ":".join(f"{octet:02x}" for octet in value))
        else:
            kind = place_of(oid)
            text = value.decode("latin-1").strip(" \x00\r\n")
            if kind is not None:
                yield from _words(kind, text, public)


def like_serials(objects: Mapping[Oid, RecordedValue]) -> Iterator[Private]:
    """Texts of makers' own objects that may be serial numbers, for devices of which nobody knows where theirs stands.

    Some are part numbers; a part number that is disguised costs nothing, a serial number that is not may.
    """
    public = machine_words(objects)
    for oid, recorded in objects.items():
        if is_under(oid, _ENTERPRISES) and isinstance(recorded.value, bytes):
            text = recorded.value.decode("latin-1").strip(" \x00\r\n")
            if _LIKE_SERIAL.fullmatch(text) and text.lower() not in public and _counts(SERIAL, text, ""):
                yield Private(SERIAL, text)


def _words(kind: str, text: str, public: frozenset[str]) -> Iterator[Private]:
    if kind == SERIAL:
        if _counts(SERIAL, text, ""):
            yield Private(SERIAL, text)
        return
    words = [word for word in re.findall(r"[^\s,;:()\[\]<>@/\"']+", text) if _is_private(word, public)]
    if len(text) >= 4 and words:
        yield Private(kind, text, bounded=text.isalpha())
    for word in words if kind != LOCATION else ():
        yield Private(kind, word, bounded=word.isalpha() or word.isdigit())
        host, dot, domain = word.partition(".")
        if dot and len(domain) > 4:
            yield from (Private(kind, part, bounded=True) for part in (host, domain) if _is_private(part, public))


def _is_private(word: str, public: frozenset[str]) -> bool:
    """Four digits are a year, a room or a part of a part number."""
    least = 5 if word.isdigit() else 4
    return len(word) >= least and word.lower() not in public and word.lower() not in _NOBODY


def place_of(oid: Oid) -> str | None:
    """The kind of what stands in an object, where a standard says that it is private."""
    return next((kind for place, kind in PLACES.items() if is_under(oid, place)), None)


def machine_words(objects: Mapping[Oid, RecordedValue]) -> frozenset[str]:
    """Words that describe the machine, in lower case: of its descriptions, its supplies and its device ID."""
    words: set[str] = set()
    for oid, recorded in objects.items():
        if not isinstance(recorded.value, bytes) or place_of(oid) is not None:
            continue
        text = recorded.value.decode("latin-1")
        if any(is_under(oid, place) for place in _MACHINE):
            words.update(_public(text))
        elif "MDL:" in text or "MODEL:" in text:
            keys = parse_device_id(text)
            words.update(_public(" ".join(keys.get(key, "") for key in ("MFG", "MDL", "DES", "CMD", "CLS"))))
    return frozenset(words)


def _public(text: str) -> Iterator[str]:
    """The words of a description without what a pattern knows to be private."""
    hidden = {found.text.lower() for found in find_private(text)}
    for word in re.findall(r"[^\s,;:()\[\]<>@/\"']+", text.lower()):
        if word not in hidden:
            yield word
            yield from word.split("-")
