"""What `frisket explain` shows of a reading: who won, who agreed, who differed, and what nobody said."""

from __future__ import annotations

import io
import json

from rich.console import Console
from tests.strategies import READ_AT

from frisket.cli.explain import as_data
from frisket.cli.explain_text import as_text
from frisket.model.device import Device, PageCount
from frisket.model.reading import Alternate, Cost, Provenance, Reading, Source
from frisket.profile.mapping import NO_SUCH_OBJECT, NOT_ASKED


def snmp(place: str) -> Source:
    return Source("snmp", place, "aldine/press@1")


def ipp(place: str) -> Source:
    return Source("ipp", place, "std/ipp@1")


def reading(**provenance: Provenance) -> Reading:
    """A device with a serial number and a total; `page_counts.x` is written `page_counts__x` here."""
    device = Device(read_at=READ_AT, serial_number="A1", page_counts=(PageCount(function="total", value=7),))
    return Reading(
        device=device,
        profile="aldine/press@1",
        provenance={name.replace("__", "."): one for name, one in provenance.items()},
        cost=Cost(requests=5, bytes_received=2_969, seconds=0.017),
    )


def lines(shown: Reading, width: int = 140) -> list[str]:
    console = Console(file=io.StringIO(), width=width, no_color=True, legacy_windows=False)
    with console.capture() as capture:
        console.print(as_text(shown, width=width))
    return [" ".join(line.split()) for line in capture.get().splitlines()]


def test_what_it_cost_stands_on_top() -> None:
    assert lines(reading())[0] == "Read as aldine/press@1 in 5 requests, 2,969 octets, 0.02 s"


def test_places_that_agree_are_told_once_and_the_winner_is_not_among_them() -> None:
    same = (Alternate(snmp("1.3.1"), "A1"), Alternate(snmp("1.3.2"), "A1"), Alternate(snmp("1.3.2"), "A1"))
    said = lines(reading(serial_number=Provenance(snmp("1.3.1"), b"A1", "A1", same)))
    assert "│ │ same: 1 other place │ │ 1.3.2 │ │" in said
    assert not any("same" in line for line in lines(reading(serial_number=Provenance(snmp("1.3.1"), b"A1", "A1"))))


def test_what_differs_stands_in_a_line_of_its_own() -> None:
    other = Alternate(ipp("printer-device-id"), "B2")
    said = lines(reading(serial_number=Provenance(snmp("1.3.1"), b"A1", "A1", (other,))))
    assert "│ │ or: B2 │ ipp std/ipp@1 │ printer-device-id │ │" in said


def test_what_lost_for_one_reason_is_one_entry() -> None:
    lost = tuple(Alternate(snmp(f"1.3.{last}"), None, NO_SUCH_OBJECT) for last in range(2, 8))
    said = lines(reading(serial_number=Provenance(snmp("1.3.1"), b"A1", "A1", lost)))
    at = said.index("│ │ no: the device has no such object │ snmp aldine/press@1 │ 1.3.2 │ │")
    assert said[at + 1 : at + 4] == ["│ │ │ │ 1.3.3 │ │", "│ │ │ │ 1.3.4 │ │", "│ │ │ │ and 3 more │ │"]


def test_of_a_sum_the_first_object_is_named_and_the_others_are_counted() -> None:
    said = lines(reading(page_counts__total=Provenance(snmp("1.3.1, 1.3.2, 1.3.3"), None, 7)))
    assert "│page_counts.total │ 7 impressions │ snmp aldine/press@1 │ 1.3.1 + 2 more │ │" in said


def test_what_was_not_asked_is_one_line_below_the_table() -> None:
    silent = (Alternate(ipp("printer-name"), None, NOT_ASKED), Alternate(ipp("printer-device-id"), None, NOT_ASKED))
    fields = {name: Provenance(snmp("1.3.1"), b"A1", "A1", silent) for name in ("serial_number", "model")}
    said = lines(reading(**fields))
    assert said[-1] == "Not asked, or not answered: ipp printer-name, printer-device-id"
    assert sum("not asked" in line.lower() for line in said) == 1


def test_counts_that_nothing_gave_are_one_line_below_the_table() -> None:
    lost = (Alternate(snmp("1.3.9"), None, NO_SUCH_OBJECT), Alternate(ipp("x"), None, NOT_ASKED))
    said = lines(reading(page_counts__copy=Provenance(None, alternates=lost), page_counts__fax=Provenance(None)))
    assert "The device did not say: page_counts.copy, page_counts.fax" in said
    assert sum("page_counts.copy" in line for line in said) == 1


def test_a_count_that_was_given_and_did_not_hold_is_explained() -> None:
    lost = (Alternate(snmp("1.3.9"), None, "'?' is no whole number"),)
    said = lines(reading(page_counts__copy=Provenance(None, alternates=lost)))
    assert "│page_counts.copy │ — │ the device did not say │ │ │" in said
    assert "│ │ no: '?' is no whole number │ snmp aldine/press@1 │ 1.3.9 │ │" in said


def test_on_a_narrow_terminal_the_source_stands_in_one_column() -> None:
    said = lines(reading(serial_number=Provenance(snmp("1.3.1"), b"A1-raw", "A1")), width=80)
    at = next(at for at, line in enumerate(said) if line.startswith("│serial_number"))
    assert said[at : at + 3] == ["│serial_number │ A1 │ snmp aldine/press@1 │", "│ │ │ 1.3.1 │", "│ │ │ A1-raw │"]


def test_nothing_is_wider_than_the_terminal() -> None:
    lost = (Alternate(snmp("1.3.6.1.4.1.32473." + "1." * 30 + "0"), None, "x" * 90),)
    field = Provenance(snmp("1.3.6.1.4.1.32473." + "1." * 30 + "1"), b"A" * 200, "A1", lost)
    for width in (60, 80, 140):
        console = Console(file=io.StringIO(), width=width, no_color=True, legacy_windows=False)
        with console.capture() as capture:
            console.print(as_text(reading(serial_number=field), width=width))
        shown = capture.get()
        assert max(map(len, shown.splitlines())) <= width
        assert shown.count("x") >= 90


def test_for_programs_nothing_is_left_out() -> None:
    others = (Alternate(ipp("printer-device-id"), None, NOT_ASKED), Alternate(snmp("1.3.2"), b"\x00"))
    data = json.loads(json.dumps(as_data(reading(serial_number=Provenance(snmp("1.3.1"), b"A1", "A1", others)))))
    assert data["sources"]["serial_number"] == {
        "protocol": "snmp",
        "object": "1.3.1",
        "profile": "aldine/press@1",
        "raw": "A1",
        "alternates": [
            {
                "protocol": "ipp",
                "object": "printer-device-id",
                "profile": "std/ipp@1",
                "value": None,
                "reason": NOT_ASKED,
            },
            {"protocol": "snmp", "object": "1.3.2", "profile": "aldine/press@1", "value": "0x00"},
        ],
    }
