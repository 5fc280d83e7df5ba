"""XML and HTML pages of devices as trees, within limits; `formats.select` finds things in them.

The only module that imports lxml: whoever needs no page does not pay for it.
"""

from __future__ import annotations

import re
from typing import Any

import attrs
from lxml import etree

from frisket.errors import DecodeError
from frisket.formats.reading import page_text

MAX_DEPTH = 256
MAX_NODES = 50_000
# libxml2 compares every attribute of an HTML tag with those before it: 100,000 of them hold it for 20 s
MAX_ATTRIBUTES = 128


@attrs.frozen
class Markup:
    """A page as a tree; `html` says that names are matched in lower case."""

    _root: Any = attrs.field(repr=False)
    html: bool

    @property
    def root(self) -> Any:
        """The element of lxml, for `formats.select` alone."""
        return self._root


def parse_xml(octets: bytes) -> Markup:
    """DecodeError for what is no XML, declares a DOCTYPE, or is beyond a limit."""
    declared = _XML_ENCODING.match(octets)
    text = page_text(octets, declared[1].decode("ascii") if declared else "")
    _refuse_doctype(text)
    _refuse_crowd(text)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    return _parsed(text, parser, is_html=False)


def parse_html(octets: bytes, *, media_type: str = "") -> Markup:
    """Any HTML within the limits, however broken; the character set is that of `media_type`, else that of the page."""
    named = _CHARSET.search(media_type)
    meta = _META.search(octets, 0, 4096)
    text = page_text(octets, named[1] if named else "", meta[1].decode("ascii") if meta else "")
    text, bodies = _without_scripts(text.replace("\x00", "\ufffd"))
    _refuse_crowd(text)
    if _HEAVY_TAG.search(text):
        raise DecodeError(f"a tag of more than {MAX_ATTRIBUTES} attributes")
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, default_doctype=False
    )
    page = _parsed(text, parser, is_html=True)
    _put_back(page.root, bodies)
    return page


_XML_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""", re.ASCII)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.ASCII | re.IGNORECASE)
_META = re.compile(rb"""<meta\s[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)

# A start tag as HTML 5 (13.2.5) reads it, with one attribute more than the limit; nothing in it is tried twice
_HEAVY_TAG = re.compile(
    rf"""<[A-Za-z][^\s/>]*+
    (?:[\s/]*+ (?:=[^\s/>=]*+|[^\s/>=]++)                                       # a name
       (?:\s*+=\s*+(?:"[^"]*+"?+ | '[^']*+'?+ | [^\s>"'][^\s>]*+ | (?=>)))?+    # and its value
    ){{{MAX_ATTRIBUTES + 1}}}""",
    re.VERBOSE,
)
_RAW = re.compile(r"<(script|style)\b[^>]*+>", re.IGNORECASE)
_END = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}


def _refuse_doctype(text: str) -> None:
    """A DOCTYPE stands between the XML declaration, comments and blanks in front of the root, or nowhere."""
    at = text.find("<")
    while at >= 0 and text.startswith(("<?", "<!--"), at):
        end = text.find("?>" if text[at + 1] == "?" else "-->", at)
        at = text.find("<", end) if end >= 0 else end
    if at >= 0 and text.startswith("<!", at):
        raise DecodeError("XML with a DOCTYPE, which may declare entities: it is not read")


def _refuse_crowd(text: str) -> None:
    """Before anything is built: every element begins with `<`."""
    if text.count("<") - text.count("</") > MAX_NODES:
        raise DecodeError(f"a page of more than {MAX_NODES:,} nodes")


def _without_scripts(text: str) -> tuple[str, list[str]]:
    """Scripts hold `<` that begins no tag; the parser sees their numbers instead."""
    kept: list[str] = []
    bodies: list[str] = []
    at = 0
    while (start := _RAW.search(text, at)) and (end := _END[start[1].lower()].search(text, start.end())):
        kept += [text[at : start.end()], str(len(bodies))]
        bodies.append(text[start.end() : end.start()])
        at = end.start()
    return "".join((*kept, text[at:])), bodies


def _put_back(root: Any, bodies: list[str]) -> None:
    for element in root.iter("script", "style"):
        number = element.text or ""
        if number.isascii() and number.isdigit() and len(number) < 6 and int(number) < len(bodies):
            element.text = _NOT_IN_XML.sub("\ufffd", bodies[int(number)])


# lxml refuses these when a text is set
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _parsed(text: str, parser: Any, *, is_html: bool) -> Markup:
    kind = "HTML" if is_html else "XML"
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError as error:
        raise DecodeError(f"not {kind}: {error}") from None
    if root is None:
        raise DecodeError(f"not {kind}: there is no element in it")
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise DecodeError(f"{kind} deeper than {MAX_DEPTH} elements")
    _refuse_depth(root, kind)
    return Markup(root, is_html)


def _refuse_depth(root: Any, kind: str) -> None:
    level, depth, nodes = [root], 0, 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if depth > MAX_DEPTH:
            raise DecodeError(f"{kind} deeper than {MAX_DEPTH} elements")
        if nodes > MAX_NODES:
            raise DecodeError(f"a page of more than {MAX_NODES:,} nodes")
        level = [child for element in level for child in element]
