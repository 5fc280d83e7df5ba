"""PML, HP's Printer Management Language, as far as SNMP shows it below 1.3.6.1.4.1.11.2.3.9.4.2."""

from __future__ import annotations

from frisket.formats.charset import decode
from frisket.plugins import StepError, Value

# PML strings begin with the number of their symbol set in two octets: PCL's Roman-8 (8U = 277), and UTF-8
_SYMBOL_SETS = {b"\x01\x15": "hp_roman8", b"\xfd\xe8": "utf-8"}


def symbol_set(value: Value) -> Value:
    """A PML string to text, without the two octets of its symbol set; one that has none is read as it is."""
    if not isinstance(value, bytes):
        raise StepError("a PML string is octets; put this step first")
    codec = _SYMBOL_SETS.get(value[:2])
    return decode(value if codec is None else value[2:], codec)
