"""The web portal: one module and one template for each page."""

from frisket_hub.portal import agent, agents, assets, device, fleet, people, preferences, releases
from frisket_hub.portal.rendering import render

PAGES = (fleet, device, agents, agent, releases, people, preferences, assets)

__all__ = ["PAGES", "render"]
