"""The contract of `frisket.testing`, held by every package of this checkout."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import frisket_profiles
from frisket.testing import VendorContract


class TestGeneric(VendorContract):
    package = "frisket_generic"
    namespaces = ("generic",)
    arguments: ClassVar = {"generic.tlv": "81"}


class TestHp(VendorContract):
    package = "frisket_hp"
    namespaces = ("hp",)


class TestRicoh(VendorContract):
    package = "frisket_ricoh"
    namespaces = ("ricoh",)


class TestProfiles(VendorContract):
    package = "frisket_profiles"
    namespaces = tuple(
        sorted({file.parent.name for file in Path(frisket_profiles.__file__).parent.glob("*/*.yaml")}),
    )
