"""What reached a virtual printer: how tests show what a scan sent, and what it did not send."""

from __future__ import annotations

import attrs


@attrs.define
class Traffic:
    """Counts since the start; `pjl_bytes` counts every byte that came to port 9100, whatever it was.

    Where somebody wants to look at what came to the SNMP port, `datagrams` is a list and keeps it all.
    """

    snmp_requests: int = 0
    pjl_bytes: int = 0
    web_requests: int = 0
    ipp_requests: int = 0
    datagrams: list[bytes] | None = None

    def count_datagram(self, data: bytes) -> None:
        self.snmp_requests += 1
        if self.datagrams is not None:
            self.datagrams.append(data)
