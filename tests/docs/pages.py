"""The pages as the tests read them: their text, headings, links, fenced blocks and the lines that they quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_ROW = re.compile(r"^\| *(.*?) *\|$", re.MULTILINE)


@attrs.frozen
class Block:
    """A fenced block; `language` is empty where none is named."""

    language: str
    text: str


def read(name: str) -> str:
    """A page by its path from the root of the checkout."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, *languages: str) -> list[Block]:
    found = [Block(language, inner) for language, inner in _FENCE.findall(text)]
    return [block for block in found if block.language in languages]


def without_blocks(text: str) -> str:
    return _FENCE.sub("", text)


def headings(text: str) -> list[str]:
    return _HEADING.findall(without_blocks(text))


def anchors(text: str) -> set[str]:
    """The fragments of a page's headings, as GitHub makes them."""
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings(text))
    return {heading.replace(" ", "-") for heading in kept}


def relative_links(text: str) -> list[str]:
    return [link for link in _LINK.findall(without_blocks(text)) if "://" not in link]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every table's rows, whichever table they belong to."""
    for line in _ROW.findall(without_blocks(text)):
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]


def first_cells(text: str) -> set[str]:
    """What stands as code in the first column of the page's tables."""
    return {cells[0].strip("`") for cells in rows(text) if cells[0].startswith("`")}


# --- quoted output -----------------------------------------------------------------------------


def missing_lines(quoted: str, said: str) -> list[str]:
    """The quoted lines that do not stand in what was said, in their order.

    A `…` stands for anything, a line of its own for any lines. How wide the columns of a table are does not matter.
    """
    lines = [_narrow(line) for line in said.splitlines()]
    missing, at = [], 0
    for line in quoted.splitlines():
        if not line.strip("… "):
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in _narrow(line).split("…")))
        found = next((number for number in range(at, len(lines)) if pattern.search(lines[number])), None)
        if found is None:
            missing.append(line)
        else:
            at = found + 1
    return missing


def _narrow(line: str) -> str:
    """Without what makes a table's columns as wide as they are."""
    line = re.sub(r"([━─])\1+", r"\1", " ".join(line.split()))
    return re.sub(r" *([│┃]) *", r"\1", line)


@attrs.frozen
class Command:
    """A command of a session and the output that is quoted below it."""

    text: str
    quoted: str


def session(block: Block) -> Sequence[Command]:
    """`$ command`, perhaps over several lines that end in a backslash, and the lines until the next one."""
    parts = re.split(r"^\$ ", block.text.replace("\\\n", " "), flags=re.MULTILINE)
    commands = (part.partition("\n") for part in parts if part.strip())
    return [Command(text, quoted) for text, _, quoted in commands]
