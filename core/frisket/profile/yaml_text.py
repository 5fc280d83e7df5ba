"""YAML text to a tree of nodes that know where they stand. The only door for YAML.

Scalars stay text, so `1.10` and `NO` stay what their author wrote. Anchors, aliases, tags, duplicate keys and documents
beyond the limits are refused before anything is built from them.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import attrs
import yaml

from frisket.errors import Problem, ProfileError

MAX_BYTES = 256 * 1024
MAX_NODES = 20_000
MAX_DEPTH = 24

# libyaml's parser where PyYAML was built with it, five times as fast; the pure one reads the same language
_Parser: type[yaml.Loader] = getattr(yaml, "CLoader", yaml.Loader)

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"


@attrs.frozen(eq=False)
class Node:
    """A scalar with its `text`, a sequence with its `items`, or a mapping with its `entries`; places count from 1."""

    kind: str
    line: int
    column: int
    text: str = ""
    items: tuple[Node, ...] = ()
    entries: tuple[tuple[Node, Node], ...] = ()

    def plain(self) -> Plain:
        """Nested dicts, lists and strings."""
        if self.kind == "mapping":
            return {key.text: value.plain() for key, value in self.entries}
        return [item.plain() for item in self.items] if self.kind == "sequence" else self.text


Path: TypeAlias = tuple[str | int, ...]


def format_path(path: Path) -> str:
    """`("fields", "model", "from", 0)` to `$.fields.model.from[0]`."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def find(root: Node, path: Path) -> Node:
    """The deepest node on a path: what stands there, or what holds the place where it is missing."""
    node = root
    for part in path:
        if isinstance(part, int):
            inner = node.items[part] if part < len(node.items) else None
        else:
            inner = next((value for key, value in node.entries if key.text == part), None)
        if inner is None:
            return node
        node = inner
    return node


def find_key(root: Node, path: Path) -> Node:
    """As `find`, but the key itself where the path ends in one."""
    holder = find(root, path[:-1])
    return next((key for key, _ in holder.entries if key.text == path[-1]), holder)


def load(text: str, *, file: str) -> Node:
    """The text's one document; ProfileError with the place of whatever is wrong with it."""
    return _Composer(file).compose(text)


def load_plain(text: str, *, file: str) -> Plain:
    """As `load`, for those who need no places."""
    return load(text, file=file).plain()


@attrs.define
class _Composer:
    """Builds nodes from parser events, so that limits hold while reading and not after it."""

    file: str
    nodes: int = 0

    def compose(self, text: str) -> Node:
        if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
            raise self._error(1, 1, f"the file is larger than {MAX_BYTES // 1024} kB")
        try:
            root = self._read(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise self._error(line, column, f"not YAML: {error.problem or error.context}") from None
        except (yaml.YAMLError, UnicodeError) as error:
            line, column = _first_unprintable(text)
            raise self._error(line, column, f"not YAML: {' '.join(str(error).split())}") from None
        if root is None or root.kind != "mapping":
            raise self._error(1, 1, "a mapping must stand here, a `key: value` in each line")
        return root

    def _read(self, text: str) -> Node | None:
        root: Node | None = None
        stack: list[tuple[Node, list[Node]]] = []  # the open collections and what they hold so far
        documents = 0
        for event in yaml.parse(text, Loader=_Parser):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refuse(event, "a second document begins; a file holds one")
            elif isinstance(event, yaml.CollectionEndEvent):
                node = self._close(*stack.pop())
                root = self._add(node, stack) or root
            elif isinstance(event, yaml.NodeEvent):
                node = self._open(event, len(stack))
                if isinstance(event, yaml.ScalarEvent):
                    root = self._add(node, stack) or root
                else:
                    stack.append((node, []))
        return root

    def _add(self, node: Node, stack: list[tuple[Node, list[Node]]]) -> Node | None:
        if not stack:
            return node
        stack[-1][1].append(node)
        return None

    def _open(self, event: yaml.NodeEvent, depth: int) -> Node:
        self.nodes += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._refuse(event, "anchors and aliases are not part of the language; write the value out")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._refuse(event, f"tags such as {tag} are not part of the language")
        if self.nodes > MAX_NODES:
            raise self._refuse(event, f"the file has more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise self._refuse(event, f"values are nested more than {MAX_DEPTH} deep")
        kind = {yaml.ScalarEvent: "scalar", yaml.SequenceStartEvent: "sequence"}.get(type(event), "mapping")
        line, column = _place(event)
        return Node(kind, line, column, text=getattr(event, "value", ""))

    def _close(self, node: Node, held: list[Node]) -> Node:
        if node.kind == "sequence":
            return attrs.evolve(node, items=tuple(held))
        entries = tuple(zip(held[::2], held[1::2], strict=True))
        seen: set[object] = set()
        for key, _ in entries:
            if key.kind != "scalar":
                raise self._error(key.line, key.column, "a key must be a plain word")
            if key.text in seen:
                raise self._error(key.line, key.column, f"the key {key.text!r} stands here a second time")
            seen.add(key.text)
        return attrs.evolve(node, entries=entries)

    def _refuse(self, event: yaml.Event, message: str) -> ProfileError:
        return self._error(*_place(event), message)

    def _error(self, line: int, column: int, message: str) -> ProfileError:
        return ProfileError((Problem(self.file, line, column, "$", message),))


def _first_unprintable(text: str) -> tuple[int, int]:
    """Where the first character stands that YAML 1.1 does not allow; its reader tells no line."""
    found = _UNPRINTABLE.search(text)
    before = text[: found.start()] if found else ""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _place(event: yaml.Event) -> tuple[int, int]:
    """Line and column of an event; every event of a parsed text has a mark."""
    mark = event.start_mark
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
