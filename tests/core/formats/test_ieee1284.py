"""Device IDs as printers send them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.formats.ieee1284 import parse_device_id


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MFG:Maker;MDL:Model 1;", {"MFG": "Maker", "MDL": "Model 1"}),
        ("MANUFACTURER:Maker;MODEL:M;COMMAND SET:PJL,PCL;", {"MFG": "Maker", "MDL": "M", "CMD": "PJL,PCL"}),
        ("mfg:Maker;Cls:PRINTER;Description:D;SERN:5", {"MFG": "Maker", "CLS": "PRINTER", "DES": "D", "SN": "5"}),
        (" MFG : Maker ; MDL: M ", {"MFG": "Maker", "MDL": "M"}),
        ("MFG:A;MFG:B;", {"MFG": "A"}),
        ("MFG:;MDL:M;", {"MDL": "M"}),
        ("URI:http://device:80/x;", {"URI": "http://device:80/x"}),
        ("MFG:Maker\nMDL:Model", {"MFG": "Maker\nMDL:Model"}),
        ("no device ID", {}),
        (";;;", {}),
        (":value;", {}),
        ("", {}),
    ],
)
def test_values_are_found_by_the_short_names_of_their_keys(text: str, found: dict[str, str]) -> None:
    assert parse_device_id(text) == found


@pytest.mark.parametrize("junk", ["\ufffd", "\x01\x9a", "\u0161\u00a2"])
def test_a_length_in_front_that_is_no_letter_is_passed_over(junk: str) -> None:
    assert parse_device_id(f"{junk}MFG:Maker;MDL:M;") == {"MFG": "Maker", "MDL": "M"}


@pytest.mark.parametrize("junk", ["\x00E", "\x01M", "\x000"])
def test_a_length_in_front_that_reads_as_a_letter_is_passed_over(junk: str) -> None:
    # 62 of 256 octets are a letter or a digit, which would become part of the first key
    assert parse_device_id(f"{junk}MFG:Maker;MDL:M;") == {"MFG": "Maker", "MDL": "M"}


def test_a_later_key_that_ends_like_a_known_one_is_itself() -> None:
    # only the first key can have a length in front of it
    text = "MFG:Maker;VSN:1;SN:ABC;XCMD:q;CMD:PCL"
    assert parse_device_id(text) == {"MFG": "Maker", "VSN": "1", "SN": "ABC", "XCMD": "q", "CMD": "PCL"}


@given(st.text(max_size=120))
def test_any_text_gives_a_mapping_of_texts_that_say_something(text: str) -> None:
    assert all(key and value.strip() for key, value in parse_device_id(text).items())
