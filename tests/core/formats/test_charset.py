"""Octets to text: which character set is believed, and what never reaches a screen."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.formats.charset import CODECS, clean, decode, speaks_for_itself

KANJI = "トナーを交換"
WIDE = ("utf-16-be", "utf-16-le", "utf-16", "iso2022_jp", "iso2022_kr")


def test_every_declared_character_set_has_a_codec_in_python() -> None:
    assert all(codecs.lookup(name) for name in CODECS.values())


@pytest.mark.parametrize(
    ("raw", "mibenum", "text"),
    [
        (b"Toner low", None, "Toner low"),
        ("Prêt".encode(), None, "Prêt"),
        # declared wrongly, and UTF-8 all the same
        ("Prêt".encode(), 4, "Prêt"),
        (KANJI.encode(), 17, KANJI),
        ("Prêt".encode(), 2004, "Prêt"),
        # what is no UTF-8 is what it is declared to be
        ("Prêt".encode("latin-1"), 4, "Prêt"),
        (KANJI.encode("shift_jis"), 17, KANJI),
        (KANJI.encode("cp932"), 2024, KANJI),
        (KANJI.encode("euc_jp"), 18, KANJI),
        (b"Pr\xc1t", 2004, "Prêt"),  # Roman-8
        ("Готов".encode("koi8-r"), 2084, "Готов"),
        ("Готов".encode("iso8859-5"), 8, "Готов"),
        ("墨粉不足".encode("gb2312"), 2025, "墨粉不足"),
        ("碳粉不足".encode("big5"), 2026, "碳粉不足"),
        ("토너 부족".encode("euc_kr"), 38, "토너 부족"),
        # sets in which ASCII octets mean something else are believed first
        (KANJI.encode("utf-16-be"), 1013, KANJI),
        ("Ready".encode("utf-16-be"), 1000, "Ready"),
        ("Ready".encode("utf-16-le"), 1014, "Ready"),
        (KANJI.encode("utf-16"), 1015, KANJI),
        (KANJI.encode("iso2022_jp"), 39, KANJI),
        # neither declared nor UTF-8, or not in the set that is declared
        (b"Pr\xeat", None, "Prêt"),
        (b"Pr\xeat", 3, "Prêt"),
        (b"Pr\xeat", 106, "Prêt"),
        (b"Pr\xeats", 1013, "Prêts"),
    ],
)
def test_text_is_read_by_the_first_set_that_fits(raw: bytes, mibenum: int | None, text: str) -> None:
    assert decode(raw, None if mibenum is None else CODECS[mibenum]) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"LaserThing\x00", "LaserThing"),
        (b"LaserThing\x00\x00old text", "LaserThing"),
        (b"\x00", ""),
        (b"", ""),
        (b"  both ends \r\n", "both ends"),
        (b"two\r\nlines\tand a tab", "two\r\nlines\tand a tab"),
        (b"\x1b[31mred\x1b[0m", "[31mred[0m"),
        (b"bell\x07 back\x08space\x7f", "bell backspace"),
        ("next\u0085line".encode(), "nextline"),
        ("right\u202eto\u202cleft\u200e\u200f\u061c".encode(), "righttoleft"),
        ("iso\u2066la\u2067te\u2069".encode(), "isolate"),
        ("zero\u200bwidth\ufeff\u00ad".encode(), "zerowidth"),
        ("private\ue000 tag\U000e0041".encode(), "private tag"),
    ],
)
def test_nothing_that_moves_a_cursor_or_turns_text_around_stays(raw: bytes, text: str) -> None:
    assert decode(raw, None) == text


def test_a_zero_octet_does_not_end_text_in_a_wide_set() -> None:
    assert decode("Ready".encode("utf-16-be"), "utf-16-be") == "Ready"


@given(st.binary(max_size=60), st.one_of(st.none(), st.sampled_from(sorted(set(CODECS.values())))))
def test_any_octets_give_clean_text_under_any_declaration(raw: bytes, declared: str | None) -> None:
    text = decode(raw, declared)
    assert clean(text) == text


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=40))
def test_cleaned_text_holds_no_control_characters_but_line_ends_and_tabs(text: str) -> None:
    assert all(char.isprintable() or char in "\n\r\t" or char.isspace() for char in clean(text))


@pytest.mark.parametrize(
    ("raw", "alone"),
    [
        (b"Ready", True),
        ("Prêt".encode(), True),
        (b"Ready\x00\x00", True),
        (b"", True),
        (b"Pr\xeat", False),
        (KANJI.encode("shift_jis"), False),
        ("Ready".encode("utf-16-be"), False),
        ("Ready".encode("utf-16-le"), False),
    ],
)
def test_only_ascii_and_utf_8_need_no_declaration(raw: bytes, alone: bool) -> None:
    assert speaks_for_itself(raw) is alone


def test_text_with_escape_sequences_needs_its_declaration() -> None:
    # ISO-2022-JP has seven bits only and passes for ASCII
    assert not speaks_for_itself(KANJI.encode("iso2022_jp"))


def test_utf_16_without_a_mark_has_its_high_octets_first() -> None:
    # RFC 2781 4.3; Python's utf-16 would take the machine's own order
    assert decode("Ready".encode("utf-16-be"), CODECS[1015]) == "Ready"
