"""Queries that only read, and references into their answers."""

from __future__ import annotations

import pytest

from frisket.formats.pjl import READ_ONLY, UEL, PjlRef, query_bytes

TEXTS = {
    "ID": '"Example L100: 1.0"\n',
    "PAGECOUNT": "PAGECOUNT=4711\n",
    "STATUS": 'CODE=10001\nDISPLAY="READY = "ON"       "\nONLINE=TRUE\n',
    "CONFIG": 'LANGUAGES [2 ENUMERATED]\n\tPCL\n\tPOSTSCRIPT\nSERIAL NUMBER="X123"\nDISPLAY LINES=1\n',
    "VARIABLES": "COPIES=1 [2 RANGE]\n\t1\n\t999\nLPARM:PCL PTSIZE=12.00 [2 RANGE]\nPAPER=A4 [3 ENUMERATED READONLY]\n",
    "SUPPLIES": "[BLACK]\nTYPE=TONER\nLEVEL=80\n[CYAN]\nTYPE=TONER\nLEVEL=?\n",
    "LOG": '"?"\n',
    "MEMORY": "?\n",
}


def test_a_conversation_is_queries_between_two_exits() -> None:
    assert query_bytes(["INFO ID", "INFO STATUS"]) == UEL + b"@PJL INFO ID\r\n@PJL INFO STATUS\r\n" + UEL


@pytest.mark.parametrize(
    "query",
    [
        "INQUIRE COPIES",
        "SET COPIES=2",
        "DEFAULT COPIES=2",
        "ECHO 1",
        "USTATUS DEVICE=ON",
        "INFO",
        "INFO ID\r\n@PJL RESET",
        "INFO ID ",
        "info id",
        "INFO NOTHING",
        "FSDIRLIST NAME",
        "RNVRAM ADDRESS=0",
        "",
        "INFO ID\x1b%-12345X",
    ],
)
def test_whatever_is_not_on_the_list_cannot_be_asked(query: str) -> None:
    with pytest.raises(ValueError, match="only reads"):
        query_bytes(["INFO ID", query])


@pytest.mark.parametrize(
    ("reference", "values"),
    [
        ("PAGECOUNT", ["4711"]),
        ("ID", ["Example L100: 1.0"]),
        ("STATUS", []),
        ("STATUS.DISPLAY", ['READY = "ON"']),
        ("STATUS.CODE", ["10001"]),
        ("STATUS.*", ["CODE", "DISPLAY", "ONLINE"]),
        ("CONFIG.'SERIAL NUMBER'", ["X123"]),
        ("CONFIG[*]", ["LANGUAGES"]),
        ("VARIABLES.COPIES", ["1"]),
        ("VARIABLES.PAPER", ["A4"]),
        ("VARIABLES.'LPARM:PCL PTSIZE'", ["12.00"]),
        ("SUPPLIES[*]", ["BLACK", "CYAN"]),
        ("SUPPLIES[*].TYPE", ["TONER", "TONER"]),
        ("SUPPLIES[1].LEVEL", ["80"]),
        ("SUPPLIES[2].LEVEL", []),
        ("SUPPLIES[9].LEVEL", []),
        ("LOG", []),
        ("MEMORY", []),
        ("MEMORY.TOTAL", []),
        ("PRODINFO", []),
    ],
)
def test_a_reference_finds(reference: str, values: list[str]) -> None:
    assert PjlRef(reference).find(TEXTS) == values


@pytest.mark.parametrize("text", ["PAGECOUNT=123\n", "123\n", '"123"\n', "PAGECOUNT = 123\n", "pagecount=123\nX=1\n"])
def test_the_page_count_of_every_maker(text: str) -> None:
    assert PjlRef("PAGECOUNT").find({"PAGECOUNT": text}) == ["123"]


def test_sections_by_indentation() -> None:
    text = "NUMBER=2\nSUPPLY=BLACK\n\tLEVEL=80\nSUPPLY=CYAN\n  LEVEL=70\n"
    assert PjlRef("SUPPLIES[*]").find({"SUPPLIES": text}) == ["BLACK", "CYAN"]
    assert PjlRef("SUPPLIES[2].LEVEL").find({"SUPPLIES": text}) == ["70"]


@pytest.mark.parametrize(
    "text", ["", "NOTHING", "pagecount", "STATUS.", "STATUS.A B", "CONFIG.'", "SUPPLIES[0]", "SUPPLIES[-1].X", "ID\n"]
)
def test_what_is_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match=r"reference|count from 1"):
        PjlRef(text)


def test_references_are_values() -> None:
    assert len({PjlRef("STATUS.CODE"), PjlRef("STATUS.CODE")}) == 1
    assert PjlRef("STATUS.CODE") != PjlRef("STATUS.DISPLAY")
    assert PjlRef("STATUS.CODE").category == "STATUS"
    assert PjlRef("STATUS.CODE").query == "INFO STATUS"
    assert {PjlRef(category).category for category in READ_ONLY} == set(READ_ONLY)
