"""Selectors: what they find, what they refuse, and that lxml's own XPath finds the same."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from tests.strategies import selectors, xml_pages

from frisket.errors import DecodeError
from frisket.formats.markup import Markup, parse_html, parse_xml
from frisket.formats.select import Selector

PAGE = parse_html(b"""<html><head><title> Press 1 </title></head><body>
<div class="top bar"><img src="black.gif" width=40><IMG SRC="cyan.gif" WIDTH=80></div>
<table id="counts">
<tr><th>Counter</th><th>Value</th></tr>
<tr><td>Total&nbsp;</td><td> 1337 </td><td>pages</td></tr>
<tr><td>Colour</td><td>42</td><td>pages</td></tr>
</table>
<p>Tray <b>1</b> is <b>empty</b>.</p>
</body></html>""")
SPACES = {"u": "urn:usage", "d": "urn:dict"}
DOCUMENT = parse_xml(b"""<?xml version="1.0"?><q:Usage xmlns:q="urn:usage" xmlns:e="urn:dict" e:rev="7">
<q:Printer><e:Total>3879</e:Total><e:Total unit="A4">12</e:Total></q:Printer><plain/></q:Usage>""")


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("/html/head/title", ["Press 1"]),
        ("html/head/title", ["Press 1"]),
        ("//TD[1]", ["Total", "Colour"]),
        ("//img/@SRC", ["black.gif", "cyan.gif"]),
        ("//@width", ["40", "80"]),
        ('//td[.="Total"]/following-sibling::td[1]', ["1337"]),
        ('//td[contains(., "Col")]/../td[last()]', ["pages"]),
        ('//tr[td="Colour"]/td[2]', ["42"]),
        ('//div[contains(@class, "bar")]/img[2]/@src', ["cyan.gif"]),
        ('//img[starts-with(@src, "cy")][@width="80"]/@width', ["80"]),
        ('//table[@id="counts"]//tr[2]/td', ["Total", "1337", "pages"]),
        ("//p", ["Tray 1 is empty."]),
        ("//p/text()", ["Tray ", " is ", "."]),
        ("//p//text()", ["Tray ", "1", " is ", "empty", "."]),
        ('//b[text()="empty"]', ["empty"]),
        ("//tr[td]/td[2]", ["1337", "42"]),
        ("//nothing/..", []),
        ("/html/../html/head", ["Press 1"]),
        ("/html/..//th", ["Counter", "Value"]),
        ("./html/head", ["Press 1"]),
        ("//tr[9]", []),
    ],
)
def test_things_are_found_in_html(selector: str, found: list[str]) -> None:
    assert Selector(selector).texts(PAGE) == found


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("/u:Usage/u:Printer/d:Total", ["3879", "12"]),
        ("/u:Usage/@d:rev", ["7"]),
        ("/*:Usage/*:Printer/*:Total[@unit]", ["12"]),
        ("//*:plain", [""]),
        ("//plain", [""]),
        ("//Total", []),
        ("//PLAIN", []),
        ("/Usage", []),
        ("//u:Total", []),
        ('//d:Total[not_there="" ]', []),
    ],
)
def test_names_in_xml_have_a_namespace_or_none(selector: str, found: list[str]) -> None:
    assert Selector(selector, SPACES).texts(DOCUMENT) == found


def test_one_selector_starts_where_another_ended() -> None:
    rows = Selector("//tr[td]").nodes(PAGE)
    assert [Selector("td[2]").texts(row) for row in rows] == [["1337"], ["42"]]
    assert Selector(".").texts(rows[0]) == Selector("//tr[2]").texts(PAGE)
    assert Selector(".//td").texts(rows[1]) == ["Colour", "42", "pages"]
    assert Selector("../../p").texts(rows[1]) == Selector("/html/body/p").texts(rows[1]) == ["Tray 1 is empty."]


def test_the_root_stands_for_what_is_above_it() -> None:
    root = Selector("/*").nodes(PAGE)[0]
    for text in (".", "/html/..", "//head/.."):
        assert [node.element for node in Selector(text).nodes(PAGE)] == [root.element]
    assert [node.element for node in Selector("..").nodes(root)] == [root.element]


def test_texts_are_no_place_to_start_from() -> None:
    selector = Selector("//img/@src")
    assert not selector.gives_elements
    with pytest.raises(ValueError, match="finds texts, no elements"):
        selector.nodes(PAGE)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 1, "a name is missing"),
        ("/", 2, "a name is missing"),
        ("a/", 3, "a name is missing"),
        ("a[", 3, "a name is missing"),
        ("a[1", 4, "']' is expected"),
        ("a[0]", 3, "count from 1"),
        ('a[b="v]', 5, "a text in quotes is missing"),
        ("a[contains(b)]", 13, "',' is expected"),
        ("a[not(b)]", 3, r"not\(\) cannot be used"),
        ("a[b and c]", 5, "']' is expected"),
        ("a[@x>1]", 5, "']' is expected"),
        ("a | b", 3, "'/', '\\[' or the end"),
        ("p:a", 1, "prefix 'p' is not declared"),
        ("ancestor::a", 1, "the axis ancestor:: cannot be used"),
        ("@*", 2, "an attribute goes by its name"),
        ("@x/a", 3, "nothing can follow an attribute"),
        ("text()/a", 7, r"nothing can follow text\(\)"),
        ("text()[1]", 7, "only a name or '\\*' can have a predicate"),
        ("//..", 3, "can follow '//'"),
        ("//a//b//c", 7, "at most 2 '//'"),
        ("a[b[c[d[e[f]]]]]", 10, "nested 4 deep"),
        ("a[$x]", 3, "a name is missing"),
        ("document('x')", 1, r"document\(\) cannot be used"),
    ],
)
def test_what_is_outside_the_subset_is_refused_with_its_place(text: str, position: int, reason: str) -> None:
    with pytest.raises(ValueError, match=f"position {position}: .*{reason}"):
        Selector(text)


def test_a_selector_has_an_end() -> None:
    with pytest.raises(ValueError, match="at most 500"):
        Selector("a/" * 300 + "a")


def test_equal_selectors_are_one_key() -> None:
    assert (
        len({Selector("u:a", SPACES), Selector("u:a", dict(reversed(SPACES.items()))), Selector("u:a", {"u": "x"})})
        == 2
    )


def test_lxml_is_imported_for_a_page_only() -> None:
    code = "import sys; from frisket.formats import select, loose_json, csv_table; sys.exit('lxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(xml_pages(), selectors())
@example("<a>v<a>w<b>v</b>vw</a>w<a/></a>", "//a//text()")
@example("<a><b><a x='v'><b/></a><b/></b><b/></a>", "//b/following-sibling::b/..")
@example("<a><b><a><b/></a><b/></b><b/></a>", "//a/b[last()]")
@example("<a x='v'>v</a>", "/a/..//@x")
@example("<a>v</a>", "//a[..='v']")
def test_xpath_of_lxml_finds_the_same(text: str, selector: str) -> None:
    page = parse_xml(text.encode())
    assert _ours(page, selector) == _theirs(page, selector)


def _ours(page: Markup, text: str) -> list[list[object]]:
    selector = Selector(text)
    found: list[list[object]] = []
    for node in Selector("//*").nodes(page):
        if selector.gives_elements:
            found.append([inner.element for inner in selector.nodes(node)])
        else:
            found.append(list(selector.texts(node)))
    return found


def _theirs(page: Markup, text: str) -> list[list[object]]:
    return [list(element.xpath(text)) for element in page.root.iter()]


@pytest.mark.parametrize("selector", ["//b/following-sibling::b", '//*[//b[contains(., "x")]]'])
def test_what_costs_too_much_is_refused(selector: str) -> None:
    page = parse_html(b"<p>" + b"<b>y</b>" * 5_000)
    with pytest.raises(DecodeError, match="too costly"):
        Selector(selector).texts(page)


@pytest.mark.parametrize(
    "selector",
    [
        "//tr/td",
        "//tr[td][1]/td[2]",
        "//tr[td[2]]/td[last()]",
        '//td[contains(., "o")][2]',
        "//p/text()",
        "//body//b/..",
        "//tr/following-sibling::tr/td[1]",
        "/html/body/table//td",
        '//div[@class="top bar"]/img/@width',
    ],
)
def test_xpath_of_lxml_finds_the_same_in_a_page(selector: str) -> None:
    ours = Selector(selector)
    found = [node.element for node in ours.nodes(PAGE)] if ours.gives_elements else list(ours.texts(PAGE))
    assert found == PAGE.root.xpath(selector)
