"""What runs here: a release that this could not use may be tried again under another."""

from __future__ import annotations

import frisket
from frisket.plugins.registry import Registry


def versions_of(registry: Registry) -> dict[str, str]:
    """Of the agent and its plugins, as their distributions say."""
    pairs = (report.origin.rpartition(" ") for report in registry.reports)
    return {"agent": frisket.__version__, **{name: version for name, _, version in pairs if name}}
