"""What the attacks begin with."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.core.releases.repository import Repository
from tests.core.releases.site import Agent, Site, publish


@pytest.fixture
def site(tmp_path: Path) -> Site:
    honest = Repository.of("hp", "ricoh")
    site = Site(honest, publish(honest, "one"), publish(honest, "two"), Agent(tmp_path / "a"), Agent(tmp_path / "b"))
    site.agent.take(honest, site.second)
    return site
