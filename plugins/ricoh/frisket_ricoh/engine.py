"""What Ricoh's engine tables say, as its Private MIB specification defines it (1.3.6.1.4.1.367.3.2.1.2)."""

from __future__ import annotations

from frisket.plugins import Sentinel, StepError, Value

# ricohEngCounterName to ricohEngCounterType. The names are not localised, but firmware sets blanks and
# abbreviations as it likes: they are compared without blanks and points, and in lower case.
_TYPES = {
    "counter:machinetotal": 10,
    "counter:copy:total": 200,
    "counter:copy:black&white": 201,
    "counter:copy:single/two-color": 202,
    "counter:copy:fullcolor": 203,
    "counter:fax:total": 300,
    "counter:fax:black&white": 301,
    "counter:fax:single/two-color": 302,
    "counter:fax:fullcolor": 303,
    "counter:print:total": 400,
    "counter:print:black&white": 401,
    "counter:print:single/two-color": 402,
    "counter:print:single/two-col": 402,
    "counter:print:fullcolor": 403,
    "totalprints:color": 608,
    "totalprints:black&white": 609,
    "largepaperprints:>=a3,dlt": 840,
    "noofprintedsidesinduplex": 841,
    "counter:transmission:total": 870,
    "counter:transmission:black&white": 871,
    "counter:transmission:fax": 872,
    "counter:transmission:colorscan": 873,
    "counter:transmission:black&whitescan": 874,
}

# ricohEngTonerLevel: -100 is nearly empty (10 to 1 %), the others are Printer-MIB's
_LEVELS = {-2: Sentinel.UNKNOWN, -3: Sentinel.SOME_REMAINING, -100: Sentinel.SOME_REMAINING}


def counter(value: Value) -> Value:
    """The type of a counter by its name, for machines that leave out the column of types."""
    if not isinstance(value, str):
        raise StepError("a counter's name is text; put `text` before this step")
    name = "".join(value.lower().split()).replace(".", "")
    return _TYPES.get(name.replace("b/w", "black&white").replace("b&w", "black&white"))


def level(value: Value) -> Value:
    """What a toner level says that is no percentage; nothing for one that is."""
    if not isinstance(value, int):
        raise StepError("a toner level is a number; put `int` before this step")
    return _LEVELS.get(value)
