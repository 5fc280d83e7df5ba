"""Device documents as JSON: there and back, what breaks the schema, and the schema itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import pytest
from hypothesis import given
from tests.strategies import READ_AT, devices

from frisket.errors import DocumentError
from frisket.model.device import MAX_ROWS, TWELVE_FIELDS, Device
from frisket.wire.device import from_document, json_schema, to_document

# The example of DESIGN 4, as it stands there
EXAMPLE = """
{"schema": "frisket.device/1", "read_at": "2026-11-21T19:07:00Z",
 "manufacturer": "Xerox", "model": "WorkCentre 7845", "serial_number": "3913850890",
 "mac_address": "00:00:aa:01:02:03", "ip_address": "192.0.2.10",
 "system_name": null, "system_location": null, "system_contact": null,
 "page_counts": [{"function": "total", "color": "all", "sides": "all", "size": "all", "unit": "impressions", "value": 178024}],
 "supplies": [{"index": "1.1", "type": "toner", "class": "consumed", "colorant": "black", "description": "Black Toner",
               "level": {"state": "known", "percent": 1.0, "remaining": 260, "capacity": 26000, "unit": "impressions"}}],
 "console_messages": ["Ready"],
 "alerts": [{"severity": "warning", "group": "markerSupplies", "code": 1104, "location": 1, "description": "Toner low"}]}
"""  # noqa: E501  # copied
SUPPLY = {"index": "1.1", "type": "toner", "class": "consumed", "colorant": None, "description": None}
LEVEL = {"state": "known", "percent": None, "remaining": None, "capacity": None, "unit": None}


def example(**changes: object) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(EXAMPLE)
    return {**document, **changes}


def breaches(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What DocumentError says about a document."""
    with pytest.raises(DocumentError) as caught:
        from_document(document)
    return caught.value.problems


def with_level(**changes: object) -> dict[str, Any]:
    return example(supplies=[{**SUPPLY, "level": {**LEVEL, **changes}}])


# --- there and back ----------------------------------------------------------------------------


@given(devices())
def test_a_device_goes_through_json_and_comes_back_the_same(device: Device) -> None:
    assert from_document(json.loads(json.dumps(to_document(device)))) == device


def test_the_example_of_the_design_loads_and_is_written_as_it_stands() -> None:
    document = example()
    device = from_document(document)
    assert device.read_at == READ_AT
    assert device.supplies[0].class_ == "consumed"
    assert device.count("total") == 178024
    assert json.dumps(to_document(device)) == json.dumps(document)


def test_what_the_device_did_not_say_is_null_and_what_the_site_masks_is_listed() -> None:
    document = json.loads(json.dumps(to_document(Device(read_at=READ_AT, masked=("ip_address", "supplies")))))
    assert document["masked"] == ["ip_address", "supplies"]
    assert [document[name] for name in TWELVE_FIELDS[:8]] == [None] * 8
    assert [document[name] for name in TWELVE_FIELDS[8:]] == [[]] * 4
    assert "masked" not in to_document(Device(read_at=READ_AT))


def test_a_whole_percentage_may_come_as_a_whole_number() -> None:
    assert from_document(with_level(percent=50)).supplies[0].level.percent == 50.0


# --- what breaks the schema --------------------------------------------------------------------


@pytest.mark.parametrize("document", [None, [], "text", 5, True])
def test_what_is_no_object_is_no_document(document: Any) -> None:
    assert breaches(document) == ("a device document is an object",)


@pytest.mark.parametrize("schema", [None, "frisket.device/2", 1, ["frisket.device/1"], {}])
def test_another_schema_is_refused_and_named(schema: object) -> None:
    assert breaches(example(schema=schema)) == (f"schema {schema!r} is not frisket.device/1",)


@pytest.mark.parametrize(
    ("document", "field", "place"),
    [
        (example(firmware="1.0"), "firmware", "device"),
        (with_level(raw=-3), "raw", "device.supplies[0].level"),
        (example(supplies=[{**SUPPLY, "level": LEVEL, "serial": "x"}]), "serial", "device.supplies[0]"),
        (example(supplies=[{**SUPPLY, "level": LEVEL, "class_": "consumed"}]), "class_", "device.supplies[0]"),
        (example(alerts=[{"severity": "other", "time": 5}]), "time", "device.alerts[0]"),
        (example(page_counts=[{"function": "total", "value": 1, "source": "x"}]), "source", "device.page_counts[0]"),
    ],
)
def test_a_field_outside_the_schema_is_refused_by_name(document: dict[str, Any], field: str, place: str) -> None:
    assert breaches(document) == (f"extra fields found ({field}) @ {place}",)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (example(model=5), "device.model"),
        (example(model=["x"]), "device.model"),
        (example(serial_number=True), "device.serial_number"),
        (example(read_at="yesterday"), "device.read_at"),
        (example(read_at="2026-11-21T19:07:00+01:00"), "device.read_at"),
        (example(read_at=5), "device.read_at"),
        (example(read_at=None), "device.read_at"),
        (example(alerts=None), "device.alerts"),
        (example(alerts=["toner low"]), "device.alerts[0]"),
        (example(console_messages=[5]), "device.console_messages[0]"),
        (example(page_counts=[{"function": "total", "value": "5"}]), "device.page_counts[0].value"),
        (example(page_counts=[{"function": "total", "value": 5.0}]), "device.page_counts[0].value"),
        (example(page_counts=[{"function": "total", "value": True}]), "device.page_counts[0].value"),
        (example(page_counts=[{"function": "total", "value": -1}]), "device.page_counts[0]"),
        (example(page_counts=[{"function": "totl", "value": 1}]), "device.page_counts[0]"),
        (with_level(percent="50"), "device.supplies[0].level.percent"),
        (with_level(percent=True), "device.supplies[0].level.percent"),
        (with_level(percent=float("nan")), "device.supplies[0].level"),
        (with_level(percent=float("inf")), "device.supplies[0].level"),
        (with_level(percent=10**400), "device.supplies[0].level.percent"),
        (with_level(remaining=float("nan")), "device.supplies[0].level.remaining"),
        (with_level(state="unknown", percent=5.0), "device.supplies[0].level"),
        (with_level(state=None), "device.supplies[0].level.state"),
        (example(supplies=[{**SUPPLY, "index": 1, "level": LEVEL}]), "device.supplies[0].index"),
        (example(supplies=[SUPPLY]), "device.supplies[0].level"),
        (example(masked=["firmware"]), "device"),
        (example(page_counts=example()["page_counts"] * 2), "device"),
    ],
)
def test_a_wrong_value_is_refused_by_its_place(document: dict[str, Any], place: str) -> None:
    assert [problem.rpartition(" @ ")[2] for problem in breaches(document)] == [place]


