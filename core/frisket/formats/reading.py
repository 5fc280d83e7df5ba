"""Octets of a page to text: what every reader of pages does first."""

from __future__ import annotations

import codecs

from frisket.errors import DecodeError
from frisket.formats.charset import CODECS

MAX_OCTETS = 1 << 20

# The text encodings that devices are known to use; UTF-7 and the like, which hide markup, are none of them
_ALLOWED = frozenset(codecs.lookup(name).name for name in CODECS.values())
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))


def page_text(octets: bytes, *declared: str) -> str:
    """The text by its byte order mark, else by the first declaration that fits, else UTF-8, else Latin-1."""
    if len(octets) > MAX_OCTETS:
        raise DecodeError(f"a page of {len(octets):,} octets; at most {MAX_OCTETS:,} are read")
    marked = next(((mark, codec) for mark, codec in _MARKS if octets.startswith(mark)), None)
    if marked is not None:
        return octets[len(marked[0]) :].decode(marked[1], "replace")
    for codec in (*map(known_codec, declared), "utf-8"):
        try:
            if codec:
                return octets.decode(codec)
        except UnicodeDecodeError:
            continue
    return octets.decode("latin-1")


def known_codec(declared: str) -> str:
    """Python's name of a declared character set, empty for one that is not to be believed.

    A declaration that could be read in ASCII is not in UTF-16, whatever it says.
    """
    try:
        name = codecs.lookup(declared.strip()).name
    except (LookupError, ValueError):
        return ""
    return name if name in _ALLOWED and not name.startswith("utf-16") else ""
