"""What it takes to understand HP printers beyond Printer-MIB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from frisket.plugins import hookimpl
from frisket_hp.names import brand, model
from frisket_hp.pml import symbol_set

if TYPE_CHECKING:
    from frisket.plugins.hookspecs import RegisterStep


@hookimpl
def frisket_register_steps(register: RegisterStep) -> None:
    register("hp.brand", brand)
    register("hp.model", model)
    register("hp.symbol_set", symbol_set)
