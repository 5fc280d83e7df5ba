"""The agent, always against a hub that is up on a bad day."""
