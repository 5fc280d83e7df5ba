"""JSON from outside: bounded before it is parsed, strict while it is, told apart from data by no accident."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from frisket.errors import DocumentError

MAX_DEPTH = 12
# Texts, whole or cut off, and everything else that neither opens nor closes
_NO_BRACKETS = re.compile(rb'"(?:[^"\\]+|\\.)*"?|[^"{}\[\]]+', re.DOTALL)


def load_object(body: bytes, *, max_bytes: int) -> Mapping[str, Any]:
    """A JSON object; DocumentError for anything else, for NaN, for a key that stands twice, and beyond the limits.

    The standard library's parser recurses and takes NaN and duplicate keys, so depth is counted before it runs.
    """
    if len(body) > max_bytes:
        raise DocumentError((f"the document is larger than {max_bytes} octets",))
    _check_depth(body)
    try:
        loaded = json.loads(body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, UnicodeDecodeError) as error:
        raise DocumentError((f"not JSON: {error}",)) from None
    if not isinstance(loaded, dict):
        raise DocumentError(("the document is not a JSON object",))
    return loaded


def dump(document: Mapping[str, Any]) -> bytes:
    """The exact octets that go out: no blanks, UTF-8, keys in the order of the document."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _check_depth(body: bytes) -> None:
    depth = 0
    for bracket in _NO_BRACKETS.sub(b"", body):
        if bracket in b"{[":
            depth += 1
            if depth > MAX_DEPTH:
                raise DocumentError((f"the document is nested more than {MAX_DEPTH} deep",))
        else:
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")
