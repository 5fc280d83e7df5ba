"""Devices as people and spreadsheets see them: CSV cells, levels, labels, and the table."""

from __future__ import annotations

import csv
import io

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from tests.strategies import READ_AT, devices

from frisket.cli import device_csv
from frisket.cli.device_table import device_table, note_lines
from frisket.cli.levels import is_low, label, level_text
from frisket.model.device import Alert, Device, Level, PageCount, Supply
from frisket.model.reading import Note, NoteCode, Reading, Unread

NOTHING = Device(read_at=READ_AT)
BLACK = Supply(index="1.1", type="toner", class_="consumed", colorant="black", level=Level(state="known", percent=80.0))


def supply(type_: str | None, colorant: str | None = None, **level: object) -> Supply:
    return Supply(index="1.1", type=type_, colorant=colorant, level=Level(**{"state": "unknown", **level}))  # type: ignore[arg-type]  # by their names


def cells(device: Device) -> dict[str, str]:
    """A device's CSV row by column."""
    (row,) = csv.DictReader(io.StringIO(f"{device_csv.header()}\r\n{device_csv.row(device)}\r\n"))
    return row


def rendered(*readings: Device, unicode: bool = True, width: int = 120) -> str:
    """The table as text."""
    console = Console(file=io.StringIO(), width=width, no_color=True, legacy_windows=False)
    table = device_table((Reading(device=device, profile="a/b@1") for device in readings), unicode=unicode)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


# --- CSV ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize(
    "name", ["manufacturer", "model", "serial_number", "system_name", "system_location", "system_contact"]
)
def test_a_text_that_a_spreadsheet_would_run_is_quoted(start: str, name: str) -> None:
    text = f'{start}HYPERLINK("http://192.0.2.1","x")'
    device = Device(read_at=READ_AT, **{name: text})  # type: ignore[arg-type]  # by its name
    assert cells(device)[name].startswith(f"'{start}HYPERLINK")


def test_lists_are_quoted_by_how_they_begin() -> None:
    device = attrs.evolve(
        NOTHING,
        supplies=(Supply(index="1.1", description="=1+1", level=Level(state="unknown")),),
        console_messages=("=cmd|' /C calc'!A0", "Ready"),
        alerts=(Alert(severity="warning", description="=1"),),
    )
    row = cells(device)
    assert row["supplies"] == "'=1+1 unknown"
    assert row["console_messages"] == "'=cmd|' /C calc'!A0; Ready"
    assert row["alerts"] == "warning: =1"


_STARTS = st.sampled_from(("", "=", "+", "-", "@", "\t", "'", " =", '"='))
_ONE_LINE = st.text(st.characters(exclude_characters="\r\n"), max_size=20)


@given(st.builds("{}{}".format, _STARTS, _ONE_LINE))
def test_no_cell_begins_as_a_formula_and_every_row_has_as_many_cells_as_the_header(text: str) -> None:
    device = Device(
        read_at=READ_AT,
        model=text,
        system_name=text,
        supplies=(Supply(index="1.1", colorant=text, description=text, level=Level(state="unknown")),),
        console_messages=(text, text),
        alerts=(Alert(severity="other", description=text),),
    )
    (row,) = csv.reader(io.StringIO(device_csv.row(device), newline=""))
    (header,) = csv.reader([device_csv.header()])
    assert len(row) == len(header)
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_line_end_in_a_text_begins_no_new_row(end: str) -> None:
    # before Python 3.13 csv quotes only the line ends that are its own
    device = attrs.evolve(NOTHING, system_name=f"a{end}b")
    (row,) = csv.DictReader(io.StringIO(f"{device_csv.header()}\r\n{device_csv.row(device)}\r\n", newline=""))
    assert row["system_name"] == f"a{end}b"


def test_commas_quotes_and_line_ends_stay_in_their_cell() -> None:
    device = attrs.evolve(NOTHING, system_location='Room 5, "West"\nfloor 2')
    assert cells(device)["system_location"] == 'Room 5, "West"\nfloor 2'


