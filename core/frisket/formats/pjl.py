"""PJL (PJL Technical Reference): the few queries that only read, and references to what their answers say.

No other command of PJL is made anywhere in Frisket: INQUIRE, ECHO, SET and their kin cannot be written with this
module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

# Universal Exit Language: what every conversation begins and ends with
UEL = b"\x1b%-12345X"
# INFO only looks (PJL Technical Reference, "Status readback commands"); makers added PRODINFO, SUPPLIES and LOG
READ_ONLY = (
    "CONFIG",
    "FILESYS",
    "ID",
    "LOG",
    "MEMORY",
    "PAGECOUNT",
    "PRODINFO",
    "STATUS",
    "SUPPLIES",
    "USTATUS",
    "VARIABLES",
)
_QUERIES = frozenset(f"INFO {category}" for category in READ_ONLY)

_REFERENCE = re.compile(
    r"(?P<category>[A-Z]{2,16})"
    r"(?:\[(?P<section>\*|[0-9]{1,3})\])?"
    r"(?:\.(?:(?P<all>\*)|'(?P<quoted>[^'\x00-\x1f\x7f]{1,64})'|(?P<bare>[A-Za-z0-9_:-]{1,64})))?\Z"
)
# `COPIES=1 [2 RANGE]`, `INTRAY1SIZE=LETTER [9 ENUMERATED READONLY]`
_CHOICES = re.compile(r"\s*\[[0-9]{1,6} [A-Z ]{1,40}\]\s*\Z")
_SECTION = re.compile(r"\[(?P<name>[^\[\]=]{1,64})\]\Z")


def query_bytes(queries: Sequence[str]) -> bytes:
    """`INFO ID` and its kin as a printer takes them; ValueError for whatever is no query of the closed list."""
    for query in queries:
        if query not in _QUERIES:
            raise ValueError(f"{query!r} is no PJL query that only reads; those are INFO {', '.join(READ_ONLY)}")
    lines = "".join(f"@PJL {query}\r\n" for query in queries)
    return UEL + lines.encode("ascii") + UEL


@attrs.frozen
class PjlRef:
    """What a profile writes to name a value in an answer.

    `PAGECOUNT`             the only value of the answer, bare, quoted or behind `PAGECOUNT=`
    `STATUS.DISPLAY`        the value of a key; `CONFIG.'SERIAL NUMBER'` where the key has spaces
    `SUPPLIES.*`            the name of each key
    `SUPPLIES[*]`           the name of each section: a line with indented lines below it, or `[NAME]`
    `SUPPLIES[2].LEVEL`     the value of a key in the second section; `[*].LEVEL` in each of them
    """

    text: str
    category: str = attrs.field(init=False, eq=False)
    _section: str | None = attrs.field(init=False, eq=False, repr=False)
    _key: str | None = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """ValueError for a text that is no reference."""
        found = _REFERENCE.match(self.text)
        if found is None or found["category"] not in READ_ONLY:
            raise ValueError(f"{self.text!r} is no PJL reference, such as PAGECOUNT or CONFIG.'SERIAL NUMBER'")
        if found["section"] is not None and found["section"] != "*" and int(found["section"]) == 0:
            raise ValueError(f"{self.text!r}: sections count from 1")
        key = found["all"] or found["quoted"] or found["bare"]
        object.__setattr__(self, "category", found["category"])
        object.__setattr__(self, "_section", found["section"])
        object.__setattr__(self, "_key", None if key is None else _normal(key))

    @property
    def query(self) -> str:
        """The query whose answer this is about: `INFO PAGECOUNT`."""
        return f"INFO {self.category}"

    def find(self, text_by_category: Mapping[str, str]) -> list[str]:
        """Every value that the reference names, in their order; `?` and empty ones are no values."""
        lines = [line for line in text_by_category.get(self.category, "").splitlines() if line.strip()]
        if self._section is not None:
            found = self._in_sections(lines)
        elif self._key is None:
            found = _sole(lines, self.category)
        else:
            found = _of_key(lines, self._key)
        return [value for value in found if value not in ("", "?")]

    def parts(self, text_by_category: Mapping[str, str]) -> list[Mapping[str, str]]:
        """Each section as an answer of its own, in which its name stands under the key `@SECTION`."""
        lines = [line for line in text_by_category.get(self.category, "").splitlines() if line.strip()]
        return [
            {self.category: "\n".join([f"@SECTION={name}", *(line.strip() for line in inner)])}
            for name, inner in _sections(lines)
        ]

    def _in_sections(self, lines: Sequence[str]) -> list[str]:
        sections = list(_sections(lines))
        if self._section is not None and self._section != "*":
            number = int(self._section)
            sections = sections[number - 1 : number]
        if self._key is None:
            return [name for name, _ in sections]
        return [value for _, inner in sections for value in _of_key(inner, self._key)]


def _sole(lines: Sequence[str], category: str) -> list[str]:
    """The value of an answer that has one line, or has the line `PAGECOUNT=…` among others."""
    pairs = [_pair(line) for line in lines]
    named = [value for key, value in pairs if key == category]
    return named[:1] or ([pairs[0][1]] if len(pairs) == 1 else [])


def _of_key(lines: Sequence[str], key: str) -> list[str]:
    pairs = [(name, value) for name, value in map(_pair, lines) if name is not None]
    return [name for name, _ in pairs] if key == "*" else [value for name, value in pairs if name == key]


def _pair(line: str) -> tuple[str | None, str]:
    """`KEY=VALUE` as (key, value); None for the key of a line that has none."""
    key, equals, value = line.partition("=")
    if not equals or line.lstrip().startswith('"') or not key.strip():
        return None, _value(line)
    return _normal(key), _value(value)


def _value(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        inner = text[1:].rpartition('"')
        return (inner[0] if inner[1] else text[1:]).strip()
    return _CHOICES.sub("", text).strip()


def _normal(key: str) -> str:
    return " ".join(key.upper().split())


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """(name, lines) of each part of an answer that has parts."""
    name, inner, begun = "", [], False
    for at, line in enumerate(lines):
        bracketed = _SECTION.match(line.strip())
        if bracketed is None and (line[0] in " \t" or (begun and not _heads(lines, at))):
            inner.append(line)
            continue
        if name and inner:
            yield name, inner
        begun = bracketed is not None
        name, inner = bracketed["name"].strip() if bracketed else _heading(line), []
    if name and inner:
        yield name, inner


def _heads(lines: Sequence[str], at: int) -> bool:
    return at + 1 < len(lines) and lines[at][0] not in " \t" and lines[at + 1][0] in " \t"


def _heading(line: str) -> str:
    """`OUTPUT BINS [2 ENUMERATED]` is called OUTPUT BINS, `SUPPLY=BLACK` BLACK."""
    key, value = _pair(line)
    return value if value or key is None else key
