"""Loading plugins: one at a time, each with a report, and no broken one in the way of another."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import attrs
import pytest

from frisket.errors import PluginError
from frisket.plugins import Contact, PluginReport, Registry, Session, hookimpl, hookspecs, load_plugins
from frisket.plugins.loading import AGENT, EVERYWHERE, load_entry_point, register_plugin

ROOT = Path(__file__).parents[3]


def plugin(name: str, **hooks: Callable[..., None]) -> types.ModuleType:
    """A module that implements these hooks."""
    module = types.ModuleType(name)
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return module


class Telepathy:
    """A way to ask a device that nobody has."""

    async def open(self, contact: Contact) -> Session:
        raise NotImplementedError


def registering(*args: object, **kwargs: object) -> Callable[..., None]:
    """A hook that registers one thing."""

    def hook(register: Callable[..., None]) -> None:
        register(*args, **kwargs)

    return hook


def load(registry: Registry, module: object, name: str = "acme") -> PluginReport:
    return register_plugin(module, name, f"{name}-plugin 1.0", registry)


# --- what is registered, and what is reported --------------------------------------------------


def test_a_report_says_where_a_plugin_comes_from_and_all_that_it_registered(tmp_path: Path) -> None:
    for name in ("acme/laser.yaml", "other/ink.yaml", "empty/readme.txt"):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text("", encoding="utf-8")
    transport = Telepathy()
    registry = Registry()
    module = plugin(
        "acme",
        frisket_register_steps=registering("acme.serial", str),
        frisket_register_profiles=registering(tmp_path),
        frisket_register_commands=registering("acme", "acme.cli:command", "Does it all."),
        frisket_register_protocols=registering("telepathy", transport),
    )
    report = load(registry, module)
    assert (report.name, report.origin, report.failure) == ("acme", "acme-plugin 1.0", None)
    assert sorted(report.registered) == [
        "command acme",
        "profiles acme, other",
        "protocol telepathy",
        "step acme.serial",
    ]
    assert "acme.serial" in registry.steps.names()
    assert registry.profile_folders == {tmp_path: "acme"}
    assert registry.protocols == {"telepathy": transport}
    command = registry.commands["acme"]
    assert (command.target, command.summary, command.plugin) == ("acme.cli:command", "Does it all.", "acme")


def test_one_hook_may_register_several_things() -> None:
    def hook(register: Callable[..., None]) -> None:
        register("acme.one", str)
        register("acme.two", max, argument=True)

    report = load(Registry(), plugin("acme", frisket_register_steps=hook))
    assert report.registered == ("step acme.one", "step acme.two")


def test_an_object_with_hooks_as_methods_is_a_plugin_too() -> None:
    class Acme:
        prefix = "acme"

        @hookimpl
        def frisket_register_steps(self, register: Callable[..., None]) -> None:
            register(f"{self.prefix}.serial", str)

    assert load(Registry(), Acme()).registered == ("step acme.serial",)


# --- broken plugins ----------------------------------------------------------------------------


def raising(register: object) -> None:
    raise ZeroDivisionError("a mistake of the plugin")


def wanting_more(registrar: object) -> None:
    """A hook that calls its argument as nobody does."""


def test_a_hook_that_raises_costs_its_plugin_and_no_other() -> None:
    registry = Registry()
    broken = load(registry, plugin("broken", frisket_register_steps=raising), "broken")
    whole = load(registry, plugin("acme", frisket_register_steps=registering("acme.serial", str)))
    assert broken == PluginReport(
        name="broken", origin="broken-plugin 1.0", failure="ZeroDivisionError: a mistake of the plugin"
    )
    assert whole.failure is None
    assert "acme.serial" in registry.steps.names()


def test_what_was_registered_before_a_hook_raised_is_reported_with_the_failure() -> None:
    def hook(register: Callable[..., None]) -> None:
        register("acme.serial", str)
        raising(register)

    report = load(Registry(), plugin("acme", frisket_register_steps=hook))
    assert report.registered == ("step acme.serial",)
    assert report.failure == "ZeroDivisionError: a mistake of the plugin"


def test_an_unknown_hook_is_an_error_that_names_the_plugin_and_the_hooks_there_are() -> None:
    report = load(Registry(), plugin("acme", frisket_register_stepps=registering("acme.serial", str)))
    assert report.failure is not None
    assert "frisket_register_stepps" in report.failure
    assert "the hooks are frisket_register_commands, frisket_register_profiles" in report.failure


def test_a_hook_that_wants_what_it_is_not_given_is_an_error() -> None:
    report = load(Registry(), plugin("acme", frisket_register_steps=wanting_more))
    assert report.failure is not None
    assert "registrar" in report.failure


def test_a_module_that_marks_no_hook_is_an_error_that_says_how_to() -> None:
    module = types.ModuleType("acme")
    module.frisket_register_steps = registering("acme.serial", str)  # type: ignore[attr-defined]  # but for its mark
    report = load(Registry(), module)
    assert report.failure == "implements no hook; mark its functions with frisket.plugins.hookimpl"
    assert report.registered == ()


def test_a_folder_that_is_none_is_an_error_that_names_it(tmp_path: Path) -> None:
    report = load(Registry(), plugin("acme", frisket_register_profiles=registering(tmp_path / "gone")))
    assert report.failure is not None
    assert report.failure.endswith(f"{tmp_path / 'gone'} is no folder of profiles")


# --- duplicates --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hook", "args", "said"),
    [
        ("frisket_register_steps", ("acme.serial", str), "the step 'acme.serial' is registered by acme already"),
        ("frisket_register_commands", ("x", "a:b", "c"), "the command 'x' is registered by acme already"),
        ("frisket_register_protocols", ("x", Telepathy()), "the protocol 'x' is registered by acme already"),
        ("frisket_register_profiles", (ROOT,), f"{ROOT} is registered by acme already"),
    ],
)
def test_a_name_that_is_taken_is_an_error_that_names_both_plugins(
    hook: str, args: tuple[object, ...], said: str
) -> None:
    registry = Registry()
    assert load(registry, plugin("acme", **{hook: registering(*args)})).failure is None
    report = load(registry, plugin("zenith", **{hook: registering(*args)}), "zenith")
    assert report.failure is not None
    assert report.failure.endswith(said)
    assert report.name == "zenith"
    assert report.registered == ()


def test_a_step_of_core_cannot_be_taken_over() -> None:
    report = load(Registry(), plugin("acme", frisket_register_steps=registering("text", str)))
    assert report.failure is not None
    assert report.failure.endswith("the step 'text' is registered by core already")


def test_an_error_of_a_plugin_carries_its_name_and_the_reason() -> None:
    error = PluginError("acme", "is broken")
    assert (str(error), error.plugin, error.reason) == ("plugin acme: is broken", "acme", "is broken")


# --- real entry points -------------------------------------------------------------------------


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Makes distributions `<name>-plugin` of one module that the group frisket names, and forgets them."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(tmp_path)

    def make(name: str, source: str) -> None:
        info = tmp_path / f"{name}_plugin-2.5.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-plugin\nVersion: 2.5\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[frisket]\n{name} = {name}_module\n", encoding="utf-8")
        (tmp_path / f"{name}_module.py").write_text(source, encoding="utf-8")

    yield make
    for name in set(sys.modules) - before:
        if name.endswith("_module"):
            del sys.modules[name]


def reports(registry: Registry) -> dict[str, PluginReport]:
    return {report.name: report for report in registry.reports}


GOOD = """
from frisket.plugins import hookimpl

