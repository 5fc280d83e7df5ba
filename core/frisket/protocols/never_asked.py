"""Objects that are never asked, whatever a profile says, because the GET itself changes the device.

This is the one list in core that names enterprise OIDs: it protects devices from profiles, so no profile may touch it.
"""

from __future__ import annotations

from frisket.model.oid import Oid, is_under

# Epson's control channel: the arcs of the instance carry a command, and a GET runs it. Known to reset waste ink
# counters and to write the EEPROM (github.com/lion-simba/reink, github.com/Ircama/epson_print_conf).
NEVER_ASKED: tuple[Oid, ...] = ((1, 3, 6, 1, 4, 1, 1248, 1, 2, 2, 44, 1, 1, 2, 1),)


def may_be_asked(oid: Oid) -> bool:
    """False for the objects themselves, and for columns whose walk would come to lie above them."""
    return not any(is_under(oid, never) or is_under(never, oid) for never in NEVER_ASKED)
