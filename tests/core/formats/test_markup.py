"""Pages as trees: character sets, what is no page, and limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DecodeError
from frisket.formats.markup import Markup, parse_html, parse_xml
from frisket.formats.select import Selector


def text_of(page: Markup, selector: str = "/*") -> str:
    return Selector(selector).texts(page)[0]


@pytest.mark.parametrize(
    ("octets", "media_type"),
    [
        ("<p>Gerät</p>".encode(), ""),
        ("<p>Gerät</p>".encode("latin-1"), ""),
        ("<p>Gerät</p>".encode("utf-8-sig"), "text/html; charset=iso-8859-1"),
        ("<p>Gerät</p>".encode("latin-1"), 'text/html; Charset="ISO-8859-1"'),
        ("<p>Gerät</p>".encode("utf-16"), ""),
        ('<meta charset="cp850"><p>Gerät</p>'.encode("cp850"), "text/html"),
        ('<META http-equiv=Content-Type content="text/html; charset=cp850"><p>Gerät'.encode("cp850"), ""),
        ('<meta charset="utf-16"><p>Gerät</p>'.encode(), "text/html; charset=utf-7"),
        ("<p>Gerät</p>".encode(), "text/html; charset=nonsense"),
        ("<p>Gerät</p>".encode("latin-1"), "text/html; charset=utf-8"),
    ],
)
def test_html_is_read_by_its_character_set(octets: bytes, media_type: str) -> None:
    assert text_of(parse_html(octets, media_type=media_type), "//p") == "Gerät"


def test_a_declared_character_set_beats_that_of_the_page() -> None:
    page = '<meta charset="latin-1"><p>印刷</p>'.encode("cp932")
    assert text_of(parse_html(page, media_type="text/html; charset=Shift_JIS"), "//p") == "印刷"


@pytest.mark.parametrize(
    "octets",
    [
        "<a>Gerät</a>".encode(),
        "<a>Gerät</a>".encode("utf-8-sig"),
        "<a>Gerät</a>".encode("utf-16"),
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>Gerät</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="utf-16"?><a>Gerät</a>'.encode(),
        '<?xml version="1.0" encoding="utf-7"?><!-- <!DOCTYPE a> --><?b <!DOCTYPE ?><a>Gerät</a>'.encode(),
        '<?xml version="1.0" encoding="utf-8"?><a>Gerät</a>'.encode("latin-1"),
        "\n <a>Ger<!-- -->ä<![CDATA[t]]></a>".encode(),
    ],
)
def test_xml_is_read_by_its_character_set(octets: bytes) -> None:
    assert text_of(parse_xml(octets)) == "Gerät"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"not XML",
        b"<a>",
        b"<a></b>",
        b"<a/><a/>",
        b"<a x='1' x='2'/>",
        b"<p:a/>",
        b"<a>&undeclared;</a>",
        b"<a>\x00</a>",
        b"\x00\x00\x00<a/>",
        "<a/>".encode("utf-16-le"),
        b"<!DOCTYPE a><a/>",
        b"<?xml version='1.0'?><!-- c -->\n<!DOCTYPE a SYSTEM 'http://192.0.2.1/a.dtd'><a/>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".encode("utf-16"),
        b"<?x",
        b"<!--",
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" + b"<b/>" * 50_001 + b"</a>",
        b"<a>" + b" " * (1 << 20) + b"</a>",
    ],
)
def test_what_is_no_harmless_xml_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        parse_xml(octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b" ",
        b"<!-- -->",
        b"<div>" * 300,
        b"<b></b>" * 50_001,
        b"<p>" + b" " * (1 << 20),
        b"<a " + b"x1 x2 " * 300 + b">",
    ],
)
def test_html_beyond_the_limits_is_refused(octets: bytes) -> None:
    with pytest.raises(DecodeError):
        parse_html(octets)


def test_scripts_stay_as_they_are() -> None:
    script = "for(i=0;i<n;i++){" + "a = b / c, " * 500 + "} document.write('<p>');"
    page = parse_html(f"<body><SCRIPT type='x'>{script}</SCRIPT><p>1</p><style>b<c</style><script>2</script>".encode())
    assert Selector("//script").texts(page) == [script, "2"]
    assert Selector("//style").texts(page) == ["b<c"]
    assert Selector("//p").texts(page) == ["1"]


def test_a_page_may_forge_the_number_of_a_script() -> None:
    page = parse_html(b"<script>one</script><script/x>0</script><p><script>99999</script>")
    assert Selector("//script").texts(page) == ["one", "0", "99999"]


def test_a_nul_in_html_ends_nothing() -> None:
    assert Selector("//p").texts(parse_html(b"<p>a\x00b</p><p>c</p>")) == ["a\ufffdb", "c"]


_MARKUP = st.text(alphabet="<>/!-=\"'& abscript\n\x00", max_size=80).map(str.encode)


@given(st.one_of(st.binary(max_size=200), _MARKUP))
def test_any_octets_are_a_page_or_none(octets: bytes) -> None:
    for parse in (parse_xml, parse_html):
        try:
            page = parse(octets)
        except DecodeError:
            continue
        assert Selector("//*").nodes(page)


def test_pages_of_real_devices_are_read(web_pages: Path) -> None:
    for path in sorted(web_pages.rglob("*.xml")):
        assert Selector("//*").nodes(parse_xml(path.read_bytes())), path.name
