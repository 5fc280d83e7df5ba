"""What it takes to understand the printers of the Ricoh family beyond Printer-MIB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from frisket.plugins import hookimpl
from frisket_ricoh.engine import counter, level
from frisket_ricoh.names import brand, model

if TYPE_CHECKING:
    from frisket.plugins.hookspecs import RegisterStep


@hookimpl
def frisket_register_steps(register: RegisterStep) -> None:
    register("ricoh.brand", brand)
    register("ricoh.counter", counter)
    register("ricoh.level", level)
    register("ricoh.model", model)
