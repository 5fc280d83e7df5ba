"""`generic.model` and `generic.full_model`: what is a model in what printers call themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.plugins import Sentinel, StepError, Value, load_plugins
from frisket.profile.steps import Charsets, Names
from frisket_generic.names import full_model, model, serial_number


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # Xerox's controllers, those of Fuji Xerox, and the small machines
        ("Xerox WorkCentre 5632 v1 Multifunction System; System Software 025.054, ESS 061.060", "WorkCentre 5632"),
        ("Xerox AltaLink C8145 Multifunction Printer", "AltaLink C8145"),
        ("Xerox ColorQube 9303 - Multifunction Device; SS 071.180", "ColorQube 9303"),
        ("Xerox Color 560;System 55.40.61,ESS1.208.6", "Color 560"),
        ("XEROX DocuCentre-IV C2263 v 1 Multifunction System;System 1.2", "DocuCentre-IV C2263"),
        ("Xerox DocuPrint N2125 Network Laser Printer - 2.12-02", "DocuPrint N2125"),
        ("Xerox® VersaLink® C505 Color Multifunction Printer", "VersaLink C505"),
        ("Xerox Phaser 6180MFP-D; Net 11.74,ESS 200802151717", "Phaser 6180MFP-D"),
        ("Xerox Versant 180 Press", "Versant 180 Press"),
        ("FX ApeosPort-IV C5575 T2", "ApeosPort-IV C5575 T2"),
        ("FUJI XEROX DocuPrint CM305 df; Net 16.41", "DocuPrint CM305 df"),
        # Lexmark's firmware, with and without a serial number before it
        ("Lexmark T640 version NS.NP.N219 kernel 2.4.0-test6 All-N-1", "T640"),
        ("Lexmark T640 79X0640 NS.NP.N219", "T640"),
        ("Lexmark T622 41X0622  543.006", "T622"),
        ("Lexmark Optra T610 551.014", "Optra T610"),
        ("Lexmark International Lexmark Forms Printer 2580 SPX.NP.N103", "Forms Printer 2580"),
        ("Lexmark CX725dhe 7528000000725", "CX725dhe"),
        ("Xerox(R) C230 Color Printer 3924X00230 CXLBL.230.037", "C230"),
        ("Toshiba e-STUDIO389CS 7528000000389 CXTAT.052.024", "e-STUDIO389CS"),
        ("Lexmark International, Inc. Lexmark C782 version NR.APS.N447", "C782"),
        ("IBM Infoprint 1532 79X1532 NS.NP.N219", "Infoprint 1532"),
        ("Dell Laser Printer M5200 99X5200 551.014 --- Part Number ---", "Laser Printer M5200"),
        # Samsung and OKI
        ("Samsung ML-2850 Series OS 1.03.00.16 11-22-2007;Engine 1.00.24", "ML-2850 Series"),
        ("Samsung M4080FX; V11.01.03.04_02-27-2017;Engine V1.00.06", "M4080FX"),
        ("SAMSUNG ELECTRONICS CLX-6260 Series", "CLX-6260 Series"),
        ("HP Laser MFP 131 133 135-138; V3.82.01.13", "Laser MFP 131 133 135-138"),
        ("OKI DATA CORP MC352", "MC352"),
        ("OKI DATA CORP/ES4132", "ES4132"),
        ("ES7411 Rev.07.87 : Copyright (c) 2015", "ES7411"),
        # no model
        ("Xerox", None),
        ("", None),
        ("; System 61.23", None),
    ],
)
def test_model_is_what_stands_between_brand_and_firmware(name: str, expected: str | None) -> None:
    assert model(name) == expected


def test_full_model_keeps_the_words_behind_the_number() -> None:
    assert full_model("Dell 3130cn Color Laser; Net 17.20, Controller 200901121010") == "3130cn Color Laser"
    assert model("Dell 3130cn Color Laser; Net 17.20, Controller 200901121010") == "3130cn"


def test_a_word_like_a_serial_number_stays_where_no_number_is_before_it() -> None:
    assert model("OKI ES7411DN") == "ES7411DN"
    assert model("Lexmark 4039012") == "4039012"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lexmark T640 79X0640 NS.NP.N219", "79X0640"),
        ("Dell Laser Printer M5200 99X5200 551.014 --- Part Number ---", "99X5200"),
        ("Xerox(R) C230 Color Printer 3924X00230 CXLBL.230.037", "3924X00230"),
        ("Lexmark Optra T610 551.014", None),
        ("Lexmark CX725dhe 7528000000725", None),
        ("Xerox WorkCentre 7845 v1 Multifunction System; SS 072.040", None),
        ("", None),
    ],
)
def test_serial_number_stands_between_model_and_firmware(name: str, expected: str | None) -> None:
    assert serial_number(name) == expected


@pytest.mark.parametrize("value", [b"octets", 5, (1, 3), Sentinel.UNKNOWN])
def test_names_are_text(value: Value) -> None:
    with pytest.raises(StepError, match="put `text` before this step"):
        model(value)


@given(st.text(max_size=200))
def test_any_text_gives_words_of_itself_or_nothing(text: str) -> None:
    for step in (model, full_model, serial_number):
        found = step(text)
        assert found is None or (isinstance(found, str) and found == " ".join(found.split()) != "")


@pytest.mark.parametrize(
    ("name", "expected"), [("generic.model", "C332"), ("generic.full_model", "C332 Color Printer")]
)
def test_profiles_may_use_them(name: str, expected: str) -> None:
    step = load_plugins(("frisket",)).steps.build(name, None, Names())
    assert step("OKI C332 Color Printer", Charsets()) == expected
