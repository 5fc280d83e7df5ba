"""Each step by itself: what it makes of good values, and what it says of bad ones."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.strategies import problems_of, profile_text, read_as

from frisket.errors import PluginError, StepError
from frisket.model.labels import COLORANTS
from frisket.profile.colorants import colorant_of
from frisket.profile.regex import Regex
from frisket.profile.step_registry import StepRegistry
from frisket.profile.steps import CORE_STEPS, Charsets, Names, Sentinel, Value


def run(name: str, argument: object, value: Value, enums: Mapping[str, Mapping[str, str]] | None = None) -> Value:
    """One core step, built and called."""
    return StepRegistry().build(name, argument, Names(enums or {}))(value, Charsets())


# --- good values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "argument", "value", "result"),
    [
        ("text", None, b"Ready\x00junk", "Ready"),
        ("text", None, " x\x1b ", "x"),
        ("text", None, 5, "5"),
        ("text", None, (1, 3, 6), "1.3.6"),
        ("text", "console", "Prêt".encode(), "Prêt"),
        ("int", None, 5, 5),
        ("int", None, b" 12 ", 12),
        ("int", None, "-3", -3),
        ("int", None, "007", 7),
        ("int", None, 5.9, 5),
        ("float", None, "2.5", 2.5),
        ("float", None, b" 3 ", 3.0),
        ("float", None, 4, 4.0),
        ("trim", None, "  a b ", "a b"),
        ("lower", None, "TÖNER", "töner"),
        ("upper", None, "a/b", "A/B"),
        ("collapse", None, " a \n b\tc ", "a b c"),
        ("first_line", None, "\n \n Black Toner \r\nS/N 5", "Black Toner"),
        ("first_line", None, "  \n ", None),
        ("hex", None, b"\x00\xab", "00ab"),
        ("hex", None, b"", ""),
        ("scale", "0.625", 100, 62.5),
        ("scale", "-1", 5, -5.0),
        ("offset", "-40", 50, 10),
        ("offset", "0.5", 1, 1.5),
        ("range", ["0", "100"], 0, 0),
        ("range", ["0", "100"], 100, 100),
        ("map", {"K": "black"}, "K", "black"),
        ("map", {"K": "black"}, "k", None),
        ("map", {"5": "five"}, 5, "five"),
        ("regex", "SN:([^,]+)", "PID:1,SN:AB12,X", "AB12"),
        ("regex", "(a)(?P<value>b)", "ab", "b"),
        ("regex", "b+", "abbc", "bb"),
        ("regex", "(a)|b", "b", None),
        ("regex", "x", "abc", None),
        ("drop", ["0", "Unknown"], "UNKNOWN ", None),
        ("drop", ["0", "Unknown"], "unknown-7", "unknown-7"),
        ("drop", ["0"], 0, None),
        ("drop", [], "", ""),
        ("unquote", None, " 'a \"b\"' ", 'a "b'),
        ("device_id", "mfg", "MFG:Maker;MDL:M;", "Maker"),
        ("device_id", "SN", "MFG:Maker;", None),
        ("colorant", None, "Black Toner Cartridge", "black"),
        ("colorant", None, "Toner", None),
    ],
)
def test_a_step_makes_of_a_value(name: str, argument: object, value: Value, result: Value) -> None:
    made = run(name, argument, value)
    assert made == result
    assert type(made) is type(result)


@pytest.mark.parametrize(
    ("name", "argument", "value", "reason"),
    [
        ("int", None, "12 pages", "'12 pages' is not a whole number"),
        ("int", None, "", "'' is not a whole number"),
        ("int", None, "1.5", "'1.5' is not a whole number"),
        ("int", None, b"\xff", "is not a whole number"),
        ("int", None, (1, 3), "'1.3' is not a whole number"),
        ("int", None, "x" * 500, "is not a whole number"),
        ("float", None, "much", "'much' is not a number"),
        ("trim", None, b"octets", "put `text` before this step"),
        ("lower", None, b"octets", "put `text` before this step"),
        ("upper", None, b"octets", "put `text` before this step"),
        ("collapse", None, b"octets", "put `text` before this step"),
        ("first_line", None, b"octets", "put `text` before this step"),
        ("unquote", None, b"octets", "put `text` before this step"),
        ("colorant", None, b"octets", "put `text` before this step"),
        ("map", {"a": "b"}, b"a", "put `text` before this step"),
        ("enum", "supply_type", b"3", "put `text` before this step"),
        ("regex", "a", b"a", "put `text` before this step"),
        ("drop", ["a"], b"a", "put `text` before this step"),
        ("device_id", "MFG", b"MFG:A;", "put `text` before this step"),
        ("hex", None, "text", "only octets"),
        ("scale", "2", "5", "'5' is not a number; put `int` or `float` before this step"),
        ("offset", "2", None, "is not a number"),
        ("range", ["0", "9"], "5", "is not a number"),
        ("range", ["0", "100"], -1, "-1 is outside 0 to 100"),
        ("range", ["0", "100"], 100.5, "100.5 is outside 0 to 100"),
    ],
)
def test_a_step_says_why_it_cannot_use_a_value(name: str, argument: object, value: Value, reason: str) -> None:
    with pytest.raises(StepError) as caught:
        run(name, argument, value)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (0, 0),
        (5, 5),
        (b"7", 7),
        (-1, Sentinel.UNRESTRICTED),
        (-2, Sentinel.UNKNOWN),
        (-3, Sentinel.SOME_REMAINING),
        ("-3", Sentinel.SOME_REMAINING),
        (-4, Sentinel.IMPLAUSIBLE),
        (-100, Sentinel.IMPLAUSIBLE),
        (-(2**31), Sentinel.IMPLAUSIBLE),
    ],
)
def test_level_alone_knows_what_negative_levels_mean(value: Value, result: Value) -> None:
    assert run("level", None, value) == result


def test_a_sentinel_is_no_number_to_any_step() -> None:
    for name, argument in [("scale", "2"), ("offset", "1"), ("range", ["0", "9"])]:
        with pytest.raises(StepError):
            run(name, argument, Sentinel.SOME_REMAINING)
    with pytest.raises(StepError):
        run("int", None, Sentinel.UNKNOWN)


@pytest.mark.parametrize("name", ["text", "trim", "lower", "upper", "collapse", "first_line", "unquote", "colorant"])
def test_a_sentinel_is_no_text_to_any_step(name: str) -> None:
    with pytest.raises(StepError):
        run(name, None, Sentinel.SOME_REMAINING)


@pytest.mark.parametrize(
    ("argument", "value", "result"),
    [
        (None, b"\x00\x00\xaa\x01\x02\x03", "00:00:aa:01:02:03"),
        (None, "00-00-AA-01-02-03", "00:00:aa:01:02:03"),
        (None, b"0000.aa01.0203", "00:00:aa:01:02:03"),
        (None, "0000AA010203", "00:00:aa:01:02:03"),
        (None, bytes(6), None),
        (None, b"\xff" * 6, None),
        (None, b"\x01\x00\x5e\x00\x00\x01", None),
        (None, b"\x02\x42\xac\x11\x00\x02", "02:42:ac:11:00:02"),
        ("universal", b"\x02\x42\xac\x11\x00\x02", None),
        ("universal", b"\x00\x42\xac\x11\x00\x02", "00:42:ac:11:00:02"),
        (None, b"", None),
        (None, b"\x00" * 8, None),
        (None, "not an address", None),
        (None, "zz:00:aa:01:02:03", None),
        (None, 5, None),
    ],
)
def test_mac_takes_six_octets_however_they_are_written(argument: object, value: Value, result: Value) -> None:
    assert run("mac", argument, value) == result


def test_mac_takes_no_fewer_than_six_octets() -> None:
    # bytes.fromhex passes over white space
    assert run("mac", None, "0011223344\n\n") is None


@pytest.mark.parametrize(
    ("argument", "value", "result"),
    [
        ("supply_type", 3, "toner"),
        ("supply_type", "21", "tonerCartridge"),
        ("supply_type", 99, None),
        ("own", 7, "seven"),
        ("own", 8, "other"),
        ("counter_unit", 7, "leaves"),
    ],
)
def test_enum_knows_the_labels_of_the_mibs_and_those_of_its_profile(argument: str, value: Value, result: Value) -> None:
    own = {"own": {"7": "seven", "default": "other"}, "counter_unit": {"7": "leaves"}}
    assert run("enum", argument, value, own) == result


def test_text_asks_for_the_character_set_that_it_would_need() -> None:
    charsets = Charsets()
    general, console = (StepRegistry().build("text", which, Names()) for which in (None, "console"))
    assert general(b"ASCII", charsets) == "ASCII"
    assert charsets.wanted == set()
    assert general(b"Pr\xeat", charsets) == "Prêt"
    assert charsets.wanted == {"general"}
    assert console(b"Pr\xc1t", Charsets({"console": "hp_roman8"}, charsets.wanted)) == "Prêt"
    assert charsets.wanted == {"general", "console"}


# --- values that no device should send ---------------------------------------------------------

_HOSTILE = st.one_of(
    st.binary(max_size=30),
    st.text(max_size=30),
    st.integers(-(2**71), 2**71),
    st.lists(st.integers(0, 2**32 - 1), max_size=6).map(tuple),
    st.sampled_from(Sentinel),
    st.floats(),
)
_ARGUMENTS: Mapping[str, object] = {
    "bits": {"0": "low", "9": "none"},
    "charset": "shift_jis",
    "device_id": "MFG",
    "drop": ["0"],
    "enum": "supply_type",
    "map": {"a": "b"},
    "offset": "1",
    "pattern": "own",
    "range": ["0", "1"],
    "regex": "a|b",
    "scale": "2",
}


@pytest.mark.parametrize("name", sorted(CORE_STEPS))
@given(value=_HOSTILE)
@example(value=math.inf)
@example(value=math.nan)
def test_a_step_raises_nothing_but_step_errors_whatever_a_device_says(name: str, value: Value) -> None:
    step = StepRegistry().build(name, _ARGUMENTS.get(name), Names(patterns={"own": Regex("a|b")}))
    try:
        step(value, Charsets())
    except StepError as error:
        reason = str(error)
    else:
        reason = "used"
    assert reason


@pytest.mark.parametrize("word", ["nan", "inf", "-inf", "Infinity", "1e999"])
def test_float_takes_only_numbers_that_can_be_counted_with(word: str) -> None:
    # no number of pages is one of these; `int` and round() raise on them
    with pytest.raises(StepError):
        run("float", None, word)


@pytest.mark.parametrize(("name", "argument"), [("scale", "2.0"), ("range", ["0", "1"]), ("offset", "0.5")])
def test_numbers_too_long_to_count_with_are_refused(name: str, argument: object) -> None:
    # OverflowError: int too large to convert to float
    with pytest.raises(StepError):
        run(name, argument, run("int", None, "9" * 400))


@pytest.mark.parametrize("text", ["1_000", "١٢"])  # the digits are meant
def test_int_takes_no_spelling_that_only_python_knows(text: str) -> None:
    # int() takes underscores and the digits of every script
    with pytest.raises(StepError):
        run("int", None, text)


# --- arguments ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "argument", "said"),
    [
        ("txt", None, "unknown step 'txt', did you mean 'text'?"),
        ("nothing_like_it", None, "unknown step 'nothing_like_it'"),
        ("int", "5", "step 'int' takes no argument"),
        ("level", ["a"], "step 'level' takes no argument"),
        ("text", "consol", "step 'text' takes general or console, not 'consol'"),
        ("text", ["console"], "step 'text' takes one value"),
        ("mac", "local", "step 'mac' takes nothing or universal, not 'local'"),
        ("scale", None, "step 'scale' takes a number, not None"),
        ("scale", "much", "step 'scale' takes a number, not 'much'"),
        ("offset", "1,5", "step 'offset' takes a number, not '1,5'"),
        ("range", "5", "step 'range' takes a list of values"),
        ("range", ["1"], "step 'range' takes the smallest and the largest value"),
        ("range", ["9", "1"], "step 'range' takes the smallest and the largest value"),
        ("range", ["a", "b"], "step 'range' takes a number, not 'a'"),
        ("map", "a", "step 'map' takes a mapping of values to values"),
        ("map", {"a": ["b"]}, "step 'map' takes a mapping of values to values"),
        ("enum", None, "step 'enum' takes one value"),
        ("enum", "supply_typ", "step 'enum' unknown enum 'supply_typ', did you mean 'supply_type'?"),
        ("regex", None, "step 'regex' takes one value"),
        ("regex", "(", "step 'regex' '(' is not an RE2 pattern: missing ): ("),
        ("regex", "(?=a)", "is not an RE2 pattern"),
        ("regex", r"(a)\1", "is not an RE2 pattern"),
        ("drop", "a", "step 'drop' takes a list of values"),
        ("drop", None, "step 'drop' takes a list of values"),
        ("drop", [["a"]], "step 'drop' takes a list of values"),
        ("device_id", None, "step 'device_id' takes one value"),
    ],
)
def test_a_step_is_refused_for_an_argument_that_it_does_not_take(name: str, argument: object, said: str) -> None:
    with pytest.raises(ValueError, match="step") as caught:
        StepRegistry().build(name, argument, Names())
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "argument"),
    [("scale", "nan"), ("scale", "inf"), ("offset", "inf"), ("range", ["nan", "nan"]), ("range", ["0", "inf"])],
)
def test_an_argument_that_is_no_finite_number_is_refused(name: str, argument: object) -> None:
    with pytest.raises(ValueError, match="takes a number"):
        StepRegistry().build(name, argument, Names())


def test_a_pattern_that_would_take_a_backtracking_engine_for_ever_takes_no_time() -> None:
    assert run("regex", "(a|aa)+$", "a" * 4000 + "b") is None
    assert run("regex", "(.*)*x", "a" * 100_000) is None


# --- colorants ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "colorant"),
    [
        ("black", "black"),
        ("Schwarzer Toner", "black"),
        ("Schwarzweiß", None),
        ("Gelbe Tonerkassette", "yellow"),
        ("Pojemnik z czarnym tonerem", "black"),
        ("Тонер-картридж черного цвета", "black"),
        ("Encre cyan clair", "light cyan"),
        ("Tinta magenta claro", "light magenta"),
        ("Encre jaune claire", "yellow"),
        ("Black Photo Conductor", "black"),
        ("Toner schwarz", "black"),
        ("Cartouche de toner cyan", "cyan"),
        ("Cartucho de tóner amarillo", "yellow"),
        ("マゼンタトナー", "magenta"),
        ("黑色碳粉", "black"),
        ("시안 토너", "cyan"),
        ("Тонер жёлтый", "yellow"),
        ("Cartutx de tòner groc", "yellow"),
        ("Svart tonerpatron", "black"),
        ("Pojemnik z tonerem, żółty", "yellow"),
        ("Kazeta s tonerem, purpurová", "magenta"),
        ("Fekete festékkazetta", "black"),
        ("SİYAH TONER", "black"),
        ("Camgöbeği toner", "cyan"),
        ("\u039c\u0391\u03a5\u03a1\u039f τόνερ", "black"),
        ("Cartuș de toner galben", "yellow"),
        ("洋紅色碳粉匣", "magenta"),
        ("黃色碳粉匣", "yellow"),
        ("ตลับหมึกสีดำ", "black"),
        ("light cyan ink", "light cyan"),
        ("Light Light Black", "light light black"),
        ("Matte Black", "matte black"),
        ("vivid light magenta", "vivid light magenta"),
        ("light yellow", "yellow"),
        ("Black and Cyan", None),
        ("CMYK", None),
        ("blackberry", None),
        ("", None),
    ],
)
def test_a_colorant_is_found_in_many_languages_and_never_guessed(text: str, colorant: str | None) -> None:
    assert colorant_of(text) == colorant


@pytest.mark.parametrize("name", COLORANTS)
def test_every_colorant_of_the_document_is_found_by_its_own_name(name: str) -> None:
    assert colorant_of(name) == name


# --- plugins' steps ----------------------------------------------------------------------------


def registry(**steps: object) -> StepRegistry:
    made = StepRegistry()
    for name, function in steps.items():
        made.add(f"acme.{name}", function, plugin="acme")  # type: ignore[arg-type]  # what a stranger hands over
    return made


def failing(_: Value) -> Value:
    raise ZeroDivisionError("a mistake of the plugin")


def test_a_plugins_step_is_called_with_the_value_and_with_its_argument() -> None:
    steps = registry(plain=lambda value: f"<{value!r}>")
    steps.add("acme.more", lambda value, word: f"{value!r}{word}", plugin="acme", argument=True)
    assert steps.build("acme.plain", None, Names())(5, Charsets()) == "<5>"
    assert steps.build("acme.more", "81", Names())(b"x", Charsets()) == "b'x'81"
    with pytest.raises(ValueError, match=r"step 'acme\.plain' takes no argument"):
        steps.build("acme.plain", "81", Names())
    with pytest.raises(ValueError, match=r"step 'acme\.more' takes one value"):
        steps.build("acme.more", None, Names())


def test_a_plugins_step_that_fails_says_which_on_what_and_why() -> None:
    with pytest.raises(StepError) as caught:
        registry(bad=failing).build("acme.bad", None, Names())(b"\x01" * 500, Charsets())
    said = str(caught.value)
    assert said.startswith("step acme.bad failed on b'\\x01")
    assert said.endswith("ZeroDivisionError: a mistake of the plugin")
    assert len(said) < 200


def test_a_plugins_step_that_fails_costs_one_candidate_and_nothing_else() -> None:
    body = """\
