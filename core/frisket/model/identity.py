"""What identification learns about a responder before a profile is chosen for it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from frisket.model.oid import Oid


@attrs.frozen(kw_only=True)
class Identity:
    """The names that a profile's `match` may use; None where the device did not say, or was not asked.

    `ipp` is the printer-make-and-model of its IPP printer, `http_title` the title of its start page.
    """

    sys_object_id: Oid | None = None
    sys_descr: str | None = None
    hr_device_descr: str | None = None
    ieee1284: Mapping[str, str] = attrs.field(factory=dict)
    ipp: str | None = None
    http_server: str | None = None
    http_title: str | None = None
    open_ports: frozenset[int] = frozenset()

    def texts(self) -> Mapping[str, str]:
        """What patterns of rules can be looked for in; the keys of the device ID stand beside the names of objects."""
        own = (("sysDescr", self.sys_descr), ("hrDeviceDescr", self.hr_device_descr), ("ipp", self.ipp))
        return {**self.ieee1284, **{name: text for name, text in own if text is not None}}

    def known(self) -> Mapping[str, object]:
        """What the device said, by the names that profiles use."""
        return {
            "sysObjectID": self.sys_object_id,
            "sysDescr": self.sys_descr,
            "hrDeviceDescr": self.hr_device_descr,
            "ieee1284": self.ieee1284,
            "ipp": self.ipp,
        }
