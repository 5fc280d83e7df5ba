"""YAML as profiles use it: what is read, and each refusal with its line and column."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from tests.strategies import yaml_texts

from frisket.errors import ProfileError
from frisket.profile.yaml_text import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    Node,
    find,
    find_key,
    format_path,
    load,
    load_plain,
)


def refusal(text: str) -> str:
    """What is said about a text: `line:column: message`."""
    with pytest.raises(ProfileError) as caught:
        load(text, file="f.yaml")
    (problem,) = caught.value.problems
    assert (problem.file, problem.path) == ("f.yaml", "$")
    return f"{problem.line}:{problem.column}: {problem.message}"


# --- what is read ------------------------------------------------------------------------------


def test_scalars_stay_what_their_author_wrote() -> None:
    text = "a: 1.10\nb: NO\nc: 0x1F\nd: null\ne: ~\nf: 2026-11-21\ng: '1'\nh: \"\\u00e9\"\ni:\nj: 1_000\n"
    values = {"a": "1.10", "b": "NO", "c": "0x1F", "d": "null", "e": "~", "f": "2026-11-21", "g": "1"}
    assert load_plain(text, file="f") == {**values, "h": "é", "i": "", "j": "1_000"}


def test_lists_and_mappings_nest_in_both_styles() -> None:
    text = "a:\n  - b: [c, {d: e}]\n  - {f: g}\nh: {}\ni: []\n"
    assert load_plain(text, file="f") == {"a": [{"b": ["c", {"d": "e"}]}, {"f": "g"}], "h": {}, "i": []}


def test_long_texts_may_be_folded_or_kept_in_lines() -> None:
    assert load_plain("a: |\n  b\n  c\nd: >-\n  e\n  f\n", file="f") == {"a": "b\nc\n", "d": "e f"}


def test_a_directive_and_a_document_mark_are_no_second_document() -> None:
    assert load_plain("%YAML 1.1\n---\na: 1\n...\n", file="f") == {"a": "1"}


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert load_plain("\ufeffa: 1\n", file="f") == {"a": "1"}


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert load_plain("<<: {a: 1}\n", file="f") == {"<<": {"a": "1"}}


def test_a_node_knows_where_it_stands() -> None:
    root = load("a: 1\nb:\n  - c\n  - {d: ü, e: f}\n", file="f")
    places = {path: place(find(root, path)) for path in [("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "e")]}
    assert places == {
        ("a",): (1, 4),
        ("b",): (3, 3),
        ("b", 0): (3, 5),
        ("b", 1): (4, 5),
        ("b", 1, "e"): (4, 15),
    }
    assert place(find_key(root, ("b", 1, "e"))) == (4, 12)


def test_what_is_missing_is_found_where_it_should_stand() -> None:
    root = load("a: {b: [c]}\n", file="f")
    assert place(find(root, ("a", "x", "y"))) == (1, 4)
    assert place(find(root, ("a", "b", 7))) == (1, 8)
    assert place(find_key(root, ("a", "x"))) == (1, 4)


def test_paths_are_written_with_dots_and_brackets() -> None:
    assert format_path(("fields", "model", "from", 0, "pipe", 12)) == "$.fields.model.from[0].pipe[12]"
    assert format_path(()) == "$"


def place(node: Node) -> tuple[int, int]:
    return node.line, node.column


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x 1\nb: 2\n", "1:4: anchors and aliases are not part of the language"),
        ("a: 1\nb:\n  - &x [c]\n", "3:5: anchors and aliases"),
        ("a: &x {b: c}\n", "1:4: anchors and aliases"),
        ("a: 1\nb: *x\n", "2:4: anchors and aliases"),
        ("a: 1\n<<: *x\n", "2:5: anchors and aliases"),
        ("a: 1\nb: !!str 2\n", "2:4: tags such as tag:yaml.org,2002:str are not part of the language"),
        ("a: !!python/object/apply:os.system [ls]\n", "1:4: tags such as tag:yaml.org,2002:python/object/apply"),
        ("a:\n  - !x {b: c}\n", "2:5: tags such as !x"),
        ("a: ! b\n", "1:4: tags such as ! are"),
        ("!x\na: 1\n", "1:1: tags such as !x"),
        ("a: 1\na: 2\n", "2:1: the key 'a' stands here a second time"),
        ("a: 1\nb:\n  c: 1\n  d: 2\n  'c': 3\n", "5:3: the key 'c' stands here a second time"),
        ("a: {b: 1, b: 2}\n", "1:11: the key 'b' stands here a second time"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document begins"),
        ("a: 1\n...\n---\nb: 2\n", "3:1: a second document begins"),
        ("? [a]\n: b\n", "1:3: a key must be a plain word"),
        ("a: 1\n? {b: c}\n: d\n", "2:3: a key must be a plain word"),
        ("- a\n", "1:1: a mapping must stand here"),
        ("just words\n", "1:1: a mapping must stand here"),
        ("", "1:1: a mapping must stand here"),
        ("# nothing but a comment\n", "1:1: a mapping must stand here"),
        ("a: 1\n\tb: 2\n", "2:1: not YAML: "),
        ("a: 1\nb: 'open\n", "3:1: not YAML: "),
        ("a: 1\n  b: 2\n", "2:4: not YAML: "),
        ("a: @b\n", "1:4: not YAML: "),
    ],
)
def test_a_refusal_says_where(text: str, said: str) -> None:
    assert refusal(text).startswith(said)


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: 1\nb: x\x07y\n", "2:5"), ("a: \x00\n", "1:4"), ("é: è\nb: ü\x1b[0m\n", "2:5"), ("a: \x80\n", "1:4")],
)
def test_a_control_character_is_refused_where_it_stands(text: str, place: str) -> None:
    # yaml's ReaderError has a position and no mark
    assert refusal(text).startswith(f"{place}: ")


def test_a_control_character_is_refused_with_its_number() -> None:
    assert "#x0007" in refusal("a: 1\nb: x\x07y\n")


def test_half_a_surrogate_is_refused() -> None:
    assert "not YAML" in refusal("a: \ud800\n")


def test_a_file_of_more_than_256_kilobytes_is_refused_before_it_is_parsed() -> None:
    assert len(load("a: " + "x" * (MAX_BYTES - 4) + "\n", file="f").entries) == 1
    assert refusal("a: " + "x" * (MAX_BYTES - 3) + "\n") == "1:1: the file is larger than 256 kB"
    assert refusal("é" * MAX_BYTES) == "1:1: the file is larger than 256 kB"


def test_more_values_than_the_limit_are_refused_at_the_first_one_beyond() -> None:
    # the root, the key and the list are values themselves
    assert len(load("a:\n" + "- b\n" * (MAX_NODES - 3), file="f").entries) == 1
    assert refusal("a:\n" + "- b\n" * (MAX_NODES - 2)).startswith(f"{MAX_NODES - 1}:3: the file has more than 20000")


def test_values_nested_deeper_than_the_limit_are_refused_at_the_first_one_beyond() -> None:
    assert len(load("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH, file="f").entries) == 1
    text = "a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)
    assert refusal(text) == f"1:{4 + MAX_DEPTH}: values are nested more than {MAX_DEPTH} deep"


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "{" * 200_000,
        "a: " + "- " * 100_000,
        "a: {" + "b: {" * 50_000,
        "? " * 100_000,
        "a: '" + "''" * 100_000,
        'a: "' + "\\\n" * 100_000,
        "a: |\n" + " \n" * 100_000,
        "- " + "x" * 200_000 + ": y",
        "a" * 260_000 + ": b",
        "#" * 260_000,
        "\n" * 260_000,
        "[" + ",".join(["a: b"] * 40_000) + "]",
        "a: [" + "&a *a, " * 30_000,
    ],
)
def test_a_text_made_to_cost_time_costs_none(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(ProfileError):
        load(text, file="f")
    assert time.process_time() - started < 1


@settings(max_examples=500)
@given(yaml_texts())
def test_any_text_loads_or_is_refused_as_a_profile(text: str) -> None:
    try:
        plain = load_plain(text, file="f")
    except ProfileError as error:
        plain = {str(problem): problem.path for problem in error.problems}
    assert isinstance(plain, dict)