fields:
  model: {from: [{oid: 1.3.1.0, pipe: [acme.bad], prefer: 80}, {oid: 1.3.2.0, pipe: [text]}]}
  serial_number: {from: [{oid: 1.3.1.0, pipe: [text]}]}
"""
    reading = read_as(profile_text("a/b", body), values={"1.3.1.0": b"A", "1.3.2.0": b"B"}, steps=registry(bad=failing))
    assert (reading.device.model, reading.device.serial_number) == ("B", "A")
    (alternate,) = reading.provenance["model"].alternates
    assert "step acme.bad failed" in alternate.reason


def test_a_name_belongs_to_one_plugin_and_the_error_names_both() -> None:
    steps = registry(serial=str)
    with pytest.raises(PluginError, match=r"plugin zenith: the step 'acme\.serial' is registered by acme already"):
        steps.add("acme.serial", lambda value: value, plugin="zenith")
    with pytest.raises(PluginError, match="plugin zenith: the step 'text' is registered by core already"):
        steps.add("text", lambda value: value, plugin="zenith")


@pytest.mark.parametrize("name", ["serial", "acme.", ".serial", "acme.a.b", "acme.a-b", "acme. a", ""])
def test_a_plugins_step_is_named_after_its_namespace(name: str) -> None:
    with pytest.raises(PluginError, match=r"must be named namespace\.step"):
        StepRegistry().add(name, lambda value: value, plugin="acme")


def test_one_registrys_steps_are_not_anothers() -> None:
    registry(serial=str)
    assert StepRegistry().names() == sorted(CORE_STEPS)


def test_an_unknown_step_of_a_profile_is_told_with_the_nearest_one_of_a_plugin() -> None:
    body = "fields: {model: {from: [{const: x, pipe: [acme.serail]}]}}\n"
    (problem,) = problems_of(profile_text("a/b", body), steps=registry(serial=str))
    assert problem.endswith("$.fields.model.from[0].pipe[0]: unknown step 'acme.serail', did you mean 'acme.serial'?")
