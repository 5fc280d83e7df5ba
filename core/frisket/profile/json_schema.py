"""The JSON Schema of a profile's file, made from the classes of the grammar, for editors."""

from __future__ import annotations

import types
import typing
from typing import Any, Literal

import attrs

from frisket.profile import document
from frisket.profile.steps import CORE_STEPS

_SCALARS: dict[type, dict[str, Any]] = {
    str: {"type": ["string", "number", "boolean"]},  # an editor sees `1.10` as a number; Frisket keeps it as text
    int: {"type": "integer"},
    bool: {"type": "boolean"},
}


def profile_schema() -> dict[str, Any]:
    """JSON Schema 2020-12: a device's or a base's profile, or std/identity."""
    definitions: dict[str, Any] = {"StepDocument": _step()}
    alternatives = [_reference(cls, definitions) for cls in (document.ProfileDocument, document.IdentityDocument)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "frisket.profile/1",
        "title": "A Frisket profile",
        "oneOf": alternatives,
        "$defs": definitions,
    }


def _reference(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}  # holds the place for a class that holds itself
        definitions[cls.__name__] = _object(cls, definitions)
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    fields = attrs.fields(attrs.resolve_types(cls))
    schema: dict[str, Any] = {
        "type": "object",
        "description": (cls.__doc__ or "").split("\n")[0],
        "additionalProperties": False,
        "properties": {field.name.rstrip("_"): _type(field.type, definitions) for field in fields},
    }
    required = [field.name.rstrip("_") for field in fields if field.default is attrs.NOTHING]
    return {**schema, "required": required} if required else schema


def _type(annotation: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (types.UnionType, typing.Union):
        inner = next(argument for argument in arguments if argument is not type(None))
        return _type(inner, definitions)
    if origin is Literal:
        return {"enum": [int(word) if word.isdigit() else word for word in arguments]}
    if origin is list:
        return {"type": "array", "items": _type(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(arguments[1], definitions)}
    if attrs.has(annotation):
        return _reference(annotation, definitions)
    return _SCALARS[annotation]


def _step() -> dict[str, Any]:
    """A core step by its name, one of a plugin, or one of either with its argument."""
    names: dict[str, Any] = {"anyOf": [{"enum": sorted(CORE_STEPS)}, {"pattern": r"^[a-z_]\w*\.[a-z_]\w*$"}]}
    with_argument = {"type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": names}
    return {"anyOf": [{"type": "string", **names}, with_argument]}
