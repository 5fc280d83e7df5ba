"""Scrubbing: nothing private is left in any form, everything else stays, and no disguise leads back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import RecordingError
from frisket.formats import ber, snmp
from frisket.formats.byte_forms import occurs
from frisket.formats.disguise import Disguise
from frisket.formats.private_ipp import private_of_ipp
from frisket.formats.private_words import IP, MAC, NAME, SERIAL, Private, find_private, like_serials
from frisket.formats.scrub import Raw, Scrubbed, prove, scrub
from frisket.formats.snmprec import RecordedValue
from frisket.model.oid import Oid, parse_oid

KEY = b"of this test"
PAGE = """<html xmlns="http://www.maker.example/schemas/1.0"><body>
<td>Serial Number</td><td>QX7F012345</td> host prn-qx41.corp.example.org 192.168.14.77
SSID: CorpWireless; mail jo.miller@corp.example.org, Tel. +49 30 9018200; user: jmiller
<a href="http://intranet-7.corp.example.org/print">intra</a> firmware 2.14.3.1 model Copier 700 part AT-7001
"""


def octets(text: bytes | str) -> RecordedValue:
    return RecordedValue(ber.OCTET_STRING, text.encode() if isinstance(text, str) else text)


def objects(**more: RecordedValue) -> dict[Oid, RecordedValue]:
    """An invented copier; its private objects say what is private once more in many forms."""
    serial = b"QX7F012345"
    given_objects = {
        "1.3.6.1.2.1.1.1.0": octets("Example Copier 700;SN:QX7F012345;FW 2.1"),
        "1.3.6.1.2.1.1.2.0": RecordedValue(ber.OBJECT_IDENTIFIER, parse_oid("1.3.6.1.4.1.32473.1.700")),
        "1.3.6.1.2.1.1.4.0": octets("Jo Miller, +49 30 9018200"),
        "1.3.6.1.2.1.1.5.0": octets("prn-qx41"),
        "1.3.6.1.2.1.1.6.0": octets("Hauptstra\u00dfe 9, Zimmer 3"),
        "1.3.6.1.2.1.2.2.1.6.1": octets(bytes.fromhex("00005e53a1b2")),
        "1.3.6.1.2.1.25.3.2.1.3.1": octets("Example Copier 700"),
        "1.3.6.1.2.1.43.5.1.1.17.1": octets(serial),
        "1.3.6.1.2.1.43.10.2.1.4.1.1": RecordedValue(snmp.COUNTER32, 50210),
        "1.3.6.1.2.1.43.11.1.1.6.1.1": octets("Black Toner AT-7001"),
        "1.3.6.1.2.1.43.16.5.1.2.1.1": octets("Job of user: jmiller"),
        "1.3.6.1.4.1.32473.2.1.0": octets(serial.hex()),
        "1.3.6.1.4.1.32473.2.2.0": octets(serial.decode().encode("utf-16-le")),
        "1.3.6.1.4.1.32473.2.3.0": octets(serial.decode().encode("utf-16-be")),
        "1.3.6.1.4.1.32473.2.4.0": octets(bytes(serial[at ^ 1] for at in range(len(serial)))),
        "1.3.6.1.4.1.32473.2.5.0": octets("MFG:Example;MDL:Copier 700;SN:QX7F012345;"),
        "1.3.6.1.4.1.32473.2.6.0": octets("EXC00005E53A1B2"),
        "1.3.6.1.4.1.32473.2.7.0": octets("00-00-5e-53-a1-b2"),
        "1.3.6.1.4.1.32473.2.8.0": RecordedValue(snmp.IP_ADDRESS, bytes((192, 168, 14, 77))),
        "1.3.6.1.4.1.32473.2.9.1.192.168.14.77": octets("192.168.14.77"),
        "1.3.6.1.4.1.32473.2.10.0": octets("EXC53A1B2"),
        "1.3.6.1.4.1.32473.2.11.0": octets("jo.miller@corp.example.org"),
        "1.3.6.1.4.1.32473.2.12.0": octets("CN=prn-qx41.corp.example.org, O=Corporate Printing Ltd"),
    }
    return {parse_oid(oid): value for oid, value in {**given_objects, **more}.items()}


@pytest.fixture(scope="module")
def scrubbed() -> Scrubbed:
    return scrub(Raw(objects=objects(), files={"http/index.html": PAGE.encode()}), key=KEY)


def said(scrubbed: Scrubbed, oid: str) -> bytes:
    value = scrubbed.raw.objects[parse_oid(oid)].value
    assert isinstance(value, bytes)
    return value


ORIGINALS = (
    Private(SERIAL, "QX7F012345"), Private(MAC, "00005e53a1b2"), Private(IP, "192.168.14.77"),
    Private(NAME, "prn-qx41"),
    Private(NAME, "Miller"), Private(NAME, "jmiller"), Private(NAME, "jo.miller@corp"), Private(NAME, "9018200"),
    Private(NAME, "CorpWireless"), Private(NAME, "intranet-7"), Private(NAME, "Hauptstra"), Private(NAME, "Corporate"),
)  # fmt: skip


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda one: one.text)
def test_nothing_private_is_left_in_any_form(original: Private, scrubbed: Scrubbed) -> None:
    assert [where for where, text in scrubbed.raw.texts() if occurs(original, text)] == []


def test_models_part_numbers_counters_versions_and_namespaces_stay(scrubbed: Scrubbed) -> None:
    assert said(scrubbed, "1.3.6.1.2.1.25.3.2.1.3.1") == b"Example Copier 700"
    assert said(scrubbed, "1.3.6.1.2.1.43.11.1.1.6.1.1") == b"Black Toner AT-7001"
    assert scrubbed.raw.objects[parse_oid("1.3.6.1.2.1.43.10.2.1.4.1.1")].value == 50210
    page = scrubbed.raw.files["http/index.html"]
    for kept in (b'xmlns="http://www.maker.example/schemas/1.0"', b"firmware 2.14.3.1", b"Copier 700", b"AT-7001"):
        assert kept in page


def test_the_same_original_has_the_same_disguise_in_each_of_its_forms(scrubbed: Scrubbed) -> None:
    serial = said(scrubbed, "1.3.6.1.2.1.43.5.1.1.17.1")
    assert re.fullmatch(rb"[A-Z]{2}[0-9][A-Z][0-9]{6}", serial)
    assert said(scrubbed, "1.3.6.1.2.1.1.1.0") == b"Example Copier 700;SN:" + serial + b";FW 2.1"
    assert said(scrubbed, "1.3.6.1.4.1.32473.2.1.0") == serial.hex().encode()
    assert said(scrubbed, "1.3.6.1.4.1.32473.2.2.0").decode("utf-16-le").encode() == serial
    assert said(scrubbed, "1.3.6.1.4.1.32473.2.3.0").decode("utf-16-be").encode() == serial
    assert said(scrubbed, "1.3.6.1.4.1.32473.2.4.0") == bytes(serial[at ^ 1] for at in range(len(serial)))
    assert serial in scrubbed.raw.files["http/index.html"]


def test_the_maker_of_a_mac_address_stays_and_the_rest_is_the_same_everywhere(scrubbed: Scrubbed) -> None:
    mac = said(scrubbed, "1.3.6.1.2.1.2.2.1.6.1")
    assert mac[:3] == bytes.fromhex("00005e")
    assert said(scrubbed, "1.3.6.1.4.1.32473.2.6.0") == b"EXC" + mac.hex().upper().encode()
    assert said(scrubbed, "1.3.6.1.4.1.32473.2.7.0") == mac.hex("-").encode()
    assert said(scrubbed, "1.3.6.1.4.1.32473.2.10.0") == b"EXC" + mac[3:].hex().upper().encode()


def test_an_address_is_the_same_as_octets_as_text_and_in_an_index(scrubbed: Scrubbed) -> None:
    packed = said(scrubbed, "1.3.6.1.4.1.32473.2.8.0")
    dotted = ".".join(map(str, packed))
    (oid,) = (oid for oid in scrubbed.raw.objects if oid[7:9] == (2, 9))
    assert oid[-4:] == tuple(packed)
    assert scrubbed.raw.objects[oid].value == dotted.encode()
    assert len(dotted) == len("192.168.14.77")


def printable(value: bytes) -> bool:
    return value.decode("utf-8", "replace").isprintable()


def test_lengths_and_types_stay(scrubbed: Scrubbed) -> None:
    before = objects()
    for (one, old), (other, new) in zip(sorted(before.items()), sorted(scrubbed.raw.objects.items()), strict=True):
        assert (len(one), old.tag) == (len(other), new.tag)
        if isinstance(old.value, bytes) and isinstance(new.value, bytes):
            assert len(old.value) == len(new.value)
            assert (
                old.value.decode("utf-8", "replace").isprintable() == new.value.decode("utf-8", "replace").isprintable()
            )


def test_a_telephone_number_becomes_one_of_fiction_and_a_mail_domain_nobodys(scrubbed: Scrubbed) -> None:
    assert re.fullmatch(rb"[A-Z][a-z] [A-Z][a-z]{5}, \+00 00 55501\d\d", said(scrubbed, "1.3.6.1.2.1.1.4.0"))
    assert re.fullmatch(rb"[a-z]{2}\.[a-z]{6}@[a-z]{4}\.[a-z]{6}\.test", said(scrubbed, "1.3.6.1.4.1.32473.2.11.0"))


def test_it_is_told_what_was_replaced_and_never_what_it_was(scrubbed: Scrubbed) -> None:
    assert scrubbed.originals["serial number"] == 1
    assert scrubbed.places["serial number"] >= 7
    assert not any("QX7F" in str(word) for word in (scrubbed.originals, scrubbed.places))


def test_another_key_gives_other_disguises_and_the_same_key_the_same() -> None:
    raw = Raw(objects=objects())
    one, same, other = (scrub(raw, key=key) for key in (KEY, KEY, b"another"))
    assert one.raw == same.raw
    assert (
        one.raw.objects[parse_oid("1.3.6.1.2.1.43.5.1.1.17.1")]
        != other.raw.objects[parse_oid("1.3.6.1.2.1.43.5.1.1.17.1")]
    )


def test_what_only_its_owner_knows_to_be_private_is_disguised_too() -> None:
    raw = Raw(objects=objects(**{"1.3.6.1.4.1.32473.3.1.0": octets("Asset ZK-9913")}))
    clean = scrub(raw, key=KEY, known=[Private(NAME, "ZK-9913")])
    assert re.fullmatch(rb"Asset [A-Z]{2}-\d{4}", said(clean, "1.3.6.1.4.1.32473.3.1.0"))
    assert said(clean, "1.3.6.1.4.1.32473.3.1.0") != b"Asset ZK-9913"


def test_what_may_be_a_serial_number_is_found_where_no_word_says_so() -> None:
    own = {"BQ7K009182": True, "AP7-00421": True, "3913850890": True, "CF281A": False, "FJORD-MFP": False}
    own |= {"20240131": False, "000012345": False, "Copier 700": False, "2.14.3.1": False}
    texts = {f"1.3.6.1.4.1.32473.3.{row}.0": octets(text) for row, text in enumerate(own, 1)}
    raw = {parse_oid(oid): value for oid, value in texts.items()}
    assert {found.text for found in like_serials(raw)} == {text for text, is_like in own.items() if is_like}


def test_a_model_that_looks_like_a_serial_number_stays() -> None:
    descr, own = parse_oid("1.3.6.1.2.1.25.3.2.1.3.1"), parse_oid("1.3.6.1.4.1.32473.3.1.0")
    assert [*like_serials({descr: octets("Example CP70011X"), own: octets("CP70011X")})] == []


@pytest.mark.parametrize("page", ["<serial>{}</serial>", "<dd:SerialNumber>{}</dd:SerialNumber>", '{{"serial":"{}"}}'])
def test_a_serial_number_in_a_page_is_known_by_its_element(page: str) -> None:
    (found,) = find_private(page.format("BQ7K009182"))
    assert found == Private(SERIAL, "BQ7K009182")


def test_what_is_left_is_refused_by_its_place_and_not_by_its_name() -> None:
    raw = Raw(objects={parse_oid("1.3.6.1.4.1.32473.3.1.0"): octets("x QX7F012345 y")})
    with pytest.raises(RecordingError, match=r"32473\.3\.1\.0: a serial number is still there") as caught:
        prove(raw, [Private(SERIAL, "QX7F012345")])
    assert "QX7F" not in str(caught.value)


@given(st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=60), st.binary(min_size=1, max_size=8))
def test_a_disguise_keeps_length_and_what_is_neither_letter_nor_digit(text: str, key: bytes) -> None:
    made = Disguise(key).text(text)
    assert len(made) == len(text)
    assert Disguise(key).text(text) == made


@given(st.lists(st.binary(max_size=40), max_size=6), st.binary(max_size=60))
def test_whatever_a_device_says_can_be_scrubbed_or_is_refused(values: list[bytes], page: bytes) -> None:
    given_objects: dict[Oid, RecordedValue] = {
        (1, 3, 6, 1, 2, 1, 1, at, 0): octets(value) for at, value in enumerate(values, 1)
    }
    try:
        clean = scrub(Raw(objects=given_objects, files={"http/a": page}), key=KEY)
    except RecordingError:
        return
    assert [len(str(oid)) for oid in clean.raw.objects] == [len(str(oid)) for oid in given_objects]
    assert len(clean.raw.files["http/a"]) == len(page)


@pytest.mark.parametrize(
    "address", ["1.2.3.4", "10.0.0.1", "10.1.20.3", "192.168.1.5", "192.168.14.77", "172.16.100.200", "192.168.100.200"]
)
def test_a_disguised_address_is_one_and_as_long(address: str) -> None:
    made = Disguise(KEY).address(address)
    assert len(made) == len(address)
    assert made != address
    assert all(int(part) <= 255 and str(int(part)) == part for part in made.split("."))


def test_what_people_filled_into_an_ipp_printer_is_private_and_its_model_is_not() -> None:
    said = {
        "printer-make-and-model": "Aldine Press 7",
        "printer-info": "Aldine Press 7",
        "printer-name": "reception-left",
        "printer-location": "Room 4711",
        "printer-uuid": "urn:uuid:00000000-0000-1000-8000-00005e005307",
    }
    head = b"\x02\x00\x00\x00\x00\x00\x00\x01\x04"
    body = b"".join(
        b"\x41" + len(name).to_bytes(2, "big") + name.encode() + len(text).to_bytes(2, "big") + text.encode()
        for name, text in said.items()
    )
    found = {(one.kind, one.text) for one in private_of_ipp(head + body + b"\x03")}
    assert found == {
        ("name", "reception-left"),
        ("location", "Room 4711"),
        ("serial number", "00000000-0000-1000-8000-00005e005307"),
    }
    assert list(private_of_ipp(b"\x02")) == []
