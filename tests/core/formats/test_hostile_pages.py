"""What a hostile web server may send: each page ends in DecodeError or in a bounded result, in time.

The patience is ten times what a page costs on a slow machine that has other things to do; what is looked for here is
work that grows with the square of a page.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from frisket.errors import DecodeError
from frisket.formats.csv_table import parse_csv
from frisket.formats.loose_json import parse_json
from frisket.formats.markup import Markup, parse_html, parse_xml
from frisket.formats.select import Selector

FULL = (1 << 20) - 1
HALF = 500_000
SECONDS = 3.0


@contextmanager
def in_time() -> Iterator[None]:
    """CPU time of this process, which other processes take nothing from."""
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS


def page_of(parse: Callable[[bytes], Markup], octets: bytes) -> Markup | None:
    try:
        return parse(octets)
    except DecodeError:
        return None


BILLION = b'<!DOCTYPE z [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 10) for n in range(1, 10)
)
PAGES = {
    "billion laughs": BILLION + b"]><z>&j;</z>",
    "billion laughs in an attribute": BILLION + b"]><z a='&j;'/>",
    "quadratic blow-up": b'<!DOCTYPE z [<!ENTITY a "' + b"x" * 50_000 + b'">]><z>' + b"&a;" * 50_000 + b"</z>",
    "external entity": b"<!DOCTYPE z [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><z>&a;</z>",
    "external DTD": b"<!DOCTYPE z SYSTEM 'http://192.0.2.1/z.dtd'><z/>",
    "parameter entity": b"<!DOCTYPE z [<!ENTITY % a SYSTEM 'http://192.0.2.1/a'> %a;]><z/>",
    "XInclude": b"<z xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='file:///etc/passwd' parse='text'/></z>",
    "stylesheet": b"<?xml-stylesheet href='http://192.0.2.1/a.xsl' type='text/xsl'?><z/>",
    "nested divs": b"<div>" * 100_000,
    "nested divs, closed": b"<div>" * 90_000 + b"</div>" * 90_000,
    "one tag": b"<b>" * (HALF // 3),
    "one tag, closed": b"<b></b>" * (HALF // 7),
    "as many nodes as may be": b"<i>" + b"<b>x</b>" * 49_990 + b"</i>",
    "attributes": b"<a " + b" ".join(b"a%d=''" % n for n in range(100_000)) + b"></a>",
    "attributes without values": b"<a " + b"b " * (FULL // 2 - 10) + b">",
    "attributes behind quotes": (b"<a " + b" ".join(b'a%d=">"' % n for n in range(2_000)) + b">") * 40,
    "tags of as many attributes as may be": (b"<i " + b" ".join(b"a%d=''" % n for n in range(127)) + b"/>") * 1_000,
    "tags in tags": (b"<a " * 100 + b">") * 490,
    "attributes of the same body": b"".join(b"<body a%d=1>" % n for n in range(45_000)),
    "namespaces": b"<a " + b" ".join(b"xmlns:a%d='u%d'" % (n, n) for n in range(30_000)) + b"/>",
    "NUL": b"\x00" * FULL,
    "NUL in a page": b"<p>" + b"\x00a" * (HALF // 2) + b"</p>",
    "one text": b"<p>" + b"x" * (FULL - 7) + b"</p>",
    "open quotes": b"<a b='" * 49_000,
    "open comments": b"<!--" * 49_000,
    "open scripts": b"<script>" * 49_000,
    "scripts that do not end": b"<script></scrip" * 20_000,
    "ampersands": b"<p>" + b"&" * (FULL - 3),
    "ends of what never began": b"<div>" * 200 + b"</b>" * 250_000,
    "ends in the wrong order": b"<b><i></b></i>" * 20_000,
    "tables in tables": b"<table><tr><td>" * 16_000,
    "brackets": b"<" * FULL,
    "UTF-7": b'<?xml version="1.0" encoding="utf-7"?>+ADw-script+AD4-',
    "UTF-16 that is none": b'<?xml version="1.0" encoding="utf-16"?><a>b</a>',
    "half of a UTF-16": b"\xff\xfe<\x00a\x00>\x00b",
    "UTF-32": "<a>b</a>".encode("utf-32"),
    "EBCDIC": "<a>b</a>".encode("cp037"),
    "compressed": b"\x1f\x8b\x08" + bytes(range(256)) * 1_000,
    "too much": b"<p>" * (1 << 20),
    "deep and wide": b"<i>" * 250 + b"<b></b>" * 45_000 + b"</i>" * 250,
    "deep and long": b"<i>" * 250 + b"x" * HALF + b"</i>" * 250,
}
NO_DOCTYPE_PASSES = [name for name, octets in PAGES.items() if b"<!DOCTYPE" in octets]

SELECTORS = [
    '//*//*[contains(., "x")]',
    '//*[contains(., "x")][contains(., "y")]',
    '//*[.="x"]',
    "//b/following-sibling::b",
    "//*[following-sibling::*[last()]]",
    "//*[*]//text()",
    '//*[.//text()="x"]',
    '//*[//b[.="x"]]',
    "//b[last()]/../b[1]/../b[2]",
]


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_is_bounded(name: str) -> None:
    for parse in (parse_xml, parse_html):
        with in_time():
            page = page_of(parse, PAGES[name])
        if page is not None:
            for text in SELECTORS:
                with in_time():
                    bounded_texts(page, text)


def bounded_texts(page: Markup, selector: str) -> None:
    try:
        found = Selector(selector).texts(page)
    except DecodeError as error:
        assert "too costly" in str(error)  # noqa: PT017  # both ends are good ones
        return
    assert len(found) <= 200_000
    assert sum(map(len, found)) <= 256 * 200_000
    assert not any("root:" in text for text in found)


@pytest.mark.parametrize("name", NO_DOCTYPE_PASSES)
def test_no_document_type_passes(name: str) -> None:
    with pytest.raises(DecodeError, match="DOCTYPE"):
        parse_xml(PAGES[name])


def test_a_page_may_end_anywhere() -> None:
    whole = b"<?xml version='1.0'?><a x=\"1\"><!-- c --><script>b&amp;<![CDATA[d]]></script><b>\xc3\xa4</b></a>"
    for end in range(len(whole)):
        assert page_of(parse_xml, whole[:end]) is None
        page = page_of(parse_html, whole[:end])
        assert page is None or Selector("//*").nodes(page)


JSON = {
    "deep lists": b"[" * FULL,
    "deep objects": b"{a:" * (FULL // 3),
    "one key": b"{" + b"a:1," * 49_000 + b"}",
    "keys": b"{" + b"".join(b"k%d:1," % n for n in range(49_000)) + b"}",
    "too many values": b"[" + b"1," * 500_000 + b"]",
    "an open string": b'"' + b"x" * (FULL - 1),
    "open strings": b"['" * (FULL // 2),
    "escapes": b'"' + b"\\" * (FULL - 2) + b'"',
    "halves of characters": b'"' + b"\\ud800" * 170_000 + b'"',
    "an open comment": b"/*" + b"*" * (FULL - 2),
    "comments": b"/**/" * (FULL // 4),
    "slashes": b"/" * FULL,
    "digits": b"1" * FULL,
    "an exponent": b"1e" + b"9" * (FULL - 2),
    "a word": b"{" + b"a" * (FULL - 1),
    "commas": b"[" + b"," * (FULL - 1),
    "blanks": b" " * FULL,
    "NUL": b"\x00" * FULL,
}


@pytest.mark.parametrize("name", JSON)
def test_hostile_json_is_bounded(name: str) -> None:
    with in_time():
        try:
            value = parse_json(JSON[name])
        except DecodeError:
            return
    assert isinstance(value, str | dict)
    assert len(value) <= 170_000


def test_json_may_end_anywhere() -> None:
    whole = rb"""{a: [1, "b\u00e4", {'c': null}], /* d */ e: -1.5} """.rstrip()
    for end in range(len(whole)):
        with pytest.raises(DecodeError):
            parse_json(whole[:end])


@pytest.mark.parametrize(
    "octets",
    [b'"' * FULL, b"," * FULL, b"a\n" * (FULL // 2), b"\n" * FULL, b"\r" * FULL, b'a\n"' + b"x" * HALF, b"\x00" * FULL],
    ids=["quotes", "commas", "rows", "empty rows", "old line ends", "an open quote", "NUL"],
)
def test_hostile_tables_are_refused(octets: bytes) -> None:
    with in_time(), pytest.raises(DecodeError):
        parse_csv(octets)
