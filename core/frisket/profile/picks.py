"""Picks: how a profile finds values, or rows, in a reply: by selector, JSON path, CSV column, PJL key, IPP attribute.

The readers of pages are imported when the first page is read: most scans need none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import attrs

from frisket.formats.charset import decode
from frisket.formats.json_path import JsonPath
from frisket.formats.pjl import PjlRef
from frisket.formats.select import Selector
from frisket.model.answers import SnmpValue
from frisket.model.request import Reply

# What a pick gives to the first step of a pipe
Raw = SnmpValue | str | float


class Pick(Protocol):
    """`page` is a whole reply as `read_page` gives it, or one of the `parts` of another pick."""

    @property
    def text(self) -> str:
        """What the profile says."""

    def values(self, page: Any) -> list[Raw]:
        """DecodeError where the page makes looking too costly."""

    def parts(self, page: Any) -> Sequence[Any]:
        """What a row can be made of."""


@attrs.frozen
class SelectPick:
    """Of XML and HTML."""

    selector: Selector

    @property
    def text(self) -> str:
        return self.selector.text

    def values(self, page: Any) -> list[Raw]:
        return list(self.selector.texts(page))

    def parts(self, page: Any) -> Sequence[Any]:
        return self.selector.nodes(page)


@attrs.frozen
class JsonPick:
    """Of JSON, and of what embedded servers call so. Only single values are values."""

    path: JsonPath

    @property
    def text(self) -> str:
        return self.path.text

    def values(self, page: Any) -> list[Raw]:
        found = (_plain(one.value) for one in self.path.find(page))
        return [value for value in found if value is not None]

    def parts(self, page: Any) -> Sequence[Any]:
        return self.path.find(page)


@attrs.frozen
class CsvPick:
    """Of CSV, by the title of the column."""

    column: str

    @property
    def text(self) -> str:
        return self.column

    def values(self, page: Any) -> list[Raw]:
        rows = [page] if isinstance(page, Mapping) else page
        return [row[self.column] for row in rows if row.get(self.column)]

    def parts(self, page: Any) -> Sequence[Any]:
        return list(page)


@attrs.frozen
class PjlPick:
    """Of the answers to `@PJL INFO`, by category and key."""

    ref: PjlRef

    @property
    def text(self) -> str:
        return self.ref.text

    def values(self, page: Any) -> list[Raw]:
        return list(self.ref.find(page))

    def parts(self, page: Any) -> Sequence[Any]:
        return self.ref.parts(page)


@attrs.frozen
class IppPick:
    """Of an IPP printer's attributes: `marker-levels`, `printer-supply.level` (a key of a `key=value;` list),
    `media-col-default.media-type` (a member of a collection).
    """

    text: str

    def values(self, page: Any) -> list[Raw]:
        name, _, inner = self.text.partition(".")
        found = page.get(name, ())
        for member in filter(None, inner.split(".")):
            found = [value for one in found for value in _members(one, member)]
        values = (_plain(value) for value in found)
        return [value for value in values if value is not None]

    def parts(self, page: Any) -> Sequence[Any]:
        return [{self.text: (value,)} for value in page.get(self.text, ())]


def _members(value: Any, name: str) -> Sequence[Any]:
    """The member of a collection, or the value under a key of a PWG 5100.13 `key=value;` list."""
    if isinstance(value, Mapping):
        inner = value.get(name, ())
        return inner if isinstance(inner, tuple) else (inner,)
    if isinstance(value, (bytes, str)):
        from frisket.formats.ipp import parse_supply  # noqa: PLC0415  # see the top of the module

        inner = parse_supply(value if isinstance(value, bytes) else value.encode()).get(name)
        return () if inner is None else (inner,)
    return ()


def _plain(value: Any) -> Raw | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, (int, float, str, bytes)) else None


# --- replies -----------------------------------------------------------------------------------


def read_page(form: str, replies: Sequence[Reply]) -> Any:
    """The replies to one request, read by its form; DecodeError where they are not what the form promises."""
    return _READERS[form](replies)


def _xml(replies: Sequence[Reply]) -> Any:
    from frisket.formats.markup import parse_xml  # noqa: PLC0415

    return parse_xml(replies[0].octets)


def _html(replies: Sequence[Reply]) -> Any:
    from frisket.formats.markup import parse_html  # noqa: PLC0415

    return parse_html(replies[0].octets, media_type=replies[0].media_type)


def _json(replies: Sequence[Reply]) -> Any:
    from frisket.formats.loose_json import parse_json  # noqa: PLC0415

    return parse_json(replies[0].octets)


def _csv(replies: Sequence[Reply]) -> Any:
    from frisket.formats.csv_table import parse_csv  # noqa: PLC0415

    return parse_csv(replies[0].octets)


def _pjl(replies: Sequence[Reply]) -> Any:
    return {reply.name.removeprefix("INFO "): decode(reply.octets, None) for reply in replies}


def _ipp(replies: Sequence[Reply]) -> Any:
    from frisket.formats.ipp import decode_response  # noqa: PLC0415

    return decode_response(replies[0].octets).attributes


_READERS = {"xml": _xml, "html": _html, "json": _json, "csv": _csv, "pjl": _pjl, "ipp": _ipp}
# The pick that each form of reply takes
PICKS_BY_FORM = {"xml": "select", "html": "select", "json": "json", "csv": "csv", "pjl": "pjl", "ipp": "ipp"}