def test_a_row_has_texts_counts_and_joined_lists() -> None:
    device = Device(
        read_at=READ_AT,
        ip_address="192.0.2.10",
        model="9000",
        page_counts=(
            PageCount(function="total", value=12),
            PageCount(function="total", color="color", value=0),
            PageCount(function="copy", value=3),
            PageCount(function="copy", color="mono", value=2),
        ),
        supplies=(
            BLACK,
            attrs.evolve(supply("wasteToner"), index="1.2"),
            attrs.evolve(supply(None), index="1.3"),
        ),
        console_messages=("Ready", "Sleep"),
        alerts=(
            Alert(severity="critical", group="cover", code=5),
            Alert(severity="warning", code=1104),
            Alert(severity="other", description="Paper"),
        ),
    )
    row = cells(device)
    assert row["read_at"] == "2026-11-21T19:07:00Z"
    assert (row["ip_address"], row["manufacturer"], row["model"]) == ("192.0.2.10", "", "9000")
    assert (row["total_pages"], row["total_mono"], row["total_color"], row["copy_pages"]) == ("12", "", "0", "3")
    assert row["supplies"] == "black toner 80%; wasteToner unknown; 1.3 unknown"
    assert row["console_messages"] == "Ready; Sleep"
    assert row["alerts"] == "critical: cover; warning: 1104; other: Paper"


def test_a_device_without_anything_has_a_row_of_empty_cells() -> None:
    row = cells(NOTHING)
    assert row.pop("read_at") == "2026-11-21T19:07:00Z"
    assert set(row.values()) == {""}


# --- levels ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "shown", "plain"),
    [
        (Level(state="known", percent=80.0), "K     ████░  80%", "K     ####.  80%"),
        (Level(state="known", percent=100.0), "K     █████ 100%", "K     ##### 100%"),
        (Level(state="known", percent=0.0), "K     ░░░░░   0%", "K     .....   0%"),
        (Level(state="known", percent=9.4), "K     ░░░░░   9%", "K     .....   9%"),
        (Level(state="known", remaining=5), "K     ▒▒▒▒▒ no %", "K     ===== no %"),
        (Level(state="some-remaining"), "K     ▒▒▒▒▒ some", "K     ===== some"),
        (Level(state="unknown"), "K     ·····    ?", "K     -----    ?"),
        (Level(state="unrestricted"), "K     ∞∞∞∞∞ no limit", "K     88888 no limit"),
        (Level(state="implausible", remaining=9, capacity=5), "K     !!!!! odd", "K     !!!!! odd"),
    ],
)
def test_a_level_is_a_bar_where_it_is_known_and_another_shape_where_not(level: Level, shown: str, plain: str) -> None:
    supply = attrs.evolve(BLACK, level=level)
    assert level_text(supply).plain == shown
    assert level_text(supply, unicode=False).plain == plain


@pytest.mark.parametrize("unicode", [True, False])
def test_no_state_without_a_number_looks_like_a_bar_and_each_looks_different(unicode: bool) -> None:
    states = ("some-remaining", "unknown", "unrestricted", "implausible")
    shapes = {
        state: level_text(attrs.evolve(BLACK, level=Level(state=state)), unicode=unicode).plain[6] for state in states
    }
    bar = set(level_text(BLACK, unicode=unicode).plain[6:11])
    assert len(set(shapes.values())) == len(states)
    assert not bar & set(shapes.values())


@pytest.mark.parametrize(("percent", "low"), [(0.0, True), (15.0, True), (15.1, False), (100.0, False)])
def test_a_supply_is_low_from_fifteen_percent_and_shown_in_red(percent: float, low: bool) -> None:
    one = attrs.evolve(BLACK, level=Level(state="known", percent=percent))
    assert is_low(one) is low
    assert ("bold red" in {str(span.style) for span in level_text(one).spans}) is low


@pytest.mark.parametrize("state", ["some-remaining", "unknown", "unrestricted", "implausible", "known"])
def test_what_has_no_percentage_is_never_low(state: str) -> None:
    assert not is_low(attrs.evolve(BLACK, level=Level(state=state, remaining=0)))


