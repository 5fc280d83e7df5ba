"""What every vendor's package must hold to, as questions whose answers are lists of problems; none is good.

`frisket.testing` asks them as tests. Only tests import this module: it needs hypothesis.
"""

from __future__ import annotations

import asyncio
import importlib
import math
import random
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frisket.errors import ProfileError, StepError
from frisket.formats.private_words import MAIL, PHONE, find_private
from frisket.lab import Fleet, Recording, RunningPrinter, VirtualPrinter, load_recording, running_fleet
from frisket.model.answers import Answers
from frisket.model.device import TWELVE_FIELDS
from frisket.model.oid import format_oid
from frisket.model.plan import Plan
from frisket.model.reading import Reading
from frisket.plugins.loading import AGENT, EVERYWHERE, register_plugin
from frisket.plugins.registry import PluginReport, Registry
from frisket.profile.cases import Case, find_cases, run_case
from frisket.profile.database import ProfileDatabase, ProfileFile, build_database, read_folder
from frisket.profile.planning import plan_reading
from frisket.profile.profile import Profile
from frisket.profile.steps import Charsets, Names, Sentinel, Step, Value
from frisket.protocols.contact import Ports
from frisket.protocols.never_asked import may_be_asked
from frisket.scan.fleet import ScanSettings, scan
from frisket.scan.reader import Reader
from frisket.scan.targets import parse_targets
from frisket.wire.device import to_document

# In which a step must be done with any value, however hostile
STEP_SECONDS = 0.25
_SETTINGS = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
# So many virtual printers are read at the same time
_SIDE_BY_SIDE = 16
_DISCLOSED_TABLES = ("supplies", "alerts")
# RFC 2606 and 555-01xx: nobody's
_NOBODYS = (".test", ".example", ".invalid", "example.com", "example.net", "example.org")
_NOBODYS_NUMBER = "55501"
_TEXT_FILES = ("*.snmprec", "*.yaml", "http/**/*", "pjl/*", "ipp/*")


def values() -> st.SearchStrategy[Value]:
    """Everything that can stand before a step."""
    return st.one_of(
        st.none(),
        st.binary(max_size=4096),
        st.text(max_size=4096),
        st.integers(-(2**63), 2**64),
        st.floats(),
        st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20).map(tuple),
        st.sampled_from(Sentinel),
    )


