"""Octets to text, by the character set that a device declares (prtLocalizationCharacterSet, an IANA MIBenum)."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

# IANA character sets registry, MIBenum → the codec that reads it
CODECS: Mapping[int, str] = MappingProxyType(
    {
        3: "ascii", 4: "latin-1", 5: "iso8859-2", 6: "iso8859-3", 7: "iso8859-4", 8: "iso8859-5", 9: "iso8859-6",
        10: "iso8859-7", 11: "iso8859-8", 12: "iso8859-9", 13: "iso8859-10", 17: "shift_jis", 18: "euc_jp",
        36: "euc_kr", 37: "iso2022_kr", 38: "euc_kr", 39: "iso2022_jp", 106: "utf-8", 109: "iso8859-13",
        110: "iso8859-14", 111: "iso8859-15", 112: "iso8859-16", 113: "gbk", 114: "gb18030", 1000: "utf-16-be",
        1013: "utf-16-be", 1014: "utf-16-le", 1015: "utf-16", 2004: "hp_roman8", 2009: "cp850", 2010: "cp852",
        2011: "cp437", 2013: "cp862", 2024: "cp932", 2025: "gb2312", 2026: "big5", 2084: "koi8-r", 2086: "cp866",
        2250: "cp1250", 2251: "cp1251", 2252: "cp1252", 2253: "cp1253", 2254: "cp1254", 2255: "cp1255",
        2256: "cp1256", 2257: "cp1257", 2258: "cp1258", 2259: "tis-620",
    }
)  # fmt: skip

# The same by their names, and by the names that pages use
CODECS_BY_NAME: Mapping[str, str] = MappingProxyType(
    {
        **{codec.replace("_", "-"): codec for codec in CODECS.values()},
        "us-ascii": "ascii", "iso-8859-1": "latin-1", "windows-1252": "cp1252", "windows-31j": "cp932", "utf8": "utf-8",
        "roman8": "hp_roman8", "sjis": "shift_jis", "gb2312": "gbk",
        **{f"iso-8859-{part}": f"iso8859-{part}" for part in range(2, 17) if part != 12},
        **{f"windows-125{part}": f"cp125{part}" for part in range(9)},
    }
)  # fmt: skip

# Text in one of these never looks like UTF-8 by chance, nor does UTF-8 look like anything but itself
_WIDE = frozenset(("utf-16", "utf-16-be", "utf-16-le", "iso2022_jp", "iso2022_kr"))


def speaks_for_itself(raw: bytes) -> bool:
    """True where no declaration is needed: ASCII and UTF-8, but no escape sequences, which ISO 2022 sets begin with."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\x00" not in raw.rstrip(b"\x00") and b"\x1b" not in raw


def decode(raw: bytes, declared: str | None) -> str:
    """Text without control characters.

    Many devices declare one character set and send UTF-8, and other text is hardly ever valid UTF-8: so UTF-8 is
    tried before what is declared, but for the sets that ASCII octets mean something else in. Without a declaration,
    or with a wrong one, Latin-1 reads every octet.
    """
    order = [declared, "utf-8"] if declared in _WIDE else ["utf-8", declared]
    for codec in order:
        if codec is None:
            continue
        content = raw if codec in _WIDE else raw.split(b"\x00", 1)[0]
        try:
            return clean(codecs.decode(content, _with_order(codec, content)))
        except (UnicodeError, ValueError):
            continue
    return clean(raw.split(b"\x00", 1)[0].decode("latin-1"))


def _with_order(codec: str, content: bytes) -> str:
    """RFC 2781 4.3: UTF-16 without a mark has its high octets first."""
    unmarked = codec == "utf-16" and not content.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE))
    return "utf-16-be" if unmarked else codec


# Cc and Cf hold what moves a terminal's cursor or turns the reading direction; Cs and Co cannot be shown
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


def clean(text: str) -> str:
    """Line ends and tabs stay; every other control and invisible character goes. Blanks at both ends go."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = (char for char in text if char in "\n\r\t" or unicodedata.category(char) not in _HIDDEN)
    return "".join(kept).strip()
