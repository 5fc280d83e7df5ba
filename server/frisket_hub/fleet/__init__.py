"""Agents, sites, devices and readings: what a member's fleet is, and what its agents should do."""
