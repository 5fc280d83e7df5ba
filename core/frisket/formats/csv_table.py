"""Tables that devices export as CSV: a header and rows, separated by comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from frisket.errors import DecodeError
from frisket.formats.reading import page_text

MAX_ROWS = 2_048
MAX_COLUMNS = 512


def parse_csv(octets: bytes) -> list[Mapping[str, str]]:
    """Each row by the header's names, without blanks at the ends of a cell.

    The first row that is not empty is the header. A short row lacks its last columns; cells beyond the header, or
    under an empty name, have no name to go by. The first of two columns with one name counts.
    """
    rows = _rows(page_text(octets))
    header = next(rows, None)
    if header is None:
        raise DecodeError("not CSV: there is no header row")
    if header[0].startswith("<"):
        raise DecodeError("not CSV but markup")
    return [_named(header, row) for row in rows]


def _rows(text: str) -> Iterator[list[str]]:
    """The rows that are not empty, the header among them."""
    if "\x00" in text:
        raise DecodeError("not CSV: it holds a NUL")
    count = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True):
            count += 1
            if len(row) > MAX_COLUMNS or count > MAX_ROWS + 1:
                raise DecodeError(f"CSV of more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns")
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield cells
    except csv.Error as error:
        raise DecodeError(f"not CSV: {error}, in row {count + 1}") from None


def _separator(text: str) -> str:
    """What stands most often in the first line that is not empty, outside quotes; a comma where nothing does."""
    line = next((line for line in io.StringIO(text) if line.strip()), "")
    bare = "".join(line.split('"')[::2])
    return max(",;\t", key=bare.count)


def _named(header: list[str], row: list[str]) -> Mapping[str, str]:
    named: dict[str, str] = {}
    for name, cell in zip(header, row, strict=False):
        if name:
            named.setdefault(name, cell)
    return named