@hookimpl
def frisket_register_steps(register):
    register("zz_good.serial", str)
"""


def test_a_plugin_that_cannot_be_imported_is_reported_and_stops_none_of_the_others(
    distribution: Callable[[str, str], None],
) -> None:
    distribution("aa_broken", "import a_module_that_nobody_ever_wrote\n")
    distribution("zz_good", GOOD)
    registry = load_plugins((EVERYWHERE,))
    broken, good = reports(registry)["aa_broken"], reports(registry)["zz_good"]
    assert broken == PluginReport(
        name="aa_broken",
        origin="aa_broken-plugin 2.5",
        failure="ModuleNotFoundError: No module named 'a_module_that_nobody_ever_wrote'",
    )
    assert good == PluginReport(name="zz_good", origin="zz_good-plugin 2.5", registered=("step zz_good.serial",))
    assert reports(registry)["core"].failure is None


@pytest.mark.parametrize(
    ("source", "failure"),
    [
        ("def (\n", "SyntaxError: invalid syntax"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        ("import frisket.errors\nraise frisket.errors.FrisketError('says so itself')\n", "says so itself"),
    ],
)
def test_whatever_a_plugin_raises_while_it_is_imported_is_in_its_report(
    distribution: Callable[[str, str], None], source: str, failure: str
) -> None:
    distribution("aa_broken", source)
    report = reports(load_plugins((EVERYWHERE,)))["aa_broken"]
    assert report.failure is not None
    assert report.failure.startswith(failure)


def test_core_is_loaded_first_and_then_the_others_by_name(
    distribution: Callable[[str, str], None],
) -> None:
    for name in ("zz_last", "aa_first", "mm_middle"):
        distribution(name, "")
    names = [report.name for report in load_plugins((EVERYWHERE,)).reports]
    assert names[0] == "core"
    assert names[1:] == sorted(names[1:])
    assert {"aa_first", "mm_middle", "zz_last"} <= set(names)


def test_an_entry_point_that_names_nothing_is_reported_by_what_it_says() -> None:
    entry = EntryPoint(name="acme", value="frisket.errors:NoSuchThing", group=EVERYWHERE)
    report = load_entry_point(entry, Registry())
    assert (report.name, report.origin) == ("acme", "frisket.errors:NoSuchThing")
    assert report.failure is not None
    assert report.failure.startswith("AttributeError: ")


def test_a_group_that_nobody_uses_loads_nothing() -> None:
    assert load_plugins(("frisket.nobody",)).reports == []


def test_only_the_groups_asked_for_are_loaded() -> None:
    assert "snmp" not in load_plugins((EVERYWHERE,)).protocols
    assert load_plugins((AGENT,)).commands == {}


def test_what_is_installed_here_loads_without_a_failure() -> None:
    registry = load_plugins()
    assert [report for report in registry.reports if report.failure is not None] == []
    assert "snmp" in registry.protocols
    assert {"scan", "explain", "lab", "plugins", "profile", "demo"} <= set(registry.commands)
    assert {"generic.tlv", "hp.symbol_set", "ricoh.model"} <= set(registry.steps.names())


def test_a_plugin_that_ends_the_program_while_it_is_imported_is_reported(
    distribution: Callable[[str, str], None],
) -> None:
    # DESIGN 6: a broken plugin is reported and never stops the rest; SystemExit is no Exception
    distribution("aa_broken", "raise SystemExit('no licence')\n")
    try:
        registry = load_plugins((EVERYWHERE,))
    except SystemExit:
        pytest.fail("the program ended")
    assert reports(registry)["aa_broken"].failure is not None


# --- the hooks ---------------------------------------------------------------------------------


def registering_nothing(register: object) -> None:
    """A hook that has nothing to register today."""


HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("frisket_register_"))


def test_a_report_can_be_written_as_json() -> None:
    assert attrs.asdict(PluginReport(name="a", origin="b")) == {
        "name": "a",
        "origin": "b",
        "registered": (),
        "failure": None,
    }


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_can_be_implemented(hook: str) -> None:
    report = load(Registry(), plugin("acme", **{hook: registering_nothing}))
    assert (report.registered, report.failure) == ((), None)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_heading_in_the_guide(hook: str) -> None:
    lines = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8").splitlines()
    assert [line.strip("# `") for line in lines if line.startswith("## ") and hook in line] == [hook]


def test_the_guide_has_no_hook_that_there_is_not() -> None:
    lines = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8").splitlines()
    named = {line.strip("# `") for line in lines if line.startswith("## ") and "frisket_register_" in line}
    assert named <= set(HOOKS)
