"""Selectors: a bounded subset of XPath, walked over the tree step by step.

libxml2's own XPath cannot be interrupted: a page of 500 kB held it for 15 s. Here each node that is visited is paid
for, and a page that costs more than its share is refused. Names and grammar: `select_grammar`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from frisket.errors import DecodeError
from frisket.formats.select_grammar import Axis, Condition, How, Path, Position, Step, parse_selector

if TYPE_CHECKING:
    from frisket.formats.markup import Markup

MAX_VISITS = 200_000
# Looking at so many characters is as much work as visiting a node
_CHARACTERS_A_VISIT = 256

_NO_NAMESPACES: Mapping[str, str] = MappingProxyType({})


@attrs.frozen(eq=False)
class Node:
    """An element that a selector found; another selector can start from it."""

    _element: Any = attrs.field(repr=False)
    html: bool

    @property
    def element(self) -> Any:
        """The element of lxml, for this module alone."""
        return self._element


def _copied(namespaces: Mapping[str, str]) -> Mapping[str, str]:
    return dict(namespaces)


def _sorted(namespaces: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(namespaces.items()))


@attrs.frozen
class Selector:
    """What to look for; ValueError for a text outside the subset. `namespaces` are prefixes and what they stand for."""

    text: str
    namespaces: Mapping[str, str] = attrs.field(default=_NO_NAMESPACES, converter=_copied, eq=_sorted)
    _path: Path = attrs.field(init=False, eq=False, repr=False)

    @_path.default
    def _parsed(self) -> Path:
        return parse_selector(self.text, self.namespaces)

    @property
    def gives_elements(self) -> bool:
        """False where the selector ends in an attribute or text(), from which nothing else can start."""
        return self._path.gives_elements

    def nodes(self, context: Markup | Node) -> list[Node]:
        """Elements in the order of the page. DecodeError where finding them costs too much."""
        if not self.gives_elements:
            raise ValueError(f"{self.text!r} ends in an attribute or text(): it finds texts, no elements")
        walk = _Walk.of(context)
        return [Node(element, context.html) for element in walk.follow(self._path, walk.start)]

    def texts(self, context: Markup | Node) -> list[str]:
        """Attributes and text() as they stand, elements with all the text inside them, without blanks at its ends."""
        walk = _Walk.of(context)
        return [walk.shown(item) for item in walk.follow(self._path, walk.start)]


@attrs.frozen(eq=False)
class _Page:
    """What is above the root: its only child is the root."""

    root: Any


# An element or a text
_Item: TypeAlias = Any


class _Walk:
    """One search in one page, and what is left of its budget."""

    def __init__(self, root: Any, start: Any, *, html: bool) -> None:
        self.page = _Page(root)
        self.start = self.page if start is None else start
        self.html = html
        self.left = MAX_VISITS
        self.order: dict[Any, int] | None = None
        self.fitting: dict[int, Callable[[str], bool]] = {}

    @classmethod
    def of(cls, context: Markup | Node) -> _Walk:
        if isinstance(context, Node):
            return cls(context.element.getroottree().getroot(), context.element, html=context.html)
        return cls(context.root, None, html=context.html)

    def pay(self, visits: int) -> None:
        self.left -= visits
        if self.left < 0:
            raise DecodeError("too costly: the page is too big for this selector")

    def follow(self, path: Path, start: Any) -> list[_Item]:
        """What the path finds, each thing once and in the order of the page."""
        if len(path.steps) == 1 and not path.absolute and start is not self.page:
            return self._shown_page(self._step(path.steps[0], [start]))
        found: list[_Item] = [self.page if path.absolute else start]
        is_level = True
        for step in path.steps:
            if not found:
                return found
            outer, found = found, self._step(step, found)
            # as long as all are equally deep in the page, nothing gets out of its order
            is_level = not step.anywhere and (is_level or len(outer) == 1)
            if not is_level and not step.anywhere and step.axis not in (Axis.ATTRIBUTE, Axis.TEXT):
                found = self._in_order(found)
        return self._shown_page(found)

    def _shown_page(self, found: list[_Item]) -> list[_Item]:
        """What is above the root cannot be shown: the root stands for it."""
        if self.page not in found:
            return found
        return list(dict.fromkeys(self.page.root if item is self.page else item for item in found))

    def _step(self, step: Step, found: list[Any]) -> list[_Item]:
        if step.axis is Axis.ATTRIBUTE:
            return self._attributes(step, self._inside(found) if step.anywhere else found)
        if step.axis is Axis.TEXT:
            return self._texts(self._inside(found) if step.anywhere else found)
        if step.anywhere:
            return self._anywhere(step, found)
        if step.axis is Axis.SELF:
            return found
        if len(found) == 1:
            return self._from(step, found[0])
        return list(dict.fromkeys(inner for outer in found for inner in self._from(step, outer)))

    def _from(self, step: Step, element: Any) -> list[Any]:
        if step.axis is Axis.CHILD:
            return self._picked(step, self._children(element))
        if element is self.page:
            return []
        if step.axis is Axis.FOLLOWING_SIBLING:
            return self._picked(step, list(element.itersiblings()))
        self.pay(1)
        parent = element.getparent()
        return [self.page if parent is None else parent]

    def _children(self, element: Any) -> list[Any]:
        return [self.page.root] if element is self.page else list(element)

    def _picked(self, step: Step, candidates: list[Any]) -> list[Any]:
        """Those of one parent that the step's name and predicates leave."""
        return self._kept(step, self._named(step, candidates))

    def _named(self, step: Step, candidates: list[Any]) -> list[Any]:
        self.pay(len(candidates))
        fits = self.fitting.get(id(step)) or self.fitting.setdefault(id(step), _fitting(step, html=self.html))
        return [candidate for candidate in candidates if fits(candidate.tag)]

    def _kept(self, step: Step, found: list[Any]) -> list[Any]:
        """One predicate after the other; each position counts among those that the ones before it left."""
        for predicate in step.predicates:
            if isinstance(predicate, Position):
                found = found[predicate.number - 1 :][:1]
            else:
                found = [element for element in found if self._holds(predicate, element)]
        return found

    def _anywhere(self, step: Step, found: list[Any]) -> list[Any]:
        """`//name[…]`: positions count among the children of each parent."""
        named = self._named(step, self._inside(found, and_itself=False))
        if not any(isinstance(predicate, Position) for predicate in step.predicates):
            return self._kept(step, named)
        families: dict[Any, list[Any]] = {}
        for element in named:
            families.setdefault(element.getparent(), []).append(element)
        kept = {element for family in families.values() for element in self._kept(step, family)}
        return [element for element in named if element in kept]

    def _inside(self, found: list[Any], *, and_itself: bool = True) -> list[Any]:
        """All that is in these elements, once each, in the order of the page."""
        inside: dict[Any, None] = {}
        for top in found:
            if top in inside:
                continue
            if and_itself:
                inside[top] = None
            inside.update(dict.fromkeys(top.root.iter() if top is self.page else top.iterdescendants()))
        self.pay(len(inside))
        return list(inside)

    def _attributes(self, step: Step, elements: list[Any]) -> list[str]:
        self.pay(len(elements))
        name = step.name.tag(html=self.html)
        values = (element.get(name) for element in elements if element is not self.page)
        return [value for value in values if value is not None]

    def _texts(self, parents: list[Any]) -> list[str]:
        """text() of all these; one may be inside another."""
        wanted = {parent for parent in parents if parent is not self.page}
        pieces: list[str] = []
        for parent in parents:
            if parent in wanted and not self._is_inside(parent, wanted):
                self._gather_own(parent, pieces, wanted)
        return pieces

    def _is_inside(self, element: Any, others: Container[Any]) -> bool:
        for outer in element.iterancestors():
            self.pay(1)
            if outer in others:
                return True
        return False

    def _holds(self, condition: Condition, element: Any) -> bool:
        found = self.follow(condition.path, element)
        if condition.how is How.EXISTS:
            return bool(found)
        if condition.how is How.EQUALS:
            return any(self.shown(item) == condition.value for item in found)
        first = self.shown(found[0]) if found else ""
        return condition.value in first if condition.how is How.CONTAINS else first.startswith(condition.value)

    def shown(self, item: _Item) -> str:
        """The text that an item stands for."""
        if isinstance(item, str):
            self.pay(len(item) // _CHARACTERS_A_VISIT)
            return item
        pieces: list[str] = []
        self._gather(item, pieces)
        text = "".join(pieces)
        self.pay(len(text) // _CHARACTERS_A_VISIT)
        return text.strip()

    def _gather(self, element: Any, pieces: list[str]) -> None:
        """All the text in an element."""
        children = list(element) if len(element) else ()
        self.pay(1 + len(children))
        if element.text:
            pieces.append(element.text)
        for child in children:
            if len(child):
                self._gather(child, pieces)
            elif child.text:
                pieces.append(child.text)
            if child.tail:
                pieces.append(child.tail)

    def _gather_own(self, element: Any, pieces: list[str], of: Container[Any]) -> None:
        """Of the texts in an element those that stand directly in certain elements."""
        self.pay(1)
        if element in of and element.text:
            pieces.append(element.text)
        for child in element:
            self._gather_own(child, pieces, of)
            if element in of and child.tail:
                pieces.append(child.tail)

    def _in_order(self, found: list[Any]) -> list[Any]:
        if len(found) < 2:
            return found
        if self.order is None:
            self.order = {element: number for number, element in enumerate((self.page, *self.page.root.iter()))}
            self.pay(len(self.order))
        return sorted(found, key=self.order.__getitem__)


def _fitting(step: Step, *, html: bool) -> Callable[[str], bool]:
    """Whether a name of lxml's, `{namespace}local`, is the step's."""
    name = step.name
    if name.local == "*":
        return bool
    if name.namespace is not None:
        return name.tag(html=html).__eq__
    local = name.local.lower() if html else name.local
    end = f":{local}" if html else f"}}{local}"
    return lambda tag: tag == local or tag.endswith(end)
