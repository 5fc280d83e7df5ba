"""What identification learns about a responder before a profile is chosen for it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from frisket.model.oid import Oid


@attrs.frozen(kw_only=True)
class Identity:
    """The names that a profile's `match` may use; None where the device did not say."""

    sys_object_id: Oid | None = None
    sys_descr: str | None = None
    hr_device_descr: str | None = None
    ieee1284: Mapping[str, str] = attrs.field(factory=dict)
    http_server: str | None = None
    http_title: str | None = None
    open_ports: frozenset[int] = frozenset()
