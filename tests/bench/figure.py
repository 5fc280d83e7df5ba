"""What a bench prints."""

from __future__ import annotations

import attrs


@attrs.frozen
class Figure:
    """What was measured, the figure, and its unit."""

    what: str
    value: float
    unit: str
