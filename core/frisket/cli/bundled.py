"""The recordings that come with the installed profiles: every case of every profile."""

from __future__ import annotations

from pathlib import Path

from frisket.lab.recording import load_facts
from frisket.plugins.loading import EVERYWHERE, load_plugins
from frisket.plugins.registry import Registry


def bundled_recordings(registry: Registry | None = None) -> list[Path]:
    """Case folders `<namespace>/<name>.cases/<case>` that hold a device."""
    registry = registry or load_plugins((EVERYWHERE,))
    found = [path.parent for folder in registry.profile_folders for path in folder.glob("*/*.cases/*/device.snmprec")]
    return sorted(found)


def demo_recordings(registry: Registry) -> list[Path]:
    """Those that the demo's fleet is made of: enough for a picture, and few enough to be looked at."""
    return [path for path in bundled_recordings(registry) if load_facts(path / "facts.yaml").demo]
