"""The contract notices what it is there for, and costs nothing where nobody asks for it."""

from __future__ import annotations

import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from frisket.formats.snmprec import parse_snmprec
from frisket.lab import Recording
from frisket.plugins import RegisterStep, StepError, Value, hookimpl, load_plugins
from frisket.profile.database import ProfileDatabase
from frisket.testing import StartPrinters
from frisket.vendor_contract import VendorPackage

_CALLS = iter(range(1_000_000))


def crashing(value: Value) -> Value:
    raise ZeroDivisionError("a mistake")


def impure(value: Value) -> Value:
    return next(_CALLS)


def slow(value: Value) -> Value:
    time.sleep(0.3)
    return None


def no_value(value: Value) -> Value:
    return [1]  # type: ignore[return-value]  # the mistake


def refusing(value: Value) -> Value:
    raise StepError("nothing is good enough")


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Callable[..., VendorPackage]:
    """A made-up package of one step."""

    def make(step: Callable[[Value], Value], name: str = "acme.step") -> VendorPackage:
        module = types.ModuleType("frisket_acme")

        def hook(register: RegisterStep) -> None:
            register(name, step)

        module.frisket_register_steps = hookimpl(hook)  # type: ignore[attr-defined]  # a module is made of such
        monkeypatch.setitem(sys.modules, "frisket_acme", module)
        return VendorPackage("frisket_acme", ("acme",), load_plugins())

    return make


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (crashing, "raises ZeroDivisionError: a mistake; only StepError may leave a step"),
        (impure, "gives something else the second time"),
        (slow, "a step must be done in 0.25 s"),
        (no_value, "gives list, which is no value"),
    ],
)
def test_a_step_that_breaks_the_contract_is_told_with_a_value(
    step: Callable[[Value], Value], words: str, package: Callable[..., VendorPackage]
) -> None:
    (problem,) = package(step).step("acme.step")
    assert words in problem
    assert problem.startswith("acme.step of ")


def test_a_step_that_refuses_everything_holds_to_the_contract(package: Callable[..., VendorPackage]) -> None:
    assert list(package(refusing).step("acme.step")) == []


def test_a_step_in_a_foreign_namespace_and_a_missing_entry_point_are_told(
    package: Callable[..., VendorPackage],
) -> None:
    problems = list(package(refusing, "other.step").loading())
    assert any("no entry point" in problem for problem in problems)
    assert any("the step other.step is in none of the namespaces acme" in problem for problem in problems)


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("1.3.6.1.2.1.1.4.0|4|jo@corp.de", ["e-mail address"]),
        ("1.3.6.1.2.1.1.4.0|4|call +49 30 9018200", ["telephone number"]),
        ("1.3.6.1.2.1.1.4.0|4|help@corp.example.org, +00 00 5550142", []),
        ("1.3.6.1.2.1.1.4.0|4|print desk", []),
    ],
)
def test_a_case_with_somebodys_address_or_number_is_told(line: str, kinds: list[str], tmp_path: Path) -> None:
    case = tmp_path / "profiles" / "acme" / "laser.cases" / "one"
    case.mkdir(parents=True)
    (case / "device.snmprec").write_text(line, encoding="utf-8")
    (case / "expect.yaml").write_text("profile: null\ndevice: null\n", encoding="utf-8")
    registry = load_plugins()
    registry.profile_folders[tmp_path / "profiles"] = "acme"
    problems = list(VendorPackage("frisket_acme", ("acme",), registry).private("acme/laser.cases/one"))
    assert [problem.partition("real ")[2] for problem in problems] == kinds


def test_the_fixtures_are_there(frisket_database: ProfileDatabase, virtual_printers: StartPrinters) -> None:
    assert "std/printer-mib" in frisket_database.profiles
    objects = parse_snmprec(b"1.3.6.1.2.1.1.1.0|4|x", "made up")
    (printer,) = virtual_printers([Recording(name="one", objects=objects)]).printers
    assert printer.snmp_port > 1024


def test_the_plugin_imports_nothing_heavy_when_pytest_starts() -> None:
    code = "import sys, frisket.testing; print(sorted(m for m in sys.modules if m.startswith('frisket')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, timeout=30)
    assert done.stdout.strip() == "['frisket', 'frisket.testing']"


def test_the_command_imports_no_pytest() -> None:
    code = "import sys, frisket.cli.main, frisket.cli.profile, frisket.cli.record; print('pytest' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True, timeout=30)
    assert done.stdout.strip() == "False"
