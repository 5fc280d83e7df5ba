"""The text of `expect.yaml` and `facts.yaml`: one field in a line, one row of a table in a line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

# What YAML takes as it stands: nothing that opens, closes or separates, nothing that looks like a number
_PLAIN = re.compile(r"[A-Za-z(][A-Za-z0-9 ._()/+%-]*(?<![ ])\Z")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Neither time nor schema nor address is true of a recording
_NOT_RECORDED = ("schema", "read_at", "ip_address", "masked")
# A supply's row is broken before its level, as it is long
_WIDTH = 120


def format_expectation(profile: str | None, document: Mapping[str, Any] | None) -> str:
    """The profile that wins and the whole device document, as `frisket.profile.cases` reads it."""
    lines = [f"profile: {profile or 'null'}"]
    if document is None:
        return "\n".join((*lines, "device: null", ""))
    lines.append("device:")
    for name, value in document.items():
        if name not in _NOT_RECORDED:
            lines += _field(name, value)
    return "\n".join((*lines, ""))


def _field(name: str, value: object) -> list[str]:
    if not isinstance(value, list):
        return [f"  {name}: {flow(value)}"]
    if not value:
        return [f"  {name}: []"]
    return [f"  {name}:", *(line for row in value for line in _row(row))]


def _row(row: object) -> list[str]:
    whole = f"    - {flow(row)}"
    if len(whole) <= _WIDTH or not isinstance(row, dict) or "level" not in row:
        return [whole]
    head = {key: value for key, value in row.items() if key != "level"}
    return [f"    - {flow(head)[:-1]},", f"       level: {flow(row['level'])}}}"]


def format_facts(title: str, *, versions: Sequence[str], ports: Sequence[str] | None, sources: Sequence[str]) -> str:
    """What SNMP objects cannot say; `ports` is None for those that something is recorded for."""
    lines = [f"title: {flow(title)}", f"sources: {flow(list(sources))}"]
    if versions:
        quoted = ", ".join(f'"{version}"' for version in versions)
        lines.append(f"snmp: {{versions: [{quoted}], communities: [public]}}")
    if ports is not None:
        lines.append("ports: [" + ", ".join(f'"{port}"' for port in ports) + "]")
    return "\n".join((*lines, ""))


def flow(value: object) -> str:
    """A value in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return "null"
    return str(value) if isinstance(value, (int, float)) else scalar(str(value))


def scalar(text: str) -> str:
    """A text as it stands where that is safe, else in double quotes."""
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() else f"\\U{ord(char):08x}"
