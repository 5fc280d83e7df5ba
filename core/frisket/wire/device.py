"""Device documents to and from JSON-ready data, and the JSON Schema that both sides can check them with."""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from cattrs import Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from frisket.errors import DocumentError
from frisket.model import labels
from frisket.model.device import MAX_ROWS, SCHEMA, TWELVE_FIELDS, Alert, Device, Level, PageCount, Supply

_TIME = "%Y-%m-%dT%H:%M:%SZ"


def to_document(device: Device) -> dict[str, Any]:
    """`frisket.device/1` as nested dicts and lists, in the order of the contract; `masked` only when not empty."""
    document: dict[str, Any] = {"schema": SCHEMA, **_CONVERTER.unstructure(device)}
    if not device.masked:
        del document["masked"]
    return document


def from_document(document: Mapping[str, Any]) -> Device:
    """DocumentError with every breach of the schema: a field outside it, a wrong type, a value out of its list."""
    if not isinstance(document, Mapping):
        raise DocumentError(("a device document is an object",))
    if document.get("schema") != SCHEMA:
        raise DocumentError((f"schema {document.get('schema')!r} is not {SCHEMA}",))
    try:
        return _CONVERTER.structure({key: value for key, value in document.items() if key != "schema"}, Device)
    except BaseValidationError as error:
        raise DocumentError(tuple(transform_error(error, path="device"))) from None


def _build() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _strict)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook_factory(
        _is_tuple,
        lambda kind: _rows(homogenous_tuple_structure_factory(kind, converter)),
    )
    converter.register_structure_hook(dt.datetime, _parse_time)
    converter.register_unstructure_hook(dt.datetime, lambda time: time.strftime(_TIME))
    renamed = override(rename="class")
    converter.register_structure_hook(Supply, make_dict_structure_fn(Supply, converter, class_=renamed))
    converter.register_unstructure_hook(Supply, make_dict_unstructure_fn(Supply, converter, class_=renamed))
    return converter


def _strict(value: object, kind: type) -> object:
    """No conversions: the text "5" is not a number, and true is not 1."""
    if type(value) is not kind:
        raise ValueError(f"{value!r} is not of type {kind.__name__}")
    return value


def _is_tuple(kind: Any) -> bool:
    return typing.get_origin(kind) is tuple


def _rows(inner: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def hook(value: object, kind: Any) -> Any:
        if not isinstance(value, list):
            raise ValueError(f"{value!r:.60} is not a list")
        if len(value) > MAX_ROWS:
            raise ValueError(f"{len(value)} rows are more than {MAX_ROWS}")
        return inner(value, kind)

    return hook


def _number(value: object, _: type) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _parse_time(value: object, _: type) -> dt.datetime:
    try:
        return dt.datetime.strptime(str(value), _TIME).replace(tzinfo=dt.UTC)
    except ValueError:
        raise ValueError(f"{value!r} is not a UTC time such as 2026-11-21T19:07:00Z") from None


_CONVERTER = _build()


# --- JSON Schema -------------------------------------------------------------------------------

_WORDS: Mapping[tuple[type, str], tuple[str, ...]] = {
    (PageCount, "function"): labels.FUNCTIONS,
    (PageCount, "color"): labels.COLORS,
    (PageCount, "sides"): labels.SIDES,
    (PageCount, "size"): labels.SIZES,
    (PageCount, "unit"): labels.PAGE_COUNT_UNITS,
    (Level, "state"): labels.LEVEL_STATES,
    (Level, "unit"): tuple(labels.SUPPLY_UNITS.values()),
    (Supply, "type"): tuple(labels.SUPPLY_TYPES.values()),
    (Supply, "class_"): ("consumed", "receptacle"),
    (Alert, "severity"): tuple(labels.ALERT_SEVERITIES.values()),
    (Alert, "group"): tuple(labels.ALERT_GROUPS.values()),
    (Device, "masked"): TWELVE_FIELDS,
}


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of `frisket.device/1`, made from the classes."""
    schema = _object(Device)
    schema["properties"] = {"schema": {"const": SCHEMA}, **schema["properties"]}
    schema["required"] = ["schema", *(name for name in schema["required"] if name != "masked")]
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, "title": "A device document"}
    return {**title, **schema}


def _object(cls: type[attrs.AttrsInstance]) -> dict[str, Any]:
    resolved = attrs.fields(attrs.resolve_types(cls))
    properties = {field.name.rstrip("_"): _property(cls, field) for field in resolved}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _property(cls: type, field: attrs.Attribute[Any]) -> dict[str, Any]:
    words = _WORDS.get((cls, field.name))
    nullable = "None" in str(field.type)
    if field.name == "read_at":
        return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
    inner = getattr(field.type, "__args__", (field.type,))[0]
    if str(field.type).startswith("tuple"):
        items = {"enum": list(dict.fromkeys(words))} if words else _type_of(inner)
        return {"type": "array", "maxItems": MAX_ROWS, "items": items}
    if words:
        return {"enum": [*dict.fromkeys(words), *([None] if nullable else [])]}
    kind = _type_of(inner)
    if nullable:
        kind["type"] = [kind["type"], "null"]
    if field.name == "percent":
        return {**kind, "minimum": 0, "maximum": 100}
    return {**kind, "minimum": 0} if field.name in ("value", "remaining", "capacity") else kind


def _type_of(kind: Any) -> dict[str, Any]:
    if attrs.has(kind):
        return _object(kind)
    return {"type": {str: "string", int: "integer", float: "number"}[kind]}
