"""The text of a selector as steps; `select` walks them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import NoReturn, TypeAlias

import attrs

MAX_TEXT = 500
MAX_ANYWHERE = 2
MAX_NESTING = 4


class Axis(Enum):
    """Where a step looks, seen from where the one before ended."""

    CHILD = "child"
    SELF = "."
    PARENT = ".."
    FOLLOWING_SIBLING = "following-sibling"
    ATTRIBUTE = "@"
    TEXT = "text()"


class How(Enum):
    """What a condition wants of what its path finds."""

    EXISTS = "exists"
    EQUALS = "="
    CONTAINS = "contains"
    STARTS_WITH = "starts-with"


@attrs.frozen
class Name:
    """`local` may be `*`; a `namespace` of None is any. In HTML a prefix is a part of the name."""

    local: str
    namespace: str | None = ""
    prefix: str = ""

    def tag(self, *, html: bool) -> str:
        """As lxml writes the names of elements and attributes."""
        if html:
            return f"{self.prefix}:{self.local}".lower() if self.prefix else self.local.lower()
        return f"{{{self.namespace}}}{self.local}" if self.namespace else self.local


@attrs.frozen
class Position:
    """One of those that a step has found so far, counted from 1; 0 is the last."""

    number: int


@attrs.frozen
class Condition:
    """What must be true of an element for it to stay."""

    path: Path
    how: How
    value: str = ""


Predicate: TypeAlias = "Position | Condition"


@attrs.frozen
class Step:
    """One step; `anywhere` is the `//` in front of it."""

    axis: Axis
    name: Name = Name("*", None)
    anywhere: bool = False
    predicates: tuple[Predicate, ...] = ()


@attrs.frozen
class Path:
    """Steps from where one stands, or from the top of the page."""

    absolute: bool
    steps: tuple[Step, ...]

    @property
    def gives_elements(self) -> bool:
        return self.steps[-1].axis not in (Axis.ATTRIBUTE, Axis.TEXT)


def parse_selector(text: str, namespaces: Mapping[str, str]) -> Path:
    """ValueError says what is outside the subset, and where."""
    if len(text) > MAX_TEXT:
        raise ValueError(f"a selector of {len(text)} characters; at most {MAX_TEXT} are read")
    reader = _Reader(text, namespaces)
    path = reader.path()
    if reader.at < len(text):
        reader.fail("'/', '[' or the end is expected here")
    return path


_NAME = re.compile(r"[^\W\d][\w.-]*")
_NUMBER = re.compile(r"[0-9]{1,5}")
_COMPARED = {"contains": How.CONTAINS, "starts-with": How.STARTS_WITH}


class _Reader:
    """Reads the grammar from left to right, one method for each of its parts."""

    def __init__(self, text: str, namespaces: Mapping[str, str]) -> None:
        self.text = text
        self.at = 0
        self.namespaces = namespaces
        self.anywhere = 0
        self.nesting = 0

    def fail(self, reason: str, at: int | None = None) -> NoReturn:
        raise ValueError(f"{self.text!r}, position {(self.at if at is None else at) + 1}: {reason}")

    def path(self) -> Path:
        self._blanks()
        absolute = self._ahead("/")
        steps = [self._step(anywhere=self._slashes() if absolute else False)]
        while self._ahead("/"):
            if steps[-1].axis in (Axis.ATTRIBUTE, Axis.TEXT):
                self.fail(f"nothing can follow {'an attribute' if steps[-1].axis is Axis.ATTRIBUTE else 'text()'}")
            steps.append(self._step(anywhere=self._slashes()))
        return Path(absolute, tuple(steps))

    def _slashes(self) -> bool:
        if not self._take("//"):
            self._expect("/")
            return False
        self.anywhere += 1
        if self.anywhere > MAX_ANYWHERE:
            self.fail(f"at most {MAX_ANYWHERE} '//' can be used", self.at - 2)
        return True

    def _step(self, *, anywhere: bool) -> Step:
        self._blanks()
        start = self.at
        step = self._bare_step(anywhere=anywhere)
        if anywhere and step.axis in (Axis.SELF, Axis.PARENT, Axis.FOLLOWING_SIBLING):
            self.fail("only a name, '*', '@name' or text() can follow '//'", start)
        self._blanks()
        if step.axis not in (Axis.CHILD, Axis.FOLLOWING_SIBLING):
            if self._ahead("["):
                self.fail("only a name or '*' can have a predicate")
            return step
        predicates: list[Predicate] = []
        while self._ahead("["):
            predicates.append(self._predicate())
            self._blanks()
        return attrs.evolve(step, predicates=tuple(predicates))

    def _bare_step(self, *, anywhere: bool) -> Step:
        if self._take(".."):
            return Step(Axis.PARENT, anywhere=anywhere)
        if self._take("."):
            return Step(Axis.SELF, anywhere=anywhere)
        if self._take("@"):
            return Step(Axis.ATTRIBUTE, self._attribute_name(), anywhere=anywhere)
        if self._take("text()"):
            return Step(Axis.TEXT, anywhere=anywhere)
        if self._take("following-sibling::"):
            return Step(Axis.FOLLOWING_SIBLING, self._name(), anywhere=anywhere)
        return Step(Axis.CHILD, self._name(), anywhere=anywhere)

    def _attribute_name(self) -> Name:
        start = self.at
        name = self._name()
        if name.namespace is None:
            self.fail("an attribute goes by its name, without '*'", start)
        return name

    def _name(self) -> Name:
        if self._take("*:"):
            return Name(self._plain_name(), None)
        if self._take("*"):
            return Name("*", None)
        start = self.at
        first = self._plain_name()
        if self._ahead("::"):
            self.fail(f"the axis {first}:: cannot be used; following-sibling:: can", start)
        if self._ahead("("):
            self.fail(f"{first}() cannot be used here", start)
        if not self._take(":"):
            return Name(first)
        if first not in self.namespaces:
            known = ", ".join(sorted(self.namespaces)) or "none"
            self.fail(f"the prefix {first!r} is not declared (declared: {known})", start)
        return Name(self._plain_name(), self.namespaces[first], first)

    def _plain_name(self) -> str:
        match = _NAME.match(self.text, self.at)
        if match is None:
            self.fail("a name is missing")
        self.at = match.end()
        return match[0]

    def _predicate(self) -> Predicate:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            self.fail(f"predicates can be nested {MAX_NESTING} deep")
        self._expect("[")
        self._blanks()
        found = self._position() or self._condition()
        self._blanks()
        self._expect("]")
        self.nesting -= 1
        return found

    def _position(self) -> Position | None:
        if self._take("last()"):
            return Position(0)
        number = _NUMBER.match(self.text, self.at)
        if number is None:
            return None
        if int(number[0]) == 0:
            self.fail("positions count from 1")
        self.at = number.end()
        return Position(int(number[0]))

    def _condition(self) -> Condition:
        for function, how in _COMPARED.items():
            if self._take(f"{function}("):
                path = self.path()
                self._expect(",")
                value = self._literal()
                self._expect(")")
                return Condition(path, how, value)
        path = self.path()
        self._blanks()
        return Condition(path, How.EQUALS, self._literal()) if self._take("=") else Condition(path, How.EXISTS)

    def _literal(self) -> str:
        self._blanks()
        quote = self.text[self.at : self.at + 1]
        end = self.text.find(quote, self.at + 1) if quote in ("'", '"') else -1
        if end < 0:
            self.fail('a text in quotes is missing, as in "v"')
        value = self.text[self.at + 1 : end]
        self.at = end + 1
        self._blanks()
        return value

    def _blanks(self) -> None:
        while self._ahead(" "):
            self.at += 1

    def _ahead(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    def _take(self, token: str) -> bool:
        taken = self._ahead(token)
        self.at += len(token) if taken else 0
        return taken

    def _expect(self, token: str) -> None:
        self._blanks()
        if not self._take(token):
            self.fail(f"{token!r} is expected here")