@attrs.frozen(slots=False)
class VendorPackage:
    """A package under its own name, and the namespaces that are its own; `registry` holds all that is installed.

    `arguments` are examples for steps that take one.
    """

    package: str
    namespaces: tuple[str, ...]
    registry: Registry
    arguments: Mapping[str, str] = attrs.field(factory=dict)

    # --- the plugin ----------------------------------------------------------------------------

    @cached_property
    def report(self) -> PluginReport:
        """What the package registers when nobody else is there."""
        return register_plugin(self.module, self.package, self.package, Registry())

    @cached_property
    def module(self) -> ModuleType:
        return importlib.import_module(self.package)

    def loading(self) -> Iterator[str]:
        """It is named by an entry point, loads, and registers something, all of it under its namespaces."""
        entries = [entry for group in (EVERYWHERE, AGENT) for entry in entry_points(group=group)]
        if not any(entry.value.partition(":")[0] == self.package for entry in entries):
            yield f"no entry point of the group {EVERYWHERE} or {AGENT} names {self.package}"
        if self.report.failure is not None:
            yield self.report.failure
        elif not self.report.registered:
            yield f"{self.package} registers nothing"
        for line in self.report.registered:
            kind, _, names = line.partition(" ")
            if kind == "step" and names.partition(".")[0] not in self.namespaces:
                yield f"the step {names} is in none of the namespaces {', '.join(self.namespaces)}"
            if kind == "profiles":
                yield from self._foreign_namespaces(names.split(", "))
        failed = [one for one in self.registry.reports if one.failure is not None]
        yield from (f"beside the others that are installed: {one.name}: {one.failure}" for one in failed)

    def _foreign_namespaces(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if name and name not in self.namespaces:
                yield f"it registers profiles of {name}, which is none of its namespaces"

    # --- steps ---------------------------------------------------------------------------------

    @property
    def step_names(self) -> list[str]:
        return [line.removeprefix("step ") for line in self.report.registered if line.startswith("step ")]

    def step(self, name: str) -> Iterator[str]:
        """Pure and total: a value, None or StepError for whatever comes, the same each time, and soon."""
        run = self._build(name)
        problems: list[str] = []

        @settings(_SETTINGS)
        @given(values())
        def try_one(value: Value) -> None:
            if not problems:
                problems.extend(_try_step(name, run, value))

        try_one()
        yield from problems

    def _build(self, name: str) -> Step:
        registry = Registry()
        register_plugin(self.module, self.package, self.package, registry)
        try:
            return registry.steps.build(name, self.arguments.get(name), Names())
        except ValueError:
            return registry.steps.build(name, self.arguments.get(name, "1"), Names())

    # --- profiles ------------------------------------------------------------------------------

    @cached_property
    def files(self) -> Sequence[ProfileFile]:
        return [file for folder in self.registry.profile_folders for file in read_folder(folder)]

    @cached_property
    def database(self) -> ProfileDatabase:
        return build_database(self.files, self.registry.steps)

    @property
    def profiles(self) -> list[Profile]:
        """Those of its namespaces, whoever brings them."""
        return [one for one in self.database.profiles.values() if one.id.partition("/")[0] in self.namespaces]

    @cached_property
    def cases(self) -> Mapping[str, Case]:
        """By `<namespace>/<name>.cases/<case>`."""
        folders = [folder / name for folder in self.registry.profile_folders for name in self.namespaces]
        found = (case for folder in folders if folder.is_dir() for case in find_cases(folder))
        return {_case_name(case.folder): case for case in found}

    def profile_problems(self) -> Iterator[str]:
        """All profiles load, together with what is installed."""
        try:
            build_database(self.files, self.registry.steps)
        except ProfileError as error:
            yield from map(str, error.problems)

    def untested(self) -> Iterator[str]:
        """A profile for devices has a case, or says that it is a draft."""
        for profile in self.profiles:
            tested = any(name.startswith(f"{profile.id}.cases/") for name in self.cases)
            if profile.kind == "device" and profile.status != "draft" and not tested:
                yield f"{profile.file}: has no case; add one, or say `status: draft`"

    def forbidden(self) -> Iterator[str]:
        """Nothing that is never asked is asked, nothing beyond the disclosed fields is read."""
        for profile in self.profiles:
            for oid in _asked(plan_reading(profile, Answers(), ("general", "console"))):
                if not may_be_asked(oid):
                    yield f"{profile.file}: asks {format_oid(oid)}, which is never asked"
            for name in profile.fields:
                if name.partition(".")[0] not in TWELVE_FIELDS:
                    yield f"{profile.file}: {name} is none of the disclosed fields"
            for name, table in profile.tables.items():
                if not table.private and name not in _DISCLOSED_TABLES:
                    yield f"{profile.file}: the table {name} is neither private nor disclosed"

    # --- cases ---------------------------------------------------------------------------------

    def replay(self, name: str) -> Iterator[str]:
        yield from run_case(self.database, self.cases[name], to_document).differences

    def replayed(self, name: str) -> object:
        """The device document of a case, without what is not of the device."""
        reading = run_case(self.database, self.cases[name], to_document).reading
        return None if reading is None else of_the_device(to_document(reading.device))

    def private(self, name: str) -> Iterator[str]:
        """No e-mail address and no telephone number but nobody's."""
        folder = self.cases[name].folder
        files = sorted({file for pattern in _TEXT_FILES for file in folder.glob(pattern) if file.is_file()})
        for file in files:
            for number, line in enumerate(file.read_bytes().decode("latin-1").split("\n"), 1):
                for found in find_private(line.rpartition("|")[2] if file.suffix == ".snmprec" else line):
                    if found.kind in (MAIL, PHONE) and not _is_nobodys(found.kind, found.text):
                        yield f"{file.relative_to(folder)}:{number}: looks like a real {found.kind}"

    def recordings(self) -> Mapping[str, Recording]:
        return {name: load_recording(case.folder) for name, case in self.cases.items()}

    async def scan(self, fleet: Fleet) -> list[object]:
        """What each printer of a fleet is read as, in their order; None for what is no printer."""
        reader = Reader(database=self.database, protocols=self.registry.protocols)
        limit = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def read(printer: RunningPrinter) -> object:
            targets = parse_targets([f"{printer.address}:{printer.snmp_port}"])
            ports = Ports().moved(printer.place.offset)
            how = ScanSettings(ports=ports, find_silent=True)
            async with limit:
                found = [result async for result in scan(targets, reader, how)]
            documents = [to_document(result.device) for result in found if isinstance(result, Reading)]
            return of_the_device(documents[0]) if documents else None

        return list(await asyncio.gather(*map(read, fleet.printers)))


def _case_name(folder: Path) -> str:
    return "/".join(folder.parts[-3:])


def _asked(plan: Plan) -> Iterator[tuple[int, ...]]:
    yield from (*plan.instances, *plan.firsts, *plan.columns)
    for inner in plan.contexts.values():
        yield from _asked(inner)


def _try_step(name: str, run: Step, value: Value) -> Iterator[str]:
    shown = f"{name} of {value!r:.80}"
    started = time.perf_counter()
    first, problem = _outcome(run, value)
    seconds = time.perf_counter() - started
    if problem:
        yield f"{shown}: {problem}"
    elif seconds > STEP_SECONDS:
        yield f"{shown}: takes {seconds:.2f} s; a step must be done in {STEP_SECONDS} s"
    elif not isinstance(first, (bytes, str, int, float, tuple, Sentinel, type(None))):
        yield f"{shown}: gives {type(first).__name__}, which is no value"
    elif not _same(first, _outcome(run, value)[0]):
        yield f"{shown}: gives something else the second time; a step is pure"


def _outcome(run: Step, value: Value) -> tuple[object, str]:
    """What a step gives, the words of a StepError included; and a problem, where it failed as no step may."""
    try:
        return run(value, Charsets()), ""
    except StepError as error:
        cause = error.__cause__
        return str(error), f"raises {type(cause).__name__}: {cause}; only StepError may leave a step" if cause else ""


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


def _is_nobodys(kind: str, text: str) -> bool:
    if kind == MAIL:
        return text.lower().endswith(_NOBODYS)
    digits = "".join(filter(str.isdigit, text))
    return _NOBODYS_NUMBER in digits or not digits.strip("0")


def of_the_device(document: Mapping[str, object]) -> dict[str, object]:
    """A document without when and where it was read."""
    return {name: value for name, value in document.items() if name not in ("read_at", "ip_address")}


@contextmanager
def running_somewhere(recordings: Iterable[Recording]) -> Iterator[Fleet]:
    """On loopback addresses and high ports where nobody is likely to listen; one address where there is only one."""
    base = f"127.0.{random.randrange(100, 200)}.0"
    offset = random.randrange(12_000, 50_000)
    printers = [VirtualPrinter(recording) for recording in recordings]
    with running_fleet(printers, base=base, port_offset=offset, single_address=sys.platform == "darwin") as fleet:
        yield fleet