def test_every_breach_is_told_at_once() -> None:
    document = example(model=5, firmware="x", alerts=[{"severity": "other"}, {"severity": 4, "code": "5"}])
    places = {problem.rpartition(" @ ")[2] for problem in breaches(document)}
    assert places == {"device.model", "device", "device.alerts[1].severity", "device.alerts[1].code"}


def test_nan_and_infinity_in_json_are_refused() -> None:
    text = EXAMPLE.replace('"percent": 1.0', '"percent": NaN').replace("178024", "Infinity")
    assert len(breaches(json.loads(text))) == 2


@pytest.mark.parametrize(
    "document",
    [example(console_messages="Ready"), example(console_messages={"Ready": 1}), example(masked="ip_address")],
)
def test_a_list_is_a_list_and_no_text_or_object(document: dict[str, Any]) -> None:
    # a text and an object can be iterated, too
    assert breaches(document)


@pytest.mark.parametrize("name", ["console_messages", "alerts"])
def test_more_rows_than_the_schema_allows_are_refused(name: str) -> None:
    row: object = "x" if name == "console_messages" else {"severity": "other"}
    assert breaches(example(**{name: [row] * (MAX_ROWS + 1)}))


# --- the JSON Schema ---------------------------------------------------------------------------


def mistakes(value: Any, schema: Mapping[str, Any], place: str = "$") -> Iterator[str]:
    """The few words of JSON Schema that ours uses; any other one is a mistake of the schema."""
    words = {"$schema", "$id", "title", "type", "properties", "required", "additionalProperties", "items"}
    assert set(schema) <= words | {"maxItems", "enum", "const", "minimum", "maximum", "pattern"}
    if "const" in schema and value != schema["const"]:
        yield f"{place}: not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: not in the list"
    if "type" in schema and not any(is_of(value, name) for name in listed(schema["type"])):
        yield f"{place}: not {schema['type']}"
        return
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{place}: not of the pattern"
    if isinstance(value, (int, float)) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{place}: out of range"
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{place}: too many"
        for at, item in enumerate(value):
            yield from mistakes(item, schema["items"], f"{place}[{at}]")
    if isinstance(value, dict):
        yield from (f"{place}.{name}: missing" for name in schema["required"] if name not in value)
        for name, inner in value.items():
            if name in schema["properties"]:
                yield from mistakes(inner, schema["properties"][name], f"{place}.{name}")
            elif schema["additionalProperties"] is False:
                yield f"{place}.{name}: unknown"


def listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


def is_of(value: object, kind: str) -> bool:
    kinds: dict[str, type | tuple[type, ...]] = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "null": type(None),
    }
    return isinstance(value, kinds[kind]) and not isinstance(value, bool)


@given(devices())
def test_every_document_that_is_written_keeps_to_the_schema(device: Device) -> None:
    document = json.loads(json.dumps(to_document(device)))
    assert list(mistakes(document, json_schema())) == []


def test_the_example_of_the_design_keeps_to_the_schema() -> None:
    assert list(mistakes(example(), json_schema())) == []


@pytest.mark.parametrize(
    ("document", "mistake"),
    [
        (example(firmware="1.0"), "$.firmware: unknown"),
        (example(model=5), "$.model: not ['string', 'null']"),
        (example(read_at="now"), "$.read_at: not of the pattern"),
        (example(schema="frisket.device/2"), "$.schema: not 'frisket.device/1'"),
        (with_level(percent=101), "$.supplies[0].level.percent: out of range"),
        (with_level(remaining=-3), "$.supplies[0].level.remaining: out of range"),
        (with_level(state="low"), "$.supplies[0].level.state: not in the list"),
        (example(console_messages=["x"] * (MAX_ROWS + 1)), "$.console_messages: too many"),
        (example(masked=["firmware"]), "$.masked[0]: not in the list"),
    ],
)
def test_the_schema_finds_what_breaks_it(document: dict[str, Any], mistake: str) -> None:
    assert list(mistakes(document, json_schema())) == [mistake]


def test_the_schema_names_every_field_and_requires_all_but_the_masked_ones() -> None:
    schema = json_schema()
    names = ["schema", *(field.name for field in attrs.fields(Device))]
    assert list(schema["properties"]) == names
    assert schema["required"] == [name for name in names if name != "masked"]
    json.dumps(schema)
