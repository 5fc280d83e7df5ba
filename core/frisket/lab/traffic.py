"""What reached a virtual printer: how tests show what a scan sent, and what it did not send."""

from __future__ import annotations

import attrs


@attrs.define
class Traffic:
    """Counts since the start; `pjl_bytes` counts every byte that came to port 9100, whatever it was."""

    snmp_requests: int = 0
    pjl_bytes: int = 0
    web_requests: int = 0
    ipp_requests: int = 0
