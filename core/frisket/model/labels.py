"""The closed lists of words that a device document uses, each with the number that its MIB gives it.

One table for one fact. A number that a MIB does not define has no label; nothing is guessed for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _numbered(text: str) -> Mapping[int, str]:
    """`1 other, 2 unknown` to `{1: "other", 2: "unknown"}`."""
    pairs = (item.split() for item in text.replace("\n", " ").split(","))
    return MappingProxyType({int(number): label for number, label in pairs})


# IANA-PRINTER-MIB PrtMarkerSuppliesTypeTC
SUPPLY_TYPES = _numbered(
    "1 other, 2 unknown, 3 toner, 4 wasteToner, 5 ink, 6 inkCartridge, 7 inkRibbon, 8 wasteInk, 9 opc, 10 developer,"
    "11 fuserOil, 12 solidWax, 13 ribbonWax, 14 wasteWax, 15 fuser, 16 coronaWire, 17 fuserOilWick, 18 cleanerUnit,"
    "19 fuserCleaningPad, 20 transferUnit, 21 tonerCartridge, 22 fuserOiler, 23 water, 24 wasteWater,"
    "25 glueWaterAdditive, 26 wastePaper, 27 bindingSupply, 28 bandingSupply, 29 stitchingWire, 30 shrinkWrap,"
    "31 paperWrap, 32 staples, 33 inserts, 34 covers, 35 matteToner, 36 matteInk"
)
# RFC 3805 PrtMarkerSuppliesClassTC
SUPPLY_CLASSES = _numbered("1 other, 3 consumed, 4 receptacle")
# RFC 3805 PrtMarkerSuppliesSupplyUnitTC
SUPPLY_UNITS = _numbered(
    "1 other, 2 unknown, 3 tenThousandthsOfInches, 4 micrometers, 7 impressions, 8 sheets, 11 hours,"
    "12 thousandthsOfOunces, 13 tenthsOfGrams, 14 hundrethsOfFluidOunces, 15 tenthsOfMilliliters, 16 feet, 17 meters,"
    "18 items, 19 percent"
)
# RFC 3805 PrtMarkerCounterUnitTC
COUNTER_UNITS = _numbered(
    "3 tenThousandthsOfInches, 4 micrometers, 5 characters, 6 lines, 7 impressions, 8 sheets, 9 dotRow, 11 hours,"
    "16 feet, 17 meters"
)
# RFC 3805 PrtAlertSeverityLevelTC; a warningBinaryChangeEvent is a warning that comes without a prior one
ALERT_SEVERITIES = _numbered("1 other, 3 critical, 4 warning, 5 warning")
# IANA-PRINTER-MIB PrtAlertGroupTC
ALERT_GROUPS = _numbered(
    "1 other, 3 hostResourcesMIBStorageTable, 4 hostResourcesMIBDeviceTable, 5 generalPrinter, 6 cover,"
    "7 localization, 8 input, 9 output, 10 marker, 11 markerSupplies, 12 markerColorant, 13 mediaPath, 14 channel,"
    "15 interpreter, 16 consoleDisplayBuffer, 17 consoleLights, 18 alert, 30 finDevice, 31 finSupply,"
    "32 finSupplyMediaInput, 33 finAttribute"
)

FUNCTIONS = ("total", "print", "copy", "fax", "scan", "other")
COLORS = ("all", "mono", "color")
SIDES = ("all", "one", "two")
SIZES = ("all", "large")
# What a page count can be counted in: the units of PrtMarkerCounterUnitTC, and images for scanned pages (PWG 5106.1)
PAGE_COUNT_UNITS = (*dict.fromkeys(COUNTER_UNITS.values()), "images")
LEVEL_STATES = ("known", "some-remaining", "unknown", "unrestricted", "implausible")
# What a colorant is called: the names of PrtMarkerColorantValue, and those of inks with more colours
COLORANTS = (
    "black", "cyan", "magenta", "yellow", "light black", "light light black", "matte black", "photo black",
    "light cyan", "light magenta", "vivid magenta", "vivid light magenta", "red", "green", "blue", "orange", "violet",
    "gray", "light gray", "white", "clear",
)  # fmt: skip

# The labels that a profile's `enum` step can name
ENUMS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "supply_type": SUPPLY_TYPES,
        "supply_class": SUPPLY_CLASSES,
        "supply_unit": SUPPLY_UNITS,
        "counter_unit": COUNTER_UNITS,
        "alert_severity": ALERT_SEVERITIES,
        "alert_group": ALERT_GROUPS,
    }
)
