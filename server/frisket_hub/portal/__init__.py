"""The web portal: one module and one template for each page."""

from frisket_hub.portal import (
    agent,
    agents,
    assets,
    audit,
    bundles,
    device,
    fleet,
    people,
    preferences,
    profile,
    release,
    release_steps,
    releases,
    rollout,
)
from frisket_hub.portal.rendering import render

PAGES = (
    fleet, device, agents, agent, releases, release, release_steps, rollout, profile, bundles, people, audit,
    preferences, assets,
)  # fmt: skip

__all__ = ["PAGES", "render"]
