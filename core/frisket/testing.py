"""The pytest plugin: fixtures, and the contract that every vendor's package must hold to.

    from frisket.testing import VendorContract

    class TestAcme(VendorContract):
        package = "frisket_acme"
        namespaces = ("acme",)

pytest loads this module whenever it starts; what is heavy is imported when a test asks for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar

import pytest

if TYPE_CHECKING:
    from frisket.lab import Fleet, Recording
    from frisket.plugins import Registry
    from frisket.profile.database import ProfileDatabase
    from frisket.vendor_contract import VendorPackage

# Recordings become printers that run until the test is over
StartPrinters = Callable[[Iterable["Recording"]], "Fleet"]


@pytest.fixture(scope="session")
def frisket_registry() -> Registry:
    """Everything that the installed plugins registered."""
    from frisket.plugins import load_plugins  # noqa: PLC0415  # see above

    return load_plugins()


@pytest.fixture(scope="session")
def frisket_database(frisket_registry: Registry) -> ProfileDatabase:
    """All installed profiles."""
    from frisket.vendor_contract import VendorPackage  # noqa: PLC0415  # see above

    return VendorPackage("frisket", (), frisket_registry).database


@pytest.fixture
def virtual_printers() -> Iterator[StartPrinters]:
    """Starts recordings as printers on real sockets of this machine."""
    from frisket.vendor_contract import running_somewhere  # noqa: PLC0415  # see above

    with ExitStack() as stack:
        yield lambda recordings: stack.enter_context(running_somewhere(recordings))


@pytest.fixture(scope="class")
def frisket_vendor(request: pytest.FixtureRequest, frisket_registry: Registry) -> VendorPackage:
    """The package that a VendorContract is about."""
    from frisket.vendor_contract import VendorPackage  # noqa: PLC0415  # see above

    contract: type[VendorContract] = request.cls
    return VendorPackage(contract.package, contract.namespaces, frisket_registry, contract.arguments)


class VendorContract:
    """A vendor's test class inherits from this one and names its package and its namespaces.

    `arguments` holds an example for each step that takes one: `{"acme.record": "81"}`.
    """

    package: ClassVar[str]
    namespaces: ClassVar[tuple[str, ...]]
    arguments: ClassVar[Mapping[str, str]] = {}

    def test_the_plugin_loads_and_registers_under_its_own_names(self, frisket_vendor: VendorPackage) -> None:
        assert list(frisket_vendor.loading()) == []

    def test_every_step_is_pure_and_total_and_soon_done(self, frisket_vendor: VendorPackage) -> None:
        assert [problem for name in frisket_vendor.step_names for problem in frisket_vendor.step(name)] == []

    def test_every_profile_loads(self, frisket_vendor: VendorPackage) -> None:
        assert list(frisket_vendor.profile_problems()) == []

    def test_every_profile_has_a_case_or_is_a_draft(self, frisket_vendor: VendorPackage) -> None:
        assert list(frisket_vendor.untested()) == []

    def test_no_profile_asks_what_is_never_asked_or_reads_what_is_not_disclosed(
        self, frisket_vendor: VendorPackage
    ) -> None:
        assert list(frisket_vendor.forbidden()) == []

    def test_every_case_holds(self, frisket_vendor: VendorPackage) -> None:
        assert {name: found for name in frisket_vendor.cases if (found := list(frisket_vendor.replay(name)))} == {}

    def test_no_case_holds_anything_private(self, frisket_vendor: VendorPackage) -> None:
        assert {name: found for name in frisket_vendor.cases if (found := list(frisket_vendor.private(name)))} == {}

    def test_every_recorded_device_reads_the_same_over_real_sockets(
        self, frisket_vendor: VendorPackage, virtual_printers: StartPrinters
    ) -> None:
        recordings = frisket_vendor.recordings()
        if not recordings:
            return
        fleet = virtual_printers(recordings.values())
        scanned = dict(zip(recordings, asyncio.run(frisket_vendor.scan(fleet)), strict=True))
        assert scanned == {name: frisket_vendor.replayed(name) for name in recordings}
