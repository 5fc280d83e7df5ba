"""The steps that the plugins of this checkout register."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.plugins import Sentinel, StepError, Value, load_plugins
from frisket.profile.steps import Charsets, Names
from frisket_generic.packed_serial import packed_serial
from frisket_generic.tlv import tlv, tlv_share
from frisket_hp import names as hp_names
from frisket_hp.pml import symbol_set
from frisket_ricoh.engine import counter, level
from frisket_ricoh.names import BRANDS, brand, model


def run(name: str, argument: object, value: Value) -> Value:
    """A step as a profile calls it."""
    return load_plugins(("frisket",)).steps.build(name, argument, Names())(value, Charsets())


# --- generic.tlv -------------------------------------------------------------------------------

# Brother's shape: tag, type, length, value
RECORDS = bytes.fromhex("630104000000c8 110104000003e8 810104 00002710 ff 410104000000ff")


@pytest.mark.parametrize(
    ("tag", "number"),
    [("63", 200), ("11", 1000), ("81", 10000), ("0x81", 10000), ("41", None), ("7f", None)],
)
def test_tlv_finds_the_number_under_a_tag_before_the_end_of_the_list(tag: str, number: int | None) -> None:
    assert tlv(RECORDS, tag) == number


def test_tlv_reads_values_of_any_length_most_significant_octet_first() -> None:
    octets = bytes.fromhex("0101 00  0201 01 05  0301 02 0100  0401 09 ffffffffffffffffff")
    assert [tlv(octets, tag) for tag in ("01", "02", "03", "04")] == [0, 5, 256, 2**72 - 1]


def test_tlv_takes_the_first_of_two_records_with_one_tag() -> None:
    assert tlv(bytes.fromhex("63010101 63010102"), "63") == 1


@pytest.mark.parametrize("octets", ["", "ff", "6301", "63"])
def test_tlv_finds_nothing_in_what_holds_no_record(octets: str) -> None:
    assert tlv(bytes.fromhex(octets), "63") is None


def test_tlv_says_where_a_record_is_cut_off() -> None:
    with pytest.raises(StepError, match="the record at octet 7 is cut off"):
        tlv(bytes.fromhex("630104000000c8 11010400"), "81")


@pytest.mark.parametrize("value", ["text", 5, (1, 3), Sentinel.UNKNOWN])
def test_tlv_takes_octets_only(value: Value) -> None:
    with pytest.raises(StepError, match="put this step first"):
        tlv(value, "63")


@given(st.binary(max_size=80), st.integers(0, 255))
def test_tlv_gives_a_number_or_nothing_or_says_why_not(octets: bytes, tag: int) -> None:
    try:
        found = tlv(octets, f"{tag:02x}")
    except StepError as error:
        found = str(error)
    assert found is None or isinstance(found, (int, str))


def test_tlv_is_called_with_its_tag_by_profiles() -> None:
    assert run("generic.tlv", "11", RECORDS) == 1000
    with pytest.raises(StepError, match=r"step generic\.tlv failed"):
        run("generic.tlv", "zz", RECORDS)
    with pytest.raises(ValueError, match=r"step 'generic\.tlv' takes one value"):
        run("generic.tlv", None, RECORDS)


# --- generic.tlv_share -------------------------------------------------------------------------


def test_tlv_share_is_the_part_of_the_whole_in_a_record_of_two_octets() -> None:
    octets = bytes.fromhex("a101020514 a201021214 a301020014 a401021414 ff")
    assert [tlv_share(octets, tag) for tag in ("a1", "a2", "a3", "a4", "a5")] == [25, 90, 0, 100, None]
    assert run("generic.tlv_share", "a1", octets) == 25


def test_tlv_share_says_nothing_of_records_of_other_lengths() -> None:
    assert tlv_share(bytes.fromhex("a10104000004b0 a2010104 ff"), "a1") is None
    assert tlv_share(bytes.fromhex("a10104000004b0 a2010104 ff"), "a2") is None


@pytest.mark.parametrize("octets", ["a101020500", "a101020605"])
def test_tlv_share_refuses_what_is_no_share(octets: str) -> None:
    with pytest.raises(StepError, match="is no share"):
        tlv_share(bytes.fromhex(octets), "a1")


@given(st.binary(max_size=80), st.integers(0, 255))
def test_tlv_share_is_a_percentage_or_nothing_or_says_why_not(octets: bytes, tag: int) -> None:
    try:
        found = tlv_share(octets, f"{tag:02x}")
    except StepError:
        return
    assert found is None or (isinstance(found, float) and 0 <= found <= 100)


# --- generic.packed_serial ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "serial"),
    [
        ("583941423030303117", "X9AB000117"),
        ("5839414230303031", "X9AB0001"),
        ("58394142303030313332", "X9AB000132"),
        ("5839414230303031ab", None),
        ("5839414230303001", None),
        ("583941", None),
        ("5839414230303031324", None),
        ("X9AB000117", None),
        ("", None),
    ],
)
def test_packed_serial_is_characters_and_two_digits(digits: str, serial: str | None) -> None:
    assert packed_serial(digits) == serial
    assert run("generic.packed_serial", None, digits) == serial


@pytest.mark.parametrize("value", [b"octets", 5, (1, 3), Sentinel.UNKNOWN])
def test_packed_serial_takes_text_only(value: Value) -> None:
    with pytest.raises(StepError, match="put `text` before this step"):
        packed_serial(value)


@given(st.text(max_size=40))
def test_packed_serial_is_letters_and_digits_or_nothing(text: str) -> None:
    found = packed_serial(text)
    assert found is None or (isinstance(found, str) and found.isalnum() and len(found) >= 8)


# --- hp.symbol_set -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\x01\x15CNB1234567", "CNB1234567"),
        (b"\x01\x15Pr\xc1t", "Prêt"),
        (b"\xfd\xe8" + "Prêt ✓".encode(), "Prêt ✓"),
        (b"\x01\x15Ready\x00junk", "Ready"),
        (b"CNB1234567", "CNB1234567"),
        (b"Pr\xeat", "Prêt"),
        (b"\x01\x15", ""),
        (b"\x01", ""),
        (b"", ""),
    ],
)
def test_symbol_set_reads_a_pml_string_without_its_prefix(octets: bytes, text: str) -> None:
    assert symbol_set(octets) == text
    assert run("hp.symbol_set", None, octets) == text


@pytest.mark.parametrize("value", ["text", 5, (1, 3), Sentinel.UNKNOWN])
def test_symbol_set_takes_octets_only(value: Value) -> None:
    with pytest.raises(StepError, match="put this step first"):
        symbol_set(value)


# --- hp.model ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("HP LaserJet 4250", "LaserJet 4250"),
        ("Hewlett-Packard hp LaserJet 3380", "LaserJet 3380"),
        ("hp color LaserJet 5550 ", "color LaserJet 5550"),
        ("HP® Officejet Pro 8600 N911g", "Officejet Pro 8600 N911g"),
        ("Officejet Pro 8610", "Officejet Pro 8610"),
        ("Hewlett Packard DesignJet 5000;ROM A.01", "DesignJet 5000"),
        ("Lexmark Optra S 1250", "Optra S 1250"),
        ("Kyocera Mita FS-1000", "FS-1000"),
        ("KONICA MINOLTA magicolor 2400W", "magicolor 2400W"),
        ("HPX 5", "HPX 5"),
        ("HP", None),
        ("hp Hewlett-Packard", None),
        ("Printer", None),
        ("HP Printer", None),
        ("", None),
        (";x", None),
    ],
)
def test_the_model_of_a_printer_on_a_jetdirect_leaves_out_whoever_made_it(name: str, result: str | None) -> None:
    assert hp_names.model(name) == result
    assert run("hp.model", None, name) == result


@pytest.mark.parametrize("value", [b"octets", 5, (1, 3), Sentinel.UNKNOWN])
def test_the_model_of_a_printer_on_a_jetdirect_is_made_of_text_only(value: Value) -> None:
    with pytest.raises(StepError, match="put `text` before this step"):
        hp_names.model(value)


# --- hp.brand ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("HEWLETT-PACKARD", "HP"),
        ("Hewlett-Packard", "HP"),
        ("hp", "HP"),
        ("Lexmark International", "Lexmark"),
        ("Oki Data Corp", "OKI"),
        ("Aldine  Presses", "Aldine Presses"),
        ("", None),
    ],
)
def test_the_brand_of_a_printer_on_a_jetdirect_is_the_printers(name: str, result: str | None) -> None:
    assert hp_names.brand(name) == result
    assert run("hp.brand", None, name) == result


@pytest.mark.parametrize("value", [b"octets", 5, (1, 3), Sentinel.UNKNOWN])
def test_the_brand_of_a_printer_on_a_jetdirect_is_made_of_text_only(value: Value) -> None:
    with pytest.raises(StepError, match="put `text` before this step"):
        hp_names.brand(value)


# --- ricoh.model -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("RICOH MP C3004ex 1.02 / RICOH Network Printer C model / RICOH Network Scanner C model", "MP C3004ex"),
        ("infotec MP 301 2.20.1 / infotec Network Printer C model", "MP 301"),
        ("RICOH Aficio MP C3501", "Aficio MP C3501"),
        ("SAVIN MP C3501/LD635C 1.20", "MP C3501/LD635C"),
        ("REX-ROTARY  SP   4510DN", "SP 4510DN"),
        ("IM C300", "IM C300"),
        ("RICOH", None),
        ("RICOH 1.02", "1.02"),
        ("", None),
        ("  ", None),
        ("MP 2.5.x", "MP 2.5.x"),
        ("Ricohish MP 5", "Ricohish MP 5"),
    ],
)
def test_model_leaves_out_brand_firmware_and_abilities(name: str, result: str | None) -> None:
    assert model(name) == result
    assert run("ricoh.model", None, name) == result


@pytest.mark.parametrize("brand", BRANDS)
def test_model_knows_every_brand_of_the_family_in_any_case(brand: str) -> None:
    assert model(f"{brand} MP 5") == model(f"{brand.upper()} MP 5") == "MP 5"


@pytest.mark.parametrize("value", [b"octets", 5, (1, 3), Sentinel.UNKNOWN])
def test_model_takes_text_only(value: Value) -> None:
    with pytest.raises(StepError, match="put `text` before this step"):
        model(value)


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("Rex Rotary MP 171 1.02a / Rex Rotary Network Printer model", "MP 171"),
        ("RICOH SP 325DNw V1.03", "SP 325DNw"),
        ("RICOH Network Printer C model", None),
        ("RICOH / RICOH Network Printer C model", None),
    ],
)
def test_model_takes_no_ability_of_the_controller_for_a_model(name: str, result: str | None) -> None:
    assert model(name) == result


# --- ricoh.brand -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("RICOH MP C3004ex 1.02 / RICOH Network Printer C model", "Ricoh"),
        ("infotec MP 301", "Infotec"),
        ("NRG", "NRG"),
        ("Rex Rotary MP 171", "Rex-Rotary"),
        ("rex-rotary MP 171", "Rex-Rotary"),
        ("MP 2550 1.0 / nashuatec Network Printer model", "Nashuatec"),
        ("Aficio 1045 3.14 / Network Printer model", "Ricoh"),
        ("Ricohish MP 5", None),
        ("InfoPrint Pro C900AFP 1.2 / InfoPrint Network Printer C model", "InfoPrint"),
        ("IBM InfoPrint 70", None),
        ("", None),
    ],
)
def test_brand_is_the_one_on_the_case(name: str, result: str | None) -> None:
    assert brand(name) == result
    assert run("ricoh.brand", None, name) == result


# --- ricoh.counter -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("Counter: Machine Total", 10),
        ("Counter:Copy:Total", 200),
        ("Counter: Copy: Black & White", 201),
        ("Counter:Copy:Single/Two-color", 202),
        ("Counter:Print:Single/Two-col.", 402),
        ("Counter:FAX:Total", 300),
        ("Counter:Print:Full Color", 403),
        ("Total Prints: Black & White", 609),
        ("Large Paper Prints: >= A3, DLT", 840),
        ("No. of Printed Sides in Duplex", 841),
        ("Counter:Transmission:B/W Scan", 874),
        ("Counter:Transmission:B&W Scan", 874),
        ("Counter:Transmission:B&W", 871),
        ("Coverage: Color", None),
        ("Printer: Full Color", None),
        ("", None),
    ],
)
def test_counter_knows_a_counter_by_its_name(name: str, number: int | None) -> None:
    assert counter(name) == number
    assert run("ricoh.counter", None, name) == number


@pytest.mark.parametrize("value", [b"octets", 5, Sentinel.UNKNOWN])
def test_counter_takes_text_only(value: Value) -> None:
    with pytest.raises(StepError, match="put `text` before this step"):
        counter(value)


# --- ricoh.level -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "meaning"),
    [
        (-100, Sentinel.SOME_REMAINING),
        (-3, Sentinel.SOME_REMAINING),
        (-2, Sentinel.UNKNOWN),
        (0, None),
        (60, None),
        (-1, None),
    ],
)
def test_level_says_only_what_is_no_percentage(raw: int, meaning: Sentinel | None) -> None:
    assert level(raw) == meaning
    assert run("ricoh.level", None, raw) == meaning


@pytest.mark.parametrize("value", [b"60", "60", Sentinel.UNKNOWN])
def test_level_takes_numbers_only(value: Value) -> None:
    with pytest.raises(StepError, match="put `int` before this step"):
        level(value)
