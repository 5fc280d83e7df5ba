"""Steps that the printers of several makers need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from frisket.plugins import hookimpl
from frisket_generic.names import register_names
from frisket_generic.packed_serial import packed_serial
from frisket_generic.tlv import tlv, tlv_share

if TYPE_CHECKING:
    from frisket.plugins.hookspecs import RegisterStep


@hookimpl
def frisket_register_steps(register: RegisterStep) -> None:
    register("generic.packed_serial", packed_serial)
    register("generic.tlv", tlv, argument=True)
    register("generic.tlv_share", tlv_share, argument=True)
    register_names(register)