@pytest.mark.parametrize(
    ("type_", "colorant", "name"),
    [
        ("toner", "black", "K"),
        ("tonerCartridge", "cyan", "C"),
        ("ink", "magenta", "M"),
        (None, "yellow", "Y"),
        ("ink", "light cyan", "LC"),
        ("ink", "light light black", "LLB"),
        ("ink", "gray", "G"),
        ("toner", None, "toner"),
        ("inkCartridge", None, "ink"),
        ("wasteToner", None, "waste"),
        ("wasteToner", "black", "wastK"),
        ("opc", "black", "drumK"),
        ("opc", "light cyan", "drum"),
        ("opc", None, "drum"),
        ("fuser", None, "fuser"),
        ("transferUnit", None, "belt"),
        ("staples", None, "stapl"),
        (None, None, "?"),
    ],
)
def test_a_label_says_a_colour_or_a_part_in_five_letters(type_: str | None, colorant: str | None, name: str) -> None:
    assert label(supply(type_, colorant)) == name
    assert len(name) <= 5


# --- the table ---------------------------------------------------------------------------------


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [80, 140])
def test_a_device_without_anything_has_a_row_all_the_same(unicode: bool, width: int) -> None:
    text = rendered(NOTHING, unicode=unicode, width=width)
    assert "unnamed" in text
    assert "None" not in text


def test_an_empty_table_has_its_headings() -> None:
    assert "Printer" in rendered()


def test_a_device_is_shown_with_its_names_counts_levels_and_worst_alert_first() -> None:
    device = Device(
        read_at=READ_AT,
        ip_address="192.0.2.10",
        manufacturer="Acme",
        model="9000",
        serial_number="S1",
        system_location="Room 5",
        page_counts=(PageCount(function="total", value=178024), PageCount(function="fax", value=0)),
        supplies=(BLACK,),
        console_messages=("Ready",),
        alerts=(Alert(severity="warning", description="Toner low"), Alert(severity="critical", group="cover")),
    )
    text = rendered(device)
    for words in (
        "192.0.2.10",
        "Acme 9000",
        "S1",
        "Room 5",
        "178,024",
        "K ████░  80%",
        "Ready",
        "✖ cover",
        "▲ Toner low",
    ):
        assert words in text
    assert text.index("✖ cover") < text.index("▲ Toner low")
    assert "fax" not in text


def test_parts_that_are_not_low_are_counted_and_low_ones_shown() -> None:
    fuser = supply("fuser", state="known", percent=50.0)
    drum = attrs.evolve(supply("opc", state="known", percent=5.0), index="1.2")
    text = rendered(attrs.evolve(NOTHING, supplies=(fuser, drum)))
    assert "drum" in text
    assert "fuser" not in text
    assert "+ 1 more" in text
    assert "1 without a colour" in rendered(attrs.evolve(NOTHING, supplies=(fuser,)))


def test_rows_are_in_the_order_of_addresses_as_numbers() -> None:
    text = rendered(*(attrs.evolve(NOTHING, ip_address=f"192.0.2.{at}") for at in (10, 9, 100)))
    assert text.index("192.0.2.9 ") < text.index("192.0.2.10 ") < text.index("192.0.2.100 ")


def test_what_a_device_says_is_never_taken_for_markup() -> None:
    device = attrs.evolve(
        NOTHING,
        model="[bold red]x[/]",
        system_location="[link=http://192.0.2.1]y[/link]",
        console_messages=("[/]",),
        alerts=(Alert(severity="other", description="[blink]z"),),
    )
    text = rendered(device, width=200)
    for words in ("[bold red]x[/]", "[link=http://192.0.2.1]y[/link]", "[/]", "[blink]z"):
        assert words in text


@settings(max_examples=50)
@given(devices())
def test_any_device_can_be_shown(device: Device) -> None:
    assert rendered(attrs.evolve(device, ip_address="192.0.2.10"))


# --- notes -------------------------------------------------------------------------------------


def test_a_note_is_a_line_with_address_code_and_detail() -> None:
    device = attrs.evolve(NOTHING, ip_address="192.0.2.10")
    cut = Note(NoteCode.TABLE_CUT, "supplies has [many] rows")
    lines = note_lines(
        [
            Reading(device=device, profile="a/b@1", notes=(cut, Note(NoteCode.DEVICE_SLOW))),
            Reading(device=NOTHING, profile="a/b@1"),
            Unread(address="192.0.2.11:1161", notes=(Note(NoteCode.DEVICE_SILENT, "does not answer any more"),)),
        ]
    )
    assert [line.plain for line in lines] == [
        "192.0.2.10  noted  table-cut  supplies has [many] rows",
        "192.0.2.10  noted  device-slow",
        "192.0.2.11:1161  not read  device-silent  does not answer any more",
    ]
