"""What proves that a printer speaks PJL, so that a query for it is never printed as a page."""

from __future__ import annotations

import re

from frisket.model.answers import Answers
from frisket.model.identity import Identity
from frisket.model.oid import Oid

# RFC 3805 prtInterpreterLangFamily; langPJL(5) of IANA-PRINTER-MIB
INTERPRETERS: Oid = (1, 3, 6, 1, 2, 1, 43, 15, 1, 1, 2)
_PJL_FAMILY = 5


def proves_pjl(identity: Identity, answers: Answers) -> bool | None:
    """None where the device did not say yet: its device ID has no PJL and nobody has asked for its interpreters."""
    commands = re.split(r"[,\s]+", identity.ieee1284.get("CMD", "").upper())
    if "PJL" in commands or any(family == _PJL_FAMILY for _, family in answers.column(INTERPRETERS)):
        return True
    return False if INTERPRETERS in answers.asked else None
