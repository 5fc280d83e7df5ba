"""Depth is counted before the parser runs, quickly, and exactly as octet for octet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from frisket.errors import DocumentError
from frisket.wire.json_text import MAX_DEPTH, load_object


def _depth(body: bytes) -> int:
    """The deepest, a step for each octet."""
    depth, deepest, in_text, escaped = 0, 0, False, False
    for octet in body:
        if in_text:
            escaped, in_text = (octet == 0x5C and not escaped), (octet != 0x22 or escaped)
        elif octet == 0x22:
            in_text = True
        else:
            depth += (octet in b"{[") - (octet in b"}]")
            deepest = max(deepest, depth)
    return deepest


@given(st.lists(st.sampled_from([b"[", b"{", b"]", b"}", b'"', b"\\", b"a", b"\n", b'"[[', b"[" * 7])).map(b"".join))
def test_too_deep_is_too_deep_wherever_texts_begin_and_end(body: bytes) -> None:
    try:
        load_object(body, max_bytes=1 << 10)
    except DocumentError as error:
        refused = "nested more than" in str(error)
    else:
        refused = False
    assert refused is (_depth(body) > MAX_DEPTH)


def test_brackets_in_texts_are_no_depth() -> None:
    text = "[" * 50 + '\\"' + "{" * 50
    assert load_object(f'{{"a": "{text}"}}'.encode(), max_bytes=1 << 10)["a"].count("[") == 50
