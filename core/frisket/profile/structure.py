"""Plain YAML data to the classes of the grammar, with every mistake of a file at once and where each one stands."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator
from typing import Any, Literal

import attrs
from cattrs import AttributeValidationNote, ClassValidationError, Converter, IterableValidationError
from cattrs.cols import list_structure_factory, mapping_structure_factory
from cattrs.errors import BaseValidationError, ForbiddenExtraKeysError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, override

from frisket.errors import Problem, ProfileError
from frisket.profile.document import ColumnDocument, IdentityDocument, ProfileDocument, RuleDocument, StepDocument
from frisket.profile.suggestion import suggest
from frisket.profile.yaml_text import Node, Path, find, find_key, format_path

Document = ProfileDocument | IdentityDocument

_INTEGER = re.compile(r"-?[0-9]{1,10}\Z")
_NEWER_SCHEMA = re.compile(r"[2-9]\Z|[1-9][0-9]{1,3}\Z")


def structure(root: Node, *, file: str) -> Document:
    """A file's document by its `kind`; ProfileError with every problem.

    What a newer schema says is not known here: whatever is wrong with such a file, it is this engine that lacks it.
    """
    plain = root.plain()
    kind, schema = (plain.get("kind"), plain.get("schema")) if isinstance(plain, dict) else (None, None)
    newer = isinstance(schema, str) and _NEWER_SCHEMA.match(schema) is not None
    try:
        if kind == "identity":
            return _CONVERTER.structure(plain, IdentityDocument)
        return _CONVERTER.structure(plain, ProfileDocument)
    except BaseValidationError as error:
        problems = _problems(error, root, file)
        raise ProfileError(tuple(attrs.evolve(problem, lacking=newer) for problem in problems)) from None


def _problems(error: BaseValidationError, root: Node, file: str) -> Iterator[Problem]:
    for path, key, message in _leaves(error, ()):
        node = find_key(root, path) if key else find(root, path)
        yield Problem(file, node.line, node.column, format_path(path), message)


def _leaves(error: BaseException, path: Path) -> Iterator[tuple[Path, bool, str]]:
    """(path, whether its key is meant, message) of every mistake below an error."""
    if isinstance(error, ForbiddenExtraKeysError):
        known = [_yaml_name(field.name) for field in attrs.fields(error.cl)]
        for name in sorted(error.extra_fields):
            yield (*path, name), True, f"unknown key {name!r}{suggest(name, known)}"
    elif isinstance(error, BaseValidationError):
        for inner in error.exceptions:
            yield from _leaves(inner, (*path, *_step_of(inner, error)))
    elif isinstance(error, KeyError):
        yield path[:-1], False, f"the key {path[-1]!r} is missing"
    else:
        yield path, False, str(error)


def _step_of(inner: BaseException, outer: BaseValidationError) -> Path:
    for note in getattr(inner, "__notes__", ()):
        if isinstance(outer, ClassValidationError) and isinstance(note, AttributeValidationNote):
            return (_yaml_name(note.name),)
        if isinstance(outer, IterableValidationError) and isinstance(note, IterableValidationNote):
            return (note.index if isinstance(note.index, int) else str(note.index),)
    return ()


def _yaml_name(name: str) -> str:
    return name.rstrip("_")


def _text(value: object, _: type) -> str:
    if not isinstance(value, str):
        raise ValueError("a single value must stand here")
    return value


def _integer(value: object, _: type) -> int:
    if not isinstance(value, str) or not _INTEGER.match(value):
        raise ValueError(f"{value!r} is not a whole number")
    return int(value)


def _boolean(value: object, _: type) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return value == "true"


def _literal(value: object, literal: Any) -> object:
    known = typing.get_args(literal)
    if value not in known:
        words = " | ".join(map(str, known))
        raise ValueError(f"{value!r} is none of {words}{suggest(str(value), known)}")
    return value


def _step(value: object, _: type) -> StepDocument:
    if isinstance(value, str):
        return StepDocument(value)
    if isinstance(value, dict) and len(value) == 1:
        ((name, argument),) = value.items()
        return StepDocument(name, argument)
    raise ValueError("a step is its name, or its name and its argument: {drop: [...]}")


def _checked(expected: type, words: str, inner: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def hook(value: object, annotation: Any) -> Any:
        if not isinstance(value, expected):
            raise ValueError(f"{words} must stand here")  # a mistake of the text, not of a caller
        return inner(value, annotation)

    return hook


def _has_origin(wanted: object) -> Callable[[Any], bool]:
    return lambda kind: typing.get_origin(kind) is wanted


def _class_hook(cls: type, converter: Converter) -> Callable[[Any, Any], Any]:
    renamed = {field.name: override(rename=_yaml_name(field.name)) for field in attrs.fields(cls)}
    inner: Callable[[Any, Any], Any] = make_dict_structure_fn(cls, converter, **renamed)  # type: ignore[arg-type]  # overrides and flags share **kwargs
    return _checked(dict, "a mapping", inner)


def _build() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    for cls in (RuleDocument, ColumnDocument):
        attrs.resolve_types(cls)  # they hold themselves
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook(bool, _boolean)
    converter.register_structure_hook_func(_has_origin(Literal), _literal)
    converter.register_structure_hook_factory(attrs.has, lambda cls: _class_hook(cls, converter))
    converter.register_structure_hook_factory(
        _has_origin(list),
        lambda kind: _checked(list, "a list", list_structure_factory(kind, converter)),
    )
    converter.register_structure_hook_factory(
        _has_origin(dict),
        lambda kind: _checked(dict, "a mapping", mapping_structure_factory(kind, converter)),
    )
    converter.register_structure_hook(StepDocument, _step)
    return converter


_CONVERTER = _build()
