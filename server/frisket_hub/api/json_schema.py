"""JSON Schema of the wire's classes, for the description that is served; the classes stay the one truth."""

from __future__ import annotations

import enum
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

_SCALARS: Mapping[object, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Any: {},
}


def collect(kind: type[attrs.AttrsInstance], into: dict[str, Any]) -> dict[str, str]:
    """A reference to this class; its schema, and those of the classes in it, are added to `into` by name."""
    if kind.__name__ not in into:
        into[kind.__name__] = {}
        hints = get_type_hints(kind)
        fields = attrs.fields(kind)
        into[kind.__name__] = {
            "type": "object",
            "additionalProperties": False,
            "required": [field.name for field in fields if field.default is attrs.NOTHING],
            "properties": {field.name: _schema(hints[field.name], into) for field in fields},
        }
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _schema(hint: Any, into: dict[str, Any]) -> dict[str, Any]:
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    if isinstance(hint, type) and attrs.has(hint):
        return dict(collect(hint, into))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": _schema(inner[0], into)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(inner[1], into)}
    if origin in (Union, types.UnionType):
        kinds = [_schema(one, into) for one in inner if one is not types.NoneType]
        return {"anyOf": [*kinds, {"type": "null"}]}
    raise TypeError(f"{hint!r} has no JSON Schema here")
